/** What a failure of the disk means for a person. */
import { messageOf } from "#core/errors.ts";

const goesOn = "BooCode goes on working in memory and saves everything as soon as it can.";

/** The error code of a failed system call, or "". */
export function codeOf(error: unknown): string {
  return error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : "";
}

/** A sentence for a write that failed in `directory`: what is wrong, what to do, what happens meanwhile. */
export function diskProblem(error: unknown, directory: string): string {
  switch (codeOf(error)) {
    case "ENOSPC":
    case "EDQUOT":
    case "EFBIG":
      return `There is no space left for BooCode's history in ${directory}: free some space. ${goesOn}`;
    case "EROFS":
    case "EACCES":
    case "EPERM":
      return `BooCode's history in ${directory} is read-only: make it writable. ${goesOn}`;
    case "ENOENT":
      return `The folder of BooCode's history, ${directory}, is gone or can not be made: bring it back. ${goesOn}`;
    case "ENOTDIR":
    case "EEXIST":
    case "ESTALE":
    case "ENODEV":
      return `The folder of BooCode's history, ${directory}, is gone or is not a folder: bring it back. ${goesOn}`;
    case "EIO":
      return `The disk reports an error while BooCode writes its history to ${directory}: check the disk. ${goesOn}`;
    default:
      return `BooCode's history can not be written to ${directory} (${messageOf(error)}). ${goesOn}`;
  }
}
