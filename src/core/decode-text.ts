/** Texts of plain files: encoding by byte order mark, else UTF-8; line ends as "\n" unless a file mixes them. */

/** How a file's text is written in bytes. */
export interface TextFormat {
  readonly encoding: "utf8" | "utf8bom" | "utf16le" | "utf16be";
  readonly lineEnd: "\n" | "\r\n" | "mixed";
}

/** Decodes a file; "binary" where there is a NUL byte without a UTF-16 mark, "unknown" where the bytes do not fit the encoding. */
export function decodeText(
  bytes: Uint8Array,
): { readonly text: string; readonly format: TextFormat } | "binary" | "unknown" {
  const encoding = encodingOf(bytes);
  if (encoding.startsWith("utf8") && bytes.includes(0)) return "binary";
  const label = encoding === "utf16le" ? "utf-16le" : encoding === "utf16be" ? "utf-16be" : "utf-8";
  try {
    const raw = new TextDecoder(label, { fatal: true }).decode(bytes);
    return { text: toNewlines(raw), format: { encoding, lineEnd: lineEndOf(raw) } };
  } catch {
    return "unknown";
  }
}

function encodingOf(bytes: Uint8Array): TextFormat["encoding"] {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return "utf16le";
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return "utf16be";
  return bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? "utf8bom" : "utf8";
}

/** Which line ends a text has. */
export function lineEndOf(text: string): TextFormat["lineEnd"] {
  const all = text.split("\n").length - 1;
  const windows = text.split("\r\n").length - 1;
  return windows === 0 ? "\n" : windows === all ? "\r\n" : "mixed";
}

/** A text as ports carry it: "\n" for line ends, unless it mixes them. */
export function toNewlines(text: string): string {
  return lineEndOf(text) === "\r\n" ? text.replaceAll("\r\n", "\n") : text;
}
