import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { randomBytes } from "node:crypto";
import { execFile } from "node:child_process";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import type { Store, StoreRecord } from "#core/store-ports.ts";
import type { openStore } from "#node/store/store.ts";
import { root } from "../support/setup.mjs";
import { listTree } from "../support/process-tree.ts";
import { quantile, type Bench, type Row } from "./bench.ts";
import { bundleHost } from "./bundle.ts";
import type { HostDelays, HostJob } from "./store-host.ts";

const sizesMB = (process.env["BENCH_STORE_MB"] ?? "1,50,200").split(",").map(Number);
const rounds = Number(process.env["BENCH_ROUNDS"] ?? 5);
const eventBytes = 8_000;
const eventsPerSession = 100;
const silent = { info: () => {}, warn: () => {}, error: () => {} };

type Open = (directory: string) => Store;

/** The store as it is shipped: bundled, its index process beside it. */
async function bundled(folder: string): Promise<Open> {
  await bundleHost(folder, { store: "src/node/store/store.ts" });
  const module = (await import(join(folder, "store.js"))) as { openStore: typeof openStore };
  return (directory) => module.openStore({ directory, log: silent });
}

function record(session: string, n: number, text: string): StoreRecord {
  return { kind: "event", session, n, event: { type: "title-change", at: n, title: text } };
}

async function fill(store: Store, megabytes: number): Promise<void> {
  const sessions = Math.ceil((megabytes * 1e6) / eventBytes / eventsPerSession);
  for (let at = 0; at < sessions; at++) {
    const id = `session-${at}`;
    // Like text, it can be packed to about two thirds and no more.
    const text = randomBytes((eventBytes * 3) / 4).toString("base64");
    const events = Array.from({ length: eventsPerSession }, (_, n) => record(id, n, text));
    const summary = {
      id,
      folder: "/project",
      title: id,
      startedAt: at,
      updatedAt: at,
      messages: 9,
      state: "idle",
    } as const;
    // As windows write: a few records at a time.
    for (let from = 0; from < events.length; from += 10) await store.append(events.slice(from, from + 10));
    await store.append([{ kind: "summary", summary }]);
  }
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const startedAt = performance.now();
  await work();
  return performance.now() - startedAt;
}

/** Times (ms) of single acknowledged appends of 1 KB, one after another, until `count` or until `until` settles. */
async function appendTimes(
  store: Store,
  session: string,
  count: number,
  until?: Promise<unknown>,
): Promise<readonly number[]> {
  let isOver = false;
  void until?.finally(() => (isOver = true));
  const times: number[] = [];
  for (let n = 0; n < count && !isOver; n++) {
    times.push(await timed(() => store.append([record(session, n, "x".repeat(1_000))])));
  }
  return times;
}

function residentMB(): number {
  return process.memoryUsage.rss() / 2 ** 20;
}

/** Memory (MB) of the index process that this process has started. */
async function indexMB(): Promise<number> {
  const tree = await listTree(process.pid);
  return Math.max(
    ...tree
      .filter(({ command }) => /index-process.js .* \d+$/.test(command))
      .map(({ residentBytes }) => residentBytes / 2 ** 20),
  );
}

/** What a host of 250 MB that only uses the store is held up by it. */
async function measureHost(folder: string, directory: string): Promise<readonly Row[]> {
  const job: HostJob = { module: join(folder, "store.js"), directory, megabytes: 250, rounds };
  const host = join(root, "test/bench/store-host.ts");
  const { stdout } = await promisify(execFile)(process.execPath, [host, JSON.stringify(job)]);
  return Object.entries(JSON.parse(stdout) as HostDelays).map(([what, values]) => ({
    ...{ name: `longest delay of the host's event loop: ${what}`, unit: "ms", values },
    ...(what !== "nothing" && { limit: 10 }),
  }));
}

async function measureSize(open: Open, directory: string, megabytes: number): Promise<readonly Row[]> {
  const filling = open(directory);
  await fill(filling, megabytes);
  await filling.clean();
  await filling.close();
  const list: number[] = [];
  const again: number[] = [];
  const transcript: number[] = [];
  const resident: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const store = open(directory);
    list.push(await timed(() => store.sessions("/project")));
    await store.append([record(`round-${Date.now()}`, 0, "")]);
    again.push(await timed(() => store.sessions("/project")));
    transcript.push(await timed(() => store.events("session-0")));
    resident.push(await indexMB());
    await store.close();
  }
  const name = (what: string) => `${megabytes} MB: ${what}`;
  return [
    { name: name("first list, index process started"), unit: "ms", values: list },
    { name: name("list after an append"), unit: "ms", values: again },
    { name: name("transcript of 800 KB"), unit: "ms", values: transcript },
    { name: name("memory of the index process"), unit: "MB", values: resident },
  ];
}

async function run(): Promise<readonly Row[]> {
  const folder = mkdtempSync(join(tmpdir(), "boocode-bench-store-"));
  try {
    const bundle = join(folder, "bundle");
    mkdirSync(bundle);
    const open = await bundled(bundle);
    const before = residentMB();
    const small = open(join(folder, "small"));
    await appendTimes(small, "warm-up", 200);
    const memory = residentMB() - before;
    const alone = await appendTimes(small, "alone", 2_000);
    await small.close();

    const rows: Row[] = [];
    for (const megabytes of sizesMB)
      rows.push(...(await measureSize(open, join(folder, `${megabytes}`), megabytes)));
    const busy = await measureBusy(open, join(folder, `${sizesMB.at(-1)}`));
    const delays = await measureHost(bundle, join(folder, `${sizesMB.at(-1)}`));
    return [
      { name: "append, acknowledged", unit: "ms", values: alone, limit: 5 },
      { name: "append, 99th percentile", unit: "ms", values: [quantile(alone, 0.99)], limit: 40 },
      { name: "append while a checkpoint and queries run", unit: "ms", values: busy, limit: 5 },
      { name: "append then, 99th percentile", unit: "ms", values: [quantile(busy, 0.99)], limit: 40 },
      { name: "memory in the host after 200 appends", unit: "MB", values: [memory] },
      ...rows,
      ...delays,
    ];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Appends beside a large store while enough is written to fold it, and while it is read. */
async function measureBusy(open: Open, directory: string): Promise<readonly number[]> {
  const other = open(directory);
  const store = open(directory);
  const reading = async () => {
    await fill(other, 20);
    for (let at = 0; at < 20; at++) await other.events(`session-${at}`);
  };
  const times = await appendTimes(store, `busy-${Date.now()}`, 100_000, reading());
  await Promise.all([store.close(), other.close()]);
  return times;
}

/** What a save costs, and what it costs to open stores of several sizes. */
export const bench: Bench = { name: "store", run };
