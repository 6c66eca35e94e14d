/** The spans of one step: the step itself, and each try to get an answer from the model. */
import type { ToolOutcome } from "#protocol/session.ts";
import type { ModelChoice } from "#protocol/header.ts";
import type { CacheFinding, SpanTimings } from "#protocol/trace.ts";
import { addUsage, noUsage, type Usage } from "#protocol/usage.ts";
import type { SpanFact, SpanStart, TraceRecorder } from "./recorder.ts";

/** What the spans of a step have in common. */
export interface StepFacts {
  readonly recorder: TraceRecorder;
  readonly choice: ModelChoice;
  readonly id: string;
  readonly turn: string;
  readonly turnNumber: number;
  /** Which step of its turn this is, from 1. */
  readonly number: number;
  readonly now: () => number;
  /** Called where a server did not tell what a call used. */
  readonly missedUsage: () => void;
}

/** When things happened to a request, epoch milliseconds. */
export interface CallTimes {
  readonly sentAt?: number;
  readonly firstTokenAt?: number;
  readonly endedAt?: number;
}

/** What a try came to. */
export interface CallEnd {
  readonly outcome: ToolOutcome;
  readonly times: CallTimes;
  readonly usage?: Usage;
  readonly costUsd?: number;
  readonly outputEvent?: number;
  readonly cache?: CacheFinding;
  readonly error?: { readonly code: string; readonly message: string };
}

/** Tells a step's spans as they begin and end. */
export class StepTrace {
  readonly #facts: StepFacts;
  readonly #step: SpanStart;
  #call: SpanStart | undefined;
  #tries = 0;
  #usage: Usage = noUsage;
  #costUsd: number | undefined;
  #isWhole = true;

  constructor(facts: StepFacts) {
    this.#facts = facts;
    this.#step = {
      id: facts.id,
      parent: facts.turn,
      turn: facts.turnNumber,
      kind: "step",
      name: `step ${facts.number}`,
      startedAt: facts.now(),
    };
    facts.recorder.start(this.#step);
  }

  /** How many requests were made so far. */
  get tries(): number {
    return this.#tries;
  }

  /** A request is about to be sent, made of the session's events before `inputEvent`. */
  call(inputEvent: number): void {
    const { recorder, choice, id, turnNumber, now } = this.#facts;
    this.#tries += 1;
    this.#call = {
      id: `${id}/${this.#tries}`,
      parent: id,
      turn: turnNumber,
      kind: "model",
      name: `chat ${choice.model}`,
      provider: choice.provider,
      model: choice.model,
      attempt: this.#tries,
      startedAt: now(),
      inputEvent,
    };
    recorder.start(this.#call);
  }

  /** The request was answered, or failed; nothing where none was sent. */
  callEnded({ times, ...end }: CallEnd): void {
    const call = this.#call;
    if (call === undefined) return;
    this.#call = undefined;
    const endedAt = times.endedAt ?? this.#facts.now();
    // A server that began to answer counts tokens, told or not; one that refused counts none.
    const isBilled = end.outcome === "ok" || times.firstTokenAt !== undefined;
    const isKnown = end.usage?.promptTokens !== undefined;
    if (isBilled && !isKnown) {
      this.#isWhole = false;
      this.#facts.missedUsage();
    }
    if (end.usage !== undefined) this.#usage = addUsage(this.#usage, end.usage);
    if (end.costUsd !== undefined) this.#costUsd = (this.#costUsd ?? 0) + end.costUsd;
    this.#facts.recorder.end({
      ...call,
      ...end,
      endedAt,
      timings: timingsOf(call.startedAt, times, endedAt),
    });
  }

  /** The step is over, its tools included. */
  end(outcome: ToolOutcome, error?: SpanFact["error"]): void {
    this.#facts.recorder.end({
      ...this.#step,
      endedAt: this.#facts.now(),
      outcome,
      timings: {},
      usage: this.#usage,
      ...(!this.#isWhole && { isUsageWhole: false }),
      ...(this.#costUsd !== undefined && { costUsd: this.#costUsd }),
      ...(this.#tries > 1 && { retries: this.#tries - 1 }),
      ...(error && { error }),
    });
  }
}

/** The parts of a request's time, one after the other from its start to its end. */
function timingsOf(startedAt: number, { sentAt, firstTokenAt }: CallTimes, endedAt: number): SpanTimings {
  if (sentAt === undefined) return { queuedMs: endedAt - startedAt };
  const queuedMs = sentAt - startedAt;
  if (firstTokenAt === undefined) return { queuedMs, firstTokenMs: endedAt - sentAt };
  return { queuedMs, firstTokenMs: firstTokenAt - sentAt, generatingMs: endedAt - firstTokenAt };
}
