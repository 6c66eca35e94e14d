/** Contents of files as they were at some moment, in one file without a name: when nobody has it open any more it is gone. */
import {
  closeSync,
  constants,
  fstatSync,
  ftruncateSync,
  lstatSync,
  mkdirSync,
  openSync,
  readSync,
  unlinkSync,
  writeSync,
  type Stats,
} from "node:fs";
import { join } from "node:path";

/** A change so soon (ms) after a look may leave the file's times as they were. */
const tickMs = 50;
/** Some file systems know only seconds, or two of them. */
const coarseTickMs = 2_000;

/** A file as it was. Without `at` its content is not remembered: it is too large. */
export interface RememberedFile {
  readonly size: number;
  readonly modified: number;
  readonly changed: number;
  readonly inode: number;
  readonly at: number | undefined;
  /** Whether it could be changed again without being seen to be. */
  readonly isFresh: boolean;
}

/** A regular file's state; undefined for anything else, and for what may not be looked at. */
export function statOf(path: string): Stats | undefined {
  try {
    const stat = lstatSync(path, { throwIfNoEntry: false });
    return stat?.isFile() === true ? stat : undefined;
  } catch {
    return undefined;
  }
}

/** Whether a file certainly is what it was. */
export function isSame(known: RememberedFile, stat: Stats): boolean {
  return (
    !known.isFresh &&
    known.size === stat.size &&
    known.modified === stat.mtimeMs &&
    known.changed === stat.ctimeMs &&
    known.inode === stat.ino
  );
}

/** The memory. */
export class FileMemory {
  readonly #file: number;
  readonly #fileBytes: number;
  #end = 0;

  /** Files of more than `fileBytes` are not remembered. */
  constructor(directory: string, fileBytes: number) {
    mkdirSync(directory, { recursive: true, mode: 0o700 });
    const path = join(directory, `contents-${process.pid}-${Date.now()}`);
    this.#file = openSync(path, "wx+", 0o600);
    // Windows removes no open file; it is removed with the folder then.
    if (process.platform !== "win32") unlinkSync(path);
    this.#fileBytes = fileBytes;
  }

  /** Bytes on disk. */
  get size(): number {
    return this.#end;
  }

  /** Remembers a file; undefined where it can not be read. */
  remember(path: string, stat: Stats): RememberedFile | undefined {
    if (stat.size > this.#fileBytes) return remembered(stat, undefined);
    const found = readFile(path, this.#fileBytes);
    if (found === undefined) return undefined;
    const at = this.#end;
    for (let from = 0; from < found.bytes.length;)
      from += writeSync(this.#file, found.bytes, from, undefined, at + from);
    this.#end += found.bytes.length;
    return remembered(found.stat, at, found.bytes.length);
  }

  /** The content of a file that is remembered. */
  recall(file: RememberedFile): Buffer<ArrayBuffer> | undefined {
    if (file.at === undefined) return undefined;
    const bytes = Buffer.alloc(file.size);
    for (let from = 0; from < bytes.length;) {
      const length = readSync(this.#file, bytes, from, bytes.length - from, file.at + from);
      if (length === 0) throw new Error("What was remembered is gone.");
      from += length;
    }
    return bytes;
  }

  /** Forgets everything. */
  clear(): void {
    this.#end = 0;
    ftruncateSync(this.#file, 0);
  }
}

function remembered(stat: Stats, at: number | undefined, size = stat.size): RememberedFile {
  const { mtimeMs, ctimeMs, ino } = stat;
  const tick = mtimeMs % 1_000 === 0 ? coarseTickMs : tickMs;
  const isFresh = size !== stat.size || Date.now() - Math.max(mtimeMs, ctimeMs) < tick;
  return { size, modified: mtimeMs, changed: ctimeMs, inode: ino, at, isFresh };
}

/** A regular file's bytes, unless they are more than `limit`; undefined where it can not be read. */
export function readFile(
  path: string,
  limit: number,
): { readonly stat: Stats; readonly bytes: Buffer<ArrayBuffer> } | undefined {
  let file: number;
  try {
    // Nothing is read through a link, and nobody waits for the other end of a pipe.
    file = openSync(path, constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0));
  } catch {
    return undefined;
  }
  try {
    const stat = fstatSync(file);
    if (!stat.isFile() || stat.size > limit) return undefined;
    const bytes = Buffer.alloc(stat.size);
    let length = 0;
    for (let read = -1; read !== 0 && length < bytes.length; length += read)
      read = readSync(file, bytes, length, bytes.length - length, length);
    return { stat, bytes: bytes.subarray(0, length) };
  } catch {
    return undefined;
  } finally {
    closeSync(file);
  }
}
