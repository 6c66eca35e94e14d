/** The beginnings of blobs, read by the index, which works on a thread of its own. */
import { closeSync, openSync, readSync } from "node:fs";
import { join } from "node:path";

/** So much (bytes) of a message that is a blob can be found: what is longer was pasted, and makes every image larger. */
const searchedBytes = 256 * 1024;

/** Gives the beginning of a blob's text by its hash; undefined where it is gone. */
export type ReadBlobText = (hash: string) => string | undefined;

/** Reads from a store's directory. */
export function blobTexts(directory: string): ReadBlobText {
  return (hash) => {
    if (!/^[0-9a-f]{64}$/.test(hash)) return undefined;
    try {
      const file = openSync(join(directory, "blobs", hash.slice(0, 2), hash), "r");
      try {
        const buffer = Buffer.allocUnsafe(searchedBytes);
        const count = readSync(file, buffer, 0, buffer.length, 0);
        // Of a stream: a character that is cut at the end is left out.
        return new TextDecoder().decode(buffer.subarray(0, count), { stream: true });
      } finally {
        closeSync(file);
      }
    } catch {
      return undefined;
    }
  };
}
