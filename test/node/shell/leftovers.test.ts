import assert from "node:assert/strict";
import { fork, spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, readdirSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { findProcesses } from "#node/shell/processes.ts";
import { until, World } from "./world.ts";

const script = fileURLToPath(new URL("host.ts", import.meta.url));
const forever = "(setsid sleep 1000 > /dev/null 2>&1 &) ; sleep 1000; true";

interface Host {
  readonly host: ChildProcess;
  readonly confined: string | undefined;
  readonly free: string | undefined;
}

/** A host in a process of its own that runs one confined and one free command, and the marks of these. */
async function startHost(world: World): Promise<Host> {
  const folders = [world.store, world.home, world.workspace, join(world.workspace, ".vscode")];
  const host = fork(script, [...folders, `echo confined; ${forever}`, `echo free; ${forever}`], {
    stdio: ["ignore", "pipe", "inherit", "ipc"],
  });
  let said = "";
  host.stdout?.setEncoding("utf8").on("data", (text: string) => (said += text));
  const call = (name: string) => new RegExp(`([0-9a-f]{24}) ${name}\n`).exec(said)?.[1];
  await until(() => call("confined") !== undefined && call("free") !== undefined);
  return { host, confined: call("confined"), free: call("free") };
}

const count = async (call: string | undefined) => (await findProcesses({ mark: call ?? "" }, false)).length;

describe("shell: a host that was started with open files", () => {
  it("hands none of them to a confined command", async () => {
    await using world = new World();
    const open = `exec 9> ${world.root}/nine 200> ${world.root}/high; exec "$@"`;
    const words = [world.store, world.home, world.workspace, join(world.workspace, ".vscode")];
    const line = "ls /proc/self/fd | tr '\\n' ' '; echo done";
    const host = spawn("bash", ["-c", open, "bash", process.execPath, script, ...words, line]);
    let said = "";
    host.stdout.setEncoding("utf8").on("data", (text: string) => (said += text));
    await once(host, "close");
    // The names of the calls are told in between.
    assert.match(said.replaceAll(/[0-9a-f]{24} ?/g, ""), /^\s*0 1 2 3 done\n$/);
  });
});

describe("shell: a host that is killed", () => {
  let world: World;
  beforeEach(() => (world = new World()));
  afterEach(() => world[Symbol.asyncDispose]());

  it("takes confined commands and their mount points with it, and the next one ends the others", async () => {
    const stub = join(world.workspace, ".vscode");
    const { host, confined, free } = await startHost(world);
    assert.ok(existsSync(stub));
    assert.ok((await count(confined)) >= 2 && (await count(free)) >= 2);

    host.kill("SIGKILL");
    await once(host, "exit");
    await until(async () => (await count(confined)) === 0 && !existsSync(stub));
    assert.deepEqual(readdirSync(world.workspace), []);
    await until(() => readdirSync(join(world.store, "mount-stubs")).join() === "claims");
    assert.ok((await count(free)) >= 2);

    await world.run("true");
    await until(async () => (await count(free)) === 0);
    await until(() => readdirSync(join(world.store, "commands")).length === 1);
    assert.deepEqual(readdirSync(join(world.store, "mount-stubs/claims")), []);
  });

  it("has its mount points removed by the next one where nothing was left to do that", async () => {
    const stub = join(world.workspace, ".vscode");
    mkdirSync(stub);
    mkdirSync(join(world.store, "mount-stubs/claims"), { recursive: true });
    writeFileSync(join(world.store, "mount-stubs/claims/1-dead.call"), `${stub}\n`);
    await world.run("true");
    await until(() => !existsSync(stub));
  });

  it("is told from one that lives", async () => {
    const { host, confined, free } = await startHost(world);
    await world.run("true");
    await world.shell[Symbol.asyncDispose]();
    assert.ok((await count(confined)) >= 2 && (await count(free)) >= 2);
    host.disconnect();
    host.kill("SIGKILL");
    await once(host, "exit");
    // Its number is another's by now, or so it seems.
    await using next = new World({ directory: world.store });
    await next.run("true");
    await until(async () => (await count(free)) === 0);
  });

  it("leaves temporary folders for as long as their session may go on", async () => {
    const [old, young] = await Promise.all(["old", "young"].map((name) => world.shell.temporaryFolder(name)));
    assert.ok(old !== undefined && young !== undefined);
    const month = new Date(Date.now() - 30 * 86_400_000);
    utimesSync(old, month, month);
    await world.run("true");
    await until(() => !existsSync(old));
    assert.ok(existsSync(young));
  });
});
