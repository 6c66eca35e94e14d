/** Longer runs of characters without a space are laid out without kerning. */
const longestRun = 1_000;

/**
 * The class for a text: one with a very long run of characters without a space is laid out without kerning, since
 * breaking such a run where letters are kerned takes a time that grows with the square of its length.
 */
export function runClass(text: string): "run" | undefined {
  for (let start = 0; start + longestRun < text.length;) {
    let at = start + longestRun;
    while (at >= start && !isSpace(text.charCodeAt(at))) at--;
    if (at < start) return "run";
    start = at + 1;
  }
  return undefined;
}

function isSpace(code: number): boolean {
  return code <= 32;
}

/** The class names that are there, each once. */
export function classes(...names: readonly (string | undefined)[]): string {
  return [...new Set(names.filter((name) => name !== undefined))].join(" ");
}
