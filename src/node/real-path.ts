/** Where paths lead, with all links resolved. */
import { readlink, realpath } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { systemCode, unreadableFile } from "./file-errors.ts";

const linkLimit = 40;

/** The real path of the nearest existing ancestor joined with the rest; throws BooError "file-unreadable" where the system does not let it be looked at. */
export function realPathOf(path: string): Promise<string> {
  return follow(path, linkLimit);
}

/** Whether two absolute paths are the same text; drive letters have no case. */
export function isSamePath(a: string, b: string): boolean {
  return a === b || (process.platform === "win32" && upperDrive(a) === upperDrive(b));
}

/** Whether an error of the file system says that nothing is there. */
export function isMissing(error: unknown): boolean {
  return ["ENOENT", "ENOTDIR", "ENAMETOOLONG", "ELOOP"].includes(systemCode(error) ?? "");
}

// A link to what does not exist yet counts as its target: writing through it would create that.
async function follow(path: string, linksLeft: number): Promise<string> {
  try {
    return await realpath(path);
  } catch (error) {
    if (!isMissing(error)) throw unreadableFile(path, systemCode(error) ?? "", error);
    if (dirname(path) === path) throw error;
  }
  const target = linksLeft > 0 ? await readlink(path).catch(() => undefined) : undefined;
  if (target !== undefined) return follow(resolve(dirname(path), target), linksLeft - 1);
  return join(await follow(dirname(path), linksLeft), basename(path));
}

function upperDrive(path: string): string {
  return path.replace(/^[a-z]:/, (drive) => drive.toUpperCase());
}
