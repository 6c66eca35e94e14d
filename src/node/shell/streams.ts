/** What a command says on each of its outputs, for who wants them apart. */
import { SecretFilter, Utf8Repair } from "./clean-output.ts";

/** How much of each is kept, and what must not be in it. */
export interface StreamOptions {
  /** Bytes; what comes after them is left out. */
  readonly limit: number;
  readonly secrets: readonly string[];
  readonly secretMarker: string;
}

/** One output: cleaned by itself, since a secret or a character may come in two pieces between which the other output says something. */
export class StreamText {
  readonly #utf8 = new Utf8Repair();
  readonly #secrets: SecretFilter;
  readonly #limit: number;
  readonly #pieces: Buffer[] = [];
  #kept = 0;

  constructor({ limit, secrets, secretMarker }: StreamOptions) {
    this.#limit = limit;
    this.#secrets = new SecretFilter(secrets, secretMarker);
  }

  /** Takes what came; gives as much of it as is clean. */
  push(piece: Buffer): Buffer {
    return this.#keep(this.#secrets.push(this.#utf8.push(piece)));
  }

  /** Nothing comes any more; gives what was held back. */
  end(): Buffer {
    return this.#keep(Buffer.concat([this.#secrets.push(this.#utf8.end()), this.#secrets.end()]));
  }

  /** What was said, from its beginning. */
  get text(): string {
    return new Utf8Repair().push(Buffer.concat(this.#pieces)).toString();
  }

  #keep(clean: Buffer): Buffer {
    const part = clean.subarray(0, this.#limit - this.#kept);
    // The bytes lie in memory that the next piece is read into.
    if (part.length > 0) this.#pieces.push(Buffer.from(part));
    this.#kept += part.length;
    return clean;
  }
}
