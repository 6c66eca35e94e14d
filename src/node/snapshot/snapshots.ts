/** The `Snapshots` port: by git where there is one, else by copies of small folders. */
import { createHash } from "node:crypto";
import { readdir, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { messageOf } from "#core/errors.ts";
import type { Files } from "#core/ports.ts";
import type { FileDifference, Snapshot, Snapshots } from "#core/shell-ports.ts";
import { copyFolder } from "./copy-snapshot.ts";
import { openShadow, type ShadowRepository } from "./git.ts";
import { compareTrees, writeTree } from "./git-snapshot.ts";

/** A folder that takes longer to look at than this (ms) is not remembered. */
const takeWithinMs = 10_000;
/** Nor is it tried again for so long (ms): every command would wait for it. */
const restMs = 10 * 60 * 1000;
/** Repositories that nobody used for so long (ms) are removed. */
const forgottenAfterMs = 7 * 24 * 60 * 60 * 1000;

type FolderSnapshot = (
  limit: number,
  signal: AbortSignal,
) => Promise<{ readonly files: readonly FileDifference[]; readonly isCut: boolean }>;

/** Makes the port; what it keeps is below `directory`. `withinMs` is for tests. */
export function createSnapshots(directory: string, files: Files, withinMs = takeWithinMs): Snapshots {
  return new FolderSnapshots(directory, files, withinMs);
}

class FolderSnapshots implements Snapshots {
  readonly #directory: string;
  readonly #files: Files;
  readonly #repositories = new Map<string, Promise<ShadowRepository>>();
  /** One git at a time for each folder: they would lock each other out. */
  readonly #queues = new Map<string, Promise<unknown>>();
  readonly #told = new Set<string>();
  readonly #withinMs: number;
  /** Until when (epoch ms) folders that took too long are left alone. */
  readonly #resting = new Map<string, number>();
  #swept: Promise<void> | undefined;

  constructor(directory: string, files: Files, withinMs: number) {
    this.#directory = directory;
    this.#withinMs = withinMs;
    this.#files = files;
  }

  async take(
    folders: readonly string[],
    signal: AbortSignal,
  ): Promise<Snapshot | { readonly problem: string }> {
    this.#swept ??= this.#sweep().catch(() => {});
    await this.#swept;
    const key = folders.join("\0");
    if (Date.now() < (this.#resting.get(key) ?? 0)) return { problem: "" };
    const bounded = AbortSignal.any([signal, AbortSignal.timeout(this.#withinMs)]);
    try {
      const parts = await Promise.all(folders.map((folder) => this.#takeFolder(folder, bounded)));
      return {
        changes: (limit, until) => changesOf(parts, limit, until),
        [Symbol.asyncDispose]: async () => {},
      };
    } catch (error) {
      signal.throwIfAborted();
      if (bounded.aborted) this.#resting.set(key, Date.now() + restMs);
      const why = bounded.aborted ? "it takes too long to look at" : messageOf(error);
      const problem = `What commands change in ${folders.join(", ")} can not be reverted: ${why}.`;
      const isNew = !this.#told.has(problem);
      this.#told.add(problem);
      return { problem: isNew ? problem : "" };
    }
  }

  async #takeFolder(folder: string, signal: AbortSignal): Promise<FolderSnapshot> {
    const repository = await this.#open(folder).catch(() => undefined);
    const before =
      repository && (await this.#inTurn(folder, () => writeTree(repository, signal)).catch(orAbort(signal)));
    if (repository === undefined || before === undefined) return copyFolder(folder, this.#files, signal);
    return async (limit, until) => {
      const after = await this.#inTurn(folder, () => writeTree(repository, until));
      if (after === undefined) return { files: [], isCut: false };
      return compareTrees(repository, [before, after], folder, limit, until);
    };
  }

  #open(folder: string): Promise<ShadowRepository> {
    const known = this.#repositories.get(folder);
    if (known !== undefined) return known;
    const name = createHash("sha256").update(folder).digest("hex").slice(0, 32);
    const opening = openShadow(join(this.#directory, name), folder);
    this.#repositories.set(folder, opening);
    return opening;
  }

  #inTurn<T>(folder: string, work: () => Promise<T>): Promise<T> {
    const turn = (this.#queues.get(folder) ?? Promise.resolve()).then(work, work);
    this.#queues.set(
      folder,
      turn.catch(() => {}),
    );
    return turn;
  }

  async #sweep(): Promise<void> {
    for (const name of await readdir(this.#directory).catch(() => [])) {
      const path = join(this.#directory, name);
      const { mtimeMs } = await stat(path);
      if (Date.now() - mtimeMs > forgottenAfterMs) await rm(path, { recursive: true, force: true });
    }
  }
}

// Without git, or where it can not cope, the folder is copied; a wish to stop is none of these.
function orAbort(signal: AbortSignal): (error: unknown) => undefined {
  return (error) => {
    if (signal.aborted) throw error;
    return undefined;
  };
}

async function changesOf(
  parts: readonly FolderSnapshot[],
  limit: number,
  signal: AbortSignal,
): Promise<{ readonly files: readonly FileDifference[]; readonly isCut: boolean }> {
  const found = await Promise.all(parts.map((changes) => changes(limit, signal)));
  const files = found.flatMap((part) => part.files);
  // Folders of a workspace can lie in one another.
  const once = [...new Map(files.map((file) => [file.path, file])).values()];
  return { files: once.slice(0, limit), isCut: found.some(({ isCut }) => isCut) || once.length > limit };
}
