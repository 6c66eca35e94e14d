/** One model call with its retries; the transcript gets one answer, whatever it took. */
import type { SessionEvent, ToolRequest, TurnError } from "#protocol/session.ts";
import type { Usage } from "#protocol/usage.ts";
import type { Answer, Attempt } from "../models/attempt.ts";
import { cacheFactsOf } from "../models/cache-facts.ts";
import { findModel } from "../models/catalog.ts";
import { classifyFailure, type ModelFailure } from "../models/failure.ts";
import { type CallTimes, StepTrace } from "../trace/step-trace.ts";
import type { AttemptSupply } from "./attempt-supply.ts";
import type { TurnRun } from "./turn.ts";

type DeltaEvent = Extract<SessionEvent, { type: "text-delta" | "reasoning-delta" }>;

/** What a step came to. */
export type StepResult =
  | {
      readonly status: "answered";
      readonly id: string;
      readonly calls: readonly ToolRequest[];
      readonly error?: TurnError;
      /** To be ended when the calls are done. */
      readonly trace: StepTrace;
    }
  | { readonly status: "failed"; readonly error: TurnError }
  | { readonly status: "stopped" };

// Room that the answer needs; a request without it would be refused or cut.
const answerReserve = 8_000;
// Of what a failed try said so much is kept (characters), for the trace: the model is not told of it.
const mostSaid = 4_000;

/** Makes one step: asks the model until it gives a usable answer, the tries are used up, or the user stops. */
export async function runStep(run: TurnRun, attempts: AttemptSupply): Promise<StepResult> {
  const step = new Step(run, attempts);
  const full = contextProblem(run);
  if (full !== undefined) return { status: "failed", error: full };
  await step.start();
  for (let tries = 1; ; tries++) {
    try {
      run.signal.throwIfAborted();
      const answer = await step.ask();
      return await step.finish(answer);
    } catch (error) {
      if (run.signal.aborted) return step.stop();
      const failure = classifyFailure(error, run.route.provider.label);
      run.ports.log.warn(
        `Model call failed (${failure.error.code}), attempt ${tries}: ${run.redactor.text(failure.error.message)}`,
      );
      const most = Math.min(failure.tries ?? run.limits.attempts, run.limits.attempts);
      if (!failure.canRetry || tries >= most) return step.fail(failure);
      step.tryFailed(failure);
      if (!(await step.waitForRetry(failure, tries))) return step.stop();
    }
  }
}

function contextProblem(run: TurnRun): TurnError | undefined {
  const window = findModel(run.route.choice.provider, run.route.choice.model)?.contextWindow;
  const used = run.session.state.context?.usedTokens;
  if (window === undefined || used === undefined || used + (run.isSummary ? 0 : answerReserve) <= window)
    return undefined;
  return {
    code: "context-full",
    message: "This session no longer fits into the model's context.",
    actions: ["new-with-summary", "switch-model"],
  };
}

/** The state of one step while it runs. */
class Step {
  readonly #run: TurnRun;
  readonly #attempts: AttemptSupply;
  readonly #id = crypto.randomUUID();
  readonly #startedAt: number;
  readonly #inputEvent: number;
  readonly #trace: StepTrace;
  #attempt: Attempt | undefined;
  #text = "";
  #reasoning = "";
  #reasoningAt: number | undefined;
  #isWriting = false;
  #untold: DeltaEvent | undefined;
  #telling: ReturnType<typeof setTimeout> | undefined;

