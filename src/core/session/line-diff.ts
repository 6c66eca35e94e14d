import { structuredPatch } from "diff";

/** The changed hunks of two texts, without a file header, one line of context. */
export function lineDiff(before: string, after: string): string {
  const { hunks } = structuredPatch("", "", before, after, "", "", { context: 1 });
  return hunks.flatMap((hunk) => hunk.lines).join("\n");
}
