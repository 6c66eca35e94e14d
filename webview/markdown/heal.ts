/**
 * Completes the inline marks that a text still being written has opened but not closed, so that half of a bold word or
 * of a link is not shown as stars and brackets until its end arrives.
 */
export function healInline(whole: string): string {
  // Up to two backticks on a line of their own are most likely the beginning of a fence.
  const source = whole.replace(/(^|\n) {0,3}`{1,2}$/, "$1");
  const lineStart = source.lastIndexOf("\n\n") + 1;
  const tail = source.slice(lineStart);
  const outside = withoutCode(tail);
  if (outside === undefined) return `${source}\``;
  const link = /!?\[[^\][\n]*(?:\]\([^)\s]*)?$/.exec(outside);
  const isListBox = link !== null && /^\s*[-*+] \[[ xX]?$/m.test(outside);
  const healed = link === null || isListBox ? source : cutLink(source, link[0]);
  const strong = countOf(outside, /\*\*/g) % 2 === 1;
  if (strong) return healed.endsWith("**") ? healed.slice(0, -2) : `${healed.replace(/\*$/, "")}**`;
  return healed;
}

// The text with code spans blanked out, or undefined inside of one.
function withoutCode(text: string): string | undefined {
  const outside = text.replaceAll(/(`+)(?!`)[\s\S]*?[^`]\1(?!`)/g, (span) => " ".repeat(span.length));
  return outside.includes("`") ? undefined : outside;
}

// "[text](http://…" becomes its text; "[text" loses its bracket.
function cutLink(source: string, link: string): string {
  const start = source.length - link.length;
  const end = link.indexOf("](");
  const text = link.slice(link.indexOf("[") + 1, end === -1 ? undefined : end);
  return source.slice(0, start) + text;
}

function countOf(text: string, pattern: RegExp): number {
  return text.match(pattern)?.length ?? 0;
}
