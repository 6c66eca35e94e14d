import assert from "node:assert/strict";
import type { PermissionEntry, PermissionRequest } from "#protocol/permissions.ts";
import type { Question } from "#protocol/session.ts";
import type { Agent } from "#core/agent/agent.ts";
import { agentWorld, lastTurn, outline, type AgentWorld, type WorldOptions } from "../support/agent-world.ts";
import { reply } from "../support/model-server/reply.ts";
import type { Script } from "../support/model-server.ts";
import { assertPrefixes } from "../support/prefix.ts";

const files: Record<string, string> = {
  "package.json": '{"name":"demo"}',
  "/etc/hosts": "127.0.0.1 localhost\n",
  "/etc/hostname": "machine\n",
};

/** Resolves when so many questions are open. */
async function asked(agent: Agent, count = 1): Promise<readonly Question[]> {
  const { session } = agent;
  if (session.state.questions.length >= count) return session.state.questions;
  return new Promise((resolve) => {
    const stop = session.channel.listen(() => {
      if (session.state.questions.length < count) return;
      stop();
      resolve(session.state.questions);
    });
  });
}

async function answer(agent: Agent, value: string, word?: string): Promise<PermissionRequest> {
  const [question] = await asked(agent);
  assert.ok(question?.permission);
  await agent.answer(question.id, { value, ...(word !== undefined && { word }) });
  return question.permission;
}

async function log(world: AgentWorld): Promise<readonly PermissionEntry[]> {
  return (await world.core.permissions.read({ text: "", offset: 0, limit: 50 })).entries;
}

function outputs(agent: Agent): readonly string[] {
  return lastTurn(agent).items.flatMap((item) =>
    item.kind === "tool" && item.call.status === "ended" && "text" in item.call.output
      ? [item.call.output.text]
      : [],
  );
}

const hosts = reply.toolCall("read_file", { path: "/etc/hosts" });
const hostname = reply.toolCall("read_file", { path: "/etc/hostname" });

function open(script: Script, options: WorldOptions = {}): Promise<AgentWorld> {
  return agentWorld(script, { files, ...options });
}

describe("leave for what is outside the workspace", () => {
  it("is asked for, named, and given once", async () => {
    await using world = await open([hosts, hosts, reply.text("ok")]);
    await world.agent.prompt("what is in /etc/hosts");
    const request = await answer(world.agent, "once");
    assert.equal(request.agent, "BooCode");
    assert.equal(request.operation, "read");
    assert.equal(request.target, "/etc/hosts");
    await answer(world.agent, "once");
    await world.agent.idle();
    assert.deepEqual(outline(lastTurn(world.agent)).slice(1), [
      "read_file ok",
      "read_file ok",
      "text: ok",
      "end done",
    ]);
    assert.deepEqual(
      (await log(world)).map(({ verdict, by, answer }) => `${verdict} ${by} ${answer}`),
      ["allowed user once", "allowed user once"],
    );
  });

  it("for the session is not asked for again before the window is another one", async () => {
    await using world = await open([hosts, hostname, reply.text("ok"), hosts, reply.text("again")]);
    await world.agent.prompt("look");
    await answer(world.agent, "session");
    await world.agent.idle();
    assert.deepEqual(outline(lastTurn(world.agent)).slice(-1), ["end done"]);
    await using next = await world.reload();
    await next.agent.prompt("look again");
    await answer(next.agent, "deny");
    await next.agent.idle();
    assert.deepEqual(outline(lastTurn(next.agent)).slice(1), ["read_file denied", "text: again", "end done"]);
  });

  it("always is written down for the project, and holds in a new window", async () => {
    await using world = await open([hosts, reply.text("ok"), hosts, reply.text("again")]);
    await world.agent.prompt("look");
    const { rule } = await answer(world.agent, "always");
    await world.agent.idle();
    const written = world.ports.configFiles.texts.get(world.ports.configFiles.userFile) ?? "";
    assert.match(written, /\/project:/);
    assert.ok(rule !== undefined && written.includes(rule.replace(/^read: /, "")), written);
    await using next = await world.reload();
    assert.deepEqual(outline(await next.say("look again")).slice(1), [
      "read_file ok",
      "text: again",
      "end done",
    ]);
    assert.deepEqual(
      (await log(next)).map(({ by }) => by),
      ["rule", "user"],
    );
  });

  it("that is denied reaches the model with the user's word", async () => {
    await using world = await open([hosts, reply.text("Sorry.")]);
    await world.agent.prompt("look");
    await answer(world.agent, "deny", "Use getent.");
    await world.agent.idle();
    assert.match(outputs(world.agent)[0] ?? "", /did not allow.*They say: Use getent\./);
    assert.deepEqual(outline(lastTurn(world.agent)).slice(1, 2), ["read_file denied"]);
  });

  it("is not waited for after Stop", async () => {
    await using world = await open([hosts]);
    await world.agent.prompt("look");
    await asked(world.agent);
    await world.agent.stop();
    assert.deepEqual(outline(lastTurn(world.agent)).slice(1), ["read_file cancelled", "end stopped"]);
    assert.deepEqual(world.agent.session.state.questions, []);
  });
});

