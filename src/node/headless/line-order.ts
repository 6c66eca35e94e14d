/** Tells lines in their order, each when it is on disk. */
import type { Line } from "./event-lines.ts";

/** A queue of lines; what the disk refused is not told. */
export class LineOrder {
  readonly #print: (line: Line) => void;
  #last: Promise<void> = Promise.resolve();

  constructor(print: (line: Line) => void) {
    this.#print = print;
  }

  /** Puts a line behind those before it. */
  add(line: Line, durable: Promise<void>): void {
    const isKept = durable.then(
      () => true,
      () => false,
    );
    this.#last = this.#last.then(async () => {
      if (await isKept) this.#print(line);
    });
  }

  /** Resolves when every line so far is told. */
  flushed(): Promise<void> {
    return this.#last;
  }
}
