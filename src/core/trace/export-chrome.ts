/** A trace in the Trace Event Format of Chrome, object form, which Perfetto and chrome://tracing read. */
import type { Span, SpanTimings } from "#protocol/trace.ts";
import { ChromeLanes, type Lane } from "./chrome-lanes.ts";
import type { ExportedTrace } from "./exported-trace.ts";
import { byStart, Pace } from "./pace.ts";
import { figures, isoTime } from "./span-columns.ts";

const chunkLength = 65_536;
const pid = 1;

/** One event with the fields that its phase requires: M metadata, X a whole slice, b and e the ends of an asynchronous one. */
export type ChromeEvent = { readonly name: string; readonly pid: number; readonly tid: number } & (
  | { readonly ph: "M"; readonly args: Readonly<Record<string, string | number>> }
  | {
      readonly ph: "X";
      readonly cat: string;
      /** Microseconds since the trace began. */
      readonly ts: number;
      readonly dur: number;
      readonly args: ChromeArgs;
    }
  | {
      readonly ph: "b" | "e";
      readonly cat: string;
      readonly id: string;
      readonly ts: number;
      readonly args: ChromeArgs;
    }
);

type ChromeArgs = Readonly<Record<string, string | number | boolean>>;

/** The parts of a model call's time, in their order. */
const parts: readonly { readonly of: keyof SpanTimings; readonly name: string }[] = [
  { of: "queuedMs", name: "queued" },
  { of: "firstTokenMs", name: "first token" },
  { of: "generatingMs", name: "generating" },
];

/**
 * The JSON in pieces: a process for the session, threads for each agent, and as many more as calls ran side by side.
 * Times are whole microseconds since the trace began, so that slices nest exactly. Lets others run every few milliseconds.
 */
export async function* exportChrome({ session, spans, version }: ExportedTrace): AsyncGenerator<string> {
  const pace = new Pace();
  const ordered = await byStart(spans, pace);
  const origin = Math.min(session.startedAt, ordered[0]?.startedAt ?? session.startedAt);
  const lanes = new ChromeLanes();
  const process = {
    name: "process_name",
    ph: "M",
    pid,
    tid: 0,
    args: { name: `BooCode: ${session.title.toWellFormed()}` },
  };
  let chunk = `{"traceEvents":[\n${JSON.stringify(process)}`;
  for (const span of ordered) {
    for (const event of eventsOf(span, origin, lanes)) chunk += `,\n${JSON.stringify(event)}`;
    if (chunk.length >= chunkLength || pace.isDue) {
      yield chunk;
      chunk = "";
    }
    if (pace.isDue) await pace.pause();
  }
  const about = { session: session.id, startedAt: isoTime(origin), version };
  yield `${chunk}\n],"displayTimeUnit":"ms","otherData":${JSON.stringify(about)}}\n`;
}

function eventsOf(span: Span, origin: number, lanes: ChromeLanes): readonly ChromeEvent[] {
  const start = microseconds(span.startedAt, origin);
  const end = Math.max(start, microseconds(span.endedAt, origin));
  const { id, parent, agent, kind } = span;
  const placed = lanes.place({ id, parent, agent, start, end, isLeaf: kind === "model" });
  const name = span.name.toWellFormed();
  const args = argsOf(span);
  if (placed === undefined) {
    const common = { name, cat: span.kind, id: id.toWellFormed(), pid, tid: lanes.main(agent)?.tid ?? 0 };
    return [
      { ...common, ph: "b", ts: start, args },
      { ...common, ph: "e", ts: end, args: {} },
    ];
  }
  const { lane, isNew } = placed;
  return [
    ...(isNew ? namesOf(lane) : []),
    { name, cat: span.kind, ph: "X", ts: start, dur: end - start, pid, tid: lane.tid, args },
    ...partsOf(span, origin, lane, end),
  ];
}

function namesOf({ tid, name }: Lane): readonly ChromeEvent[] {
  return [
    { name: "thread_name", ph: "M", pid, tid, args: { name: name.toWellFormed() } },
    { name: "thread_sort_index", ph: "M", pid, tid, args: { sort_index: tid } },
  ];
}

/** Where the time of a model call went, below it; nothing for one that has one part only. */
function partsOf(
  { kind, timings, startedAt }: Span,
  origin: number,
  { tid }: Lane,
  end: number,
): readonly ChromeEvent[] {
  const told = parts.filter(({ of }) => (timings[of] ?? 0) > 0);
  if (kind !== "model" || told.length < 2) return [];
  let at = startedAt;
  return told.map(({ of, name }) => {
    const ts = Math.min(microseconds(at, origin), end);
    at += timings[of] ?? 0;
    const dur = Math.min(microseconds(at, origin), end) - ts;
    return { name, cat: "timing", ph: "X", ts, dur, pid, tid, args: {} };
  });
}

function argsOf(span: Span): ChromeArgs {
  const told = [
    { name: "title", of: () => span.title },
    { name: "turn", of: () => span.turn },
    ...figures,
  ].flatMap(({ name, of }): readonly (readonly [string, string | number | boolean])[] => {
    const value = of(span);
    if (value === undefined) return [];
    return [[name, typeof value === "string" ? value.toWellFormed() : value]];
  });
  return Object.fromEntries(told);
}

// Readers turn fractions into nanoseconds each in their own way, which may let a child end after its parent.
function microseconds(epochMs: number, origin: number): number {
  return Math.round((epochMs - origin) * 1000);
}
