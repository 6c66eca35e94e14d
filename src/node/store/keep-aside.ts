/** What can not be read is kept, never deleted. */
import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readSync,
  renameSync,
  writeSync,
} from "node:fs";
import { basename, dirname, join } from "node:path";

/** Copies a journal segment's bytes from `offset` to `size` to `journal/broken` and gives the copy's path; the name tells segment and offset. */
export function keepAside(path: string, offset: number, size: number): string {
  const folder = join(dirname(path), "broken");
  const target = join(folder, `${basename(path)}.${offset}.part`);
  if (existsSync(target)) return target;
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const temporary = `${target}.${process.pid}.tmp`;
  const from = openSync(path, "r");
  const to = openSync(temporary, "w", 0o600);
  try {
    const buffer = Buffer.alloc(1 << 16);
    for (let at = offset; at < size;) {
      const count = readSync(from, buffer, 0, Math.min(buffer.length, size - at), at);
      if (count === 0) break;
      writeSync(to, buffer, 0, count);
      at += count;
    }
    fsyncSync(to);
  } finally {
    closeSync(from);
    closeSync(to);
  }
  renameSync(temporary, target);
  return target;
}
