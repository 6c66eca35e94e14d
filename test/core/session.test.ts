import { createBooCode } from "../../src/core/boocode.ts";
import assert from "node:assert/strict";
import { setImmediate } from "node:timers/promises";
import type { SessionEvent, Turn } from "#protocol/session.ts";
import { agentWorld, lastTurn, nextEvent, outline, testKey } from "../support/agent-world.ts";
import { dieAt } from "../support/die-at.ts";
import { reply } from "../support/model-server/reply.ts";
import { assertPrefixes } from "../support/prefix.ts";

const files: Record<string, string> = {
  "package.json": '{"name":"demo"}',
  "src/a.ts": "export const a = 1;\n",
};

describe("session: kept and opened again", () => {
  it("is the same after a reload", async () => {
    await using world = await agentWorld(
      [reply.thinking("Hm.").toolCall("read_file", { path: "package.json" }), reply.text("demo")],
      { files },
    );
    await world.say("What is this?\nSecond line.");
    const again = await world.reload();
    assert.deepEqual(again.agent.session.state.turns, world.agent.session.state.turns);
    assert.equal(again.agent.session.state.title, "What is this?");
    assert.deepEqual(again.agent.session.transcript.messages(), world.agent.session.transcript.messages());
  });

  it("an unused session leaves nothing behind", async () => {
    await using world = await agentWorld([]);
    assert.equal(world.ports.store.records.length, 0);
    await world.core.close();
    assert.equal(world.ports.store.records.length, 0);
  });

  it("opens the folder's last session at the start", async () => {
    await using world = await agentWorld([reply.text("ok")]);
    await world.say("hi");
    const again = createBooCode(world.ports);
    await again.start();
    assert.equal(again.active()?.session.id, world.agent.session.id);
  });

  it("shows what the chat showed last, though another session is newer", async () => {
    await using world = await agentWorld(() => reply.text("ok"));
    await world.say("The older one");
    const { id } = world.agent.session;
    const newer = await world.core.newSession();
    await world.core.prompt(newer, "The newer one");
    await newer.idle();
    await world.core.openSession(id);
    const again = createBooCode(world.ports);
    await again.start();
    assert.equal(again.active()?.session.id, id);
    await again.newSession();
    const third = createBooCode(world.ports);
    await third.start();
    assert.ok(third.active()?.session.isUnused);
    assert.equal(third.supervisor.library.list.state.sessions.length, 2);
  });

  it("tells views the outputs of calls when they ask", async () => {
    const text = "a line of the file\n".repeat(100);
    await using world = await agentWorld(
      [reply.toolCall("read_file", { path: "long.txt" }), reply.text("ok")],
      { files: { "long.txt": text } },
    );
    await world.say("Read it");
    const { handlers, supervisor } = world.core;
    const { id } = world.agent.session;
    const outputs = (turns: readonly Turn[]) =>
      turns.flatMap(({ items }) =>
        items.flatMap((item) =>
          item.kind === "tool" && item.call.status === "ended" ? [item.call.output] : [],
        ),
      );
    const signal = AbortSignal.any([]);
    const { turns } = await handlers["session.turns"]({ session: id, before: 9, count: 9 }, signal);
    const [told] = outputs(turns);
    const [kept] = outputs(supervisor.find(id)?.session.state.turns ?? []);
    assert.ok(told !== undefined && "blob" in told && kept !== undefined && "text" in kept);
    const read = await handlers["body.read"]({ blob: told.blob, offset: 0, length: 100_000 }, signal);
    assert.deepEqual(read, { text: kept.text, total: kept.text.length });
    const gone = { blob: `${told.blob}x`, offset: 0, length: 1 };
    await assert.rejects(handlers["body.read"](gone, signal), { code: "no-body" });
  });

  it("large texts are kept outside the events", async () => {
    const long = "line of some length, again and again\n".repeat(1_000);
    await using world = await agentWorld(
      [reply.toolCall("read_file", { path: "long.txt" }), reply.text("ok")],
      { files: { "long.txt": long } },
    );
    await world.say(long);
    const again = await world.reload();
    assert.deepEqual(again.agent.session.transcript.messages(), world.agent.session.transcript.messages());
    const largest = Math.max(...world.ports.store.records.map((record) => JSON.stringify(record).length));
    assert.ok(largest < 20_000, `an event of ${largest} bytes`);
  });

  it("goes on in memory when the disk refuses", async () => {
    await using world = await agentWorld(
      [reply.toolCall("read_file", { path: "package.json" }), reply.text("ok")],
      { files },
    );
    world.ports.store.failure = new Error("ENOSPC");
    assert.equal(outline(await world.say("go")).at(-1), "end done");
  });
});

