/** Reads a regular file whole, in as few steps as the system allows: each one is a trip to another thread. */
import { read } from "node:fs";
import { promisify } from "node:util";
import type { ReadTarget } from "#core/ports.ts";
import { changedPath, hugeBytes, hugeFile, missingFile, notAFile, severalLinks } from "./file-errors.ts";
import { lookAt, openReal, type OpenFile } from "./real-file.ts";

const readInto = promisify(read);
// Files that the system makes as they are read have no size.
const growBytes = 64 * 1024;

/** The target that a path without one stands for: a regular file with one name. */
export function ownTarget(path: string): ReadTarget {
  return {
    real: path,
    allow: async ({ links }) => {
      if (links > 1) throw severalLinks(path);
    },
  };
}

/** The bytes of a target, once leave to read it is given; throws BooError "file-missing", "not-a-file", "file-huge", "path-changed", and the system's own errors. */
export async function readBytes({ real, allow }: ReadTarget): Promise<Buffer> {
  const found = lookAt(real);
  await allow(found);
  if (found.kind === "missing") throw missingFile(real);
  // A device does things when it is only opened, so it is not.
  if (found.kind !== "file") throw notAFile(real, found.kind === "directory");
  using opened = await openReal(real);
  const { stats } = opened;
  if (!stats.isFile() || stats.nlink !== found.links) throw changedPath(real);
  if (stats.size > hugeBytes) throw hugeFile(real, stats.size);
  return await readOpen(opened, real);
}

/** The bytes of an open regular file, at most `limit` (20 MB). */
export async function readOpen({ file, stats }: OpenFile, path: string, limit = hugeBytes): Promise<Buffer> {
  let bytes = Buffer.allocUnsafe(Math.min(stats.size, limit) || growBytes);
  let length = 0;
  for (;;) {
    const { bytesRead } = await readInto(file, bytes, length, bytes.length - length, length);
    length += bytesRead;
    if (bytesRead === 0 || (length === bytes.length && stats.size > 0)) return bytes.subarray(0, length);
    if (length < bytes.length) continue;
    if (length >= hugeBytes) throw hugeFile(path, length);
    bytes = Buffer.concat([bytes, Buffer.allocUnsafe(bytes.length)]);
  }
}
