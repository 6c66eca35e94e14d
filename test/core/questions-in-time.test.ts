import assert from "node:assert/strict";
import type { Question } from "#protocol/session.ts";
import type { Agent } from "#core/agent/agent.ts";
import { agentWorld, lastTurn, outline, type AgentWorld } from "../support/agent-world.ts";
import type { FakeCommand } from "../support/fake-ports-shell.ts";
import { reply } from "../support/model-server/reply.ts";
import type { Script } from "../support/model-server.ts";

const files: Record<string, string> = {
  "package.json": '{"scripts":{"test":"node test.js"}}',
  "/etc/hosts": "127.0.0.1 localhost\n",
  "/srv/other/hosts": "secret\n",
};

async function asked(agent: Agent, isNew: (question: Question) => boolean = () => true): Promise<Question> {
  const { session } = agent;
  for (;;) {
    const question = session.state.questions.find(isNew);
    if (question !== undefined) return question;
    await new Promise<void>((resolve) => {
      const stop = session.channel.listen(() => {
        stop();
        resolve();
      });
    });
  }
}

function outputs(agent: Agent): readonly string[] {
  return lastTurn(agent).items.flatMap((item) =>
    item.kind === "tool" && item.call.status === "ended" && "text" in item.call.output
      ? [item.call.output.text]
      : [],
  );
}

const open = (...replies: Exclude<Script, Function>[number][]): Promise<AgentWorld> =>
  agentWorld([...replies, reply.text("ok")], { files });

const refused: FakeCommand = {
  output: "cat: /srv/other/hosts: No such file or directory\n",
  end: { exitCode: 1, refusals: [{ operation: "read", path: "/srv/other/hosts" }] },
};

describe("an answer", () => {
  it("counts for what was shown, not for what a link leads to meanwhile", async () => {
    await using world = await open(reply.toolCall("run_shell", { command: "cat place/hosts" }));
    const { links } = world.ports.workspace;
    links.set("/project/place", "/etc");
    await world.agent.prompt("go");
    const first = await asked(world.agent);
    assert.match(first.permission?.reason ?? "", /\/etc\/hosts/);
    links.set("/project/place", "/srv/other");
    await world.agent.answer(first.id, { value: "always" });
    const second = await asked(world.agent, ({ id }) => id !== first.id);
    assert.match(second.permission?.reason ?? "", /\/srv\/other\/hosts/);
    assert.deepEqual(world.ports.shell.started, []);
    await world.agent.answer(second.id, { value: "deny" });
    await world.agent.idle();
    assert.deepEqual(world.ports.shell.started, []);
    assert.deepEqual(world.core.permissions.channel.state.rules, []);
  });

  it("counts for what an earlier window showed only while that is what is asked", async () => {
    await using world = await open(
      reply.toolCall("write_file", { path: "/srv/other/hosts", content: "new\n" }),
    );
    await world.agent.prompt("go");
    const { id } = await asked(world.agent);
    await world.core.close();
    world.ports.workspace.disk.set("/srv/other/hosts", "something else\n");
    await using next = await world.reload();
    const second = await asked(next.agent, (question) => question.id !== id);
    assert.equal(next.agent.session.state.questions.length, 1);
    await assert.rejects(next.agent.answer(id, { value: "once" }), { code: "not-asked" });
    await next.agent.answer(second.id, { value: "deny" });
    await next.agent.idle();
    assert.deepEqual(outline(lastTurn(next.agent)).slice(-2), ["text: ok", "end done"]);
  });

  it("that denies is stronger than a rule that came meanwhile", async () => {
    await using world = await open(reply.toolCall("run_shell", { command: "cat /etc/hosts" }));
    await world.agent.prompt("go");
    const { id } = await asked(world.agent);
    const answered = world.agent.answer(id, { value: "deny" });
    const holder = { id: world.agent.session.id, isRun: false };
    await world.core.permissions.grant(holder, [{ operation: "read", pattern: "/etc/**" }]);
    await answered;
    await world.agent.idle();
    assert.match(outputs(world.agent)[0] ?? "", /did not allow/);
    assert.deepEqual(world.ports.shell.started, []);
  });

  it("to what a confined command was refused does not outweigh Plan mode", async () => {
    await using world = await open(reply.toolCall("run_shell", { command: "npm test" }));
    world.ports.shell.script = () => refused;
    await world.agent.prompt("go");
    const { id } = await asked(world.agent);
    await world.agent.setMode("plan");
    await world.agent.answer(id, { value: "once" });
    await world.agent.idle();
    assert.equal(world.ports.shell.started.length, 1);
    assert.match(outputs(world.agent)[0] ?? "", /Plan mode/);
  });

  it("takes no book with it", async () => {
    await using world = await open(reply.toolCall("run_shell", { command: "cat /etc/hosts" }));
    await world.agent.prompt("go");
    const { id } = await asked(world.agent);
    const word = "no ".repeat(2_000_000);
    await assert.rejects(world.agent.answer(id, { value: "deny", word }), { code: "too-long" });
    await world.agent.answer(id, { value: "deny" });
    await world.agent.idle();
  });
});

