/** Reads a regular file whole, in as few steps as the system allows: each one is a trip to another thread. */
import { constants } from "node:fs";
import { open } from "node:fs/promises";
import { hugeBytes, hugeFile, notAFile } from "./file-errors.ts";

// Opening a named pipe would otherwise wait for its other end.
const flags = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0);

/** The bytes of a file; throws BooError "not-a-file" or "file-huge", and the system's own errors. */
export async function readBytes(path: string): Promise<Buffer> {
  const handle = await open(path, flags);
  try {
    const found = await handle.stat();
    if (!found.isFile()) throw notAFile(path, found.isDirectory());
    if (found.size > hugeBytes) throw hugeFile(path, found.size);
    const bytes = Buffer.allocUnsafe(found.size);
    let length = 0;
    while (length < bytes.length) {
      const { bytesRead } = await handle.read(bytes, length, bytes.length - length, length);
      if (bytesRead === 0) break;
      length += bytesRead;
    }
    return bytes.subarray(0, length);
  } finally {
    void handle.close();
  }
}
