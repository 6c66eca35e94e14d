/** The one way in which results are cut: from the front, by whole lines, to a bounded size. */

/** The most that one tool result holds, in UTF-8 bytes. */
export const maxResultBytes = 48 * 1024;

/** The length of a text in UTF-8 bytes. */
export function byteLength(text: string): number {
  let bytes = text.length;
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index);
    // A surrogate pair is two units and four bytes.
    if (code > 0x7f) bytes += code > 0x7ff && (code < 0xd800 || code > 0xdfff) ? 2 : 1;
  }
  return bytes;
}

/** The longest beginning of a text that has at most so many bytes and breaks no character. */
export function cutText(text: string, maxBytes: number): string {
  if (text.length * 3 <= maxBytes) return text;
  let bytes = 0;
  let end = 0;
  for (const character of text) {
    bytes += byteLength(character);
    if (bytes > maxBytes) break;
    end += character.length;
  }
  return text.slice(0, end);
}

/** How many lines, from the first, fit into a size (line breaks counted). */
export function countFitting(lines: readonly string[], maxLines: number, maxBytes: number): number {
  const most = Math.min(lines.length, maxLines);
  let bytes = 0;
  for (let index = 0; index < most; index++) {
    bytes += byteLength(lines[index] ?? "") + 1;
    if (bytes > maxBytes) return index;
  }
  return most;
}

/** Joins lines, cut to a size; `rest` says what is missing, given how many lines are shown. */
export function joinLines(
  lines: readonly string[],
  limit: { readonly lines: number; readonly bytes: number },
  rest: (shown: number) => string,
): string {
  const shown = countFitting(lines, limit.lines, limit.bytes);
  return shown === lines.length ? lines.join("\n") : [...lines.slice(0, shown), rest(shown)].join("\n");
}

/** A text on one line, at most so many characters long. */
export function oneLine(text: string, maxLength: number): string {
  const flat = text.replace(/\s+/g, " ").trim();
  return flat.length <= maxLength ? flat : `${flat.slice(0, maxLength - 1)}…`;
}

/** A count as people write it: 5,120. */
export function formatCount(count: number): string {
  return String(count).replace(/\B(?=(\d{3})+$)/g, ",");
}

/** A count with its noun: "1 file", "5,120 files". */
export function plural(count: number, noun: string): string {
  const many = /(?:ch|s|x)$/.test(noun) ? `${noun}es` : `${noun}s`;
  return `${formatCount(count)} ${count === 1 ? noun : many}`;
}
