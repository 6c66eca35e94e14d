/** One agent from the queue to its answer: tries, waits for rate limits, watches for silence, can be skipped and begun anew. */
import { addSpent, noSpent, type Spent } from "#protocol/run.ts";
import { BooError, messageOf } from "../../errors.ts";
import type { RunScope } from "../primitive.ts";
import type { AnswerSchema } from "../schema/validate.ts";
import type { RunningStep, StepDone } from "../steps.ts";
import { FinalAnswer } from "./final-answer.ts";
import { Watchdog } from "./watchdog.ts";
import type { AgentOutcome, AgentSpec } from "./workflow-agents.ts";

/** Longest wait (ms) before another try of what failed. */
const longestBackOff = 60_000;

/** What the call says, resolved. */
export interface AgentWork {
  readonly spec: Omit<AgentSpec, "run" | "step" | "finalAnswer" | "folder">;
  readonly schema:
    | { readonly value: Readonly<Record<string, unknown>>; readonly check: AnswerSchema }
    | undefined;
  readonly timeoutMs: number | undefined;
  readonly retries: number | undefined;
  /** The commit that a worktree of its own begins from. */
  readonly base: string | undefined;
}

/** Why an attempt was ended from outside. */
type Cut = "skipped" | "restarted" | "stalled" | "exhausted" | "over-budget";

type Attempt =
  | { readonly status: "cut"; readonly cut: Cut }
  | { readonly status: "aborted" }
  | Exclude<AgentOutcome, { readonly spent: never }>;

/** A call of agent() that the journal did not answer. */
export class AgentCall {
  readonly #run: RunScope;
  readonly #work: AgentWork;
  readonly #step: RunningStep;
  #spent: Spent = noSpent;
  #isSkipped = false;
  #attempt: AbortController | undefined;
  #nap: AbortController | undefined;
  #final: FinalAnswer | undefined;
  #tries = 0;
  #stalls = 0;
  #failures = 0;
  #isWaiting = false;

  constructor(run: RunScope, work: AgentWork, step: RunningStep) {
    this.#run = run;
    this.#work = work;
    this.#step = step;
  }

  /** Waits for a place, then works; throws BooError "budget-spent" where it may not begin. */
  async work(): Promise<StepDone> {
    const { slots, signal, budget, controls } = this.#run;
    const queue = new AbortController();
    using _control = controls.add(this.#step.step, {
      skip: () => {
        this.#isSkipped = true;
        queue.abort();
        this.#cut("skipped");
        this.#nap?.abort();
      },
      restart: () => {
        this.#cut("restarted");
        this.#nap?.abort();
      },
      hurry: () => this.#nap?.abort(),
    });
    let release: (() => void) | undefined;
    try {
      release = await slots.acquire(AbortSignal.any([signal, queue.signal]));
      budget.check();
      this.#step.begin();
      return await this.#workInFolder();
    } catch (error) {
      if (this.#isSkipped) return this.#skipped();
      if (signal.aborted) return this.#interrupted();
      throw error;
    } finally {
      release?.();
    }
  }

