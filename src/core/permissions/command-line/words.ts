/** What the words of a line become: expansion as the shell does it, as far as the line alone tells. */
import type { AssignmentPrefix, DoubleQuotedChild, SimpleExpansionPart, Word, WordPart } from "unbash";
import { checkNumbers, followArithmetic } from "./arithmetic.ts";
import { expandBraces, type Piece } from "./braces.ts";
import { parameterValues, variableValues } from "./parameters.ts";
import type { Cursor, Reader } from "./reader.ts";
import { ANY, BELOW, concatenate, isExact, LOOSE, NAME, NUMBER, type Field } from "./values.ts";

const paths = new RegExp(`[${NAME}${BELOW}]`, "g");
// Blanks that are letters to Unicode.
const fillers = /[\u115f\u1160\u3164\uffa0]/;
const lookAlikes = /[^\p{ASCII}\p{L}\p{M}\p{N}\p{Extended_Pictographic}]/u;

interface Draft {
  values: readonly string[];
  isSplit: boolean;
  /** Something of it is quoted: it is a word even where it is empty. */
  isQuoted: boolean;
}

/** The fields that a word becomes; none where it vanishes. */
export function expandWord(word: Word, cursor: Cursor, reader: Reader): readonly Field[] {
  reader.spend();
  noteLookAlikes(word, reader);
  const words = expandBraces(partsOf(word));
  if (words.length > 1) reader.needsBash(word.text);
  return words
    .flatMap((pieces) => new WordDraft(cursor, reader).read(pieces))
    .map((draft) => ({
      values: draft.values,
      isSplit: draft.isSplit,
      text: word.text,
    }));
}

/** What a word becomes where it is neither split nor matched with files: values of variables, here-strings, tests. */
export function expandText(word: Word, cursor: Cursor, reader: Reader): readonly string[] {
  reader.spend();
  noteLookAlikes(word, reader);
  let values: readonly string[] = [""];
  for (const [index, part] of partsOf(word).entries()) {
    values = concatenate(values, textValues(part, word, index, cursor, reader));
  }
  return values;
}

function textValues(
  part: WordPart,
  word: Word,
  index: number,
  cursor: Cursor,
  reader: Reader,
): readonly string[] {
  if (part.type === "Literal" && index === 0) return tilde(part, word, cursor, reader);
  const values = partValues(part, cursor, reader);
  // Patterns and braces mean nothing here.
  if (part.type !== "Glob" && part.type !== "BraceExpansion") return values;
  return /["'$`\\]/.test(part.text) ? [ANY] : [part.text];
}

/** The values of an assignment; a list of words is not followed. */
export function assignedValues(
  assignment: AssignmentPrefix,
  cursor: Cursor,
  reader: Reader,
): readonly string[] {
  const { value } = assignment;
  if (assignment.index !== undefined) {
    checkNumbers(expandText(assignment.index, cursor, reader), assignment.text, cursor, reader);
    reader.needsBash(assignment.text);
  }
  if (value.type === "Word") {
    const values = expandText(value, cursor, reader);
    // "~" is found behind ":", too.
    const isPath = values.some((text) => text.includes(":~"));
    return isPath || assignment.append === true || assignment.index !== undefined ? [ANY] : values;
  }
  reader.needsBash(assignment.text);
  for (const element of value.elements) expandWord(element, cursor, reader);
  return [ANY];
}

function partsOf(word: Word): readonly WordPart[] {
  if (word.parts !== undefined && word.parts.length > 0) return word.parts;
  return [{ type: "Literal", pos: word.pos, end: word.end, value: word.value, text: word.text }];
}

/** What parts become that stand in a here-document. */
export function documentValues(
  parts: readonly WordPart[],
  cursor: Cursor,
  reader: Reader,
): readonly string[] {
  let values: readonly string[] = [""];
  for (const part of parts) values = concatenate(values, partValues(part, cursor, reader));
  return values;
}

class WordDraft {
  readonly #cursor: Cursor;
  readonly #reader: Reader;
  readonly #drafts: Draft[] = [];
  #current: Draft | undefined;

  constructor(cursor: Cursor, reader: Reader) {
    this.#cursor = cursor;
    this.#reader = reader;
  }

  read(pieces: readonly Piece[]): readonly Draft[] {
    for (const [index, piece] of pieces.entries()) {
      if (pieces.length === 1 && this.#takeParameters(piece)) return this.#drafts;
      this.#take(piece, index === 0, pieces.length === 1);
    }
    this.#close();
    return this.#drafts;
  }

  #take(piece: Piece, isFirst: boolean, isOnly: boolean): void {
    switch (piece.type) {
      case "Literal":
        return this.#append(isFirst ? tilde(piece, { isOnly }, this.#cursor, this.#reader) : [piece.value]);
      case "Given": {
        const value = piece.hasGlob ? piece.value.replaceAll(/[*?]+/g, NAME) : piece.value;
        const literal = { value, text: value };
        return this.#append(isFirst ? tilde(literal, { isOnly }, this.#cursor, this.#reader) : [value]);
      }
      case "UnknownBraces":
        return this.#append([ANY], { isSplit: true });
      case "SingleQuoted":
      case "AnsiCQuoted":
      case "DoubleQuoted":
      case "LocaleString":
        return this.#append(partValues(piece, this.#cursor, this.#reader), { isQuoted: true });
      case "SimpleExpansion":
      case "ParameterExpansion":
      case "CommandExpansion":
        return this.#split(partValues(piece, this.#cursor, this.#reader));
      case "Glob":
        return this.#append(partValues(piece, this.#cursor, this.#reader));
      case "ArithmeticExpansion":
      case "ProcessSubstitution":
      case "ExtendedGlob":
      case "BraceExpansion":
        return this.#append(partValues(piece, this.#cursor, this.#reader));
    }
  }

  /** "$@" alone is as many words as there are parameters. */
  #takeParameters(piece: Piece): boolean {
    const inner = piece.type === "DoubleQuoted" && piece.parts.length === 1 ? piece.parts[0] : piece;
    if (inner?.type !== "SimpleExpansion" || (inner.text !== "$@" && inner.text !== "$*")) return false;
    const { parameters } = this.#cursor.state;
    if (parameters === undefined || (inner.text === "$*" && parameters.length > 1)) return false;
    for (const { values, isSplit } of parameters) this.#drafts.push({ values, isSplit, isQuoted: true });
    return true;
  }

  #append(values: readonly string[], how?: { isSplit?: boolean; isQuoted?: boolean }): void {
    const draft = (this.#current ??= { values: [""], isSplit: false, isQuoted: false });
    draft.values = concatenate(draft.values, values);
    draft.isSplit ||= how?.isSplit === true;
    draft.isQuoted ||= how?.isQuoted === true;
  }

  // An unquoted value is split at blanks, and what it holds of patterns is matched with files.
  #split(values: readonly string[]): void {
    const [value] = values;
    if (values.every((one) => /^[^\s*?[\]\\]+$/.test(one) && isExact(one.replaceAll(NUMBER, ""))))
      return this.#append(values);
    if (values.every((one) => /^[^\s*?[\]\\]*$/.test(one) && !one.includes(ANY)) && value !== "")
      return this.#append(
        values.map((one) => one.replaceAll(paths, LOOSE)),
        { isSplit: true },
      );
    if (values.length !== 1 || value === undefined || !isExact(value) || /[[\]\\]/.test(value))
      return this.#append([ANY], { isSplit: true });
    const words = value.split(/[ \t\n]+/);
    for (const [index, one] of words.entries()) {
      if (index > 0) this.#close();
      if (one !== "") this.#append([one.replaceAll(/[*?]+/g, NAME)]);
    }
  }

  #close(): void {
    const draft = this.#current;
    this.#current = undefined;
    if (draft === undefined || (!draft.isQuoted && draft.values.every((value) => value === ""))) return;
    this.#drafts.push(draft);
  }
}

