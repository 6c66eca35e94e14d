/** Where words stand in a text, and the piece of it to show. */

const around = 60;
const longest = 200;

/** The words of a query, folded; a quoted part is one word. */
export function wordsOf(query: string): readonly string[] {
  const parts =
    query
      .normalize("NFC")
      .toLowerCase()
      .match(/"[^"]+"|[^\s"]+/g) ?? [];
  return [...new Set(parts.map((part) => part.replaceAll('"', "")))].filter((word) => word.trim() !== "");
}

/** The first place where a word stands with what is around it, on one line, and all words' offsets in that. */
export function excerptOf(
  text: string,
  words: readonly string[],
): { readonly excerpt: string; readonly ranges: readonly (readonly [number, number])[] } {
  const flat = text.normalize("NFC").replace(/\s+/g, " ");
  const first = Math.min(...rangesIn(flat, words).map(([start]) => start), flat.length);
  const start = first <= around ? 0 : flat.lastIndexOf(" ", first - around / 2) + 1;
  const piece = flat.slice(Math.max(start, first - around), Math.max(start, first - around) + longest);
  const isCutBefore = Math.max(start, first - around) > 0;
  const isCutAfter = Math.max(start, first - around) + longest < flat.length;
  const excerpt = `${isCutBefore ? "…" : ""}${piece.trim()}${isCutAfter ? "…" : ""}`;
  return { excerpt, ranges: rangesIn(excerpt, words) };
}

// Letters whose small form is longer would shift every offset behind them, so they are compared as they are.
function rangesIn(text: string, words: readonly string[]): readonly (readonly [number, number])[] {
  const lower = text.toLowerCase();
  const folded = lower.length === text.length ? lower : text;
  const found: [number, number][] = [];
  for (const word of words) {
    for (let at = folded.indexOf(word); at >= 0 && word !== ""; at = folded.indexOf(word, at + word.length))
      found.push([at, at + word.length]);
  }
  found.sort(([a], [b]) => a - b);
  const merged: [number, number][] = [];
  for (const [from, to] of found) {
    const last = merged.at(-1);
    if (last !== undefined && from <= last[1]) last[1] = Math.max(last[1], to);
    else merged.push([from, to]);
  }
  return merged;
}
