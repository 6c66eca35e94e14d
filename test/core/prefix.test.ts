import assert from "node:assert/strict";
import { type AgentWorld, agentWorld, lastTurn, nextEvent, outline } from "../support/agent-world.ts";
import { hold } from "../support/model-server/gate.ts";
import { reply, type Reply } from "../support/model-server/reply.ts";
import { assertPrefixes } from "../support/prefix.ts";
import { headerTokens } from "../support/tokens.ts";
import { systemText } from "#core/agent/prompt.ts";

const files: Record<string, string> = {
  "package.json": '{"name":"demo"}',
  "src/a.ts": "export const a = 1;\n",
};
const day = 24 * 3_600_000;

function bodies(world: AgentWorld): readonly Buffer[] {
  return world.server.requests.map((request) => request.body);
}

describe("prefix: every request begins with the one before", () => {
  it("over turns, tools, thinking, errors, a reload and a day", async () => {
    const script: Reply[] = [];
    for (let turn = 0; turn < 4; turn++) {
      script.push(
        reply
          .thinking("Let me see.")
          .text("Reading.")
          .calls([
            ["read_file", '{"path": "package.json"}'],
            ["list_files", "{ }"],
            ["nope", "{"],
          ]),
        reply.text("Half").cut(),
        reply.toolCall(
          "edit_file",
          `{"path":"src/a.ts", "old": "${turn + 1}", "new": "${turn + 2}", "all": 1.0}`,
        ),
        reply.text(`Turn ${turn} is done.`),
      );
    }
    await using first = await agentWorld(script, { files });
    await first.say("one");
    await first.say("two");
    first.ports.clock.time += day;
    const second = await first.reload();
    second.ports.clock.time = first.ports.clock.time;
    first.server.advanceClock(day);
    assert.equal(outline(await second.say("three")).at(-1), "end done");
    await second.say("four");
    assertPrefixes(bodies(first));
    assert.deepEqual(first.server.problems, []);
    const missed = first.server.requests.map(
      (request) => (request.cache?.sharedTokens ?? 0) - (request.cache?.hitTokens ?? 0),
    );
    assert.ok(
      missed.every((tokens) => tokens <= 0),
      `avoidable misses: ${missed.join()}`,
    );
  });

  it("after a stop in the middle of an answer", async () => {
    const gate = hold();
    await using world = await agentWorld([reply.text("Begin").hold(gate), reply.text("ok")], { files });
    const begun = nextEvent(world.agent, (event) => event.type === "text-delta");
    await world.agent.prompt("go");
    await begun;
    await world.agent.stop();
    await world.say("again");
    assertPrefixes(bodies(world));
    assert.match(world.server.requests[1]?.text ?? "", /"content":"Begi/);
  });

  it("a changed AGENTS.md is told as a difference, in the next message", async () => {
    const rules = "Use tabs.\nWrite tests.";
    await using world = await agentWorld([reply.text("1"), reply.text("2"), reply.text("3")], {
      files: { ...files, "AGENTS.md": rules },
    });
    await world.say("one");
    world.ports.workspace.disk.set("/project/AGENTS.md", "Use spaces.\nWrite tests.");
    await world.say("two");
    await world.say("three");
    assertPrefixes(bodies(world));
    const sent = JSON.parse(world.server.requests[2]?.text ?? "{}") as {
      messages: { role: string; content: string }[];
    };
    const [one, two, three] = sent.messages
      .filter((message) => message.role === "user")
      .map((message) => message.content);
    assert.match(one ?? "", /<project_instructions>\nUse tabs\.\nWrite tests\.\n<\/project_instructions>/);
    assert.match(two ?? "", /-Use tabs\.\n\+Use spaces\./);
    assert.equal(three, "three");
  });

  it("a model switch is a declared new start, and keeps the conversation", async () => {
    await using world = await agentWorld([reply.thinking("t").text("1"), reply.text("2")], { files });
    await world.say("one");
    await world.agent.choose({ provider: "deepseek", model: "deepseek-v4-pro", effort: "high" });
    await world.say("two");
    const sent = JSON.parse(world.server.requests[1]?.text ?? "{}") as { model: string; messages: unknown[] };
    assert.equal(sent.model, "deepseek-v4-pro");
    assert.equal(sent.messages.length, 4);
    const pins = world.ports.store.records.flatMap((record) =>
      record.kind === "event" && record.event.type === "header-pin" ? [record.event.reason] : [],
    );
    assert.deepEqual(pins, ["first", "model"]);
  });
});

describe("prefix: the header", () => {
  it("is small: system text and tools in at most 1,400 tokens", async () => {
    await using world = await agentWorld([reply.text("ok")]);
    await world.say("hi");
    const { total } = headerTokens(world.server.requests[0]?.body ?? "");
    assert.ok(total <= 1_400, `${total} tokens`);
  });

  it("is the same in every directory, on every day, for everyone", async () => {
    const headers: string[] = [];
    for (const name of ["a", "b"]) {
      await using world = await agentWorld([reply.text("ok")], { folders: [{ name, path: `/${name}` }] });
      world.ports.clock.time += name === "a" ? 0 : 40 * day;
      await world.say("hi");
      const { messages, tools } = JSON.parse(world.server.requests[0]?.text ?? "{}") as {
        messages: unknown[];
        tools: unknown;
      };
      headers.push(JSON.stringify([messages[0], tools]));
    }
    assert.equal(headers[0], headers[1]);
    assert.doesNotMatch(systemText, /\d{4}|\/home|[A-Z]:\\/);
  });

  it("costs at most 60 tokens beyond the prompt in a new session", async () => {
    await using world = await agentWorld([reply.text("a"), reply.text("b")], {
      server: { tokens: "deepseek" },
    });
    await world.say("Hello there");
    const next = await world.core.newSession();
    await next.prompt("Hello again");
    await next.idle();
    assert.ok((world.server.requests[1]?.usage?.prompt_cache_miss_tokens ?? 999) <= 60);
    assert.equal(lastTurn(next).end?.reason, "done");
  });
});