describe("session: what a request waits for", () => {
  /** Asks with a disk that never takes events of one type; `count` requests leave all the same. */
  const check = (name: string, stuck: SessionEvent["type"], count: number): void => {
    it(name, async () => {
      await using world = await agentWorld(
        [reply.toolCall("read_file", { path: "package.json" }), reply.silence()],
        { files },
      );
      const { store } = world.ports;
      const append = store.append.bind(store);
      store.append = (records) =>
        records.some((record) => record.kind === "event" && record.event.type === stuck)
          ? new Promise(() => {})
          : append(records);
      const { http } = world.ports;
      const post = http.post.bind(http);
      let left = 0;
      http.post = (...given) => {
        left += 1;
        return post(...given);
      };
      let waits = 0;
      const asksAgain = nextEvent(world.agent, ({ type }) => type === "waiting" && (waits += 1) === 2);
      await world.agent.prompt("go");
      await asksAgain;
      await setImmediate();
      assert.equal(left, count);
    });
  };
  check("is what tools were told to do", "tool-start", 1);
  check("is not that it begins", "step-start", 2);
  check("is not what tools said just now", "tool-end", 2);
});

describe("session: cut off", () => {
  const check = (name: string, fits: (event: SessionEvent) => boolean, expected: readonly string[]): void => {
    it(name, async () => {
      const calls = reply.text("Looking. ").calls([
        ["read_file", { path: "package.json" }],
        ["list_files", {}],
      ]);
      await using world = await agentWorld([calls, reply.silence()], { files });
      const next = await dieAt(world, fits);
      assert.deepEqual(outline(lastTurn(next.agent)).slice(-expected.length), expected);
      next.server.use([reply.text("Back again.")]);
      await next.agent.continue();
      await next.agent.idle();
      assert.equal(lastTurn(next.agent).end?.reason, "done");
      assert.deepEqual(next.server.problems, []);
      assertPrefixes(next.server.requests.map((request) => request.body));
    });
  };

  check("after the turn began", (event) => event.type === "step-start", ["user: go", "end interrupted"]);
  check("before tool calls ran: they get a result that says so", (event) => event.type === "tool-start", [
    "read_file interrupted",
    "list_files interrupted",
    "end interrupted",
  ]);
  let results = 0;
  check("after the results", (event) => event.type === "tool-end" && (results += 1) === 2, [
    "list_files ok",
    "end interrupted",
  ]);

  it("by a window that closes in the middle of an answer", async () => {
    await using world = await agentWorld([reply.text("One, two, ").silence()]);
    const said = nextEvent(world.agent, (event) => event.type === "text-delta");
    await world.agent.prompt("go");
    await said;
    await world.core.close();
    const next = await world.reload();
    assert.deepEqual(outline(lastTurn(next.agent)).slice(-1), ["end interrupted"]);
  });

  it("in the middle of an answer: what was said is kept", async () => {
    const said = "Some words of the answer. ".repeat(60);
    await using world = await agentWorld([reply.text(said).silence()]);
    let length = 0;
    const next = await dieAt(
      world,
      (event) => event.type === "text-delta" && (length += event.text.length) === said.length,
      true,
    );
    const item = lastTurn(next.agent).items.at(-1);
    assert.ok(item?.kind === "text" && item.text.length > 1_000 && said.startsWith(item.text));
    assert.equal(lastTurn(next.agent).end?.reason, "interrupted");
  });
});

