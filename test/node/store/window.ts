// A window: writes to its sessions at a steady pace, follows the other windows, and tells what it knows of all sessions
// as soon as it knows as much as it is asked to.
import { createInterface } from "node:readline";
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

/** What a window is told by a line of JSON: to begin to write, or to report once it knows that many events of each session. */
export type WindowOrder =
  | { readonly kind: "write" }
  | { readonly kind: "report"; readonly events: Readonly<Record<string, number>> };

/** What a window knows: the number of events and the time in the list of each session, and how late (ms) it heard of the others. */
export interface WindowReport {
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
let disorder = 0;
let latest = 0;
let reportDue: Readonly<Record<string, number>> | undefined;

store.follow((change) => {
  if (change.kind === "summary") list.set(change.summary.id, change.summary.updatedAt);
  if (change.kind === "event") {
    const known = events.get(change.session) ?? 0;
    if (change.n !== known) disorder += 1;
    events.set(change.session, change.n + 1);
    const told = change.event();
    if ("at" in told) latest = Math.max(latest, Date.now() - told.at);
  }
  report();
});

/** Writes the events that are due, tick by tick, until all are. */
function write(): void {
  const startedAt = performance.now();
  let at = 0;
  const pace = setInterval(() => {
    const due = Math.floor(((performance.now() - startedAt) * job.rate) / 1_000);
    for (; at < Math.min(due, job.rate * job.seconds); at++) append(at);
    if (at === job.rate * job.seconds) clearInterval(pace);
    report();
  }, 4);
}

function append(at: number): void {
  const session = `${job.name}-${at % 4}`;
  const n = events.get(session) ?? 0;
  const now = Date.now();
  events.set(session, n + 1);
  list.set(session, now);
  const record = event(session, n, "x".repeat((at * 37) % 900));
  if (record.kind !== "event") return;
  const dated = {
    ...record,
    event: { type: "title-change", at: now, title: "x".repeat((at * 37) % 900) } as const,
  };
  // The summary first: who knows the event knows the time in the list, too.
  void store.append([{ kind: "summary", summary: summary(session, now) }, dated]);
}

function report(): void {
  if (reportDue === undefined) return;
  if (Object.entries(reportDue).some(([session, count]) => (events.get(session) ?? 0) < count)) return;
  reportDue = undefined;
  const told: WindowReport = { events: sorted(events), list: sorted(list), disorder, latest };
  process.stdout.write(`${JSON.stringify(told)}\n`);
}

function sorted(map: ReadonlyMap<string, number>): Readonly<Record<string, number>> {
  return Object.fromEntries([...map].toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

await store.sessions();
for await (const line of createInterface({ input: process.stdin })) {
  const order = JSON.parse(line) as WindowOrder;
  if (order.kind === "write") write();
  else reportDue = order.events;
  report();
}
await store.close();
