/** The `trace` channel: the timed calls of a session's agents, as they are recorded and as they run. */
import type { Body, FileChange, ToolOutcome } from "./session.ts";
import type { PinReason } from "./header.ts";
import type { Usage } from "./usage.ts";

/**
 * What a span is about: a turn, one model call with the tools it asked for, a request to a model, a tool call, a question to the user; in the
 * trace of a run of a workflow also the run, a phase of it, an agent that worked in it.
 */
export type SpanKind = "run" | "phase" | "agent" | "turn" | "step" | "model" | "tool" | "question";

/** Where a span's time went, in milliseconds; parts in the order in which they follow each other. */
export interface SpanTimings {
  readonly queuedMs?: number;
  readonly waitingForUserMs?: number;
  readonly firstTokenMs?: number;
  readonly generatingMs?: number;
  readonly toolMs?: number;
}

/** One turn, step, model call, tool call or question; times are epoch milliseconds with fractions. */
export interface Span {
  readonly id: string;
  readonly parent?: string;
  /** The session whose trace it is in, or the run. */
  readonly session: string;
  /** In the trace of a run: the session in which it happened, whose log tells what was given and said. */
  readonly origin?: string;
  readonly agent: string;
  /** The turn of its session; of a run and what is in it: which attempt. */
  readonly turn: number;
  readonly kind: SpanKind;
  /** OpenTelemetry GenAI operation and target, for example "chat deepseek-flash" or "execute_tool read_file". */
  readonly name: string;
  /** What it is about, in the words of the chat: "Read src/app.ts". */
  readonly title?: string;
  readonly startedAt: number;
  readonly endedAt: number;
  readonly outcome: ToolOutcome;
  readonly timings: SpanTimings;
  /** Of what has calls below it: everything below it; absent counts were not told by the server. */
  readonly usage?: Usage;
  /** False where some call below has no usage, so that counts and money are lower bounds. */
  readonly isUsageWhole?: false;
  readonly costUsd?: number;
  readonly provider?: string;
  readonly model?: string;
  /** Which try of its step a model call was, from 1. */
  readonly attempt?: number;
  /** Of a step: how many tries failed before the one that counts. */
  readonly retries?: number;
  /** Of a model call: the number of events that its transcript is made of. */
  readonly inputEvent?: number;
  /** The number of the event that tells the answer or the result. */
  readonly outputEvent?: number;
  /** Of a model call that was answered: what became of the prompt's cached beginning. */
  readonly cache?: CacheFinding;
  readonly error?: { readonly code: string; readonly message: string };
}

/** A span that has not ended. */
export type OpenSpan = Omit<Span, "endedAt" | "outcome" | "timings">;

/** Why tokens of a prompt that could have been cached were not; "none" where all were. */
export type CacheCause = "none" | "declared" | "drift" | "expired" | "too-soon" | "small" | "unknown";

/** What the cache did for one model call, against the previous request of the same agent. */
export interface CacheFinding {
  readonly cause: CacheCause;
  /** True where the cause was concluded from times and sizes; the server does not tell it. */
  readonly isInferred: boolean;
  /** Why the header was pinned anew, where the cause is declared. */
  readonly reason?: PinReason;
  /** Tokens that the previous request and its answer left to be reused. */
  readonly reusableTokens: number;
  /** Of these, the tokens that were sent uncached all the same. */
  readonly missedTokens: number;
  /** What the hits saved, and what the missed tokens cost over their price in the cache; absent where there is no price. */
  readonly savedUsd?: number;
  readonly lostUsd?: number;
  /** Where the bytes of this request part from those of the previous one. */
  readonly drift?: Drift;
}

/** The first difference between two requests whose beginning should be the same. */
export interface Drift {
  /** Which part: "system", "tools", "options", or "message 12". */
  readonly place: string;
  /** The texts around the difference, at most 300 characters each; absent where the earlier request is not known any more. */
  readonly before?: string;
  readonly after: string;
}

/** A part of a request: the system text, one tool, one message. */
export interface Segment {
  readonly kind: "system" | "tool" | "user" | "assistant" | "result";
  readonly label: string;
  readonly bytes: number;
  /** Estimated: the prompt's tokens shared out by bytes. */
  readonly tokens?: number;
  /** The first 12 characters of its sha-256. */
  readonly hash: string;
  /** Whether the previous request of the agent had the same bytes at the same place. */
  readonly isReused: boolean;
}

/** What a span's call was given and what it gave; absent where the settings keep bodies out of the trace. */
export interface SpanDetail {
  readonly input?: Body;
  readonly output?: Body;
  readonly thinking?: string;
  /** Set where a model call broke off, so that `output` and `thinking` are what there was until then. */
  readonly isPartial?: true;
  readonly files: readonly FileChange[];
  /** Of a model call: its request in parts, in order. */
  readonly segments: readonly Segment[];
  /** False where the user's settings keep bodies out of the trace. */
  readonly hasBodies: boolean;
}

/** What runs now, and how many spans this window has seen end, so that a view knows when it missed some. */
export interface TraceState {
  readonly open: readonly OpenSpan[];
  readonly ended: number;
}

/** What happens in a trace; the end of a span is kept, its start is not. */
export type TraceEvent =
  | { readonly type: "span-start"; readonly span: OpenSpan }
  | { readonly type: "span-end"; readonly span: Span };

/** The state before anything ran. */
export const emptyTrace: TraceState = { open: [], ended: 0 };

/** Applies one event. */
export function reduceTrace(state: TraceState, event: TraceEvent): TraceState {
  const open = state.open.filter(({ id }) => id !== event.span.id);
  return event.type === "span-start"
    ? { ...state, open: [...open, event.span] }
    : { open, ended: state.ended + 1 };
}
