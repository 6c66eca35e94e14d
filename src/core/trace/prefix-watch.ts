/** Compares each request with the one before it: what was sent once must be sent again, byte for byte. */
import type { Drift } from "#protocol/trace.ts";

/** The bytes of one request, as they are sent: the body is `head`, then `messages`, then `tail`. */
export interface SentBody {
  readonly head: string;
  /** The messages as the bytes of a JSON array without its brackets; the first one is the system text. */
  readonly messages: Uint8Array;
  readonly tail: string;
}

const around = { before: 100, after: 200 };
const word = 8;

/** Holds the last request of one agent: about as many bytes as its transcript. */
export class PrefixWatch {
  #frame: string | undefined;
  #kept = new Uint8Array();
  #length = 0;

  /** The next request may begin otherwise: the header was pinned anew. */
  forget(): void {
    this.#frame = undefined;
    this.#length = 0;
  }

  /** Takes a request in; gives the first difference from the one before, where its beginning is not the same. */
  check({ head, messages, tail }: SentBody): Drift | undefined {
    const frame = `${head}\n${tail}`;
    const last = this.#frame;
    const same = last === undefined ? messages.length : sameBytes(this.#kept, messages, this.#length);
    const drift =
      last === undefined
        ? undefined
        : last !== frame
          ? frameDrift(last, frame)
          : same < this.#length
            ? messageDrift(this.#kept.subarray(0, this.#length), messages, same)
            : undefined;
    this.#frame = frame;
    this.#keep(messages, last === undefined ? 0 : same);
    return drift;
  }

  // Only what is new is copied: a transcript grows at its end.
  #keep(messages: Uint8Array, from: number): void {
    if (messages.length > this.#kept.length) {
      const larger = new Uint8Array(Math.ceil((messages.length * 1.5) / word) * word);
      larger.set(this.#kept.subarray(0, from));
      this.#kept = larger;
    }
    this.#kept.set(messages.subarray(from), from);
    this.#length = messages.length;
  }
}

/** How many bytes two texts share from their beginning, up to `length`; eight at a time, since this is done for every request. */
function sameBytes(a: Uint8Array, b: Uint8Array, length: number): number {
  const end = Math.min(length, b.length);
  let at = 0;
  if (a.byteOffset % word === 0 && b.byteOffset % word === 0) {
    const left = new Float64Array(a.buffer, a.byteOffset, Math.floor(end / word));
    const right = new Float64Array(b.buffer, b.byteOffset, Math.floor(end / word));
    // JSON is text: none of its words is a number that differs from itself.
    let index = 0;
    while (index < left.length && left[index] === right[index]) index += 1;
    at = index * word;
  }
  while (at < end && a[at] === b[at]) at += 1;
  return at;
}

function frameDrift(before: string, after: string): Drift {
  let at = 0;
  while (at < before.length && before[at] === after[at]) at += 1;
  const tools = before.indexOf('"tools":');
  const cut = (text: string): string => text.slice(Math.max(0, at - around.before), at + around.after);
  return {
    place: tools >= 0 && at >= tools ? "tools" : "options",
    before: cut(before),
    after: cut(after),
  };
}

function messageDrift(before: Uint8Array, after: Uint8Array, at: number): Drift {
  const decoder = new TextDecoder();
  const cut = (bytes: Uint8Array): string =>
    decoder.decode(bytes.subarray(Math.max(0, at - around.before), at + around.after));
  const number = messageAt(decoder.decode(before.subarray(0, at + 1)));
  return { place: number === 0 ? "system" : `message ${number}`, before: cut(before), after: cut(after) };
}

/** Which message of an array the end of a text is in, from 0; the text is JSON that breaks off. */
function messageAt(text: string): number {
  let depth = 0;
  let isString = false;
  let count = 0;
  for (let at = 0; at < text.length; at++) {
    const character = text[at];
    if (isString) {
      if (character === "\\") at += 1;
      else if (character === '"') isString = false;
    } else if (character === '"') isString = true;
    else if (character === "{" || character === "[") depth += 1;
    else if (character === "}" || character === "]") depth -= 1;
    else if (character === "," && depth === 0) count += 1;
  }
  return count;
}
