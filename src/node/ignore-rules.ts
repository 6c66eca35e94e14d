/** Ignore rules as git reads them: nested .gitignore files up to the repository's top, and its info/exclude. */
import { constants } from "node:fs";
import { lstat, open, readdir, stat } from "node:fs/promises";
import { dirname, isAbsolute, join, relative, resolve, sep } from "node:path";
import ignore, { type Ignore } from "ignore";

// One entry a folder that was asked about; the oldest go first.
const folderLimit = 5_000;
// A file of rules that is larger is none.
const sizeLimit = 1024 * 1024;
const { O_NOFOLLOW: noFollow = 0, O_NONBLOCK: withoutWaiting = 0 } = constants as Partial<typeof constants>;
/** A changed rule holds for single questions after this long at the latest; listing and searching always look afresh. */
const defaultFreshMs = 1_000;

interface RuleFile {
  readonly mtimeMs: number;
  readonly size: number;
  readonly rules: Ignore | undefined;
}

/** What a walk enters; as in `Scope`. */
interface WalkOptions {
  readonly folder: string;
  readonly withIgnored: boolean;
  readonly withGit: boolean;
  readonly leftOut: readonly string[];
}

interface Level {
  readonly folder: string;
  /** Whether a repository begins here: rules from above end. */
  readonly isTop: boolean;
  /** By rising precedence. */
  readonly rules: readonly Ignore[];
}

/** Answers whether paths are ignored; files are read again only when they changed. */
export class IgnoreRules {
  readonly #files = new Map<string, RuleFile>();
  readonly #levels = new Map<string, { readonly at: number; readonly level: Promise<Level> }>();

  readonly #freshMs: number;

  constructor(freshMs = defaultFreshMs) {
    this.#freshMs = freshMs;
  }