/** What a part becomes where nothing is split. */
export function partValues(
  part: WordPart | DoubleQuotedChild,
  cursor: Cursor,
  reader: Reader,
): readonly string[] {
  reader.spend();
  switch (part.type) {
    case "Literal":
    case "SingleQuoted":
      return [part.value];
    case "AnsiCQuoted":
      reader.needsBash(part.text);
      return isExact(part.value) ? [part.value] : [ANY];
    case "DoubleQuoted":
      return documentValues(part.parts, cursor, reader);
    case "LocaleString":
      reader.needsBash(part.text);
      documentValues(part.parts, cursor, reader);
      return [ANY];
    case "SimpleExpansion":
      return simpleValues(part, cursor, reader);
    case "ParameterExpansion":
      return parameterValues(part, cursor, reader, expandText);
    case "CommandExpansion":
      return reader.substitute(part.script, cursor.state, part.text) ?? [ANY];
    case "ArithmeticExpansion":
      if (part.expression === undefined && !/^\$\(\(\s*\)\)$/.test(part.text))
        reader.refuse(`"${part.text}" is no arithmetic that is understood.`);
      followArithmetic(part.expression, cursor, reader, partValues);
      return [NUMBER];
    case "ProcessSubstitution":
      reader.needsBash(part.text);
      reader.substitute(part.script, cursor.state, part.text);
      return ["/dev/fd/63"];
    case "Glob":
      for (const inner of part.parts ?? []) partValues(inner, cursor, reader);
      return [NAME];
    case "ExtendedGlob":
      reader.refuse(`"${part.text}" is a pattern that shells understand in different ways.`);
      return [ANY];
    case "BraceExpansion":
      for (const inner of part.parts ?? []) partValues(inner, cursor, reader);
      return [ANY];
  }
}

function simpleValues(part: SimpleExpansionPart, cursor: Cursor, reader: Reader): readonly string[] {
  const name = part.text.slice(1);
  if (name !== "@" && name !== "*") return variableValues(name, cursor, reader);
  const { parameters } = cursor.state;
  if (parameters === undefined || parameters.length > 1) return [ANY];
  return parameters[0]?.values ?? [""];
}

// A tilde counts unquoted, at the beginning, up to the first slash.
function tilde(
  literal: { readonly value: string; readonly text: string },
  word: Word | { readonly isOnly: boolean },
  cursor: Cursor,
  reader: Reader,
): readonly string[] {
  const { value, text } = literal;
  if (!text.startsWith("~")) return [value];
  const isWhole = "isOnly" in word ? word.isOnly : (word.parts?.length ?? 0) <= 1;
  const prefix = /^~([^/]*)/.exec(text)?.[1] ?? "";
  if (!isWhole && !text.includes("/")) return [ANY];
  const folders =
    prefix === ""
      ? variableValues("HOME", cursor, reader)
      : prefix === "+"
        ? variableValues("PWD", cursor, reader)
        : prefix === "-"
          ? variableValues("OLDPWD", cursor, reader)
          : [ANY];
  return concatenate(folders, [value.slice(1 + prefix.length)]);
}

// Signs that a person takes for others are an attempt to deceive, outside of quotes at least.
function noteLookAlikes(word: Word, reader: Reader): void {
  for (const part of partsOf(word))
    if (part.type === "Literal" && (lookAlikes.test(part.value) || fillers.test(part.value)))
      return reader.refuse(`"${word.text}" holds a character that looks like another one.`);
}
