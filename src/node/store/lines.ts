/** Lines over a stream that carries bytes. */
import type { Readable } from "node:stream";

/** Calls back with every line that came whole, without its end; empty ones are left out. A line is held in memory until its end comes. */
export function readLines(stream: Readable, onLine: (line: Buffer) => void): void {
  let pieces: Buffer[] = [];
  stream.on("data", (chunk: Buffer) => {
    let start = 0;
    for (let end = chunk.indexOf(10); end >= 0; end = chunk.indexOf(10, start)) {
      pieces.push(chunk.subarray(start, end));
      const line = pieces.length === 1 ? pieces[0] : Buffer.concat(pieces);
      pieces = [];
      start = end + 1;
      if (line !== undefined && line.length > 0) onLine(line);
    }
    if (start < chunk.length) pieces.push(chunk.subarray(start));
  });
}
