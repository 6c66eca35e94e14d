/**
 * Opening what is at a real path and nothing else. The path was resolved, and leave given, a moment ago; since then a link may have taken
 * the place of the file or of a directory above it. So nothing is believed but the open file itself.
 */
import { closeSync, constants, fstatSync, lstatSync, open, readlinkSync, type Stats } from "node:fs";
import { lstat, realpath } from "node:fs/promises";
import { promisify } from "node:util";
import type { FoundFile } from "#core/ports.ts";
import { changedPath, systemCode } from "./file-errors.ts";
import { isSamePath } from "./real-path.ts";

const openFile = promisify(open);

const { O_NOFOLLOW = 0, O_NONBLOCK: noBlock = 0 } = constants as Partial<typeof constants>;
// macOS can refuse links anywhere in a path (O_NOFOLLOW_ANY of its open(2), which Node does not name); it takes the one or the other.
const noFollow = process.platform === "darwin" ? 0x20000000 : O_NOFOLLOW;

/** Flags, where the system has them, of opening without following a link, and without waiting for the other end of a pipe. */
export const openFlags = noFollow | noBlock;

/** What is at a real path now. Throws BooError "path-changed" for a link, which a real path has none of. */
export function lookAt(path: string): FoundFile {
  // The path was resolved just now, so the system has at hand what it knows of it.
  const found = lstatSync(path, { throwIfNoEntry: false });
  if (found === undefined) return { kind: "missing", links: 1 };
  if (found.isSymbolicLink()) throw changedPath(path);
  return { kind: kindOf(found), links: found.isFile() ? found.nlink : 1 };
}

/** The kind of thing that the system found. */
export function kindOf(found: Stats): "file" | "directory" | "other" {
  return found.isFile() ? "file" : found.isDirectory() ? "directory" : "other";
}

/** An open file, and what the system knows of it. */
export interface OpenFile extends Disposable {
  readonly file: number;
  readonly stats: Stats;
}

/** Opens what is at a real path; throws BooError "path-changed" where that is elsewhere, and the system's own errors. */
export async function openReal(path: string): Promise<OpenFile> {
  for (let attempt = 1; ; attempt++) {
    const opened = await openAt(path, path);
    if (await isAt(opened.file, path)) return opened;
    opened[Symbol.dispose]();
    // A file that another program replaces at this moment is there at the second look.
    if (attempt === 2) throw changedPath(path);
  }
}

/** Opens for reading by a name that may go through a held directory; the last part is no link, or BooError "path-changed" is thrown for `path`. */
export async function openAt(name: string, path: string, flags = 0): Promise<OpenFile> {
  let file: number;
  try {
    file = await openFile(name, constants.O_RDONLY | openFlags | flags);
  } catch (error) {
    if (systemCode(error) === "ELOOP") throw changedPath(path);
    throw error;
  }
  const close = (): void => closeSync(file);
  try {
    // What the system knows of an open file, and closing one that was only read, cost no look at the disk.
    return { file, stats: fstatSync(file), [Symbol.dispose]: close };
  } catch (error) {
    close();
    throw error;
  }
}

/** The path by which the system knows an open file; undefined where it does not tell. */
export function pathOf(file: number): string | undefined {
  if (process.platform !== "linux") return undefined;
  try {
    return readlinkSync(`/proc/self/fd/${file}`);
  } catch {
    return undefined;
  }
}

/** Whether an open file is at a real path: where the system tells the path of an open file, it is the one by which it was opened and not another look by name. */
export async function isAt(file: number, path: string): Promise<boolean> {
  const known = pathOf(file);
  return known === undefined ? isFoundAt(file, path) : known === path;
}

// Two looks by name may see two things, so this leaves a window; macOS opens through no link at all, and Windows lets few people make them.
async function isFoundAt(file: number, path: string): Promise<boolean> {
  try {
    const [there, real] = await Promise.all([lstat(path, { bigint: true }), realpath(path)]);
    const here = fstatSync(file, { bigint: true });
    return isSamePath(real, path) && there.dev === here.dev && there.ino === here.ino;
  } catch {
    return false;
  }
}
