/** Where a command's output comes from: a pipe of its own, or what Node makes where there are no named pipes. */
import { closeSync } from "node:fs";
import { Socket } from "node:net";
import type { Readable } from "node:stream";

/** As much as a pipe holds. */
const readBytes = 64 * 1024;
/** Reading leaves the event loop to others after this long (ms). */
const slice = 3;

/** Output that comes by and by. */
export interface OutputSource {
  /** Goes on after `take` has said no. */
  readonly resume: () => void;
  /** Resolves when nobody can write any more. */
  readonly drained: Promise<void>;
  /** Reads no further. */
  readonly close: () => void;
}

/** What takes output; the bytes are its own only until it returns. False: no more before `resume`. */
export type Take = (bytes: Buffer) => boolean;

/** Reads the end of a pipe, which it closes, always into the same memory. */
export function readPipe(readEnd: number, take: Take): OutputSource {
  const buffer = Buffer.allocUnsafeSlow(readBytes);
  let isRefused = false;
  let turnBegan: number | undefined;
  const goOn = (): void => {
    turnBegan = undefined;
    if (!isRefused) socket.resume();
  };
  // A full pipe is read again and again before anybody else has a turn.
  const read = (length: number): boolean => {
    if (turnBegan === undefined) {
      turnBegan = performance.now();
      setImmediate(goOn);
    }
    isRefused = !take(buffer.subarray(0, length));
    return !isRefused && performance.now() - turnBegan < slice;
  };
  const socket = new Socket({
    fd: readEnd,
    readable: true,
    writable: false,
    onread: { buffer, callback: read },
  });
  const source = sourceOf(socket);
  const resume = (): void => {
    isRefused = false;
    source.resume();
  };
  return { ...source, resume };
}

/** Reads a stream of a child process. */
export function readStream(stream: Readable, take: Take): OutputSource {
  stream.on("data", (bytes: Buffer) => {
    if (!take(bytes)) stream.pause();
  });
  return sourceOf(stream);
}

function sourceOf(stream: Readable): OutputSource {
  const { promise, resolve } = Promise.withResolvers<void>();
  stream.once("close", resolve);
  // A pipe that breaks has come to its end.
  stream.on("error", () => stream.destroy());
  stream.once("end", () => stream.destroy());
  stream.resume();
  return { resume: () => stream.resume(), drained: promise, close: () => stream.destroy() };
}

/** Closes a descriptor that was only handed on. */
export function closeNow(descriptor: number): void {
  closeSync(descriptor);
}
