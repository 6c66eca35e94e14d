/** Directories whose entries survive a power cut. */
import { mkdir, open } from "node:fs/promises";
import { existsSync } from "node:fs";
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

// Of a parent that can not be made Node only tells that it is not there: the first missing one says why.
async function retell(error: unknown, path: string): Promise<never> {
  let missing = path;
  while (dirname(missing) !== missing && !existsSync(dirname(missing))) missing = dirname(missing);
  if (codeOf(error) === "ENOENT" && !existsSync(missing)) await mkdir(missing, { mode });
  throw error;
}

/** Makes a directory and its missing parents, for the user's eyes only (mode 0700), and their entries durable. */
export async function makeDirectory(path: string): Promise<void> {
  const first = await mkdir(path, { recursive: true, mode }).catch((error: unknown) => retell(error, path));
  if (first === undefined) return;
  for (let made = path; made.length >= first.length; made = dirname(made)) await syncDirectory(dirname(made));
}
