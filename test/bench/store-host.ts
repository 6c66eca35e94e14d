// A host that does nothing but use the store: tells how long its event loop was held up meanwhile, as JSON.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { monitorEventLoopDelay } from "node:perf_hooks";
import { setTimeout } from "node:timers/promises";
import type { Store, StoreRecord } from "#core/store-ports.ts";
import type { openStore } from "#node/store/store.ts";
import type { WriterJob } from "../node/store/writer.ts";

/** What such a host is told: the module of the bundled store, the store's directory, how large the host is (MB), how often it does everything. */
export interface HostJob {
  readonly module: string;
  readonly directory: string;
  readonly megabytes: number;
  readonly rounds: number;
}

/** The longest delay (ms) of the event loop in each round, by what was done. */
export type HostDelays = Readonly<Record<string, readonly number[]>>;

const job = JSON.parse(process.argv[2] ?? "") as HostJob;
const idleMs = 100;
const eventsPerSecond = 200;
const seconds = 2;
const delays: Record<string, number[]> = {};
const delay = monitorEventLoopDelay({ resolution: 1 });
delay.enable();

async function watch(what: string, work: () => Promise<unknown>): Promise<void> {
  await setTimeout(50);
  delay.reset();
  await work();
  await setTimeout(50);
  (delays[what] ??= []).push(delay.max / 1e6);
}

function record(session: string, n: number, text: string): StoreRecord {
  return { kind: "event", session, n, event: { type: "title-change", at: n, title: text } };
}

/** Saves events at a steady pace while another window does the same. */
async function saveBesideAnother(store: Store, session: string): Promise<void> {
  const count = eventsPerSecond * seconds;
  const other: WriterJob = {
    ...{ directory: job.directory, sessions: [`${session}-other`], seed: 1, events: count },
    ...{ pauseMs: 1_000 / eventsPerSecond, textLength: 1_000 },
  };
  const writer = join(import.meta.dirname, "../node/store/writer.ts");
  const ended = once(spawn(process.execPath, [writer, JSON.stringify(other)], { stdio: "ignore" }), "exit");
  // Its start is this bench's doing and not the store's.
  await setTimeout(1_000);
  delay.reset();
  const saved: Promise<void>[] = [];
  for (let n = 0; n < count; n++) {
    saved.push(store.append([record(session, n, "x".repeat(1_000))]));
    await setTimeout(1_000 / eventsPerSecond);
  }
  await Promise.all(saved);
  await ended;
}

/** Saves enough to have it folded, and waits until that is done. */
async function saveMuch(store: Store, session: string): Promise<void> {
  const text = "y".repeat(8_000);
  for (let at = 0; at < 250; at++)
    await store.append(Array.from({ length: 10 }, (_, n) => record(session, at * 10 + n, text + n)));
  await store.sessions();
  await setTimeout(1_500);
}

const { openStore: open } = (await import(job.module)) as { readonly openStore: typeof openStore };
const silent = { info: () => {}, warn: () => {}, error: () => {} };
const store = open({ directory: job.directory, log: silent, index: { idleMs } });
await watch("the first list, by a small host", () => store.sessions());
const memory: Buffer[] = [];
while (process.memoryUsage.rss() < job.megabytes * 1e6) memory.push(Buffer.alloc(10 << 20, 1));
for (let round = 0; round < job.rounds; round++) {
  await watch("nothing", () => setTimeout(1_000 + idleMs));
  await watch("a list, for which the index process is started", () => store.sessions());
  await watch("a session of 800 KB is read", () => store.events("session-1"));
  await watch("words are found", async () => store.hits(["title"], await store.search(["title"]), 3));
  await watch("200 events/s saved, and as many of another window", () =>
    saveBesideAnother(store, `round-${round}-${Date.now()}`),
  );
  await watch("20 MB are saved and folded", () => saveMuch(store, `much-${round}-${Date.now()}`));
}
await store.close();
// What makes the host large stays until here.
process.stdout.write(JSON.stringify(memory.length > 0 ? delays : {}));
