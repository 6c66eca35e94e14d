/** What a person can do with an agent that works: skip it, begin it anew, or end its wait. */
import { BooError } from "../errors.ts";

/** The ends of one step that runs. */
export interface StepControl {
  skip(): void;
  restart(): void;
  /** Ends a wait, for a rate limit or before another try; does nothing otherwise. */
  hurry(): void;
}

/** The steps of a run that work now. */
export class StepControls {
  readonly #controls = new Map<string, StepControl>();

  /** Registers a step; disposing it takes it off. */
  add(step: string, control: StepControl): Disposable {
    this.#controls.set(step, control);
    return { [Symbol.dispose]: () => void this.#controls.delete(step) };
  }

  /** The control of a step that works; throws BooError "agent-ended". */
  of(step: string): StepControl {
    const control = this.#controls.get(step);
    if (control !== undefined) return control;
    throw new BooError(
      "agent-ended",
      "This agent does not work now, and the script has gone on without it. Resume the run: agents that failed or were skipped run again.",
    );
  }
}
