/**
 * The process that computes the hashes of large outputs: it reads each file behind its writer. On the host's thread that would hold it up,
 * and a thread beside it would take some 20 MB of its memory.
 */
import { createHash, type Hash } from "node:crypto";
import { closeSync, openSync, readSync } from "node:fs";

/** Up to where a file is written, and whether that is its end. */
export interface HashJob {
  readonly path: string;
  readonly until: number;
  readonly isEnd: boolean;
}

/** The hash (sha-256, hex) of a file; without one it could not be read. */
export interface HashAnswer {
  readonly path: string;
  readonly hash?: string;
}

interface Followed {
  readonly file: number;
  readonly hash: Hash;
  at: number;
}

const files = new Map<string, Followed>();
const buffer = Buffer.allocUnsafeSlow(256 * 1024);

function followed(path: string): Followed {
  const known = files.get(path);
  if (known !== undefined) return known;
  const opened = { file: openSync(path, "r"), hash: createHash("sha256"), at: 0 };
  files.set(path, opened);
  return opened;
}

function readTo(file: Followed, until: number): void {
  while (file.at < until) {
    const length = readSync(file.file, buffer, 0, Math.min(buffer.length, until - file.at), file.at);
    if (length === 0) throw new Error("The file is shorter than was said.");
    file.hash.update(buffer.subarray(0, length));
    file.at += length;
  }
}

function answer({ path, until, isEnd }: HashJob): HashAnswer | undefined {
  try {
    const file = followed(path);
    readTo(file, until);
    if (!isEnd) return undefined;
    return { path, hash: file.hash.digest("hex") };
  } catch {
    return isEnd ? { path } : undefined;
  } finally {
    const file = files.get(path);
    if (isEnd && file !== undefined) {
      closeSync(file.file);
      files.delete(path);
    }
  }
}

process.on("message", (job: HashJob) => {
  const told = answer(job);
  if (told !== undefined) process.send?.(told);
});
// The host is gone, or needs no hash any more.
process.on("disconnect", () => process.exit());