  constructor(run: TurnRun, attempts: AttemptSupply) {
    this.#run = run;
    this.#attempts = attempts;
    this.#startedAt = run.ports.clock.now();
    this.#inputEvent = run.session.eventCount;
    this.#trace = new StepTrace({
      recorder: run.recorder,
      choice: run.route.choice,
      id: this.#id,
      turn: run.turn,
      turnNumber: run.number,
      number: (run.session.state.turns.at(-1)?.steps ?? 0) + 1,
      now: () => run.ports.clock.now(),
      missedUsage: () => run.trace.missedUsage(),
    });
  }

  async start(): Promise<void> {
    const { turn, route } = this.#run;
    void this.#emit({ type: "step-start", at: this.#now(), turn, step: this.#id, choice: route.choice });
  }

  ask(): Promise<Answer> {
    const { route, session } = this.#run;
    const waiting = { kind: "model" as const, text: `Waiting for ${route.label}` };
    void this.#emit({ type: "waiting", at: this.#now(), waiting });
    this.#trace.call(this.#inputEvent);
    const attempt = this.#attempts.take();
    this.#attempt = attempt;
    return attempt.send(session.announced(), {
      // While the model thinks there is time to make the next request ready.
      sent: () => this.#attempts.prepare(),
      text: (text) => this.#delta("text-delta", text),
      reasoning: (text) => this.#delta("reasoning-delta", text),
      toolInput: (index, name, bytes) => {
        this.#isWriting = true;
        this.#tell();
        void this.#emit({ type: "tool-input", step: this.#id, index, name, bytes });
      },
    });
  }

  async finish(answer: Answer): Promise<StepResult> {
    this.#tell();
    const { route, cache, session, prices } = this.#run;
    const calls = answer.calls.map((call, index) => ({ id: `${this.#id}.${index}`, ...call }));
    const { firstTokenAt, textAt, endedAt } = answer.times;
    const thinkingMs =
      answer.reasoning === "" ? undefined : (textAt ?? endedAt) - (firstTokenAt ?? this.#startedAt);
    const { provider, model } = route.choice;
    const sentAt = answer.times.sentAt ?? this.#startedAt;
    const rates = prices.ratesOf(provider, model, sentAt);
    const costUsd = prices.costOf(provider, model, answer.usage, sentAt);
    const event = this.#end({ ...answer, calls, ...(thinkingMs !== undefined && { thinkingMs }) }, costUsd);
    const drift = this.#attempt?.drift;
    const facts = cacheFactsOf(this.#run.ports.settings.cache());
    const finding = cache.judge({ usage: answer.usage, sentAt, drift, rates }, facts);
    if (drift !== undefined) this.#warnOfDrift(drift.place, cache.drifts);
    const durable = this.#emit(event);
    this.#trace.callEnded({
      outcome: "ok",
      times: answer.times,
      usage: answer.usage,
      outputEvent: session.eventCount - 1,
      ...(costUsd !== undefined && { costUsd }),
      ...(finding && { cache: finding }),
    });
    // A call's start is announced, and both go to disk together, before it runs.
    if (calls.length === 0) await durable;
    const error = finishProblem(answer, route.label);
    const trace = this.#trace;
    return { status: "answered", id: this.#id, calls, trace, ...(error !== undefined && { error }) };
  }

  // Whatever the server did with it, the prompt was not what it should have been.
  #warnOfDrift(place: string, count: number): void {
    this.#run.ports.log.warn(
      `A request did not begin as the one before (${place}), so what follows was not cached; number ${count} of this session in this window. This is a fault in BooCode; the trace shows the difference.`,
    );
  }

  // What was said until the stop stays, without calls: nobody will answer those.
  async stop(): Promise<StepResult> {
    await this.#keepPartial("stopped");
    this.#trace.callEnded({ outcome: "cancelled", times: this.#times() });
    this.#trace.end("cancelled");
    return { status: "stopped" };
  }

  async fail(failure: ModelFailure): Promise<StepResult> {
    await this.#keepPartial("failed");
    const error = this.tryFailed(failure);
    this.#trace.end("error", error);
    return { status: "failed", error: { ...failure.error, message: error.message } };
  }

  /** Notes why a request gave nothing usable. */
  tryFailed(failure: ModelFailure): { readonly code: string; readonly message: string } {
    const message = this.#run.redactor.text(failure.error.message);
    const error = { code: failure.error.code, message };
    this.#trace.callEnded({ outcome: "error", times: this.#times(), error });
    return error;
  }

  #times(): CallTimes {
    return this.#attempt?.times ?? {};
  }

  /** Waits before the next attempt, visibly; false when the user stopped. */
  async waitForRetry(failure: ModelFailure, tries: number): Promise<boolean> {
    const { limits, ports, signal } = this.#run;
    const { message: reason } = failure.error;
    this.#reset(reason);
    const wait =
      failure.retryAfterMs ?? Math.min(limits.backOffMs * 2 ** (tries - 1), limits.longestBackOffMs);
    const waiting = { kind: "retry" as const, text: reason, until: this.#now() + wait, attempt: tries + 1 };
    void this.#emit({ type: "waiting", at: this.#now(), waiting });
    try {
      await ports.clock.sleep(wait, signal);
      return true;
    } catch {
      return false;
    }
  }

  #reset(reason: string): void {
    this.#tell();
    if (this.#text === "" && this.#reasoning === "" && !this.#isWriting) return;
    const [text, reasoning] = [this.#text, this.#reasoning].map(
      (said) => said.slice(0, mostSaid) + (said.length > mostSaid ? "…" : ""),
    );
    const said = { attempt: this.#trace.tries, text: text ?? "", reasoning: reasoning ?? "" };
    this.#text = "";
    this.#reasoning = "";
    this.#reasoningAt = undefined;
    this.#isWriting = false;
    void this.#emit({ type: "step-reset", at: this.#now(), step: this.#id, reason, said });
  }

  async #keepPartial(finish: string): Promise<void> {
    this.#tell();
    if (this.#text === "" && this.#reasoning === "") {
      this.#reset(finish);
      return;
    }
    const partial = { text: this.#text, reasoning: this.#reasoning, calls: [], finish, usage: {} };
    const thinkingMs = this.#reasoningAt === undefined ? undefined : this.#now() - this.#reasoningAt;
    await this.#emit(this.#end({ ...partial, ...(thinkingMs !== undefined && { thinkingMs }) }, undefined));
  }

  #end(
    answer: {
      text: string;
      reasoning: string;
      calls: readonly ToolRequest[];
      finish: string;
      usage: Usage;
      thinkingMs?: number;
    },
    costUsd: number | undefined,
  ): SessionEvent {
    const { turn, route } = this.#run;
    const { text, reasoning, calls, finish, usage, thinkingMs } = answer;
    const { promptTokens, outputTokens } = usage;
    const contextWindow = findModel(route.choice.provider, route.choice.model)?.contextWindow;
    return {
      type: "step-end",
      at: this.#now(),
      turn,
      step: this.#id,
      reasoning,
      ...(thinkingMs !== undefined && { thinkingMs }),
      text,
      calls,
      finish,
      usage,
      ...(costUsd !== undefined && { costUsd }),
      key: route.keySource,
      ...(promptTokens !== undefined && { contextTokens: promptTokens + (outputTokens ?? 0) }),
      ...(contextWindow !== undefined && { contextWindow }),
      attempt: this.#trace.tries,
      ...(this.#attempt?.sent && { sent: this.#attempt.sent }),
    };
  }

  // What comes in one go is told in one event: at full speed a model says thousands of pieces in a second.
  #delta(type: DeltaEvent["type"], text: string): void {
    if (this.#run.signal.aborted) return;
    const at = this.#now();
    if (type === "text-delta") this.#text += text;
    else {
      this.#reasoning += text;
      this.#reasoningAt ??= at;
    }
    if (this.#untold?.type !== type) this.#tell();
    this.#untold = {
      type,
      at: this.#untold?.at ?? at,
      step: this.#id,
      text: (this.#untold?.text ?? "") + text,
    };
    this.#telling ??= setTimeout(() => this.#tell(), 0);
  }

  #tell(): void {
    clearTimeout(this.#telling);
    const event = this.#untold;
    this.#telling = undefined;
    this.#untold = undefined;
    if (event !== undefined) void this.#emit(event);
  }

  #emit(event: SessionEvent): Promise<boolean> {
    return this.#run.session.emit(event);
  }

  #now(): number {
    return this.#run.ports.clock.now();
  }
}

function finishProblem(answer: Answer, label: string): TurnError | undefined {
  switch (answer.finish) {
    case "stop":
    case "tool_calls":
    case "function_call":
      return undefined;
    case "length":
      return {
        code: "output-limit",
        message: "The answer reached the model's output limit.",
        actions: ["continue"],
      };
    case "content_filter":
      return {
        code: "filtered",
        message: `${label} held the answer back (content filter). Put the request in other words.`,
        actions: ["continue", "switch-model"],
      };
    default:
      if (answer.calls.length > 0) return undefined;
      return {
        code: "unknown-finish",
        message: `The model stopped for a reason that BooCode does not know ("${answer.finish.slice(0, 40)}"). The answer may be incomplete.`,
        actions: ["continue"],
      };
  }
}
