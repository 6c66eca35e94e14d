/** Steps: calls whose answers are kept. A known answer is given at once; otherwise the step runs, between two events that are on disk. */
import type {
  Determinants,
  RunEvent,
  RunEventOf,
  ScriptPlace,
  Spent,
  StepKind,
  StepName,
  StepOutcome,
  StepWorktree,
} from "#protocol/run.ts";
import { BooError, messageOf } from "../errors.ts";
import type { Clock } from "../ports.ts";
import { canonicalJson } from "./canonical.ts";
import type { Replay } from "./replay.ts";

/** What a step is. */
export interface StepWork {
  readonly kind: StepKind;
  readonly path: string;
  readonly label: string;
  readonly phase: string | undefined;
  readonly place: ScriptPlace | undefined;
  readonly determinants: Determinants;
  readonly model?: string;
  readonly agentType?: string;
  readonly mark?: number | undefined;
  readonly isKnown?: boolean | undefined;
}

/** What a step came to; `reason` is told where it is not an answer. */
export interface StepDone {
  readonly outcome: StepOutcome;
  readonly reason?: string;
  readonly result?: unknown;
  readonly error?: string;
  readonly spent?: Spent;
  readonly worktree?: StepWorktree;
}

/** A step that is about to run. */
export interface RunningStep {
  readonly step: string;
  /** Says that it begins now; what waits before has not begun. */
  readonly begin: () => void;
}

/** The steps of one attempt. */
export class Steps {
  readonly #attempt: number;
  readonly #replay: Replay;
  readonly #sha256: (text: string) => string;
  readonly #clock: Clock;
  readonly #signal: AbortSignal;
  readonly #emit: (event: RunEvent, kept?: RunEvent) => Promise<void>;
  #last = 0;

  constructor(
    attempt: number,
    replay: Replay,
    ports: {
      readonly sha256: (text: string) => string;
      readonly clock: Clock;
      /** Ends the run. */
      readonly signal: AbortSignal;
    },
    emit: (event: RunEvent, kept?: RunEvent) => Promise<void>,
  ) {
    this.#attempt = attempt;
    this.#replay = replay;
    this.#sha256 = ports.sha256;
    this.#clock = ports.clock;
    this.#signal = ports.signal;
    this.#emit = emit;
  }

  /** Answers from the journal, or runs; what `execute` throws leaves no trace unless it had begun. */
  async run(
    work: StepWork,
    execute: (step: RunningStep) => Promise<StepDone>,
  ): Promise<StepDone & { readonly isCached: boolean }> {
    const { path, phase, determinants } = work;
    const key = this.#sha256(canonicalJson(determinants));
    const known = this.#replay.take({ path, key, phase, determinants }, work.isKnown);
    const name = this.#nameOf(work, key, known.occurrence);
    if (known.end !== undefined) return this.#answer(name, known.end, known);
    if (work.isKnown === true)
      throw new BooError(
        "journal-parted",
        `The journal does not hold the answer that ${work.label} was given.`,
      );
    const begunAt = { at: this.#clock.now(), hasBegun: false };
    const begin = (): void => {
      begunAt.at = this.#clock.now();
      begunAt.hasBegun = true;
      const { model, agentType } = work;
      void this.#emit({
        ...{ type: "step-start", at: begunAt.at, ...name, reason: known.reason, determinants },
        ...(model !== undefined && { model }),
        ...(agentType !== undefined && { agentType }),
      });
    };
    const end = (told: StepDone): Promise<void> => {
      const at = this.#clock.now();
      const { reason = known.reason, ...rest } = told;
      return this.#emit({
        ...{ type: "step-end", at, ...name, cached: false, reason, ...rest, durationMs: at - begunAt.at },
        ...(rest.outcome === "done" && work.mark !== undefined && { mark: work.mark }),
      });
    };
    const done = await execute({ step: name.step, begin }).catch(async (error: unknown) => {
      const why = messageOf(error);
      if (begunAt.hasBegun)
        await end(
          this.#signal.aborted
            ? { outcome: "interrupted", reason: why }
            : { outcome: "failed", reason: "threw", error: why },
        );
      throw error;
    });
    // What never began is no step: it waited in the queue when the run ended.
    if (begunAt.hasBegun) await end(done);
    this.#replay.noteNewAnswer();
    return { ...done, isCached: false };
  }

  #nameOf(work: StepWork, key: string, occurrence: number): StepName {
    const { path, kind, label, phase, place } = work;
    this.#last += 1;
    return {
      ...{ step: `${this.#attempt}.${this.#last}`, path, key, occurrence, kind, label },
      ...(phase !== undefined && { phase }),
      ...(place !== undefined && { place }),
    };
  }

  #answer(
    name: StepName,
    end: RunEventOf<"step-end">,
    { reason, isOwn }: { readonly reason: string; readonly isOwn: boolean },
  ): StepDone & { readonly isCached: boolean } {
    const { outcome, result, spent, worktree, mark } = end;
    const done = { outcome, ...(spent && { spent }), ...(worktree && { worktree }) };
    const at = this.#clock.now();
    const event = {
      ...{ type: "step-end" as const, at, ...name, cached: true, reason, ...done, durationMs: 0 },
      ...(result !== undefined && { result }),
      ...(mark !== undefined && { mark }),
    };
    // This run's own journal has the answer already.
    const { result: _known, ...slim } = event;
    void this.#emit(event, isOwn ? slim : event);
    if (result !== undefined) return { ...done, result, isCached: true };
    return { ...done, isCached: true };
  }
}