  async #workInFolder(): Promise<StepDone> {
    const { base, spec } = this.#work;
    const { worktrees } = this.#run.ports;
    if (base === undefined || worktrees === undefined) return this.#workOn(undefined);
    const name = `${this.#run.run.slice(0, 8)}-${this.#step.step.replace(".", "-")}`;
    const tree = await worktrees.create(name, base, this.#run.signal);
    const done = await this.#workOn(tree.path);
    const kept = await tree.finish();
    if (kept !== undefined)
      void this.#run.emit({
        ...{ type: "log", at: this.#run.ports.clock.now(), level: "info" },
        text: `${spec.label} changed files in its worktree, which stays at ${kept.path} (branch ${kept.branch}):\n${kept.changes}`,
      });
    return kept === undefined ? done : { ...done, worktree: kept };
  }

  async #workOn(folder: string | undefined): Promise<StepDone> {
    for (;;) {
      if (this.#isSkipped) return this.#skipped();
      const attempt = await this.#try(folder);
      if (attempt.status === "aborted") return this.#interrupted();
      const done = attempt.status === "cut" ? this.#afterCut(attempt.cut) : await this.#after(attempt);
      if (done !== undefined) return done;
    }
  }

  /** What a cut attempt means: an end, or undefined for another try. */
  #afterCut(cut: Cut): StepDone | undefined {
    switch (cut) {
      case "skipped":
        return this.#skipped();
      case "exhausted":
        return this.#unfit();
      case "over-budget":
        return this.#failed("its own budget is spent");
      case "restarted":
        return this.#again("restarted");
      case "stalled": {
        const { stallRetries, stallMs } = this.#run.settings;
        const seconds = (this.#work.timeoutMs ?? stallMs) / 1000;
        this.#stalls += 1;
        if (this.#stalls > stallRetries)
          return this.#failed(`no progress for ${seconds} s, ${this.#stalls} times`);
        return this.#again(`no progress for ${seconds} s`);
      }
    }
  }

  async #after(outcome: AgentOutcome): Promise<StepDone | undefined> {
    if (outcome.status === "answered") return this.#answered(outcome.text);
    if (outcome.status === "rate-limited") {
      await this.#wait("rate limit", outcome.retryAfterMs);
      return undefined;
    }
    const retries = this.#work.retries ?? this.#run.settings.retries;
    if (outcome.isFinal || this.#failures >= retries) return this.#failed(outcome.reason);
    this.#failures += 1;
    this.#again(outcome.reason);
    await this.#wait(
      "another try",
      Math.min(this.#run.settings.backOffMs * 2 ** (this.#failures - 1), longestBackOff),
    );
    return undefined;
  }

  #answered(text: string): StepDone {
    const final = this.#final;
    if (final === undefined) return { outcome: "done", result: text, spent: this.#spent };
    if (final.accepted === undefined) final.submitText(text);
    const { accepted } = final;
    return accepted === undefined
      ? this.#unfit()
      : { outcome: "done", result: accepted.value, spent: this.#spent };
  }

  #unfit(): StepDone {
    const { lastProblems = "", lastRaw } = this.#final ?? {};
    return {
      outcome: "failed",
      reason: "answer never fitted the schema",
      error: `The agent's answer did not satisfy its schema, and sending the errors back did not help:\n${lastProblems}`,
      ...(lastRaw !== undefined && { result: { rawText: lastRaw } }),
      spent: this.#spent,
    };
  }

  #failed(reason: string): StepDone {
    return { outcome: "failed", reason, spent: this.#spent };
  }

  #skipped(): StepDone {
    return { outcome: "skipped", reason: "skipped", spent: this.#spent };
  }

  #interrupted(): StepDone {
    const { reason } = this.#run.signal as { reason?: unknown };
    return { outcome: "interrupted", reason: messageOf(reason), spent: this.#spent };
  }

  #again(reason: string): undefined {
    this.#tries += 1;
    const { clock } = this.#run.ports;
    void this.#run.emit({
      type: "step-retry",
      at: clock.now(),
      step: this.#step.step,
      number: this.#tries,
      reason,
    });
  }

  async #wait(why: string, ms: number): Promise<void> {
    const { ports, signal } = this.#run;
    const now = ports.clock.now();
    void this.#run.emit({ type: "step-wait", at: now, step: this.#step.step, why, untilMs: now + ms });
    this.#nap = new AbortController();
    const until = AbortSignal.any([signal, this.#nap.signal]);
    try {
      await ports.clock.sleep(ms, until);
    } catch (error) {
      if (!until.aborted) throw error;
    } finally {
      this.#nap = undefined;
    }
  }

  #cut(cut: Cut): void {
    this.#attempt?.abort(new CutError(cut));
  }

  async #try(folder: string | undefined): Promise<Attempt> {
    const attempt = new AbortController();
    this.#attempt = attempt;
    const { run, agents, ports, settings, budget } = this.#run;
    const signal = AbortSignal.any([this.#run.signal, attempt.signal]);
    const watchdog = new Watchdog(ports.clock, this.#work.timeoutMs ?? settings.stallMs);
    const over = new AbortController();
    const before = this.#spent;
    let now = noSpent;
    const spend = (spent: Spent): void => {
      const more = { tokens: spent.tokens - now.tokens, usd: spent.usd - now.usd };
      now = spent;
      this.#spent = addSpent(before, now);
      if (budget.add(more)) this.#warnOfBudget();
      if (this.#isOverOwn()) this.#cut("over-budget");
    };
    const { schema, spec } = this.#work;
    this.#final = schema && new FinalAnswer(schema.value, schema.check, () => this.#cut("exhausted"));
    try {
      void watchdog.watch(AbortSignal.any([signal, over.signal]), () => this.#cut("stalled"));
      const outcome = await untilAborted(
        agents.run({ ...spec, run, step: this.#step.step, folder, finalAnswer: this.#final }, signal, {
          began: (session) => this.#tellSession(session),
          progress: () => {
            watchdog.progress();
            this.#goOn();
          },
          busy: () => watchdog.suspend(),
          waiting: (why, untilMs) => {
            watchdog.suspend();
            this.#isWaiting = true;
            const told = { type: "step-wait", at: ports.clock.now(), step: this.#step.step, why } as const;
            void this.#run.emit({ ...told, ...(untilMs !== undefined && { untilMs }) });
          },
          spent: spend,
        }),
        signal,
      );
      // What was accepted stays accepted, also where it is what spent the last of a budget.
      if (attempt.signal.aborted && outcome.status !== "answered") throw attempt.signal.reason;
      spend(outcome.spent);
      return outcome;
    } catch (error) {
      if (this.#run.signal.aborted) return { status: "aborted" };
      if (attempt.signal.aborted) return { status: "cut", cut: cutOf(attempt.signal) };
      const isFinal = error instanceof BooError;
      return { status: "failed", reason: messageOf(error), isFinal, spent: now };
    } finally {
      over.abort();
      this.#attempt = undefined;
    }
  }

  // Said once after each wait.
  #goOn(): void {
    if (!this.#isWaiting) return;
    this.#isWaiting = false;
    void this.#run.emit({ type: "step-continue", at: this.#run.ports.clock.now(), step: this.#step.step });
  }

  #tellSession(session: string): void {
    const at = this.#run.ports.clock.now();
    void this.#run.emit({ type: "step-session", at, step: this.#step.step, session });
  }

  #isOverOwn(): boolean {
    const { tokens, usd } = this.#work.spec.budget ?? {};
    return (
      (tokens !== undefined && this.#spent.tokens >= tokens) || (usd !== undefined && this.#spent.usd >= usd)
    );
  }

  #warnOfBudget(): void {
    const { budget, ports } = this.#run;
    void this.#run.emit({
      type: "budget-warning",
      at: ports.clock.now(),
      spent: budget.total,
      budget: budget.limit,
    });
  }
}

class CutError extends Error {
  readonly cut: Cut;

  constructor(cut: Cut) {
    super(`The agent was ${cut}.`);
    this.name = "AbortError";
    this.cut = cut;
  }
}

function cutOf({ reason }: AbortSignal): Cut {
  return reason instanceof CutError ? reason.cut : "restarted";
}

/** Leaves an agent that does not obey its signal behind. */
async function untilAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  const abort = (): void => reject(signal.reason);
  signal.addEventListener("abort", abort, { once: true });
  promise.catch(() => {});
  try {
    if (signal.aborted) abort();
    return await Promise.race([promise, aborted]);
  } finally {
    signal.removeEventListener("abort", abort);
  }
}
