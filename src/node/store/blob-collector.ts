/** Removes blobs that nothing refers to any more. */
import { readdirSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { codeOf } from "./disk-problem.ts";

/** A blob is written before the event that names it, and a draft's long before it is sent: one that is younger than this (ms) may still be waiting. */
const youngest = 30 * 86_400_000;

/**
 * Removes all blobs of a store's directory but those in use and those too young to tell, unless they were `freed`; tells how many files and
 * bytes that were. While something damaged is kept, which may name blobs that nothing else does, only those that were freed.
 */
export function removeUnused(
  directory: string,
  used: ReadonlySet<string>,
  freed: ReadonlySet<string>,
): { readonly blobs: number; readonly bytes: number } {
  let blobs = 0;
  let bytes = 0;
  const folder = join(directory, "blobs");
  const isAllKnown = [join(directory, "broken"), join(directory, "journal", "broken")].every(
    (kept) => namesIn(kept).length === 0,
  );
  for (const name of namesIn(folder)) {
    for (const file of namesIn(join(folder, name))) {
      if (used.has(file)) continue;
      const path = join(folder, name, file);
      const found = statSync(path, { throwIfNoEntry: false });
      if (found === undefined) continue;
      const isOld = isAllKnown && Date.now() - found.mtimeMs >= youngest;
      if (!freed.has(file) && !isOld) continue;
      rmSync(path, { force: true });
      blobs += 1;
      bytes += found.size;
    }
  }
  return { blobs, bytes };
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch (error) {
    if (["ENOENT", "ENOTDIR"].includes(codeOf(error))) return [];
    throw error;
  }
}
