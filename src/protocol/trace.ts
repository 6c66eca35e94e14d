/** A span: one timed call of an agent, as it is recorded. */
import type { ToolOutcome } from "./session.ts";
import type { Usage } from "./usage.ts";

/** Where a span's time went, in milliseconds. */
export interface SpanTimings {
  readonly queuedMs?: number;
  readonly waitingForUserMs?: number;
  readonly firstTokenMs?: number;
  readonly generatingMs?: number;
  readonly toolMs?: number;
}

/** One turn, step, model call or tool call; times are epoch milliseconds with fractions. */
export interface Span {
  readonly id: string;
  readonly parent?: string;
  readonly session: string;
  readonly agent: string;
  readonly turn: number;
  readonly kind: "turn" | "step" | "model" | "tool";
  /** OpenTelemetry GenAI operation and target, for example "chat deepseek-flash" or "execute_tool read_file". */
  readonly name: string;
  readonly startedAt: number;
  readonly endedAt: number;
  readonly outcome: ToolOutcome;
  readonly timings: SpanTimings;
  readonly usage?: Usage;
  readonly costUsd?: number;
  readonly model?: string;
  readonly retries?: number;
  /** The input by reference: the event (by number) up to which the transcript was sent, or the call's event. */
  readonly inputEvent?: number;
  readonly outputEvent?: number;
  readonly error?: { readonly code: string; readonly message: string };
}
