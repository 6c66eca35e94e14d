/** A piece of a text: as it is, or a mark that stands for a character which nobody would see. */
export interface VisiblePart {
  readonly text: string;
  /** What the mark stands for: "U+202E". */
  readonly code?: string;
}

// Controls, formats (direction, joiners, tags), separators other than the space, and whatever else is drawn as nothing.
const unseen = /(?! )[\p{Cc}\p{Cf}\p{Cs}\p{Z}\p{Default_Ignorable_Code_Point}]/gu;
const unseenInLines = /(?![\n\t ])[\p{Cc}\p{Cf}\p{Cs}\p{Z}\p{Default_Ignorable_Code_Point}]/gu;

/**
 * A text that people decide by, with everything in it that is drawn as nothing, as another character, or in another
 * order than it is carried out, marked. Lines and tabs stay where `keepsLines`, else they are marked, too.
 */
export function visibleParts(text: string, keepsLines: boolean): readonly VisiblePart[] {
  const parts: VisiblePart[] = [];
  let at = 0;
  for (const match of text.matchAll(keepsLines ? unseenInLines : unseen)) {
    if (match.index > at) parts.push({ text: text.slice(at, match.index) });
    parts.push(markOf(match[0]));
    at = match.index + match[0].length;
  }
  if (at < text.length) parts.push({ text: text.slice(at) });
  return parts;
}

/** The same as one text, for names and tooltips. */
export function visibleText(text: string): string {
  return visibleParts(text, false)
    .map((part) => part.text)
    .join("");
}

const names: Readonly<Record<number, string>> = {
  0: "NUL",
  9: "TAB",
  10: "LF",
  13: "CR",
  27: "ESC",
  127: "DEL",
};

function markOf(character: string): VisiblePart {
  const point = character.codePointAt(0) ?? 0;
  const code = `U+${point.toString(16).toUpperCase().padStart(4, "0")}`;
  return { text: `[${names[point] ?? code}]`, code };
}
