/** What happens to a command's output before anybody sees it: it becomes valid UTF-8, and the secrets in it are replaced. */
import { isUtf8 } from "node:buffer";

const nothing = Buffer.alloc(0);

/** A step that output passes through, piece by piece; what it gives may lie in the memory of what it was given, and is good until the next piece. */
interface Step {
  push(piece: Buffer): Buffer;
  /** What was held back because more might have come. */
  end(): Buffer;
}

/** Puts what was held back in front of what comes, always in the same memory: pieces come by the thousand. */
class Seam {
  #rest = nothing;
  #memory = nothing;

  /** The rest and the piece after it; good until the next call. */
  join(piece: Buffer): Buffer {
    const length = this.#rest.length + piece.length;
    if (length === piece.length) return piece;
    if (this.#memory.length < length) this.#memory = Buffer.allocUnsafeSlow(length * 2);
    this.#rest.copy(this.#memory);
    piece.copy(this.#memory, this.#rest.length);
    return this.#memory.subarray(0, length);
  }

  /** Keeps these bytes until more come. */
  hold(bytes: Buffer): void {
    // Mostly there is nothing.
    this.#rest = bytes.length === 0 ? nothing : Buffer.from(bytes);
  }

  /** What is held, which nothing follows. */
  end(): Buffer {
    const rest = this.#rest;
    this.#rest = this.#memory = nothing;
    return rest;
  }
}

/** Replaces what is no UTF-8 as the Encoding Standard says, and never breaks a character between two pieces. */
export class Utf8Repair implements Step {
  readonly #decoder = new TextDecoder("utf-8", { ignoreBOM: true });
  readonly #seam = new Seam();

  push(piece: Buffer): Buffer {
    const bytes = this.#seam.join(piece);
    const end = bytes.length - unfinishedBytes(bytes);
    this.#seam.hold(bytes.subarray(end));
    return this.#repair(bytes.subarray(0, end));
  }

  end(): Buffer {
    return this.#repair(this.#seam.end());
  }

  #repair(bytes: Buffer): Buffer {
    return isUtf8(bytes) ? bytes : Buffer.from(this.#decoder.decode(bytes));
  }
}

// At most three bytes can begin a character whose last one is missing.
function unfinishedBytes(bytes: Buffer): number {
  for (let back = 1; back <= Math.min(3, bytes.length); back++) {
    const byte = bytes[bytes.length - back] ?? 0;
    if ((byte & 0xc0) === 0x80) continue;
    const length = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : byte >= 0xc0 ? 2 : 1;
    return length > back ? back : 0;
  }
  return 0;
}

/** Replaces texts, also where they lie in two pieces; of two that begin at the same place the longer one counts. */
export class SecretFilter implements Step {
  readonly #secrets: readonly Buffer[];
  readonly #marker: Buffer;
  readonly #seam = new Seam();

  constructor(secrets: readonly string[], marker: string) {
    this.#secrets = [...new Set(secrets)]
      .filter((secret) => secret !== "")
      .map((secret) => Buffer.from(secret))
      .toSorted((a, b) => b.length - a.length);
    this.#marker = Buffer.from(marker);
  }

  push(piece: Buffer): Buffer {
    if (this.#secrets.length === 0) return piece;
    const bytes = this.#seam.join(piece);
    const done: Buffer[] = [];
    let from = 0;
    let hold = this.#beginning(bytes, 0);
    for (let found = this.#next(bytes, from, hold); found; found = this.#next(bytes, from, hold)) {
      done.push(bytes.subarray(from, found.at), this.#marker);
      from = found.at + found.length;
      if (from > hold) hold = this.#beginning(bytes, from);
    }
    this.#seam.hold(bytes.subarray(hold));
    const last = bytes.subarray(from, hold);
    return done.length === 0 ? last : Buffer.concat([...done, last]);
  }

  end(): Buffer {
    const bytes = this.#seam.end();
    const done: Buffer[] = [];
    let from = 0;
    for (let found = this.#next(bytes, 0, bytes.length); found;) {
      done.push(bytes.subarray(from, found.at), this.#marker);
      from = found.at + found.length;
      found = this.#next(bytes, from, bytes.length);
    }
    return Buffer.concat([...done, bytes.subarray(from)]);
  }

  /** The first secret that begins at `from` or later, but before `until`. */
  #next(
    bytes: Buffer,
    from: number,
    until: number,
  ): { readonly at: number; readonly length: number } | undefined {
    let first: { readonly at: number; readonly length: number } | undefined;
    for (const secret of this.#secrets) {
      const at = bytes.indexOf(secret, from);
      if (at >= 0 && at < (first?.at ?? until)) first = { at, length: secret.length };
    }
    return first;
  }

  /** Where a secret may begin whose end is still to come; the length if none does. */
  #beginning(bytes: Buffer, from: number): number {
    let earliest = bytes.length;
    for (const secret of this.#secrets) {
      const start = Math.max(from, bytes.length - secret.length + 1);
      for (
        let at = bytes.indexOf(secret[0] ?? 0, start);
        at >= 0 && at < earliest;
        at = bytes.indexOf(secret[0] ?? 0, at + 1)
      ) {
        if (secret.subarray(0, bytes.length - at).equals(bytes.subarray(at))) earliest = at;
      }
    }
    return earliest;
  }
}
