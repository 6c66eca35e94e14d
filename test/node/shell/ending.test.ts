import assert from "node:assert/strict";
import { existsSync, globSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { CommandSpec, RunningCommand } from "#core/shell-ports.ts";
import { findProcesses } from "#node/shell/processes.ts";
import { until, World } from "./world.ts";

/** Four generations, the last of which left the session and has two parents fewer; each writes down its number. */
const tree = `
note() { echo $BASHPID > "pid-$1"; }
note 1
bash -c 'echo $$ > pid-2; bash -c "echo \\$\\$ > pid-3; bash -c \\"echo \\\\\\$\\\\\\$ > pid-4; sleep 1000\\"; true"; true' &
(setsid bash -c 'echo $$ > pid-daemon; exec sleep 1000' > /dev/null 2>&1 &)
(env -i PATH="$PATH" setsid bash -c 'echo $$ > pid-nameless; trap "" TERM; sleep 1000; true' &)
wait`;

const names = ["1", "2", "3", "4", "daemon", "nameless"];

async function started(world: World, more: Partial<CommandSpec> = {}): Promise<RunningCommand> {
  const command = await world.start(tree, { timeoutMs: undefined, ...more });
  const isThere = (name: string) =>
    existsSync(join(world.workspace, `pid-${name}`)) &&
    readFileSync(join(world.workspace, `pid-${name}`), "utf8").endsWith("\n");
  await until(() => names.every(isThere));
  return command;
}

/** The processes of a call that live, also those that a namespace numbers otherwise. */
const living = (command: RunningCommand) => findProcesses({ mark: command.id }, true);

/** Those that wrote their number down and live; only for what runs in no namespace. */
const numbered = (world: World) =>
  names.filter((name) => {
    const pid = readFileSync(join(world.workspace, `pid-${name}`), "utf8").trim();
    return existsSync(`/proc/${pid}/stat`) && !/\) Z /.test(readFileSync(`/proc/${pid}/stat`, "utf8"));
  });

describe("shell: the end of a command", () => {
  let world: World;
  beforeEach(() => (world = new World()));
  afterEach(() => world[Symbol.asyncDispose]());

  it("by stop is that of a tree of four generations with a daemon", async () => {
    const command = await started(world);
    assert.deepEqual(numbered(world), names);
    await command.stop();
    assert.deepEqual(numbered(world), []);
    assert.deepEqual([command.end?.cause, command.end?.exitCode], ["stopped", undefined]);
    await command[Symbol.asyncDispose]();
  });

  it("by stop is the same where it is confined", async () => {
    const command = await started(world, await world.confined());
    assert.ok((await living(command)).length >= 5);
    await command.stop();
    assert.deepEqual(await living(command), []);
    // One of them has not the mark.
    assert.equal((await findProcesses({ mark: "pid-nameless" }, false)).length, 0);
    assert.equal(command.end?.cause, "stopped");
    await command[Symbol.asyncDispose]();
  });

  it("by stop is that of what starts anew again and again", async () => {
    const line =
      "while :; do (setsid sh -c 'trap \"\" TERM; sleep 1000' > /dev/null 2>&1 &); sleep 0.01; done";
    for (const more of [{}, await world.confined()]) {
      await using command = await world.start(`trap '' TERM; echo up; ${line}`, more);
      await until(() => command.bytes > 0);
      await until(async () => (await living(command)).length > 10);
      await command.stop();
      assert.deepEqual(await living(command), []);
    }
  });

  it("by stop lets processes put things in order", async () => {
    const line = "trap 'echo tidy > tidied; exit 0' TERM; echo up; while :; do sleep 0.01; done";
    for (const [name, more] of [
      ["", {}],
      ["again", await world.confined()],
    ] as const) {
      await using command = await world.start(line.replace("tidied", `tidied${name}`), more);
      await until(() => command.bytes > 0);
      await command.stop();
      assert.ok(existsSync(join(world.workspace, `tidied${name}`)));
      assert.deepEqual([command.end?.cause, command.end?.exitCode], ["stopped", 0]);
    }
  });

  it("by time is told as that", async () => {
    for (const more of [{}, await world.confined()]) {
      const end = await world.run("echo started; sleep 1000", { ...more, timeoutMs: 300 });
      assert.deepEqual([end.cause, end.text], ["timeout", "started\n"]);
      assert.ok(end.durationMs >= 300, `${end.durationMs}`);
    }
  });

  it("comes when the last process ends, not the first", async () => {
    for (const more of [{}, await world.confined()]) {
      const inBackground = "(until [ -e go ]; do sleep 0.01; done; echo late) & echo early";
      await using command = await world.start(inBackground, more);
      await until(async () => (await command.read(0, 100)) === "early\n");
      assert.equal(command.end, undefined);
      writeFileSync(join(world.workspace, "go"), "");
      const { cause, exitCode } = await command.ended;
      assert.deepEqual([cause, exitCode, await command.read(0, 100)], ["exit", 0, "early\nlate\n"]);
      await world.run("rm go");
    }
  });

  it("waits for a daemon that has closed its output", async () => {
    const daemon = "(setsid sh -c 'read word < pipe' < /dev/null > /dev/null 2>&1 &)";
    await world.run("mkfifo pipe");
    // In the sandbox a shell waits for all.
    for (const [waiting, more] of [
      [0, {}],
      [1, await world.confined()],
    ] as const) {
      await using command = await world.start(`${daemon}; exit 3`, more);
      await until(async () => {
        const found = (await living(command)).map(programOf);
        return found.includes("sh") && found.filter((program) => program === "bash").length === waiting;
      });
      assert.equal(command.end, undefined);
      await world.run("echo word > pipe");
      assert.equal((await command.ended).exitCode, 3);
    }
  });

  it("tells in the sandbox, too, by what signal it was", async () => {
    const end = await world.run("kill -9 $$", await world.confined());
    assert.deepEqual([end.exitCode, end.signal, end.cause], [undefined, "SIGKILL", "exit"]);
  });

  it("is that of everything when bubblewrap is killed", async () => {
    const command = await started(world, await world.confined());
    process.kill(childOf(process.pid, "bwrap"), "SIGKILL");
    await command.ended;
    await until(async () => (await living(command)).length === 0);
    await command[Symbol.asyncDispose]();
  });

  it("comes with that of the shell", async () => {
    const command = await started(world);
    await world.shell[Symbol.asyncDispose]();
    assert.deepEqual(numbered(world), []);
    assert.equal(command.end?.cause, "stopped");
    assert.deepEqual(globSync(join(world.store, "commands/*")), []);
  });
});

/** What a process runs; "" when it has ended. */
function programOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/comm`, "utf8").trim();
  } catch {
    return "";
  }
}

/** The child of a process that runs a program. */
function childOf(parent: number, program: string): number {
  const children = readFileSync(`/proc/${parent}/task/${parent}/children`, "latin1").trim().split(" ");
  return Number(children.find((pid) => programOf(Number(pid)) === program));
}
