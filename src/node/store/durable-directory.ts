/** Directories whose entries survive a power cut. */
import { mkdir, open, stat } from "node:fs/promises";
import { dirname } from "node:path";
import { codeOf } from "./disk-problem.ts";

/** Makes a directory's entries durable; does nothing on Windows, where a directory can not be flushed. */
export async function syncDirectory(path: string): Promise<void> {
  if (process.platform === "win32") return;
  const handle = await open(path, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

const mode = 0o700;

/**
 * Makes a directory and its missing parents, for the user's eyes only (mode 0700), and their entries durable. One by one: Node's own way
 * never ends where a file system says of every new directory that its parent is missing, and does not tell why a parent can not be made.
 */
export async function makeDirectory(path: string): Promise<void> {
  const missing: string[] = [];
  for (let at = path; !(await isThere(at)) && dirname(at) !== at; at = dirname(at)) missing.unshift(at);
  for (const made of missing) {
    await mkdir(made, { mode }).catch(async (error: unknown) => {
      // Another window was faster.
      if (codeOf(error) !== "EEXIST" || !(await isThere(made))) throw error;
    });
    await syncDirectory(dirname(made));
  }
}

/** Whether there is something under a path, be it a directory or not. */
async function isThere(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
