/** Tells listeners what a command says, no more often and no more than anybody can look at. */
import type { Tail } from "./tail.ts";

/** Between two tellings (ms). */
const pause = 100;
/** Bytes that are told at once; what came before them is left out. */
const atOnce = 8 * 1024;

/** What is new at the end of an output. */
export class News {
  readonly #tail: Tail;
  readonly #listeners = new Set<(text: string) => void>();
  #told = 0;
  #toldAt = -Infinity;
  #timer: NodeJS.Timeout | undefined;

  constructor(tail: Tail) {
    this.#tail = tail;
  }

  add(listener: (text: string) => void): () => void {
    // What was said before anybody listened is no news.
    if (this.#listeners.size === 0) this.#told = this.#tail.total;
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Something was said. */
  note(): void {
    if (this.#listeners.size === 0 || this.#timer !== undefined) return;
    const wait = Math.max(0, this.#toldAt + pause - performance.now());
    this.#timer = setTimeout(() => this.tell(), wait);
  }

  /** Tells what has not been told. */
  tell(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const text = this.#tail.text(this.#told, atOnce);
    this.#told = this.#tail.total;
    this.#toldAt = performance.now();
    if (text === "") return;
    for (const listener of this.#listeners) listener(text);
  }
}
