import assert from "node:assert/strict";
import type { Item, Turn } from "#protocol/session.ts";
import { changedFiles } from "#protocol/changed-files.ts";
import { agentWorld, lastTurn, nextEvent, type AgentWorld } from "../support/agent-world.ts";
import type { FakeCommand } from "../support/fake-ports-shell.ts";
import { reply, type Reply } from "../support/model-server/reply.ts";

const files: Record<string, string> = { "src/a.ts": "export const a = 1;\n", "src/b.ts": "old\n" };
const start = reply.toolCall("run_shell", { command: "npm run build", background: true });
const more = (name: string, input: object): Reply => reply.toolCall("more", { name, input });
const read = more("shell_output", { id: "c1" });
const stop = more("shell_stop", { id: "c1" });

/** A world in which a build in the background writes files, and ends when it is stopped or when `until` resolves. */
async function open(replies: readonly Reply[], command: FakeCommand): Promise<AgentWorld> {
  const world = await agentWorld([...replies, reply.text("ok")], { files });
  world.ports.shell.script = () => command;
  return world;
}

const forever = new Promise<void>(() => {});
const built = { files: { "/project/out.js": "built\n", "/project/src/b.ts": "new\n" } };

/** What each call of a turn changed. */
function perCall(turn: Turn): readonly (readonly string[])[] {
  const filesOf = (item: Item): readonly (readonly string[])[] =>
    item.kind === "tool" && item.call.status === "ended" ? [item.call.files.map(({ path }) => path)] : [];
  return turn.items.flatMap(filesOf);
}

describe("what a command in the background changes", () => {
  it("is told when it has ended by itself, and can be reverted", async () => {
    const ended = Promise.withResolvers<void>();
    await using world = await open([start, read], { ...built, until: ended.promise });
    void nextEvent(world.agent, ({ type }) => type === "tool-end").then(() => ended.resolve());
    const turn = await world.say("go");
    assert.deepEqual(perCall(turn), [[], ["out.js", "src/b.ts"]]);
    const { id } = world.agent.session;
    const signal = new AbortController().signal;
    await world.core.handlers["turn.revert"]({ session: id, turn: turn.id }, signal);
    assert.equal(world.ports.workspace.text("out.js"), undefined);
    assert.equal(world.ports.workspace.text("src/b.ts"), "old\n");
  });

  it("is told when it is stopped, once", async () => {
    await using world = await open([start, read, stop, read, stop], { ...built, until: forever });
    assert.deepEqual(perCall(await world.say("go")), [[], [], ["out.js", "src/b.ts"], [], []]);
  });

  it("is not what other calls changed meanwhile", async () => {
    const edit = reply.toolCall("edit_file", { path: "src/a.ts", old: "1", new: "2" });
    await using world = await open([start, edit, stop], { ...built, until: forever });
    const turn = await world.say("go");
    assert.deepEqual(perCall(turn), [[], ["src/a.ts"], ["out.js", "src/b.ts"]]);
    assert.deepEqual(
      changedFiles(turn).map(({ path }) => path),
      ["src/a.ts", "out.js", "src/b.ts"],
    );
  });

  it("is told of one command where several changed the same", async () => {
    const both = [start, start, stop, more("shell_stop", { id: "c2" })];
    await using world = await open(both, { ...built, until: forever });
    assert.deepEqual(perCall(await world.say("go")), [[], [], ["out.js", "src/b.ts"], []]);
  });

  it("is nobody's any more once its turn is over", async () => {
    await using world = await open([start, reply.text("runs"), stop], { ...built, until: forever });
    await world.say("go");
    world.ports.workspace.disk.set("/project/src/a.ts", "the user's\n");
    await world.say("stop it");
    assert.deepEqual(perCall(lastTurn(world.agent)), [[]]);
  });

  it("is told to the model where it is too much to be listed", async () => {
    const many = Object.fromEntries(Array.from({ length: 201 }, (_, n) => [`/project/out/${n}.js`, "x\n"]));
    await using world = await open([start, stop], { files: many, until: forever });
    await world.say("go");
    const text = world.server.requests.at(-1)?.text ?? "";
    assert.match(text, /it changed 201 files; 1 of them are not listed and can not be reverted/);
  });
});
