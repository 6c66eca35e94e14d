/** The `Files` port over the disk: looking, listing, searching. */
import { lstat, readlink, realpath, stat } from "node:fs/promises";
import { basename, dirname, isAbsolute, join, relative, resolve, sep } from "node:path";
import { BooError } from "#core/errors.ts";
import type { Files, FileStat, SearchMatch } from "#core/ports.ts";
import { defaultFreshMs, IgnoreRules } from "./ignore-rules.ts";
import {
  type Line,
  type Pattern,
  type Scope,
  searchTimeout,
  searchTimeoutMs,
  type SearchEngine,
} from "./search-engine.ts";
import { comparePaths, globTest, namesGit, relativeGlob } from "./search-glob.ts";

const linkLimit = 40;
const overlaysAtOnce = 4;
// How many real paths are remembered.
const recentLimit = 100;

type ListQuery = Parameters<Files["list"]>[0];
type SearchQuery = Parameters<Files["search"]>[0];

/** Makes the port; `ripgrep` is the binary to use, undefined to do without. */
export function createFiles(options: {
  readonly ripgrep: string | undefined;
  /** For how long (ms) ignore rules are believed without another look. */
  readonly freshMs?: number;
}): Files {
  const rules = new IgnoreRules(options.freshMs);
  const engine = lazyEngine(options.ripgrep, rules);
  const realPaths = new RecentRealPaths(options.freshMs);
  return {
    stat: statFile,
    realPath: (path) => realPathOf(path, linkLimit),
    rootPath: (folder) => realPaths.of(folder),
    isIgnored: (root, path, kind) => rules.isIgnored(root, path, kind),
    list: (query, signal) =>
      withTimeout(signal, async (bounded) => listFiles(await engine(), query, bounded)),
    search: (query, signal) =>
      withTimeout(signal, async (bounded) => searchFiles(await engine(), rules, query, bounded)),
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
    const kind = found.isFile() ? "file" : found.isDirectory() ? "directory" : "other";
    return { kind, realPath: real, size: found.size };
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

function isMissing(error: unknown): boolean {
  const code = (error as NodeJS.ErrnoException).code ?? "";
  return ["ENOENT", "ENOTDIR", "ENAMETOOLONG", "ELOOP"].includes(code);
}

/** Every path of a model is compared with the real paths of the workspace's folders: those are looked up once a moment, not every time. */
class RecentRealPaths {
  readonly #freshMs: number;
  readonly #known = new Map<string, { readonly at: number; readonly real: string }>();

  constructor(freshMs = defaultFreshMs) {
    this.#freshMs = freshMs;
  }

  async of(path: string): Promise<string> {
    const now = performance.now();
    const known = this.#known.get(path);
    if (known !== undefined && now - known.at < this.#freshMs) return known.real;
    // Only what exists is remembered: where something is yet to be made, every moment counts.
    const real = await realpath(path).catch(() => undefined);
    if (real === undefined) return realPathOf(path, linkLimit);
    if (this.#known.size >= recentLimit) this.#known.clear();
    this.#known.set(path, { at: now, real });
    return real;
  }
}

// A link to what does not exist yet counts as its target: writing through it would create that.
async function realPathOf(path: string, linksLeft: number): Promise<string> {
  try {
    return await realpath(path);
  } catch (error) {
    if (!isMissing(error) || dirname(path) === path) throw error;
  }
  const link = await lstat(path).catch(() => undefined);
  if (link?.isSymbolicLink() === true && linksLeft > 0) {
    return realPathOf(resolve(dirname(path), await readlink(path)), linksLeft - 1);
  }
  return join(await realPathOf(dirname(path), linksLeft), basename(path));
}

async function scopeOf(query: Pick<ListQuery, "root" | "glob" | "withIgnored">): Promise<Scope> {
  const { root, withIgnored } = query;
  if ((await statFile(root))?.kind !== "directory") {
    throw new BooError("not-a-folder", `${root} is not a folder. List or search an existing folder.`);
  }
  return {
    root,
    withIgnored,
    glob: await relativeGlob(root, query.glob),
    withGit: namesGit(root, query.glob),
  };
}

async function listFiles(engine: SearchEngine, query: ListQuery, signal: AbortSignal) {
  const found: string[] = [];
  const take = (path: string) => found.push(path) <= query.limit;
  await engine.list(await scopeOf(query), take, signal);
  const paths = found.slice(0, query.limit).map((path) => join(query.root, path));
  return { paths, isCut: found.length > query.limit };
}

async function searchFiles(
  engine: SearchEngine,
  rules: IgnoreRules,
  query: SearchQuery,
  signal: AbortSignal,
) {
  const scope = await scopeOf(query);
  const pattern: Pattern = { source: query.pattern, ignoreCase: query.ignoreCase };
  const overlays = await overlaysIn(scope, rules, query.overlays);
  const isReplaced = new Set(query.overlays.map(({ path }) => slashed(relative(query.root, path))));
  const found: Line[] = [];
  const collect = () => {
    let count = 0;
    return (line: Line) => found.push(line) > 0 && (count += 1) <= query.limit;
  };
  const takeDisk = collect();
  const searches = [
    () => engine.search(scope, pattern, (line) => isReplaced.has(line.path) || takeDisk(line), signal),
    ...overlays.map(
      ({ path, text }) =>
        () =>
          engine.searchText(path, text, pattern, collect(), signal),
    ),
  ];
  await runSome(searches, overlaysAtOnce);
  found.sort((a, b) => comparePaths(a.path, b.path) || a.line - b.line);
  const matches: SearchMatch[] = found
    .slice(0, query.limit)
    .map((line) => ({ ...line, path: join(query.root, line.path) }));
  return { matches, isCut: found.length > query.limit };
}

async function runSome(jobs: readonly (() => Promise<void>)[], atOnce: number): Promise<void> {
  const left = jobs.values();
  const work = async () => {
    for (const job of left) await job();
  };
  await Promise.all(Array.from({ length: atOnce }, work));
}

async function overlaysIn(scope: Scope, rules: IgnoreRules, overlays: SearchQuery["overlays"]) {
  const isWanted = globTest(scope.glob);
  const inside: { path: string; text: string }[] = [];
  for (const { path, text } of overlays) {
    const below = relative(scope.root, path);
    if (below === "" || below.startsWith("..") || isAbsolute(below) || !isWanted(slashed(below))) continue;
    if (!scope.withIgnored && (await rules.isIgnored(scope.root, path))) continue;
    inside.push({ path: slashed(below), text });
  }
  return inside;
}

function slashed(path: string): string {
  return sep === "/" ? path : path.split(sep).join("/");
}
