/** Percent-encoding of a query, in UTF-8: what URL takes from a library that knows every other encoding, too. */
import { TextEncoder } from "./utf8.ts";

const encoder = new TextEncoder();

/** Bytes outside ASCII's printable ones and those of the set are written as %XX. */
export function percentEncodeAfterEncoding(_encoding: string, input: string, set: string): string {
  let text = "";
  for (const byte of encoder.encode(input)) {
    const character = String.fromCharCode(byte);
    const isPlain = byte >= 0x20 && byte < 0x7f && !set.includes(character);
    text += isPlain ? character : `%${byte.toString(16).toUpperCase().padStart(2, "0")}`;
  }
  return text;
}
