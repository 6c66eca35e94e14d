/** Sees when a model makes the same call again and again. */

const tolerated = 2;

/** Remembers the last call of a turn and how often it came in a row. */
export class CallHistory {
  #last = "";
  #count = 0;

  /** Counts a call; returns what to tell the model from the third identical one on. */
  warn(name: string, input: string): string | undefined {
    const key = `${name} ${input}`;
    this.#count = key === this.#last ? this.#count + 1 : 1;
    this.#last = key;
    if (this.#count <= tolerated) return undefined;
    return `[You made this same call ${this.#count} times in a row. Its result does not change by itself: do something else, or say what is in the way.]`;
  }
}
