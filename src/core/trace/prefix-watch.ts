/** Compares each request with the one before it: what was sent once must be sent again, byte for byte. */
import type { SentMark } from "#protocol/session.ts";
import type { Drift } from "#protocol/trace.ts";
import { Fingerprint, hashOf } from "./fingerprint.ts";
import { frameMark, frameOf, toolsIn } from "./request-frame.ts";

/** The bytes of one request, as they are sent: the body is `head`, then `messages`, then `tail`. */
export interface SentBody {
  readonly head: string;
  /** The messages as the bytes of a JSON array without its brackets; the first one is the system text. */
  readonly messages: Uint8Array;
  readonly tail: string;
}

const around = { before: 100, after: 200 };
const mostCharacters = 300;
const word = 8;

/** A longer transcript is not copied when a session is opened: that would hold the host up (bytes). */
const mostRebuilt = 8 * 1024 * 1024;

/** Holds the last request of one agent: about as many bytes as its transcript. */
export class PrefixWatch {
  #frame: string | undefined;
  #kept = new Uint8Array();
  #length = 0;
  #hash = new Fingerprint();
  #isParted = false;
  #frameMark = "";
  /** Of requests that were sent before this watch began, the oldest first. */
  #marks: readonly SentMark[] = [];

  /** The next request may begin otherwise: the header was pinned anew. */
  forget(): void {
    this.#frame = undefined;
    this.#length = 0;
    this.#marks = [];
  }

  /** Learns of requests that were sent before this watch began, the oldest first; `messages` is what the last one was made of, as far as it can be told. */
  learn(marks: readonly SentMark[], messages: Uint8Array): void {
    this.forget();
    this.#marks = marks;
    const last = marks.at(-1);
    if (last !== undefined && last.bytes <= Math.min(messages.length, mostRebuilt))
      this.#keep(messages.subarray(0, last.bytes), 0);
  }

  /** What tells the last request from others. */
  get mark(): SentMark | undefined {
    if (this.#frame === undefined) return undefined;
    return {
      bytes: this.#length,
      hash: this.#hash.hex,
      frame: this.#frameMark,
      ...(this.#isParted && { isParted: true }),
    };
  }

  /** Takes a request in; gives the first difference from the one before, where its beginning is not the same. */
  check(body: SentBody): Drift | undefined {
    const { messages } = body;
    const frame = frameOf(body.head, body.tail);
    const last = this.#frame;
    const isFirst = last === undefined;
    const same = isFirst ? 0 : sameBytes(this.#kept, messages, this.#length);
    if (same < this.#length || isFirst) this.#hash = new Fingerprint();
    const drift = isFirst
      ? this.#driftFromMarks(frame, messages)
      : last !== frame
        ? frameDrift(last, frame)
        : same < this.#length
          ? messageDrift(this.#kept.subarray(0, this.#length), messages, same)
          : undefined;
    this.#hash.add(messages.subarray(this.#hash.length));
    if (last !== frame) this.#frameMark = frameMark(frame);
    this.#frame = frame;
    this.#isParted = drift !== undefined;
    this.#marks = [];
    this.#keep(messages, same);
    return drift;
  }

  // Where the last request is not at hand, its mark and those of the ones before it say between which bytes the
  // difference begins; the text before it is known only where the log still tells what was sent.
  #driftFromMarks(frame: string, messages: Uint8Array): Drift | undefined {
    const last = this.#marks.at(-1);
    if (last === undefined) return undefined;
    const mark = frameMark(frame);
    if (mark !== last.frame) return driftOfMarks(last.frame, mark, frame);
    this.#hash.add(messages.subarray(0, last.bytes));
    if (this.#hash.hex === last.hash) return undefined;
    const rebuilt = this.#kept.subarray(0, this.#length);
    if (rebuilt.length === last.bytes && hashOf(rebuilt) === last.hash)
      return messageDrift(rebuilt, messages, sameBytes(this.#kept, messages, rebuilt.length));
    // What parted from the ones before it says nothing of them.
    const parted = this.#marks.findLastIndex(({ isParted }) => isParted);
    return driftBetween(this.#marks.slice(Math.max(0, parted)), messages);
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

function driftBetween(marks: readonly SentMark[], messages: Uint8Array): Drift {
  const print = new Fingerprint();
  let from = 0;
  let to = messages.length;
  for (const { bytes, hash } of marks) {
    if (bytes < from) continue;
    print.add(messages.subarray(from, bytes));
    if (bytes > messages.length || print.hex !== hash) {
      to = Math.min(bytes, messages.length);
      break;
    }
    from = bytes;
  }
  const decoder = new TextDecoder();
  const count = (bytes: number): number => messageAt(decoder.decode(messages.subarray(0, bytes)));
  // Where nothing is left, it is the next message that is missing.
  const first = from < messages.length ? count(from + 1) : count(messages.length) + 1;
  const after = decoder.decode(messages.subarray(from, from + mostCharacters)).replace(/^,/, "");
  return { place: placeOf(first, Math.max(first, count(to))), after };
}

function placeOf(first: number, last: number): string {
  const start = first === 0 ? "system" : `message ${first}`;
  return first === last ? start : `${start} to message ${last}`;
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

function driftOfMarks(before: string, mark: string, frame: string): Drift {
  const place = before.split("-")[0] === mark.split("-")[0] ? "tools" : "options";
  const from = place === "tools" ? toolsIn(frame).from : 0;
  return { place, after: frame.slice(from, from + mostCharacters) };
}

function frameDrift(before: string, after: string): Drift {
  let at = 0;
  while (at < before.length && before[at] === after[at]) at += 1;
  const tools = toolsIn(before);
  const cut = (text: string): string => text.slice(Math.max(0, at - around.before), at + around.after);
  return {
    place: at >= tools.from && at < tools.to ? "tools" : "options",
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
