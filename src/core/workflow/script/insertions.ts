/** A text with others inserted, in which every place of the first can be found again. */
import { LineMap, type TextPlace } from "./diagnostic.ts";

/** A text to stand before the character at `at`. Of several at one place the first stands first. */
export interface Insertion {
  readonly at: number;
  readonly text: string;
}

/** The whole, and the way back. */
export interface InsertedText {
  readonly text: string;
  /** Where a place of the whole was in the first text; in an inserted one, where that was inserted. */
  original(place: TextPlace): TextPlace;
}

/** Inserts all. */
export function insertAll(text: string, given: readonly Insertion[]): InsertedText {
  const insertions = given.toSorted((a, b) => a.at - b.at);
  const parts: string[] = [];
  let from = 0;
  for (const { at, text: inserted } of insertions) {
    parts.push(text.slice(from, at), inserted);
    from = at;
  }
  parts.push(text.slice(from));
  const whole = parts.join("");
  let lines: { readonly whole: LineMap; readonly first: LineMap } | undefined;
  return {
    text: whole,
    original(place) {
      lines ??= { whole: new LineMap(whole), first: new LineMap(text) };
      return lines.first.place(originalOffset(lines.whole.offset(place), insertions));
    },
  };
}

function originalOffset(offset: number, insertions: readonly Insertion[]): number {
  let shift = 0;
  for (const { at, text } of insertions) {
    const start = at + shift;
    if (offset < start) break;
    if (offset < start + text.length) return at;
    shift += text.length;
  }
  return offset - shift;
}
