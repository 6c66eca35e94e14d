/** Directories whose entries survive a power cut. */
import { mkdir, open } from "node:fs/promises";
import { dirname } from "node:path";

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

/** Makes a directory and its missing parents, for the user's eyes only (mode 0700), and their entries durable. */
export async function makeDirectory(path: string): Promise<void> {
  const first = await mkdir(path, { recursive: true, mode: 0o700 });
  if (first === undefined) return;
  for (let made = path; made.length >= first.length; made = dirname(made)) await syncDirectory(dirname(made));
}
