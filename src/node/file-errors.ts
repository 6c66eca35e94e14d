/** What can be wrong with a file that is to be read or written as text. */
import { BooError } from "#core/errors.ts";

/** Files above this many bytes are not read as text. */
export const hugeBytes = 20 * 1024 * 1024;

/** The system's own name of what went wrong ("EACCES"); undefined for what is no failure of the system. */
export function systemCode(error: unknown): string | undefined {
  return error instanceof Error && "syscall" in error ? (error as NodeJS.ErrnoException).code : undefined;
}

/** The error of a path where nothing is. */
export function missingFile(path: string, cause?: unknown): BooError {
  return new BooError("file-missing", `There is no file ${path}. List the folder to see what is there.`, {
    cause,
  });
}

/** The error of a path that is not a file. */
export function notAFile(path: string, isFolder: boolean): BooError {
  return new BooError(
    "not-a-file",
    isFolder ? `${path} is a folder. List it instead.` : `${path} is not a regular file.`,
  );
}

/** The error of a file too large to be read as text. */
export function hugeFile(path: string, size: number): BooError {
  const megabytes = Math.round(size / 1024 / 1024);
  return new BooError(
    "file-huge",
    `${path} has ${megabytes} MB, more than can be read. Search it for what you need.`,
  );
}

/** The error of a file that is no text. */
export function binaryFile(path: string): BooError {
  return new BooError("file-binary", `${path} is a binary file, which can not be read as text.`);
}

/** The error of a file that the system does not give. */
export function unreadableFile(path: string, reason: string, cause?: unknown): BooError {
  return new BooError("file-unreadable", `${path} can not be read (${reason}).`, { cause });
}

/** The error of a file that the system does not let be written. */
export function unwritableFile(path: string, reason: string, cause?: unknown): BooError {
  return new BooError("file-unwritable", `${path} can not be written (${reason}). Tell the user.`, { cause });
}

/** The error of a file that is not as the caller saw it. */
export function changedFile(path: string): BooError {
  return new BooError(
    "file-changed",
    `${path} was changed since it was read. Read it again, then make the change.`,
  );
}

/** The error of a path that came to lead elsewhere. */
export function changedPath(path: string, what = "so nothing was done"): BooError {
  return new BooError("path-changed", `${path} leads elsewhere now than a moment ago, ${what}.`);
}

/** The error of a file that has other names, where nobody can be asked. */
export function severalLinks(path: string): BooError {
  return new BooError("hard-links", `${path} has other names (hard links), so it is not touched unasked.`);
}

/** The error of a path that goes through something which is no folder. */
export function notAFolder(path: string, cause?: unknown): BooError {
  return new BooError("not-a-folder", `${path} is not a folder. Use an existing folder, or another name.`, {
    cause,
  });
}
