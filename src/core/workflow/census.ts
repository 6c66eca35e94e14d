/** Counts what became of a run's steps. */
import type { Census, RunEvent, RunEventOf } from "#protocol/run.ts";

/** Takes events in, gives the census. */
export class CensusTaker {
  readonly #counts = { agents: 0, done: 0, failed: 0, skipped: 0, interrupted: 0, cached: 0, failures: 0 };
  readonly #reasons = new Map<string, number>();

  /** Counts an event. */
  take(event: RunEvent): void {
    if (event.type === "failure") this.#counts.failures += 1;
    if (event.type === "step-end" && event.kind === "agent") this.#end(event);
  }

  /** Counts an agent that was refused before it began. */
  refuse(reason: string): void {
    this.#counts.agents += 1;
    this.#counts.failed += 1;
    this.#because(reason);
  }

  /** The counts so far. */
  get census(): Census {
    return { ...this.#counts, reasons: Object.fromEntries(this.#reasons) };
  }

  #end({ outcome, cached, reason }: RunEventOf<"step-end">): void {
    this.#counts.agents += 1;
    this.#counts[outcome] += 1;
    if (cached) this.#counts.cached += 1;
    this.#because(reason);
  }

  #because(reason: string): void {
    this.#reasons.set(reason, (this.#reasons.get(reason) ?? 0) + 1);
  }
}
