import { spawn } from "node:child_process";
import { once } from "node:events";
import { appendFileSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { monitorEventLoopDelay } from "node:perf_hooks";
import { createSnapshots } from "#node/snapshot/snapshots.ts";
import { flood, type Flood } from "../node/shell/flood.ts";
import { never, World } from "../node/shell/world.ts";
import { over, type Bench, type Row } from "./bench.ts";

const rounds = Number(process.env["BENCH_ROUNDS"] ?? 5);
const commands = 40;
const files = 20_000;
const silent = { info: () => {}, warn: () => {}, error: () => {} };

async function timed(work: () => Promise<unknown>): Promise<number> {
  const startedAt = performance.now();
  await work();
  return performance.now() - startedAt;
}

/** Times (ms) from the start to the end of commands that do nothing. */
async function starts(): Promise<readonly Row[]> {
  await using world = new World();
  const protectedPaths = [".git/config", ".vscode", ".boocode", ".claude", ".husky", "boocode.yaml"];
  const readOnly = protectedPaths.map((path) => join(world.workspace, path));
  const leave = await world.confined({ readOnly });
  const bare = async (): Promise<void> => {
    const child = spawn("bash", ["--noprofile", "--norc", "-c", "true"], {
      stdio: ["ignore", "pipe", "pipe"],
    });
    child.stdout.resume();
    child.stderr.resume();
    await once(child, "close");
  };
  const values: Record<"bare" | "free" | "confined", number[]> = { bare: [], free: [], confined: [] };
  for (let n = 0; n < commands; n++) {
    values.bare.push(await timed(bare));
    values.free.push(await timed(() => world.run("true")));
    values.confined.push(await timed(() => world.run("true", leave)));
  }
  const row = (name: string, of: keyof typeof values): Row => ({ name, unit: "ms", values: values[of] });
  const base = row("bash -c true, spawned by Node", "bare");
  const free = row("a command that does nothing", "free");
  const confined = row("a confined command that does nothing", "confined");
  return [
    base,
    over("  what BooCode adds", free, base),
    over("  what it adds, confined", confined, base),
    free,
    confined,
  ];
}

async function floods(): Promise<readonly Row[]> {
  const all: Flood[] = [];
  for (let round = 0; round < rounds; round++) {
    await using world = new World();
    await flood(world, 10);
    all.push(await flood(world, 1_000));
  }
  const row = (name: string, unit: Row["unit"], of: (one: Flood) => number, limit?: number): Row => ({
    ...{ name, unit, values: all.map(of) },
    ...(limit !== undefined && { limit }),
  });
  return [
    row("1 GB of output, ended", "ms", ({ endedMs }) => endedMs),
    row("1 GB of output, kept by its hash", "ms", ({ keptMs }) => keptMs, 20_000),
    row("  memory the host grew by", "MB", ({ grownMB }) => grownMB, 50),
    row("  longest delay of the host's event loop", "ms", ({ delayMs }) => delayMs, 20),
    row("  of that its own work", "ms", ({ busyMs }) => busyMs, 20),
  ];
}

/** Files of 4 KB in folders of 50, as a project has them. */
function makeFiles(folder: string): void {
  for (let n = 0; n < files; n++) {
    const within = join(folder, `part-${Math.floor(n / 1_000)}`, `folder-${Math.floor(n / 50)}`);
    if (n % 50 === 0) mkdirSync(within, { recursive: true });
    writeFileSync(
      join(within, `file-${n}.ts`),
      `// ${n}\n`.padEnd(4_096, "export const something = 1234567890;\n"),
    );
  }
}

async function snapshots(): Promise<readonly Row[]> {
  await using world = new World();
  const folder = join(world.root, "home/project");
  makeFiles(folder);
  const values: Record<"first" | "again" | "none" | "ten" | "delay", number[]> = {
    ...{ first: [], again: [], none: [], ten: [], delay: [] },
  };
  for (let round = 0; round < rounds; round++) {
    const store = join(world.root, `store-${round}`);
    await using port = createSnapshots({ directory: store, log: silent });
    const delay = monitorEventLoopDelay({ resolution: 1 });
    delay.enable();
    values.first.push(await timed(() => port.take([folder], never)));
    const startedAt = performance.now();
    const snapshot = await port.take([folder], never);
    values.again.push(performance.now() - startedAt);
    if ("problem" in snapshot) throw new Error(snapshot.problem);
    values.none.push(await timed(() => snapshot.changes(100, never)));
    for (let n = 0; n < 10; n++)
      appendFileSync(join(folder, `part-0/folder-${n}/file-${n * 50}.ts`), "more\n");
    values.ten.push(await timed(() => snapshot.changes(100, never)));
    delay.disable();
    values.delay.push(delay.max / 1e6);
    rmSync(store, { recursive: true, force: true });
  }
  const row = (name: string, of: keyof typeof values): Row => ({ name, unit: "ms", values: values[of] });
  return [
    row("20,000 files of 80 MB: first snapshot, process started", "first"),
    row("20,000 files: next snapshot", "again"),
    row("20,000 files: changes, none", "none"),
    row("20,000 files: changes, ten files", "ten"),
    row("  longest delay of the host's event loop", "delay"),
  ];
}

/** What commands cost beside what they do, and what it costs to know what they changed. */
export const bench: Bench = {
  name: "shell",
  run: async () => [...(await starts()), ...(await floods()), ...(await snapshots())],
};
