/** Reads parts of files that hold UTF-8, by bytes. */
import { open } from "node:fs/promises";

/** The longest character of UTF-8. */
const characterBytes = 4;

/** The characters that begin in a range of a file's bytes: parts that follow each other break none and repeat none. */
export async function readCharacters(path: string, offset: number, length: number): Promise<string> {
  if (length <= 0) return "";
  const file = await open(path, "r");
  try {
    const room = Math.min(length, Math.max(0, (await file.stat()).size - offset)) + characterBytes - 1;
    const buffer = Buffer.allocUnsafe(room);
    const { bytesRead } = await file.read(buffer, 0, room, offset);
    const bytes = buffer.subarray(0, bytesRead);
    const end = characterStart(bytes, Math.min(length, bytesRead));
    return bytes.subarray(characterStart(bytes, 0), end).toString();
  } finally {
    await file.close();
  }
}

/** The first place at `from` or later at which a character of UTF-8 begins. */
export function characterStart(bytes: Buffer, from: number): number {
  let at = from;
  while (at < bytes.length && ((bytes[at] ?? 0) & 0xc0) === 0x80) at += 1;
  return at;
}
