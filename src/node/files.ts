/** The `Files` port over the disk: looking, listing, searching. */
import { realpath, stat, readdir } from "node:fs/promises";
import { isAbsolute, join, relative, sep } from "node:path";
import { BooError } from "#core/errors.ts";
import type { Files, FileStat, SearchMatch } from "#core/ports.ts";
import { changedPath, missingFile, notAFile, notAFolder, systemCode, unreadableFile } from "./file-errors.ts";
import { HeldDirectory } from "./held-directory.ts";
import { IgnoreRules } from "./ignore-rules.ts";
import { boundBelow, MountTable, sourceOf } from "./mounts.ts";
import { kindOf, lookAt, openReal } from "./real-file.ts";
import { findRealPath } from "./find-real-path.ts";
import { isMissing, isSamePath, realPathOf } from "./real-path.ts";
import { confirmLines } from "./search-confirm.ts";
import {
  type Line,
  type Pattern,
  type Scope,
  searchTimeout,
  searchTimeoutMs,
  type SearchEngine,
} from "./search-engine.ts";
import { comparePaths, globTest, namesGit, relativeGlob } from "./search-glob.ts";

const overlaysAtOnce = 4;
// How many folders' real paths are remembered.
const rootLimit = 1_000;

type ListQuery = Parameters<Files["list"]>[0];
type SearchQuery = Parameters<Files["search"]>[0];

/** Makes the port; `ripgrep` is the binary to use, undefined to do without. */
export function createFiles(options: {
  readonly ripgrep: string | undefined;
  /** For how long (ms) ignore rules and mounts are believed without another look. */
  readonly freshMs?: number;
}): Files {
  const rules = new IgnoreRules(options.freshMs);
  const engine = lazyEngine(options.ripgrep, rules);
  const rootPaths = new RootPaths();
  const mounts = new MountTable(options.freshMs);
  return {
    stat: statFile,
    locate: findRealPath,
    names: (path) => readdir(path),
    realPath: realPathOf,
    rootPath: (folder) => rootPaths.of(folder),
    mountSource: async (folder, path) => sourceOf(mounts.now(), folder, path),
    isIgnored: (root, path, kind) => rules.isIgnored(root, path, kind),
    list: (query, signal) =>
      withTimeout(signal, async (bounded) => listFiles(await engine(), mounts, query, bounded)),
    search: (query, signal) =>
      withTimeout(signal, async (bounded) =>
        searchIn({ engine: await engine(), mounts, rules }, query, bounded),
      ),
  };
}

// A ripgrep that does not start (wrong machine, no permission) is given up for good.
function lazyEngine(ripgrep: string | undefined, rules: IgnoreRules): () => Promise<SearchEngine> {
  let engine: Promise<SearchEngine> | undefined;
  const fallback = async () => (await import("./search-fallback.ts")).fallbackEngine(rules);
  const guarded = async (binary: string): Promise<SearchEngine> => {
    const { ripgrepEngine } = await import("./search-ripgrep.ts");
    const first = ripgrepEngine(binary);
    const orElse = async (run: (engine: SearchEngine) => Promise<void>) => {
      try {
        await run(first);
      } catch (error) {
        if (!(error instanceof BooError) || error.code !== "no-ripgrep") throw error;
        engine = fallback();
        await run(await engine);
      }
    };
    return {
      list: (...given) => orElse((chosen) => chosen.list(...given)),
      search: (...given) => orElse((chosen) => chosen.search(...given)),
      searchText: (...given) => orElse((chosen) => chosen.searchText(...given)),
      searchFile: (...given) => orElse((chosen) => chosen.searchFile(...given)),
    };
  };
  return () => (engine ??= ripgrep === undefined ? fallback() : guarded(ripgrep));
}

