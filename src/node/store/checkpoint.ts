/** Folds journals into a new image, under a lock that only one process holds. */
import {
  copyFileSync,
  existsSync,
  linkSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
} from "node:fs";
import { open, rename } from "node:fs/promises";
import { join } from "node:path";
import { codeOf } from "./disk-problem.ts";
import { syncDirectory } from "./durable-directory.ts";
import type { HistoryIndex } from "./history-index.ts";
import { imageFile, imagePath, isNewerImage, peekImage, trailerOf, verifyImage } from "./image.ts";
import { schemaVersion } from "./schema.ts";
import { isFinished, listSegments, type SegmentName } from "./segments.ts";
import type { Position } from "./tables.ts";

/** Journals are folded in at a sixteenth of the image's size, within these limits (bytes), because a checkpoint writes the whole image; or when they are many files. */
const worthIt = { least: 2 << 20, most: 16 << 20, share: 16, files: 100 };
/** A lock that was not renewed for this long (ms) is one of a dead process. */
const lockStaleAfter = 30_000;

/** One that is so far ahead (ms) is no other machine's clock, but one of this that was set back. */
const lockOfTheFuture = 600_000;

/** Where a checkpoint can be interrupted by a test. */
export type Stage =
  | "locked"
  | "half-written"
  | "written"
  | "backed-up"
  | "renamed"
  | "half-deleted"
  | "deleted";

/** When a checkpoint is made: where journals hold `limit` bytes (by default a share of the image), or in any case. */
export interface Occasion {
  readonly limit?: number | undefined;
  readonly isForced?: boolean;
}

/** Writes a new image if the journals are big enough for it; false where nothing was to do or another process is at it. */
export async function checkpoint(
  index: HistoryIndex,
  reach: (stage: Stage) => void,
  occasion: Occasion = {},
): Promise<boolean> {
  if (index.newer !== undefined || !isWorthIt(index, occasion)) return false;
  const { lock } = (await import("proper-lockfile")).default;
  let lostLock: Error | undefined;
  let release: () => Promise<void>;
  clearOddLock(index.directory);
  try {
    release = await lock(index.directory, {
      lockfilePath: imagePath(index.directory, "lock"),
      realpath: false,
      stale: lockStaleAfter,
      onCompromised: (error) => (lostLock = error),
    });
  } catch (error) {
    if (codeOf(error) === "ELOCKED") return false;
    throw error;
  }
  try {
    reach("locked");
    const main = imagePath(index.directory, "main");
    const onDisk = peekImage(main);
    const isOther = onDisk !== undefined && onDisk.sum !== index.image.id?.sum;
    if (isOther || (await isNewerImage(main, schemaVersion))) index.reload();
    index.follow();
    if (index.newer !== undefined || !isWorthIt(index, occasion)) return false;
    await replaceImage(index, reach, () => {
      if (lostLock !== undefined) throw lostLock;
    });
    return true;
  } finally {
    await release().catch(() => {});
  }
}

function isWorthIt(index: HistoryIndex, { limit, isForced }: Occasion): boolean {
  if (isForced === true) return true;
  const { isDamaged, bytes } = index.image;
  const share = Math.min(Math.max(bytes / worthIt.share, worthIt.least), worthIt.most);
  const pending = index.pending();
  return isDamaged || pending.bytes >= (limit ?? share) || pending.files >= worthIt.files;
}

async function replaceImage(
  index: HistoryIndex,
  reach: (stage: Stage) => void,
  checkLock: () => void,
): Promise<void> {
  const { directory, image: previous } = index;
  const main = imagePath(directory, "main");
  const seen = peekImage(main);
  const before = verifyImage(main);
  removeLeftovers(directory);
  const generation = Math.max(seen?.generation ?? 0, previous.id?.generation ?? 0) + 1;
  const { bytes, positions } = index.export();
  const temporary = `${main}.${process.pid}.tmp`;
  await writeImage(temporary, bytes, generation, reach);
  const id = verifyImage(temporary);
  if (id?.generation !== generation) throw new Error("The new image did not read back as it was written");
  reach("written");
  checkLock();
  if (peekImage(main)?.sum !== seen?.sum) throw new Error("Another process has replaced the image");
  if (before === undefined) {
    putAside(directory, "main");
    // It was not good enough to be used, and the next checkpoint puts another one in its place.
    if (previous.id === undefined) putAside(directory, "backup");
  } else keepAsBackup(directory, main);
  reach("backed-up");
  await rename(temporary, main);
  await syncDirectory(directory);
  reach("renamed");
  index.imageWritten({ id, seen: generation, bytes: bytes.length, positions, isDamaged: false });
  const isBackedUp =
    before === undefined ? previous.isDamaged && previous.id !== undefined : before.sum === previous.id?.sum;
  if (isBackedUp) await deleteCovered(index.journal, [previous.positions, positions], reach);
  reach("deleted");
}

