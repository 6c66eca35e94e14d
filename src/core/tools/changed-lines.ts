/** What lines differ between two texts. */
import { diffArrays } from "diff";

/** Lines that were replaced: where they are in the new text (from 1), and both sides. */
export interface LineChange {
  readonly line: number;
  readonly removed: readonly string[];
  readonly added: readonly string[];
}

/** Beyond this many differing lines the search for the smallest change would hold up the host. */
const maxEditLength = 500;

/** The changes from one text to another, in order; large rewrites count as one change. */
export function changedLines(before: string, after: string): readonly LineChange[] {
  const old = linesWithEnds(before);
  const now = linesWithEnds(after);
  let start = 0;
  while (start < old.length && start < now.length && old[start] === now[start]) start++;
  let oldEnd = old.length;
  let nowEnd = now.length;
  while (oldEnd > start && nowEnd > start && old[oldEnd - 1] === now[nowEnd - 1]) {
    oldEnd--;
    nowEnd--;
  }
  const removed = old.slice(start, oldEnd);
  const added = now.slice(start, nowEnd);
  if (removed.length === 0 && added.length === 0) return [];
  if (removed.length === 0 || added.length === 0) return [{ line: start + 1, removed, added }];
  return splitChange(removed, added, start + 1);
}

/** The sums of a change: "+3 −1". */
export function formatChange(changes: readonly LineChange[]): string {
  const sum = (side: "added" | "removed"): number =>
    changes.reduce((total, change) => total + change[side].length, 0);
  return `+${sum("added")} −${sum("removed")}`;
}

function splitChange(removed: string[], added: string[], firstLine: number): readonly LineChange[] {
  const parts = diffArrays(removed, added, { maxEditLength });
  if (parts === undefined) return [{ line: firstLine, removed, added }];
  const changes: { line: number; removed: string[]; added: string[] }[] = [];
  let line = firstLine;
  let open: (typeof changes)[number] | undefined;
  for (const part of parts) {
    if (!part.added && !part.removed) {
      open = undefined;
      line += part.value.length;
      continue;
    }
    if (open === undefined) changes.push((open = { line, removed: [], added: [] }));
    open[part.added ? "added" : "removed"].push(...part.value);
    if (part.added) line += part.value.length;
  }
  return changes;
}

function linesWithEnds(text: string): string[] {
  return text === "" ? [] : text.split(/(?<=\n)/);
}