describe("session: secrets", () => {
  it("a key that BooCode holds reaches neither store, log nor model", async () => {
    const leaky = { "secret.txt": `before ${testKey} after`, "big.txt": `${testKey}\n${"x".repeat(40_000)}` };
    await using world = await agentWorld(
      [
        reply.calls([
          ["read_file", { path: "secret.txt" }],
          ["read_file", { path: "big.txt" }],
          ["edit_file", { path: "secret.txt", old: "before", new: "then" }],
        ]),
        reply.error(400, `your key ${testKey} is odd`, "x"),
      ],
      { files: leaky },
    );
    const turn = await world.say(`my key is ${testKey}`);
    const kept = JSON.stringify([
      world.ports.store.records,
      [...world.ports.store.blobs],
      world.ports.logged,
    ]);
    assert.ok(!kept.includes(testKey));
    assert.ok(!world.server.requests.some((request) => request.text.includes(testKey)));
    assert.equal(turn.end?.error?.code, "bad-request");
    assert.equal(world.ports.workspace.text("secret.txt"), `then ${testKey} after`);
    const result = await world.core.handlers["turn.revert"](
      { session: world.agent.session.id, turn: turn.id },
      AbortSignal.any([]),
    );
    assert.match(result.refused[0]?.reason ?? "", /holds an API key/);
  });

  it("a draft that a view hands over is read back, without the key", async () => {
    await using world = await agentWorld([]);
    const { handlers } = world.core;
    const text = `${testKey}\n${"line of a draft\n".repeat(20_000)}`;
    const { blob } = await handlers["draft.keep"]({ text }, AbortSignal.any([]));
    const read = await handlers["body.read"]({ blob, offset: 0, length: 1_000_000 }, AbortSignal.any([]));
    assert.equal(read.total, read.text.length);
    assert.ok(!read.text.includes(testKey));
    assert.ok(read.text.endsWith(text.slice(-300_000)));
  });
});

describe("session: revert", () => {
  const edit = reply.calls([
    ["edit_file", { path: "src/a.ts", old: "1", new: "2" }],
    ["write_file", { path: "new.ts", content: "x\n" }],
  ]);

  it("puts back what a turn changed, and the model is told", async () => {
    await using world = await agentWorld([edit, reply.text("ok"), reply.text("I see.")], { files });
    const turn = await world.say("go");
    const session = world.agent.session.id;
    const result = await world.core.handlers["turn.revert"]({ session, turn: turn.id }, AbortSignal.any([]));
    assert.deepEqual(result, { reverted: ["src/a.ts", "new.ts"], refused: [] });
    assert.equal(world.ports.workspace.text("src/a.ts"), files["src/a.ts"]);
    assert.equal(world.ports.workspace.text("new.ts"), undefined);
    await world.say("why?");
    assert.match(
      world.server.requests[2]?.text ?? "",
      /the user reverted your changes to src\/a\.ts, new\.ts/,
    );
  });

  it("refuses a file that the user edited since, and shows the difference", async () => {
    await using world = await agentWorld([edit, reply.text("ok")], { files });
    const turn = await world.say("go");
    world.ports.workspace.disk.set("/project/src/a.ts", "mine\n");
    const result = await world.core.handlers["turn.revert"](
      { session: world.agent.session.id, turn: turn.id },
      AbortSignal.any([]),
    );
    assert.deepEqual(result, {
      reverted: ["new.ts"],
      refused: [{ path: "src/a.ts", reason: "It was edited after the turn." }],
    });
    assert.equal(world.ports.workspace.text("src/a.ts"), "mine\n");
    assert.equal(world.ports.workspace.diffs.length, 1);
  });
});

describe("session: with summary", () => {
  it("the old session writes it on its own prefix, the new one begins with it", async () => {
    await using world = await agentWorld([
      reply.text("ok"),
      reply.text("They wanted X."),
      reply.text("Going on."),
    ]);
    await world.say("do X");
    const { session } = await world.core.handlers["session.summarize"](
      { session: world.agent.session.id },
      AbortSignal.any([]),
    );
    const next = world.core.supervisor.find(session);
    assert.ok(next);
    await next.prompt("go on");
    await next.idle();
    assertPrefixes(world.server.requests.slice(0, 2).map((request) => request.body));
    assert.match(
      world.server.requests[2]?.text ?? "",
      /<earlier_session>\\nThey wanted X\.\\n<\/earlier_session>/,
    );
  });

  it("a full context is summarised by rule", async () => {
    await using world = await agentWorld([reply.contextLength(), reply.contextLength()]);
    const turn = await world.say("do X");
    assert.deepEqual(turn.end?.error?.actions, ["new-with-summary", "switch-model"]);
    const { session } = await world.core.handlers["session.summarize"](
      { session: world.agent.session.id },
      AbortSignal.any([]),
    );
    const { summary } = world.core.supervisor.find(session)?.session.state ?? {};
    assert.match(summary && "text" in summary ? summary.text : "", /The user asked, in order:\n- do X/);
  });
});
