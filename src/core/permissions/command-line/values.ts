/**
 * What is known of a text before the shell has made it: exact where it holds none of the marks below, which stand for what only the shell will know.
 * A line that holds these characters itself is refused before it is read.
 */

/** Any characters of a name: what "*" and "?" match. */
export const NAME = "\u0001";
/** Any path further down, without "..": what "**" or the files of a folder are. */
export const BELOW = "\u0002";
/** As BELOW, provided that no file's name was made to look like two. */
export const LOOSE = "\u0003";
/** Anything at all. */
export const ANY = "\u0004";
/** The digits and the sign of a number. */
export const NUMBER = "\u0005";

// Further ones make a text unknown.
const valueLimit = 48;
const lengthLimit = 32 * 1024;
// A pattern with more open places than this counts as one that matches everything.
const placeLimit = 6;
const marks = new RegExp(`[${NAME}${BELOW}${LOOSE}${ANY}${NUMBER}]`);
const marksEach = new RegExp(marks, "g");

/** A word of a command, or several where it is split. */
export interface Field {
  /** What it may be, one or more. */
  readonly values: readonly string[];
  /** Unquoted and unknown: it may become any number of words. */
  readonly isSplit: boolean;
  /** As it is written. */
  readonly text: string;
}

/** A field that is exactly a text. */
export function exactField(value: string): Field {
  return { values: [value], isSplit: false, text: value };
}

/** True where a value is known to the letter. */
export function isExact(value: string): boolean {
  return !marks.test(value);
}

/** A field's text where it is known to the letter and the only one. */
export function exactText(field: Field | undefined): string | undefined {
  const [value] = field?.values ?? [];
  return field?.values.length === 1 && value !== undefined && !field.isSplit && isExact(value)
    ? value
    : undefined;
}

/** Every text that a field may be, where all are known to the letter. */
export function exactTexts(field: Field): readonly string[] | undefined {
  return !field.isSplit && field.values.every(isExact) ? field.values : undefined;
}

/** A value as a person reads it. */
export function showValue(value: string): string {
  return value.replaceAll(ANY, "…").replaceAll(marksEach, "*");
}

/** The place of a value's first mark; -1 where it is exact. */
export function firstMark(value: string): number {
  return value.search(marks);
}

/** True where a word may be taken for an option. */
export function mayBeOption(field: Field): boolean {
  return field.values.some(
    (value) => value.startsWith("-") || firstMark(value) === 0 || (field.isSplit && value.includes(ANY)),
  );
}

/** Each of the first with each of the second behind it. */
export function concatenate(first: readonly string[], second: readonly string[]): readonly string[] {
  if (first.length * second.length > valueLimit) return [ANY];
  const all = first.flatMap((left) => second.map((right) => left + right));
  return all.some((value) => value.length > lengthLimit) ? [ANY] : all;
}

/** All values of both, each once. */
export function mergeValues(first: readonly string[], second: readonly string[]): readonly string[] {
  const all = [...new Set([...first, ...second])];
  return all.length > valueLimit ? [ANY] : all;
}

/** A regular expression for what a value may be; `onlyNames` where its marks stay in one name. */
export function valuePattern(value: string, ignoresCase: boolean): RegExp {
  if ((value.match(marksEach)?.length ?? 0) > placeLimit) return /^/;
  const source = value
    .replaceAll(/[\\^$.*+?()[\]{}|/]/g, "\\$&")
    .replaceAll(marksEach, (mark) => (mark === NAME || mark === NUMBER ? "[^/]*" : ".*"));
  return new RegExp(`^${source}$`, ignoresCase ? "isu" : "su");
}

/** True for a name of which nothing is known. */
export function isAllMarks(name: string): boolean {
  return name !== "" && name.replaceAll(marksEach, "") === "";
}
