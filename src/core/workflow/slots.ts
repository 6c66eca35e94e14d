/** How many agents of a run work at once; first come, first served. */

/** Gives out places. */
export class Slots {
  readonly #limit: number;
  readonly #waiting: { readonly take: () => void }[] = [];
  #taken = 0;
  #isPaused = false;

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Resolves, in the order of the calls, when a place is free, with its release; rejects with the signal's reason. */
  async acquire(signal: AbortSignal): Promise<() => void> {
    signal.throwIfAborted();
    if (!this.#isPaused && this.#taken < this.#limit && this.#waiting.length === 0) {
      this.#taken += 1;
      return this.#releaseOnce();
    }
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const entry = { take: resolve };
    const leave = (): void => {
      const index = this.#waiting.indexOf(entry);
      if (index >= 0) this.#waiting.splice(index, 1);
      reject(signal.reason);
    };
    this.#waiting.push(entry);
    signal.addEventListener("abort", leave, { once: true });
    try {
      await promise;
    } finally {
      signal.removeEventListener("abort", leave);
    }
    return this.#releaseOnce();
  }

  /** Gives out no more places until `continue`. */
  pause(): void {
    this.#isPaused = true;
  }

  /** Undoes `pause`. */
  continue(): void {
    this.#isPaused = false;
    this.#next();
  }

  #releaseOnce(): () => void {
    let isHeld = true;
    return () => {
      if (!isHeld) return;
      isHeld = false;
      this.#taken -= 1;
      this.#next();
    };
  }

  #next(): void {
    while (!this.#isPaused && this.#taken < this.#limit) {
      const next = this.#waiting.shift();
      if (next === undefined) return;
      this.#taken += 1;
      next.take();
    }
  }
}
