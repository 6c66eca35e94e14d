import type { SpanTimings } from "#protocol/trace.ts";
import type { Interval } from "./axis.ts";
import type { RowKind } from "./kinds.ts";
import type { SpanTable } from "./table.ts";

/** What a part of a bar is drawn as: a kind of time, or the frame of what is below a turn or a step. */
export type PartKind =
  | "frame"
  | "failed"
  | "queued"
  | "waiting"
  | "first-token"
  | "generating"
  | "tool"
  | "error"
  | "running";

/** A part of a bar, in epoch milliseconds. */
export interface Part extends Interval {
  readonly kind: PartKind;
}

const order: readonly { readonly timing: keyof SpanTimings; readonly kind: PartKind }[] = [
  { timing: "queuedMs", kind: "queued" },
  { timing: "waitingForUserMs", kind: "waiting" },
  { timing: "firstTokenMs", kind: "first-token" },
  { timing: "generatingMs", kind: "generating" },
  { timing: "toolMs", kind: "tool" },
];

/** What time of a span is that its timings say nothing of. */
const untold: Readonly<Record<RowKind, PartKind>> = {
  session: "frame",
  run: "frame",
  phase: "frame",
  agent: "frame",
  turn: "frame",
  step: "frame",
  model: "running",
  tool: "tool",
  question: "waiting",
};

/** The least width of a bar, in pixels, as in the style; at the end of the axis it needs them, too. */
export const leastBar = 2;
/** Shorter parts are rounding, in milliseconds. */
const leastMs = 0.01;

/** The parts of a span's bar, one after another from its start; what failed is told apart from what came before it. */
export function partsOf(table: SpanTable, place: number, now: number): readonly Part[] {
  const kind = table.kind(place);
  const from = table.startedAt(place);
  const to = table.endedAt(place, now);
  const isFailed = table.outcome(place) === "error";
  if (table.isFrame(place)) return [{ kind: isFailed ? "failed" : "frame", from, to }];
  const parts: Part[] = [];
  let at = from;
  for (const { timing, kind: part } of order) {
    const length = table.figure(place, timing) ?? 0;
    const end = Math.min(to, at + length);
    if (end - at < leastMs) continue;
    const isBefore = part === "queued" || part === "waiting";
    parts.push({ kind: isFailed && !isBefore ? "error" : part, from: at, to: end });
    at = end;
  }
  if (to - at >= leastMs || parts.length === 0)
    parts.push({ kind: isFailed ? "error" : untold[kind], from: at, to });
  // Timings are kept with fewer digits than moments: the last part ends with the span.
  const last = parts.at(-1);
  return last === undefined ? parts : [...parts.slice(0, -1), { ...last, to }];
}