describe("a question", () => {
  it("is gone when its call went on without it, and whoever answers it late is told", async () => {
    await using world = await open(
      reply.toolCall("read_file", { path: "/etc/hosts" }),
      reply.toolCall("run_shell", { command: "cat /srv/other/hosts" }),
    );
    await world.agent.prompt("go");
    const { id } = await asked(world.agent);
    await world.core.close();
    const { configFiles } = world.ports;
    configFiles.edit(configFiles.userFile, "permissions:\n  allow:\n    - read: /etc/**\n");
    await using next = await world.reload();
    const late = next.agent.answer(id, { value: "once" });
    await assert.rejects(late, { code: "not-asked" });
    const second = await asked(next.agent, (question) => question.id !== id);
    assert.deepEqual(
      next.agent.session.state.questions.map((question) => question.id),
      [second.id],
    );
    await next.agent.answer(second.id, { value: "deny" });
    await next.agent.idle();
  });
});

describe("a session from a file", () => {
  it("makes nothing run, even if its window is killed before it closed what was open", async () => {
    await using world = await open(reply.toolCall("run_shell", { command: "cat /etc/hosts" }));
    await world.agent.prompt("go");
    const { id } = await asked(world.agent);
    const signal = new AbortController().signal;
    const session = world.agent.session.id;
    await world.core.handlers["session.export"]({ session, format: "json" }, signal);
    await world.agent.answer(id, { value: "deny" });
    await world.agent.idle();
    world.ports.picked = [...world.ports.saved.values()].at(-1);
    const { session: imported = "" } = await world.core.handlers["session.import"]({}, signal);
    const events = await world.ports.store.events(imported);
    assert.ok(events.some(({ type }) => type === "turn-end"));
    assert.deepEqual(
      events.filter(({ type }) => type.startsWith("question-") || type === "permission-decided"),
      [],
    );
    const { entries } = await world.core.permissions.read({ text: "", offset: 0, limit: 50 });
    assert.equal(entries.length, 1);
  });

  it("has nothing of what was given to the run, or the session, whose part it says it is", async () => {
    const read = reply.toolCall("read_file", { path: "/etc/hosts" });
    await using world = await open(read, read);
    await world.agent.prompt("go");
    const { id } = await asked(world.agent);
    await world.agent.answer(id, { value: "session" });
    await world.agent.idle();
    const signal = new AbortController().signal;
    const session = world.agent.session.id;
    await world.core.handlers["session.export"]({ session, format: "json" }, signal);
    const file = JSON.parse([...world.ports.saved.values()].at(-1) ?? "") as { readonly events: object[] };
    const [start, ...rest] = file.events;
    const task = { run: session, step: "1", label: "reviewer", agentType: "general" };
    world.ports.picked = JSON.stringify({ ...file, events: [{ ...start, task }, ...rest] });
    const { session: imported = "" } = await world.core.handlers["session.import"]({}, signal);
    const agent = world.core.supervisor.find(imported);
    assert.equal(agent?.session.state.task, undefined);
  });
});
