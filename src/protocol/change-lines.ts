/** How a change of a text reads, line by line. */
import { structuredPatch } from "diff";

/** A line of a change: there before, there after, in both, or a jump to another place. */
export interface ChangeLine {
  readonly kind: "added" | "removed" | "same" | "jump";
  readonly text: string;
}

/** A change in lines, with three lines around each place. */
export interface LinesOfChange {
  readonly lines: readonly ChangeLine[];
  readonly added: number;
  readonly removed: number;
}

/** Beyond so many differing lines the search for the smallest change would hold up the view. */
const maxEditLength = 1_000;

/** The lines that a change removes and adds; a text that differs everywhere is removed whole and added whole. */
export function changeLines(before: string, after: string): LinesOfChange {
  const lines = before === after ? [] : (patchLines(before, after) ?? wholeLines(before, after));
  const count = (kind: ChangeLine["kind"]) => lines.filter((line) => line.kind === kind).length;
  return { lines, added: count("added"), removed: count("removed") };
}

function patchLines(before: string, after: string): readonly ChangeLine[] | undefined {
  const patch = structuredPatch("", "", before, after, "", "", { context: 3, maxEditLength });
  return patch?.hunks.flatMap((hunk, index) => [
    ...(index > 0 || hunk.newStart > 1 ? [{ kind: "jump" as const, text: `Line ${hunk.newStart}` }] : []),
    ...hunk.lines.map(readLine),
  ]);
}

const kinds: Readonly<Record<string, ChangeLine["kind"]>> = { "+": "added", "-": "removed", " ": "same" };

function readLine(line: string): ChangeLine {
  const kind = kinds[line[0] ?? ""];
  return kind === undefined ? { kind: "jump", text: "No line end" } : { kind, text: line.slice(1) };
}

function wholeLines(before: string, after: string): readonly ChangeLine[] {
  const as = (kind: ChangeLine["kind"], text: string) =>
    text === ""
      ? []
      : text
          .replace(/\n$/, "")
          .split("\n")
          .map((line): ChangeLine => ({ kind, text: line }));
  return [...as("removed", before), ...as("added", after)];
}
