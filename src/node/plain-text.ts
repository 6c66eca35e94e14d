/** Texts of plain files in their bytes. */
import type { TextFormat } from "#core/decode-text.ts";

/** The format of a file that does not exist yet. */
export const newFileFormat: TextFormat = { encoding: "utf8", lineEnd: "\n" };

/** Encodes a text in a file's format. */
export function encodeText(text: string, { encoding, lineEnd }: TextFormat): Buffer {
  const ended = lineEnd === "\r\n" ? text.replaceAll(/\r?\n/g, "\r\n") : text;
  if (encoding === "utf8") return Buffer.from(ended, "utf8");
  const marked = `\uFEFF${ended}`;
  if (encoding === "utf8bom") return Buffer.from(marked, "utf8");
  const wide = Buffer.from(marked, "utf16le");
  return encoding === "utf16be" ? wide.swap16() : wide;
}
