/** From the text of a command line to the commands in it, each with what it touches. */
import { LineTooLarge } from "./command-line/state.ts";
import { LineWalk } from "./command-line/walk.ts";
import type { LineContext, ParsedLine } from "./parsed-line.ts";

const lengthLimit = 32 * 1024;
const depthLimit = 40;
// Every path of a line is looked up before it is judged.
const pathLimit = 400;

// Characters that no keyboard types into a command: controls, what is invisible, blanks that are none to the shell.
const hidden = /[\p{Cc}\p{Cf}\p{Co}\p{Cs}\p{Zl}\p{Zp}\u115f\u1160\u3164\uffa0\u2800]/u;
const oddBlank = /[^\S \t\n]/u;

/** Reads a line; never throws, however it is written. */
export function parseLine(line: string, context: LineContext): ParsedLine {
  const problem = refusalOf(line);
  if (problem !== undefined) return unreadable(line, problem);
  const walk = new LineWalk(context);
  const state = {
    folders: [context.folder],
    variables: new Map<string, readonly string[]>(),
    functions: new Map(),
    parameters: [],
  };
  try {
    walk.read(line, state);
  } catch (error) {
    if (error instanceof LineTooLarge) return unreadable(line, "It comes to too many commands.");
    // The parser is another's: what it stumbles over is not known.
    if (!(error instanceof RangeError || error instanceof TypeError)) throw error;
    return unreadable(line, "It can not be read.");
  }
  const { commands } = walk;
  const paths = pathsOf(commands);
  const problems = [...walk.problems];
  if (paths.length > pathLimit) problems.push("It names too many files.");
  return { line, commands, problems, isSequence: walk.isSequence, paths: paths.slice(0, pathLimit) };
}

function unreadable(line: string, problem: string): ParsedLine {
  return { line, commands: [], problems: [problem], isSequence: false, paths: [] };
}

function refusalOf(line: string): string | undefined {
  if (line.length > lengthLimit) return "It is too long to be judged.";
  const text = line.replaceAll(/[\t\n]/g, "");
  if (hidden.test(text) || oddBlank.test(line)) return "It holds characters that can not be seen.";
  // The parser's own time grows with the square of this.
  if (depthOf(text, /\$\(|[<>]\(|\)/g, ")") > depthLimit || depthOf(text, /\$\{|\}/g, "}") > depthLimit)
    return "It is nested too deep.";
  return undefined;
}

function depthOf(text: string, marks: RegExp, closing: string): number {
  let depth = 0;
  let deepest = 0;
  for (const [mark] of text.matchAll(marks)) {
    depth = mark === closing ? Math.max(0, depth - 1) : depth + 1;
    deepest = Math.max(deepest, depth);
  }
  return deepest;
}

function pathsOf(commands: ParsedLine["commands"]): readonly string[] {
  const paths = new Set<string>();
  for (const command of commands) {
    for (const folder of command.folders ?? []) paths.add(folder);
    for (const { path, entry, onlyIn } of [...command.uses, ...command.redirectionUses]) {
      if (path === undefined) continue;
      paths.add(path);
      if (onlyIn !== undefined) paths.add(onlyIn);
      if (entry !== undefined) paths.add(`${path.replace(/\/$/, "")}/${entry}`);
      for (const prefix of beforeDots(path)) paths.add(prefix);
    }
    for (const { paths: some } of command.conditions) for (const path of some) paths.add(path);
  }
  return [...paths];
}

/** What stands before each ".." of a path: the folders from which it goes up. */
export function beforeDots(path: string): readonly string[] {
  return [...path.matchAll(/\/\.\.(?=\/|$)/g)]
    .map((found) => path.slice(0, found.index))
    .filter((prefix) => prefix !== "" && !prefix.endsWith("/.."));
}