async function withTimeout<T>(signal: AbortSignal, run: (signal: AbortSignal) => Promise<T>): Promise<T> {
  signal.throwIfAborted();
  const timeout = AbortSignal.timeout(searchTimeoutMs);
  try {
    return await run(AbortSignal.any([signal, timeout]));
  } catch (error) {
    throw timeout.aborted && !signal.aborted ? searchTimeout() : error;
  }
}

async function statFile(path: string): Promise<FileStat | undefined> {
  try {
    const [found, real] = await Promise.all([stat(path), realpath(path)]);
    return { kind: kindOf(found), realPath: real, size: found.size, links: found.nlink };
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw unreadableFile(path, systemCode(error) ?? "", error);
  }
}

/** Every path of a model is compared with the real paths of the workspace's folders: those are looked up once, so that what takes a folder's place later is not taken for it. */
class RootPaths {
  readonly #known = new Map<string, string>();

  async of(path: string): Promise<string> {
    const known = this.#known.get(path);
    if (known !== undefined) return known;
    // Only what exists is remembered.
    const real = await realpath(path).catch(() => undefined);
    if (real === undefined) return realPathOf(path);
    const first = this.#known.get(path) ?? real;
    if (this.#known.size < rootLimit) this.#known.set(path, first);
    return first;
  }
}

/** Runs in a directory that is held open, so that it is looked at and nothing that takes its place. */
async function lookIn<T>(
  mounts: MountTable,
  query: ListQuery,
  run: (scope: Scope) => Promise<T>,
): Promise<T> {
  const { root, real = root, withIgnored } = query;
  if (lookAt(real).kind !== "directory") throw notAFolder(root);
  using held = await HeldDirectory.open(real).catch((error: unknown) => {
    throw isMissing(error) ? notAFolder(root, error) : error;
  });
  const scope: Scope = {
    root: real,
    folder: held.folder,
    withIgnored,
    glob: await relativeGlob(root, query.glob),
    withGit: namesGit(root, query.glob),
    leftOut: boundBelow(mounts.now(), real),
  };
  const result = await run(scope);
  if (held.isByPath && !(await held.isStill())) throw changedPath(root);
  return result;
}

// The engine walks by names: of a directory that a link replaces at that moment it may tell names. What is in the files is told by none but those who open them for certain.
async function listFiles(engine: SearchEngine, mounts: MountTable, query: ListQuery, signal: AbortSignal) {
  const found: string[] = [];
  let withheld = 0;
  await lookIn(mounts, query, (scope) => {
    const take = (path: string): boolean => {
      if (!isWithheld(scope, path, query)) return found.push(path) <= query.limit;
      withheld += 1;
      return true;
    };
    return engine.list(scope, take, signal);
  });
  const paths = found.slice(0, query.limit).map((path) => join(query.root, path));
  return { paths, isCut: found.length > query.limit, withheld };
}

function isWithheld({ root }: Scope, path: string, query: ListQuery): boolean {
  return query.isWithheld?.(join(root, path)) === true;
}

// How many of them match would tell, pattern by pattern, what is in them: all are counted.
async function countWithheld(engine: SearchEngine, scope: Scope, query: ListQuery, signal: AbortSignal) {
  let count = 0;
  const take = (path: string): boolean => {
    if (isWithheld(scope, path, query)) count += 1;
    return true;
  };
  if (query.isWithheld !== undefined) await engine.list(scope, take, signal);
  return count;
}

/** What a search works with. */
interface Means {
  readonly engine: SearchEngine;
  readonly mounts: MountTable;
  readonly rules: IgnoreRules;
}

async function searchIn(means: Means, query: SearchQuery, signal: AbortSignal) {
  const { root, real = root } = query;
  const { kind } = lookAt(real);
  if (kind === "missing") throw missingFile(root);
  // A device does things when it is only opened.
  if (kind === "other") throw notAFile(root, false);
  return kind === "directory"
    ? lookIn(means.mounts, query, (scope) => searchFolder(means, scope, query, signal))
    : searchFile(means.engine, query, signal);
}

async function searchFile(engine: SearchEngine, query: SearchQuery, signal: AbortSignal) {
  const { root, real = root, limit } = query;
  const pattern: Pattern = { source: query.pattern, ignoreCase: query.ignoreCase };
  const matches: SearchMatch[] = [];
  const take = (line: Line) => matches.push({ ...line, path: root }) <= limit;
  const unsaved = query.overlays.find(({ path }) => path === root);
  using opened = await openReal(real).catch((error: unknown) => {
    throw isMissing(error) ? missingFile(root, error) : error;
  });
  if (!opened.stats.isFile()) throw notAFile(root, opened.stats.isDirectory());
  if (opened.stats.nlink !== (query.links ?? 1)) throw changedPath(root);
  if (unsaved === undefined) await engine.searchFile(opened.file, root, pattern, take, signal);
  else await engine.searchText(root, unsaved.text, pattern, take, signal);
  return { matches: matches.slice(0, limit), isCut: matches.length > limit, leftOut: 0, withheld: 0 };
}

async function searchFolder({ engine, rules }: Means, scope: Scope, query: SearchQuery, signal: AbortSignal) {
  const pattern: Pattern = { source: query.pattern, ignoreCase: query.ignoreCase };
  const overlays = await overlaysIn(scope, rules, query);
  const isReplaced = new Set(query.overlays.map(({ path }) => slashed(relative(query.root, path))));
  const onDisk: Line[] = [];
  const unsaved: Line[] = [];
  const collect = (found: Line[]) => {
    let count = 0;
    return (line: Line) => found.push(line) > 0 && (count += 1) <= query.limit;
  };
  const takeDisk = collect(onDisk);
  const searches = [
    () =>
      engine.search(
        scope,
        pattern,
        (line) => isReplaced.has(line.path) || isWithheld(scope, line.path, query) || takeDisk(line),
        signal,
      ),
    ...overlays.map(
      ({ path, text }) =>
        () =>
          engine.searchText(path, text, pattern, collect(unsaved), signal),
    ),
  ];
  await runSome(searches, overlaysAtOnce);
  const confirmed = await confirmLines(scope.root, onDisk);
  const found = [...confirmed.lines, ...unsaved].toSorted(
    (a, b) => comparePaths(a.path, b.path) || a.line - b.line,
  );
  const matches: SearchMatch[] = found
    .slice(0, query.limit)
    .map((line) => ({ ...line, path: join(query.root, line.path) }));
  const isCut = onDisk.length + unsaved.length > query.limit;
  const withheld = await countWithheld(engine, scope, query, signal);
  return { matches, isCut, leftOut: confirmed.leftOut, withheld };
}

async function runSome(jobs: readonly (() => Promise<void>)[], atOnce: number): Promise<void> {
  const left = jobs.values();
  const work = async () => {
    for (const job of left) await job();
  };
  await Promise.all(Array.from({ length: atOnce }, work));
}

async function overlaysIn(scope: Scope, rules: IgnoreRules, query: SearchQuery) {
  const { root, overlays } = query;
  const isWanted = globTest(scope.glob);
  const inside: { path: string; text: string }[] = [];
  for (const { path, text } of overlays) {
    const below = relative(root, path);
    if (below === "" || below.startsWith("..") || isAbsolute(below) || !isWanted(slashed(below))) continue;
    if (isWithheld(scope, below, query)) continue;
    if (!scope.withIgnored && (await rules.isIgnored(root, path))) continue;
    // As on disk, links are not followed (an open document may have been reached through one), and files with other names are left out.
    const real = join(scope.root, below);
    if (!isSamePath(await realPathOf(path), real) || lookAt(real).links > 1) continue;
    inside.push({ path: slashed(below), text });
  }
  return inside;
}

function slashed(path: string): string {
  return sep === "/" ? path : path.split(sep).join("/");
}
