/** Which rules hold for the words of a command. Loaded with the first judgement: it brings the shell's parser. */
import { parse, type Word } from "unbash";
import { withoutGlobalOptions } from "./programs/git.ts";

/** A pattern of words: the words themselves, and whether others may follow. */
interface CommandPattern {
  readonly words: readonly string[];
  readonly isOpen: boolean;
}

// The patterns of a configuration are few; the limit is for what sessions add.
const knownLimit = 1000;
const known = new Map<string, CommandPattern | undefined>();

/** The words of an execute rule; undefined where it is not one simple command of plain words. */
function commandPattern(pattern: string): CommandPattern | undefined {
  if (known.has(pattern)) return known.get(pattern);
  const read = readPattern(pattern);
  if (known.size >= knownLimit) known.clear();
  known.set(pattern, read);
  return read;
}

function readPattern(pattern: string): CommandPattern | undefined {
  const script = parse(pattern);
  const [statement] = script.commands;
  const command = statement?.command;
  if (script.errors !== undefined && script.errors.length > 0) return undefined;
  if (script.commands.length !== 1 || command?.type !== "Command" || statement?.background === true)
    return undefined;
  if (command.name === undefined || command.prefix.length > 0 || command.redirects.length > 0)
    return undefined;
  const all = [command.name, ...command.suffix.flatMap((one) => (one.type === "Word" ? [one] : []))];
  if (all.length !== command.suffix.length + 1) return undefined;
  const isOpen = all.length > 1 && all.at(-1)?.text === "*";
  const words = (isOpen ? all.slice(0, -1) : all).map(plainWord);
  return words.includes(undefined) ? undefined : { words: words.flatMap((word) => word ?? []), isOpen };
}

function plainWord(word: Word): string | undefined {
  const isPlain = word.parts?.every(
    (part) =>
      part.type === "Literal" ||
      part.type === "SingleQuoted" ||
      (part.type === "DoubleQuoted" && part.parts.every((inner) => inner.type === "Literal")),
  );
  return isPlain === false ? undefined : word.value;
}

/** How a rule's words and a command's agree: to the letter, or because others may follow. */
export function matchWords(pattern: string, words: readonly string[]): "exact" | "open" | undefined {
  const read = commandPattern(pattern);
  if (read === undefined || words.length < read.words.length) return undefined;
  if (!read.words.every((word, index) => word === words[index])) return undefined;
  if (words.length === read.words.length) return "exact";
  return read.isOpen ? "open" : undefined;
}

/** As `matchWords`, for denials: the program's folder and what git is told before its subcommand make no difference. */
export function deniesWords(pattern: string, words: readonly string[]): boolean {
  const [name = "", ...rest] = words;
  const plain = [name.slice(name.lastIndexOf("/") + 1), ...rest];
  const forms = [words, plain, ...(plain[0] === "git" ? [withoutGlobalOptions(plain)] : [])];
  return forms.some((form) => matchWords(pattern, form) !== undefined);
}

/** Words as a rule names them. */
export function patternOf(words: readonly string[]): string {
  return words.map((word, index) => quoteWord(word, index === 0)).join(" ");
}

function quoteWord(word: string, isFirst: boolean): string {
  return /^[\w@%+=:,./^~-]+$/.test(word) && !word.startsWith("~") && !(isFirst && word.includes("="))
    ? word
    : `'${word.replaceAll("'", `'\\''`)}'`;
}
