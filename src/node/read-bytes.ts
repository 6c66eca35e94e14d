/** Reads a regular file whole, in as few steps as the system allows: each one is a trip to another thread. */
import { closeSync, constants, fstatSync, open, read } from "node:fs";
import { promisify } from "node:util";
import { hugeBytes, hugeFile, notAFile } from "./file-errors.ts";

// Opening a named pipe would otherwise wait for its other end.
const flags = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0);
const openFile = promisify(open);
const readInto = promisify(read);

/** The bytes of a file; throws BooError "not-a-file" or "file-huge", and the system's own errors. */
export async function readBytes(path: string): Promise<Buffer> {
  const file = await openFile(path, flags);
  try {
    // What the system knows of an open file, and closing one that was only read, cost no look at the disk.
    const found = fstatSync(file);
    if (!found.isFile()) throw notAFile(path, found.isDirectory());
    if (found.size > hugeBytes) throw hugeFile(path, found.size);
    const bytes = Buffer.allocUnsafe(found.size);
    let length = 0;
    while (length < bytes.length) {
      const { bytesRead } = await readInto(file, bytes, length, bytes.length - length, length);
      if (bytesRead === 0) break;
      length += bytesRead;
    }
    return bytes.subarray(0, length);
  } finally {
    closeSync(file);
  }
}
