/** How much a directory takes. */
import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";

/** Bytes of all files below a directory; what goes away meanwhile counts nothing. */
export async function directorySize(directory: string): Promise<number> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true }).catch(() => []);
  let bytes = 0;
  for (const entry of entries) {
    if (!entry.isFile()) continue;
    bytes += (await stat(join(entry.parentPath, entry.name)).catch(() => undefined))?.size ?? 0;
  }
  return bytes;
}
