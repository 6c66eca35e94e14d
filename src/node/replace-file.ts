/**
 * Writing a file at a real path and nowhere else, whatever takes the place of the directories above it meanwhile. Where names can not be
 * reached through an open directory (macOS, Windows) a window of a few milliseconds remains: a file that went elsewhere in it is told.
 */
import { randomUUID } from "node:crypto";
import { constants } from "node:fs";
import { lstat, open, rename, rm, type FileHandle } from "node:fs/promises";
import { basename, dirname } from "node:path";
import type { WriteTarget } from "#core/ports.ts";
import { changedFile, changedPath, missingFile, systemCode } from "./file-errors.ts";
import { HeldDirectory } from "./held-directory.ts";
import { readOpen } from "./read-bytes.ts";
import { openAt, openFlags } from "./real-file.ts";

/** A file as it was before a write. */
interface Current {
  readonly bytes: Buffer;
  readonly mode: number;
}

/**
 * Puts a file where there is none, making the directories above it; a reader never sees half of it. Throws BooError "file-changed" where
 * there is one, and "path-changed" where the path leads elsewhere by now: what was written by then is taken back.
 */
export async function createFile(real: string, bytes: Buffer, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted();
  using held = await HeldDirectory.open(dirname(real), true);
  if ((await lstat(held.at(basename(real))).catch(() => undefined)) !== undefined) throw changedFile(real);
  await put(held, { real, links: 1 }, bytes, undefined);
}

/**
 * Replaces what is in a file by what `make` makes of it (it may refuse by throwing). Throws BooError "file-missing", and "path-changed"
 * where the path leads elsewhere by now or the file has another number of names: what was written by then is taken back.
 */
export async function replaceFile(
  target: WriteTarget,
  make: (current: Buffer) => Buffer,
  signal: AbortSignal,
): Promise<void> {
  signal.throwIfAborted();
  using held = await HeldDirectory.open(dirname(target.real)).catch((error: unknown) => {
    throw asMissing(target.real, error);
  });
  const current = await readCurrent(held, target);
  const bytes = make(current.bytes);
  signal.throwIfAborted();
  await put(held, target, bytes, current);
}

/** Removes a file, if there is one; throws BooError "path-changed" where its directory is elsewhere by now. */
export async function removeFile(real: string): Promise<void> {
  try {
    using held = await HeldDirectory.open(dirname(real));
    await rm(held.at(basename(real)), { force: true });
  } catch (error) {
    if (systemCode(error) !== "ENOENT") throw error;
  }
}

async function readCurrent(held: HeldDirectory, target: WriteTarget): Promise<Current> {
  const { real } = target;
  try {
    using opened = await openAt(held.at(basename(real)), real);
    const { stats } = opened;
    if (!stats.isFile() || stats.nlink !== target.links) throw changedPath(real);
    return { bytes: await readOpen(opened, real), mode: stats.mode & 0o7777 };
  } catch (error) {
    throw asMissing(real, error);
  }
}

function asMissing(real: string, error: unknown): unknown {
  return systemCode(error) === "ENOENT" ? missingFile(real, error) : error;
}

async function put(
  held: HeldDirectory,
  target: WriteTarget,
  bytes: Buffer,
  current: Current | undefined,
): Promise<void> {
  const written = await putOnce(held, target, bytes, current);
  const isHere = async (): Promise<boolean> =>
    (await lstat(held.at(basename(target.real)), { bigint: true }).catch(() => undefined))?.ino === written;
  // What went through the open directory is in it; by the path it may have gone elsewhere and the path have come back since.
  if ((await held.isStill()) && (held.isByPath ? await isHere() : true)) return;
  if (!(await isHere()))
    throw changedPath(target.real, "and what was written may be there now: tell the user");
  if (current === undefined) await rm(held.at(basename(target.real)));
  else await putOnce(held, { ...target, links: 1 }, current.bytes, current);
  throw changedPath(target.real, "so what was written was taken back");
}

/** Gives the number of the file that holds the bytes now. Where its directory takes no new files, the file itself is written over. */
async function putOnce(
  held: HeldDirectory,
  target: WriteTarget,
  bytes: Buffer,
  current: Current | undefined,
): Promise<bigint> {
  // Not made of the file's own name, which may be as long as names can be.
  const temporary = held.at(`.boocode-${randomUUID().slice(0, 8)}.tmp`);
  try {
    await using file = await open(temporary, "wx");
    await file.writeFile(bytes);
    if (current !== undefined) await file.chmod(current.mode);
    await file.sync();
    await rename(temporary, held.at(basename(target.real)));
    return await numberOf(file);
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => {});
    const isClosed = ["EACCES", "EPERM"].includes(systemCode(error) ?? "");
    if (!isClosed || current === undefined) throw error;
    return writeOver(held, target, bytes);
  }
}

async function writeOver(held: HeldDirectory, { real, links }: WriteTarget, bytes: Buffer): Promise<bigint> {
  await using file = await open(held.at(basename(real)), constants.O_WRONLY | openFlags);
  const stats = await file.stat();
  if (!stats.isFile() || stats.nlink !== links) throw changedPath(real);
  await file.truncate();
  await file.writeFile(bytes);
  return numberOf(file);
}

async function numberOf(file: FileHandle): Promise<bigint> {
  return (await file.stat({ bigint: true })).ino;
}