describe("many questions at once", () => {
  const paths = Array.from({ length: 10 }, (_, n) => `/etc/file-${n}`);
  const etc = Object.fromEntries(paths.map((path) => [path, "text\n"]));
  const ten = reply.calls(paths.map((path) => ["read_file", { path }]));

  it("are all shown and answered in any order", async () => {
    await using world = await open([ten, reply.text("ok")], { files: { ...files, ...etc } });
    await world.agent.prompt("look");
    const questions = await asked(world.agent, 10);
    assert.equal(world.ports.waiting, 10);
    assert.deepEqual(
      questions.map(({ permission }) => permission?.target),
      paths,
    );
    for (const [at, { id }] of questions.toReversed().entries())
      await world.agent.answer(id, { value: at % 2 === 0 ? "once" : "deny" });
    await world.agent.idle();
    const outcomes = outline(lastTurn(world.agent)).slice(1, 11);
    assert.deepEqual(
      outcomes,
      paths.map((_, n) => (n % 2 === 0 ? "read_file denied" : "read_file ok")),
    );
    assert.equal(world.ports.waiting, 0);
  });

  it("are answered together by a grant for the session", async () => {
    await using world = await open([ten, reply.text("ok")], { files: { ...files, ...etc } });
    await world.agent.prompt("look");
    await asked(world.agent, 10);
    await answer(world.agent, "session");
    await world.agent.idle();
    assert.deepEqual(outline(lastTurn(world.agent)).slice(1, 11), Array(10).fill("read_file ok"));
  });

  it("survive the window, and stale or forged answers are refused", async () => {
    await using world = await open([ten, reply.text("ok")], { files: { ...files, ...etc } });
    await world.agent.prompt("look");
    const questions = await asked(world.agent, 10);
    const [first] = questions;
    assert.ok(first);
    await world.agent.answer(first.id, { value: "once" });
    await world.core.close();
    await using next = await world.reload();
    const left = await asked(next.agent, 9);
    assert.deepEqual(
      left.map(({ id }) => id).toSorted(),
      questions
        .slice(1)
        .map(({ id }) => id)
        .toSorted(),
    );
    await assert.rejects(next.agent.answer(first.id, { value: "once" }), { code: "not-asked" });
    await assert.rejects(next.agent.answer("forged", { value: "once" }), { code: "not-asked" });
    await assert.rejects(next.agent.answer(left[0]?.id ?? "", { value: "whatever" }), {
      code: "no-such-choice",
    });
    for (const { id } of left) await next.agent.answer(id, { value: "once" });
    // The call that had its answer is read again, which asks again: what was allowed once held for the window that ended.
    while (next.agent.isRunning && next.agent.session.state.questions.length > 0)
      await answer(next.agent, "once");
    await next.agent.idle();
    assert.deepEqual(outline(lastTurn(next.agent)).slice(1, 11), Array(10).fill("read_file ok"));
    assert.deepEqual(outline(lastTurn(next.agent)).slice(-2), ["text: ok", "end done"]);
    assertPrefixes(next.server.requests.map(({ body }) => body));
  });
});
