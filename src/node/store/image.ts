/** The image: a SQLite file followed by one line that tells its generation and checksum, so that one flipped bit is noticed. */
import { closeSync, openSync, readFileSync, readSync, statSync } from "node:fs";
import { open, stat } from "node:fs/promises";
import { join } from "node:path";
import { crc32 } from "node:zlib";

/** File names of a store's image, the image before it, and the lock under which they are replaced. */
export const imageFile = { main: "boocode.sqlite", backup: "boocode.sqlite.bak", lock: "boocode.lock" };

const imageFormat = 1;
const trailerLength = 64;
const magic = "SQLite format 3\0";
const versionOffset = 60;

/** What identifies an image: `generation` counts checkpoints. */
export interface ImageId {
  readonly generation: number;
  readonly sum: string;
}

/** What was found where an image should be. `damaged` may still hold a readable database. */
export type FoundImage =
  | { readonly state: "missing" | "newer" }
  | { readonly state: "good"; readonly id: ImageId; readonly version: number; readonly bytes: Buffer }
  | { readonly state: "damaged"; readonly bytes: Uint8Array };

/** The line that goes behind the database's bytes. */
export function trailerOf(generation: number, bytes: Uint8Array): Buffer {
  const sum = crc32(bytes).toString(16).padStart(8, "0");
  const line = `\nboocode-image ${imageFormat} ${generation} ${sum} ${bytes.length}`;
  return Buffer.from(`${line.padEnd(trailerLength - 1)}\n`);
}

/** Reads an image whole and checks it. */
export function readImage(path: string): FoundImage {
  const file = readIfPresent(path);
  if (file === undefined) return { state: "missing" };
  const bytes = file.subarray(0, Math.max(file.length - trailerLength, 0));
  const end = file.toString("latin1", bytes.length);
  if (isNewerFormat(end)) return { state: "newer" };
  const trailer = parseTrailer(end);
  if (trailer === undefined || trailer.length !== bytes.length) return { state: "damaged", bytes: file };
  if (sumOf(bytes) !== trailer.id.sum || bytes.toString("latin1", 0, magic.length) !== magic) {
    return { state: "damaged", bytes };
  }
  return { state: "good", id: trailer.id, version: bytes.readUInt32BE(versionOffset), bytes };
}

function isNewerFormat(trailer: string): boolean {
  return Number(/^\nboocode-image (\d+) /.exec(trailer)?.[1]) > imageFormat;
}

/** Whether the image at a path seems to be of a newer format, or of a schema above `schema`, by a few of its bytes: it may be damaged as well. */
export async function isNewerImage(path: string, schema: number): Promise<boolean> {
  const found = await stat(path).catch(() => undefined);
  if (found?.isFile() !== true) return false;
  const file = await open(path, "r");
  try {
    const [end, version] = [Buffer.alloc(trailerLength), Buffer.alloc(4)];
    await file.read(end, 0, trailerLength, Math.max(found.size - trailerLength, 0));
    await file.read(version, 0, 4, versionOffset);
    const trailer = end.toString("latin1");
    return isNewerFormat(trailer) || (parseTrailer(trailer) !== undefined && version.readUInt32BE() > schema);
  } finally {
    await file.close();
  }
}

/** Which image is at a path, by its last line alone. */
export function peekImage(path: string): ImageId | undefined {
  const file = openIfPresent(path);
  if (file === undefined) return undefined;
  try {
    const { size } = statSync(path);
    const buffer = Buffer.alloc(trailerLength);
    readSync(file, buffer, 0, trailerLength, Math.max(size - trailerLength, 0));
    return parseTrailer(buffer.toString("latin1"))?.id;
  } finally {
    closeSync(file);
  }
}

/** Whether the file at a path holds exactly the image that its last line tells; reads it in pieces. */
export function verifyImage(path: string): ImageId | undefined {
  const file = openIfPresent(path);
  if (file === undefined) return undefined;
  try {
    const size = statSync(path).size - trailerLength;
    const buffer = Buffer.alloc(Math.max(trailerLength, Math.min(1 << 20, size)));
    let sum = 0;
    for (let at = 0; at < size;) {
      const count = readSync(file, buffer, 0, Math.min(buffer.length, size - at), at);
      if (count === 0) return undefined;
      sum = crc32(buffer.subarray(0, count), sum);
      at += count;
    }
    readSync(file, buffer, 0, trailerLength, Math.max(size, 0));
    const trailer = parseTrailer(buffer.toString("latin1", 0, trailerLength));
    if (trailer === undefined || trailer.length !== size) return undefined;
    return trailer.id.sum === hex(sum) ? trailer.id : undefined;
  } finally {
    closeSync(file);
  }
}

/** The path of an image of a store. */
export function imagePath(directory: string, which: keyof typeof imageFile): string {
  return join(directory, imageFile[which]);
}

function parseTrailer(text: string): { readonly id: ImageId; readonly length: number } | undefined {
  const match = /^\nboocode-image 1 (\d+) ([0-9a-f]{8}) (\d+) *\n$/.exec(text);
  if (match === null) return undefined;
  const [, generation = "", sum = "", length = ""] = match;
  return { id: { generation: Number(generation), sum }, length: Number(length) };
}

function sumOf(bytes: Uint8Array): string {
  return hex(crc32(bytes));
}

function hex(sum: number): string {
  return sum.toString(16).padStart(8, "0");
}

// What is no file, a folder or a pipe, is as good as a damaged one: it is put aside like that.
function readIfPresent(path: string): Buffer | undefined {
  try {
    return statSync(path).isFile() ? readFileSync(path) : Buffer.alloc(0);
  } catch (error) {
    return undefinedIfMissing(error);
  }
}

function openIfPresent(path: string): number | undefined {
  try {
    return statSync(path).isFile() ? openSync(path, "r") : undefined;
  } catch (error) {
    return undefinedIfMissing(error);
  }
}

function undefinedIfMissing(error: unknown): undefined {
  if (error instanceof Error && "code" in error && (error.code === "ENOENT" || error.code === "ENOTDIR"))
    return undefined;
  throw error;
}
