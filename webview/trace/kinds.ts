import type { ToolOutcome } from "#protocol/session.ts";
import type { PinReason } from "#protocol/header.ts";
import type { CacheCause, SpanKind } from "#protocol/trace.ts";

/** What a row is about: a span, or the session that they all belong to. */
export type RowKind = "session" | SpanKind;

/** The kinds by number. */
export const kinds: readonly RowKind[] = [
  ...(["session", "turn", "step", "model", "tool", "question", "run", "phase", "agent"] as const),
];
/** What is made of calls below it. */
export const frames: ReadonlySet<RowKind> = new Set(["session", "run", "phase", "agent", "turn", "step"]);
/** The outcomes by number. */
export const outcomes: readonly ToolOutcome[] = ["ok", "error", "denied", "cancelled", "interrupted"];
/** The causes of misses by number. */
export const causes: readonly CacheCause[] = [
  "none",
  "declared",
  "drift",
  "expired",
  "too-soon",
  "small",
  "unknown",
];
/** The reasons of what was begun anew by number. */
export const reasons: readonly PinReason[] = [
  ...(["first", "model", "effort", "clear", "fork", "compaction", "edit", "upgrade"] as const),
];