  /** Whether the rules that hold in `root` cover a path below it, which is looked at unless its `kind` is given; `.git` always counts as ignored. */
  async isIgnored(root: string, path: string, kind?: "file" | "directory"): Promise<boolean> {
    const below = relative(root, path);
    if (below === "" || below.startsWith("..") || isAbsolute(below)) return false;
    const names = below.split(sep);
    if (names.includes(".git")) return true;
    const above = foldersUpFrom(root);
    const inside = names.slice(0, -1).map((_, index) => join(root, ...names.slice(0, index + 1)));
    const [levels, target] = await Promise.all([
      Promise.all([...above, ...inside].map((folder) => this.#recentLevel(folder))),
      kind === undefined ? stat(path).catch(() => undefined) : undefined,
    ]);
    const isDirectory = kind === undefined ? target?.isDirectory() === true : kind === "directory";
    let active = fromTop(levels.slice(0, above.length));
    for (const [index] of names.entries()) {
      const isFolder = index < names.length - 1 || isDirectory;
      if (covers(active, join(root, ...names.slice(0, index + 1)), isFolder)) return true;
      active = enter(active, levels[above.length + index]);
    }
    return false;
  }

  /** Files below `root`, relative to it with "/", folder by folder in name order; links are not followed. */
  async *walk(root: string, options: WalkOptions): AsyncGenerator<string> {
    const levels = options.withIgnored
      ? []
      : await Promise.all(foldersUpFrom(root).map((folder) => this.#level(folder)));
    yield* this.#walk(root, "", fromTop(levels), options);
  }

  async *#walk(
    root: string,
    below: string,
    active: readonly Level[],
    options: WalkOptions,
  ): AsyncGenerator<string> {
    const entries = await readdir(join(options.folder, below), { withFileTypes: true }).catch(() => []);
    entries.sort((a, b) => Buffer.compare(Buffer.from(a.name), Buffer.from(b.name)));
    for (const entry of entries) {
      const path = below === "" ? entry.name : `${below}/${entry.name}`;
      if ((entry.name === ".git" && !options.withGit) || options.leftOut.includes(path)) continue;
      if (covers(active, join(root, path), entry.isDirectory())) continue;
      if (entry.isFile()) yield path;
      if (!entry.isDirectory()) continue;
      const inside = options.withIgnored ? active : enter(active, await this.#level(join(root, path)));
      yield* this.#walk(root, path, inside, options);
    }
  }

  // A read asks for the rules of every folder above it: looking each time would take longer than the read.
  #recentLevel(folder: string): Promise<Level> {
    const now = performance.now();
    const known = this.#levels.get(folder);
    if (known !== undefined && now - known.at < this.#freshMs) return known.level;
    if (this.#levels.size >= folderLimit) this.#levels.clear();
    const level = this.#level(folder);
    this.#levels.set(folder, { at: now, level });
    return level;
  }

  async #level(folder: string): Promise<Level> {
    const git = join(folder, ".git");
    const [own, mark] = await Promise.all([
      this.#read(join(folder, ".gitignore")),
      stat(git).catch(() => undefined),
    ]);
    const exclude =
      mark?.isFile() === true || mark?.isDirectory() === true
        ? await this.#read(await excludeFile(git, mark.isDirectory()))
        : undefined;
    return {
      folder,
      isTop: mark !== undefined,
      rules: [exclude, own].filter((rules) => rules !== undefined),
    };
  }

  async #read(file: string): Promise<Ignore | undefined> {
    // Like git, which follows no link here.
    const now = await lstat(file).catch(() => undefined);
    if (now?.isFile() !== true) {
      this.#files.delete(file);
      return undefined;
    }
    const known = this.#files.get(file);
    if (known !== undefined && known.mtimeMs === now.mtimeMs && known.size === now.size) return known.rules;
    const text = await readSmall(file, noFollow);
    const rules = ignore({ ignorecase: false, allowRelativePaths: false }).add(text);
    if (this.#files.size >= folderLimit) this.#files.delete(this.#files.keys().next().value ?? "");
    this.#files.set(file, { mtimeMs: now.mtimeMs, size: now.size, rules });
    return rules;
  }
}

// Rules from above a repository do not reach into it; without one, those of all folders above hold, as for ripgrep.
function fromTop(levels: readonly Level[]): readonly Level[] {
  return levels.slice(
    Math.max(
      levels.findLastIndex((level) => level.isTop),
      0,
    ),
  );
}

function enter(active: readonly Level[], level: Level | undefined): readonly Level[] {
  if (level === undefined) return active;
  return level.isTop ? [level] : [...active, level];
}

// The deepest file that says something decides.
function covers(levels: readonly Level[], target: string, isFolder: boolean): boolean {
  for (const level of levels.toReversed()) {
    if (level.rules.length === 0) continue;
    const path = relative(level.folder, target).split(sep).join("/") + (isFolder ? "/" : "");
    for (const rules of level.rules.toReversed()) {
      const verdict = rules.test(path);
      if (verdict.ignored) return true;
      if (verdict.unignored) return false;
    }
  }
  return false;
}

/** A repository's own exclude file, by its `.git`: in a linked worktree that is a file that names a folder, which names the common one. */
export async function excludeFile(git: string, isFolder: boolean): Promise<string> {
  if (isFolder) return join(git, "info/exclude");
  const named = /^gitdir: (.+)$/m.exec(await readSmall(git))?.[1] ?? "";
  const own = resolve(dirname(git), named);
  const common = (await readSmall(join(own, "commondir"))).trim() || ".";
  return join(own, common, "info/exclude");
}

// A pipe of such a name would keep a reader waiting for ever.
async function readSmall(path: string, flags = 0): Promise<string> {
  try {
    await using file = await open(path, constants.O_RDONLY | withoutWaiting | flags);
    const found = await file.stat();
    return found.isFile() && found.size <= sizeLimit ? await file.readFile("utf8") : "";
  } catch {
    return "";
  }
}

function foldersUpFrom(folder: string): string[] {
  const parent = dirname(folder);
  return parent === folder ? [folder] : [...foldersUpFrom(parent), folder];
}
