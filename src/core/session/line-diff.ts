/** Line differences, by the `diff` package. */
import { diffLines, structuredPatch } from "diff";

/** Lines added and removed between two texts. */
export interface LineCounts {
  readonly added: number;
  readonly removed: number;
}

/** The changed hunks of two texts, without a file header, one line of context. */
export function lineDiff(before: string, after: string): string {
  const { hunks } = structuredPatch("", "", before, after, "", "", { context: 1 });
  return hunks.flatMap((hunk) => hunk.lines).join("\n");
}

const largestCompared = 500_000;

/** Counts lines added and removed; of texts too long to compare in time, all lines of both. */
export function countLines(before: string, after: string): LineCounts {
  if (before.length + after.length > largestCompared) return { added: lines(after), removed: lines(before) };
  const parts = diffLines(before, after, { timeout: 200 });
  if (parts === undefined) return { added: lines(after), removed: lines(before) };
  let added = 0;
  let removed = 0;
  for (const part of parts) {
    if (part.added) added += part.count;
    if (part.removed) removed += part.count;
  }
  return { added, removed };
}

function lines(text: string): number {
  return text === "" ? 0 : text.split("\n").length;
}
