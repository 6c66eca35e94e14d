/** What is told of the word at a place. */
import { type Cursor, cursorAt, isDeclared } from "./cursor.ts";
import { type FieldReference, fields, signatureOf } from "./reference.ts";
import { findGlobal } from "./reference-globals.ts";
import type { Token } from "./tokens.ts";

/** Characters [start, end), their declaration, and Markdown about it. */
export interface HoverText {
  readonly start: number;
  readonly end: number;
  readonly declaration: string;
  readonly doc: string;
  readonly example?: string;
}

/** What there is to say: of a global, a field that is known, or a value that is written as a text. */
export function hoverAt(text: string, offset: number): HoverText | undefined {
  // A word's first character belongs to it, too.
  const cursor = cursorAt(text, Math.min(offset + 1, text.length));
  const word = cursor.inside;
  if (word?.kind === "string") return hoverField(cursor, word) ?? hoverValue(cursor, word);
  if (word?.kind !== "name") return undefined;
  const last = cursor.tokens[cursor.before - 1];
  if (last?.text === "." || last?.text === "?.") return hoverMember(cursor, word);
  return hoverField(cursor, word) ?? hoverGlobal(cursor, word);
}

function found(
  word: Token,
  declaration: string,
  { doc, example }: { doc: string; example?: string },
): HoverText {
  const { start, end } = word;
  return { start, end, declaration, doc, ...(example !== undefined && { example }) };
}

function hoverGlobal(cursor: Cursor, word: Token): HoverText | undefined {
  const one = findGlobal(word.text);
  const isKey = cursor.tokens[cursor.before + 1]?.text === ":" && cursor.frames.at(-1)?.isObject === true;
  if (one === undefined || isKey || isDeclared(cursor, word.text)) return undefined;
  return found(word, signatureOf(one), one);
}

function hoverMember(cursor: Cursor, word: Token): HoverText | undefined {
  const owner = cursor.tokens[cursor.before - 2];
  if (owner?.kind !== "name" || isDeclared(cursor, owner.text)) return undefined;
  const member = findGlobal(owner.text)?.members?.find(({ name }) => name === word.text);
  return member && found(word, `${owner.text}.${member.name}: ${member.type}`, member);
}

function hoverField(cursor: Cursor, word: Token): HoverText | undefined {
  const frame = cursor.frames.at(-1);
  if (frame?.object === undefined || frame.key !== undefined) return undefined;
  const name = word.kind === "string" ? word.text.slice(1, -1) : word.text;
  const field = fields[frame.object].find((one) => one.name === name);
  return field && found(word, `${field.name}: ${field.type}`, field);
}

function hoverValue(cursor: Cursor, word: Token): HoverText | undefined {
  const [holder, frame] = [cursor.frames.at(-2), cursor.frames.at(-1)];
  const place = frame?.open === "[" ? holder : frame;
  if (place?.object === undefined) return undefined;
  const field: FieldReference | undefined = fields[place.object].find(({ name }) => name === place.key);
  const value = field?.values?.find(({ name }) => name === word.text.slice(1, -1));
  return value && found(word, `${field?.name}: ${word.text}`, value);
}
