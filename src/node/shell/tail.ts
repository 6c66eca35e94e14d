/** The last of what a command said. */
import { characterStart } from "../read-characters.ts";

/** Bytes that are remembered. */
const tailBytes = 16 * 1024;

/** Remembers the end of a stream of whole characters. */
export class Tail {
  readonly #ring = Buffer.alloc(tailBytes);
  /** Bytes that ever came. */
  #total = 0;

  get total(): number {
    return this.#total;
  }

  push(bytes: Buffer): void {
    const kept = bytes.subarray(-tailBytes);
    this.#total += bytes.length;
    const copied = kept.copy(this.#ring, (this.#total - kept.length) % tailBytes);
    kept.copy(this.#ring, 0, copied);
  }

  /** What came from byte `from` of the stream on, or as much of its end as `limit` and memory allow; breaks no character. */
  text(from = 0, limit = tailBytes): string {
    const start = Math.max(from, this.#total - Math.min(limit, tailBytes), 0);
    const at = start % tailBytes;
    const length = this.#total - start;
    const bytes = Buffer.concat([
      this.#ring.subarray(at, at + length),
      this.#ring.subarray(0, Math.max(0, at + length - tailBytes)),
    ]);
    return bytes.subarray(start === from ? 0 : characterStart(bytes, 0)).toString();
  }
}
