/** Ends what shows no life. */
import type { Clock } from "../../ports.ts";

/** Watches one attempt of an agent; `onStall` is called once, when it has said nothing for as long as is allowed. */
export class Watchdog {
  readonly #clock: Clock;
  readonly #limitMs: number;
  #lastLife: number;
  #isWaiting = false;

  constructor(clock: Clock, limitMs: number) {
    this.#clock = clock;
    this.#limitMs = limitMs;
    this.#lastLife = clock.now();
  }

  /** It lives. */
  progress(): void {
    this.#lastLife = this.#clock.now();
    this.#isWaiting = false;
  }

  /** It waits for what is not its fault, until its next sign of life. */
  suspend(): void {
    this.#isWaiting = true;
  }

  /** Watches until the signal aborts. */
  async watch(signal: AbortSignal, onStall: () => void): Promise<void> {
    try {
      for (;;) {
        const left = this.#isWaiting ? this.#limitMs : this.#lastLife + this.#limitMs - this.#clock.now();
        if (left <= 0) return onStall();
        await this.#clock.sleep(left, signal);
      }
    } catch (error) {
      if (!signal.aborted) throw error;
    }
  }
}
