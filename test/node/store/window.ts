// A window: writes to its sessions at a steady pace, follows the other windows, and tells on request what it knows of all sessions.
import { createInterface } from "node:readline";
import { setTimeout } from "node:timers/promises";
import { openStore } from "#node/store/store.ts";
import { event, summary } from "./world.ts";

/** What a window does. */
export interface WindowJob {
  readonly directory: string;
  readonly name: string;
  /** Events a second, for so many seconds. */
  readonly rate: number;
  readonly seconds: number;
  readonly segmentBytes: number;
  readonly checkpointBytes: number;
}

/** What a window knows: the number of events and the time in the list of each session, and how late (ms) it heard of the others. */
export interface WindowReport {
  readonly isDone: boolean;
  readonly events: Readonly<Record<string, number>>;
  readonly list: Readonly<Record<string, number>>;
  /** Events that came twice or out of order. */
  readonly disorder: number;
  readonly latest: number;
}

const job = JSON.parse(process.argv[2] ?? "") as WindowJob;
const silent = { info: () => {}, warn: () => {}, error: () => {} };
const store = openStore({
  directory: job.directory,
  log: silent,
  journal: { segmentBytes: job.segmentBytes },
  index: { checkpointBytes: job.checkpointBytes },
});
const events = new Map<string, number>();
const list = new Map<string, number>();
let isDone = false;
let disorder = 0;
let latest = 0;

store.follow((change) => {
  if (change.kind === "summary") list.set(change.summary.id, change.summary.updatedAt);
  if (change.kind !== "event") return;
  const known = events.get(change.session) ?? 0;
  if (change.n !== known) disorder += 1;
  events.set(change.session, change.n + 1);
  const told = change.event();
  if ("at" in told) latest = Math.max(latest, Date.now() - told.at);
});

async function write(): Promise<void> {
  const startedAt = performance.now();
  const count = job.rate * job.seconds;
  const pending: Promise<void>[] = [];
  for (let at = 0; at < count; at++) {
    const ahead = startedAt + (at * 1_000) / job.rate - performance.now();
    if (ahead > 4) await setTimeout(ahead);
    const session = `${job.name}-${at % 4}`;
    const n = events.get(session) ?? 0;
    const now = Date.now();
    events.set(session, n + 1);
    list.set(session, now);
    const record = event(session, n, "x".repeat((at * 37) % 900));
    if (record.kind !== "event") continue;
    const dated = {
      ...record,
      event: { type: "title-change", at: now, title: "x".repeat((at * 37) % 900) } as const,
    };
    pending.push(store.append([dated, { kind: "summary", summary: summary(session, now) }]));
  }
  await Promise.all(pending);
  isDone = true;
}

function sorted(map: ReadonlyMap<string, number>): Readonly<Record<string, number>> {
  return Object.fromEntries([...map].toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

await store.sessions();
for await (const line of createInterface({ input: process.stdin })) {
  if (line === "write") void write();
  const report: WindowReport = {
    isDone,
    events: sorted(events),
    list: sorted(list),
    disorder,
    latest,
  };
  process.stdout.write(`${JSON.stringify(report)}\n`);
}
await store.close();
