/** Takes snapshots and tells what has changed since; runs in a process of its own, because it reads every file. */
import { statSync, type Stats } from "node:fs";
import { join } from "node:path";
import { BooError } from "#core/errors.ts";
import type { FileDifference } from "#core/shell-ports.ts";
import { comparePaths } from "../search-glob.ts";
import { FileMemory, isSame, readFile, statOf, type RememberedFile } from "./file-memory.ts";
import { Listing } from "./listing.ts";
import type { SnapshotLimits, SnapshotProcessData } from "./snapshot-messages.ts";

/** Others are heard after so many files. */
const turn = 200;
/** A file system's clock may differ from ours by so much (ms). */
const clockMs = 100;
/** What nobody can ask for any more is forgotten when it takes this many times the room of what counts. */
const wasteFactor = 3;
const wasteBytes = 64 * 1024 ** 2;

interface TakenSnapshot {
  readonly folders: readonly string[];
  readonly at: number;
  readonly files: ReadonlyMap<string, RememberedFile>;
  /** The states of ignore files: where these differ later, other files are listed. */
  readonly rules: string;
}

/** What may be kept of folders, for one host. */
export class SnapshotKeeper {
  readonly #limits: SnapshotLimits;
  readonly #memory: FileMemory;
  readonly #listing: Listing;
  readonly #snapshots = new Map<number, TakenSnapshot>();
  /** The last known state of every file, also of those that a look did not come to. */
  #known = new Map<string, RememberedFile>();

  constructor({ directory, limits, git }: SnapshotProcessData) {
    this.#limits = limits;
    this.#memory = new FileMemory(directory, limits.fileBytes);
    this.#listing = new Listing(directory, git);
  }