async function writeImage(
  path: string,
  bytes: Uint8Array,
  generation: number,
  reach: (stage: Stage) => void,
): Promise<void> {
  const file = await open(path, "w", 0o600);
  try {
    const half = Math.ceil(bytes.length / 2);
    await file.writeFile(bytes.subarray(0, half));
    reach("half-written");
    await file.writeFile(bytes.subarray(half));
    await file.writeFile(trailerOf(generation, bytes));
    await file.sync();
  } finally {
    await file.close();
  }
}

/** Makes the image the backup without a moment in which there is no image, where the file system has links. */
function keepAsBackup(directory: string, main: string): void {
  const backup = imagePath(directory, "backup");
  const link = `${backup}.tmp`;
  rmSync(link, { recursive: true, force: true });
  if (statSync(backup, { throwIfNoEntry: false })?.isFile() === false) putAside(directory, "backup");
  try {
    linkSync(main, link);
    renameSync(link, backup);
  } catch {
    renameSync(main, backup);
  }
}

/** Keeps what lies in an image's place in `broken`; a file stays in its place, too, until another takes it. */
function putAside(directory: string, which: "main" | "backup" | "lock"): void {
  const path = imagePath(directory, which);
  if (statSync(path, { throwIfNoEntry: false }) === undefined) return;
  const folder = join(directory, "broken");
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const kept = join(folder, `${Date.now()}-${imageFile[which]}`);
  try {
    if (statSync(path).isFile()) linkOrCopy(path, kept);
    else renameSync(path, kept);
  } catch {
    renameSync(path, kept);
  }
}

function linkOrCopy(path: string, copy: string): void {
  try {
    linkSync(path, copy);
  } catch {
    copyFileSync(path, copy);
  }
}

/** Puts aside what no process can have locked with, or ever takes back: a lock is an empty folder, renewed all the time. */
function clearOddLock(directory: string): void {
  const path = imagePath(directory, "lock");
  try {
    const found = statSync(path, { throwIfNoEntry: false });
    if (found === undefined) return;
    const isLock = found.isDirectory() && readdirSync(path).length === 0;
    // From now on it ages like the others: one that nobody renews is taken over.
    if (isLock && found.mtimeMs > Date.now() + lockOfTheFuture) utimesSync(path, new Date(), new Date());
    if (isLock) return;
    putAside(directory, "lock");
    rmSync(path, { force: true });
  } catch {
    // Another process was at it.
  }
}

/** Removes images that were kept when they were brought to a newer version: they hold what was deleted for good since. */
export function removeOldCopies(directory: string): void {
  for (const name of readdirSync(directory))
    if (name.startsWith(`${imageFile.main}.version-`)) rmSync(join(directory, name), { force: true });
}

function removeLeftovers(directory: string): void {
  for (const name of readdirSync(directory)) {
    if (name.startsWith(`${imageFile.main}.`) && name.endsWith(".tmp"))
      rmSync(join(directory, name), { force: true });
  }
}

/** Deletes segments that nobody writes any more and that the image and the one before it both cover: either of them and the rest is everything. */
async function deleteCovered(
  journal: string,
  images: readonly ReadonlyMap<string, Position>[],
  reach: (stage: Stage) => void,
): Promise<void> {
  for (const segments of listSegments(journal).values()) {
    for (const [at, name] of segments.entries()) {
      const isFinal = at < segments.length - 1 || isFinished(name.path);
      if (!isFinal || !images.every((positions) => isCovered(name, positions))) continue;
      rmSync(name.path, { force: true });
      reach("half-deleted");
    }
  }
  if (existsSync(journal)) await syncDirectory(journal);
}

function isCovered(
  { writer, segment, path }: SegmentName,
  positions: ReadonlyMap<string, Position>,
): boolean {
  const position = positions.get(writer);
  if (position === undefined || segment > position.segment) return false;
  return segment < position.segment || statSync(path).size <= position.offset;
}
