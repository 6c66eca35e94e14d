/** "{a,b}" and "{1..3}": the words that they become, as far as their text is plain. */
import type { WordPart } from "unbash";

// More words than this are not written by hand.
const wordLimit = 64;

/** A part of a word, or text that braces gave. */
export type Piece =
  | WordPart
  | { readonly type: "Given"; readonly value: string; readonly hasGlob: boolean }
  | { readonly type: "UnknownBraces"; readonly text: string };

/** The words that a word becomes, each in its parts. */
export function expandBraces(parts: readonly WordPart[]): readonly (readonly Piece[])[] {
  if (!parts.some((part) => part.type === "BraceExpansion")) return [parts];
  if (parts.length > wordLimit) return [[{ type: "UnknownBraces", text: "{…}" }]];
  let words: readonly (readonly Piece[])[] = [[]];
  for (const part of parts) {
    const choices: readonly Piece[] = part.type === "BraceExpansion" ? choicesOf(part.text) : [part];
    if (words.length * choices.length > wordLimit) return [[{ type: "UnknownBraces", text: part.text }]];
    words = words.flatMap((word) => choices.map((choice) => [...word, choice]));
  }
  return words;
}

function choicesOf(text: string): readonly Piece[] {
  // Quotes, variables, escapes and brackets are left to the shell.
  const texts = /^[\w{}.,:=@%+~*?/-]*$/.test(text) ? expandText(text, 0) : undefined;
  if (texts === undefined) return [{ type: "UnknownBraces", text }];
  return texts.map((value) => ({ type: "Given", value, hasGlob: /[*?]/.test(value) }));
}

function expandText(text: string, depth: number): readonly string[] | undefined {
  if (depth > 4) return undefined;
  const open = text.indexOf("{");
  if (open < 0) return text.includes("}") ? undefined : [text];
  const close = closing(text, open);
  if (close === undefined) return undefined;
  const inner = choose(text.slice(open + 1, close), depth);
  const rest = expandText(text.slice(close + 1), depth);
  if (inner === undefined || rest === undefined || inner.length * rest.length > wordLimit) return undefined;
  const before = text.slice(0, open);
  return inner.flatMap((choice) => rest.map((after) => before + choice + after));
}

function closing(text: string, open: number): number | undefined {
  let depth = 0;
  for (let index = open; index < text.length; index++) {
    if (text[index] === "{") depth++;
    else if (text[index] === "}" && --depth === 0) return index;
  }
  return undefined;
}

function choose(inside: string, depth: number): readonly string[] | undefined {
  const range = /^(-?\d{1,4})\.\.(-?\d{1,4})$/.exec(inside);
  if (range) return count(Number(range[1]), Number(range[2]), range[1] ?? "", range[2] ?? "");
  const choices = split(inside);
  if (choices.length < 2) return undefined;
  const expanded = choices.map((choice) => expandText(choice, depth + 1));
  return expanded.includes(undefined) ? undefined : expanded.flatMap((texts) => texts ?? []);
}

function count(from: number, to: number, first: string, last: string): readonly string[] | undefined {
  const hasZeros = /^-?0\d/.test(first) || /^-?0\d/.test(last);
  if (hasZeros || Math.abs(to - from) >= wordLimit) return undefined;
  const step = to < from ? -1 : 1;
  return Array.from({ length: Math.abs(to - from) + 1 }, (_, index) => String(from + step * index));
}

function split(inside: string): readonly string[] {
  const choices = [""];
  let depth = 0;
  for (const letter of inside) {
    if (letter === "{") depth++;
    if (letter === "}") depth--;
    if (letter === "," && depth === 0) choices.push("");
    else choices[choices.length - 1] += letter;
  }
  return choices;
}
