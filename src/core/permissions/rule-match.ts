/** Which rules hold for what: words of commands, real paths, hosts. */
import { parse, type Word } from "unbash";
import { withoutGlobalOptions } from "./programs/git.ts";
import type { Rule } from "./rule.ts";

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

/** True where a path pattern holds for a real path: "*" stands for a name, a last "**" for the folder and everything below. */
export function matchPath(pattern: string, path: string, ignoresCase: boolean): boolean {
  const fold = (text: string): string => (ignoresCase ? text.toLowerCase() : text).replaceAll("\\", "/");
  const wanted = fold(pattern).split("/");
  const given = fold(path).split("/");
  const isDeep = wanted.at(-1) === "**";
  const names = isDeep ? wanted.slice(0, -1) : wanted;
  if (isDeep ? given.length < names.length : given.length !== names.length) return false;
  return names.every((name, index) => matchName(name, given[index] ?? ""));
}

/** True where a pattern of one name ("*" stands for any characters) matches a name. */
export function matchName(pattern: string, name: string): boolean {
  if (!pattern.includes("*")) return pattern === name;
  const source = pattern.split("*").map((part) => part.replaceAll(/[\\^$.+?()[\]{}|/]/g, "\\$&"));
  return name !== "" && new RegExp(`^${source.join(".*")}$`, "su").test(name);
}

/** A path pattern as it holds in a copy of a folder for what it holds for in the folder; undefined where that is nothing. */
export function patternInCopy(
  pattern: string,
  folder: string,
  copy: string,
  ignoresCase: boolean,
): string | undefined {
  const names = (text: string): readonly string[] => text.replaceAll("\\", "/").split("/");
  const fold = (text: string): string => (ignoresCase ? text.toLowerCase() : text);
  const wanted = names(pattern);
  const isDeep = wanted.at(-1) === "**";
  const own = isDeep ? wanted.slice(0, -1) : wanted;
  const given = names(folder);
  const shared = Math.min(own.length, given.length);
  for (let index = 0; index < shared; index++)
    if (!matchName(fold(own[index] ?? ""), fold(given[index] ?? ""))) return undefined;
  if (own.length > given.length) return [copy, ...wanted.slice(given.length)].join("/");
  if (isDeep) return `${copy}/**`;
  return own.length === given.length ? copy : undefined;
}

/** The part of a path pattern that has no "*". */
export function patternRoot(pattern: string): string {
  const names = pattern.replaceAll("\\", "/").split("/");
  const star = names.findIndex((name) => name.includes("*"));
  return (star < 0 ? names : names.slice(0, star)).join("/") || "/";
}

/** True where a host pattern holds: a host, "*.host" for those below it, "*" for all. */
export function matchHost(pattern: string, host: string): boolean {
  if (pattern === "*") return true;
  const wanted = pattern.toLowerCase();
  const given = host.toLowerCase().replace(/\.$/, "");
  return wanted.startsWith("*.") ? given.endsWith(wanted.slice(1)) : wanted === given;
}

/** The rules of an operation that hold in a project, denials before allowances. */
export function rulesFor(
  rules: readonly Rule[],
  operation: Rule["operation"],
  effect: Rule["effect"],
  project: string | undefined,
): readonly Rule[] {
  return rules.filter(
    (rule) =>
      rule.operation === operation &&
      rule.effect === effect &&
      (rule.project === undefined || rule.project === project),
  );
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
