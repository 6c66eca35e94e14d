/** What finds files and lines: ripgrep, or what stands in for it. Paths are relative to the root, with "/". */
import { BooError } from "#core/errors.ts";

/** Characters of a matching line that are kept. */
const lineLimit = 500;

/** Time after which a listing or search is given up, in milliseconds. */
export const searchTimeoutMs = 30_000;

/** Where to look: `glob` is already relative to the root. */
export interface Scope {
  /** The real path of the directory. */
  readonly root: string;
  /** By what name it is reached, which leads to it and nothing else. */
  readonly folder: string;
  readonly glob: string | undefined;
  readonly withIgnored: boolean;
  readonly withGit: boolean;
  /** Directories below that are not entered, relative with "/": what is mounted there lies elsewhere. */
  readonly leftOut: readonly string[];
}

/** What to look for, in JavaScript or ripgrep syntax as the engine has it. */
export interface Pattern {
  readonly source: string;
  readonly ignoreCase: boolean;
}

/** A line that was found, from 1, without its end and cut to `lineLimit`. */
export interface Line {
  readonly path: string;
  readonly line: number;
  readonly text: string;
}

/** A way to find files and lines; results come in path order and end when `take` says false. */
export interface SearchEngine {
  list(scope: Scope, take: (path: string) => boolean, signal: AbortSignal): Promise<void>;
  search(scope: Scope, pattern: Pattern, take: (line: Line) => boolean, signal: AbortSignal): Promise<void>;
  /** Searches one text; `path` is only put into the lines. */
  searchText(
    path: string,
    text: string,
    pattern: Pattern,
    take: (line: Line) => boolean,
    signal: AbortSignal,
  ): Promise<void>;
  /** Searches one open file; `path` is only put into the lines. */
  searchFile(
    file: number,
    path: string,
    pattern: Pattern,
    take: (line: Line) => boolean,
    signal: AbortSignal,
  ): Promise<void>;
}

/** Cuts a found line to what is kept of it. */
export function cutLine(text: string): string {
  const line = text.endsWith("\r") ? text.slice(0, -1) : text;
  return line.length > lineLimit ? `${line.slice(0, lineLimit)}…` : line;
}

/** The failure of a pattern or glob that can not be used, with the engine's reason. */
export function badPattern(reason: string, cause?: unknown): BooError {
  return new BooError(
    "bad-pattern",
    `The pattern can not be used: ${reason} Correct it; special characters meant literally need a backslash.`,
    { cause },
  );
}

/** The failure of a search that took longer than its limit. */
export function searchTimeout(): BooError {
  return new BooError(
    "search-timeout",
    `The search took longer than ${searchTimeoutMs / 1000} s. Narrow it by a glob or use a simpler pattern.`,
  );
}