  /** Remembers folders under a number; throws BooError "too-large" or "too-slow". */
  async take(id: number, folders: readonly string[], signal: AbortSignal): Promise<void> {
    const tops = outermost(folders);
    this.#forgetWaste();
    const at = Date.now();
    const files = new Map<string, RememberedFile>();
    const rules: string[] = [];
    let bytes = 0;
    await this.#look(tops, signal, (path, stat) => {
      const known = this.#known.get(path);
      const file = known !== undefined && isSame(known, stat) ? known : this.#memory.remember(path, stat);
      if (file === undefined) return;
      this.#known.set(path, file);
      files.set(path, file);
      noteRules(rules, path, stat);
      if (file.at !== undefined) bytes += file.size;
      const isFull = bytes > this.#limits.bytes || this.#memory.size > this.#limits.bytes * wasteFactor;
      if (isFull) throw tooLarge(tops, `${this.#limits.bytes / 1024 ** 2} MB`);
    });
    this.#known = new Map(files);
    this.#snapshots.set(id, { folders: tops, at, files, rules: rules.join() });
  }

  drop(id: number): void {
    this.#snapshots.delete(id);
  }

  /** What has changed since a snapshot, in path order, with the bytes of the first `limit` files. */
  async changes(
    id: number,
    limit: number,
    signal: AbortSignal,
  ): Promise<{ readonly files: readonly FileDifference[]; readonly more: number }> {
    const snapshot = this.#snapshots.get(id);
    if (snapshot === undefined)
      throw new BooError("no-snapshot", "How the folders were is not known any more.");
    const changed: string[] = [];
    const fresh: { readonly path: string; readonly stat: Stats }[] = [];
    const seen = new Set<string>();
    const rules: string[] = [];
    await this.#look(snapshot.folders, signal, (path, stat) => {
      seen.add(path);
      noteRules(rules, path, stat);
      const before = snapshot.files.get(path);
      if (before === undefined) fresh.push({ path, stat });
      else if (this.#isChanged(path, before, stat)) changed.push(path);
    });
    const haveRulesChanged = rules.join() !== snapshot.rules;
    const made = fresh
      .filter(({ stat }) => isMade(stat, snapshot.at, haveRulesChanged))
      .map(({ path }) => path);
    const gone = [...snapshot.files].filter(
      ([path, before]) => !seen.has(path) && this.#isGone(path, before),
    );
    const all = [...changed, ...made, ...gone.map(([path]) => path)].toSorted(comparePaths);
    return { files: this.#tell(all.slice(0, limit), snapshot), more: Math.max(0, all.length - limit) };
  }

  async #look(
    folders: readonly string[],
    signal: AbortSignal,
    see: (path: string, stat: Stats) => void,
  ): Promise<void> {
    const deadline = AbortSignal.timeout(this.#limits.timeMs);
    const both = AbortSignal.any([signal, deadline]);
    let count = 0;
    try {
      for (const folder of folders) {
        for await (const name of this.#listing.files(folder, both)) {
          const path = join(folder, name);
          const stat = statOf(path);
          if (stat !== undefined) see(path, stat);
          if ((count += 1) > this.#limits.files) throw tooLarge(folders, `${this.#limits.files} files`);
          if (count % turn !== 0) continue;
          await new Promise((resolve) => setImmediate(resolve));
          both.throwIfAborted();
        }
      }
    } catch (error) {
      if (!deadline.aborted || signal.aborted || error instanceof BooError) throw error;
      throw tooSlow(folders, this.#limits.timeMs);
    }
  }

  #isChanged(path: string, before: RememberedFile, stat: Stats): boolean {
    if (isSame(before, stat)) return false;
    // Of what is too large only size and times tell.
    if (before.at === undefined) return !isSame({ ...before, isFresh: false }, stat);
    if (before.size !== stat.size) return true;
    const now = readFile(path, this.#limits.fileBytes)?.bytes;
    return now === undefined || this.#memory.recall(before)?.equals(now) !== true;
  }

  // What is not listed any more may be ignored by now.
  #isGone(path: string, before: RememberedFile): boolean {
    const stat = statOf(path);
    return stat === undefined || this.#isChanged(path, before, stat);
  }

  #tell(paths: readonly string[], snapshot: TakenSnapshot): readonly FileDifference[] {
    let room = this.#limits.toldBytes;
    return paths.map((path) => {
      const known = snapshot.files.get(path);
      const stat = statOf(path);
      const size = (known?.size ?? 0) + (stat?.size ?? 0);
      const fits = size <= room;
      const before = fits && known !== undefined ? this.#memory.recall(known) : undefined;
      const after = fits && stat !== undefined ? readFile(path, this.#limits.fileBytes)?.bytes : undefined;
      if (fits) room -= size;
      const isTooLarge =
        (known !== undefined && before === undefined) || (stat !== undefined && after === undefined);
      return { path, before, after, ...(isTooLarge && { isTooLarge }) };
    });
  }

  // Contents are only ever added; with the last snapshot all of them may go.
  #forgetWaste(): void {
    if (this.#snapshots.size > 0) return;
    let used = 0;
    for (const { at, size } of this.#known.values()) if (at !== undefined) used += size;
    if (this.#memory.size < wasteBytes || this.#memory.size < used * wasteFactor) return;
    this.#known.clear();
    this.#memory.clear();
  }
}

function noteRules(rules: string[], path: string, stat: Stats): void {
  if (path.endsWith("/.gitignore")) rules.push(`${path} ${stat.mtimeMs} ${stat.ino}`);
}

/**
 * Whether a file that was not listed before was made since. It may have been there, ignored: then it was not touched since, or it is
 * listed because the rules are others now. Whether it was changed as well nobody can tell then; to take it for new could cost the user a file.
 */
function isMade(stat: Stats, since: number, haveRulesChanged: boolean): boolean {
  if (stat.ctimeMs < since - clockMs) return false;
  return !haveRulesChanged || stat.birthtimeMs >= since - clockMs;
}

function tooLarge(folders: readonly string[], what: string): BooError {
  return new BooError(
    "too-large",
    `What commands change in ${folders.join(", ")} can not be reverted: there are more than ${what} that are not ignored.`,
  );
}

function tooSlow(folders: readonly string[], timeMs: number): BooError {
  return new BooError(
    "too-slow",
    `What this command changes in ${folders.join(", ")} can not be reverted: to look at all files took longer than ${timeMs / 1_000} s.`,
  );
}

/** The folders that lie in no other one and are there. */
function outermost(folders: readonly string[]): readonly string[] {
  const there = [...new Set(folders)].filter(
    (folder) => statSync(folder, { throwIfNoEntry: false })?.isDirectory() === true,
  );
  return there.filter((folder) => !there.some((other) => other !== folder && folder.startsWith(`${other}/`)));
}
