/** Where a text that was not found exactly is nearly found, and what differs there. */
import { likeness } from "./similarity.ts";

/** The nearest place: its first line (from 1), its lines as they are, and what differs, in words. */
export interface Nearest {
  readonly line: number;
  readonly lines: readonly string[];
  readonly difference: string;
}

/** Comparing stops here, or it would hold up the host: lines looked at, characters compared in all and of one line. */
const maxLines = 50_000;
const maxCompared = 250_000;
const maxLineCompared = 1_000;

/** Finds the place in `text` that is most like `wanted`, or undefined where nothing is. */
export function nearestMatch(text: string, wanted: string): Nearest | undefined {
  const lines = text.split("\n").slice(0, maxLines);
  const want = trimBlankLines(wanted.split("\n"));
  const start = startByEqualLines(lines, want) ?? startByLikeness(lines, want);
  if (start === undefined) return undefined;
  const first = Math.max(0, start);
  const place = lines.slice(first, Math.max(first + 1, start + want.length));
  return { line: first + 1, lines: place, difference: describeDifference(place, want, first) };
}

function trimBlankLines(lines: readonly string[]): readonly string[] {
  const isText = (line: string): boolean => line.trim() !== "";
  const from = lines.findIndex(isText);
  return from < 0 ? lines : lines.slice(from, lines.findLastIndex(isText) + 1);
}

const squeeze = (line: string): string => line.replace(/\s+/g, " ").trim();

/** Every line that is equal but for whitespace votes, by its length, for where the whole would begin. */
function startByEqualLines(lines: readonly string[], want: readonly string[]): number | undefined {
  const positions = new Map<string, number[]>();
  for (const [index, line] of want.entries()) {
    const key = squeeze(line);
    if (key.length > 0) positions.set(key, [...(positions.get(key) ?? []), index].slice(0, 8));
  }
  const votes = new Map<number, number>();
  for (const [index, line] of lines.entries()) {
    const key = squeeze(line);
    for (const position of positions.get(key) ?? []) {
      votes.set(index - position, (votes.get(index - position) ?? 0) + key.length);
    }
  }
  let best: { start: number; weight: number } | undefined;
  for (const [start, weight] of votes) {
    if (best === undefined || weight > best.weight) best = { start, weight };
  }
  // A lone bracket proves nothing.
  return best !== undefined && best.weight > 3 ? best.start : undefined;
}

function startByLikeness(lines: readonly string[], want: readonly string[]): number | undefined {
  let anchor = 0;
  for (const [index, line] of want.entries()) {
    if (squeeze(line).length > squeeze(want[anchor] ?? "").length) anchor = index;
  }
  const wanted = squeeze(want[anchor] ?? "").slice(0, maxLineCompared);
  let best: { index: number; score: number } | undefined;
  const measure = likeness(wanted);
  let compared = 0;
  for (const [index, line] of lines.entries()) {
    const text = squeeze(line.slice(0, maxLineCompared));
    compared += text.length;
    if (compared > maxCompared) break;
    const score = measure(text);
    if (score >= 0.5 && (best === undefined || score > best.score)) best = { index, score };
  }
  return best === undefined ? undefined : best.index - anchor;
}

function describeDifference(place: readonly string[], want: readonly string[], first: number): string {
  const has = (change: (line: string) => string): boolean =>
    place.map(change).join("\n").includes(want.map(change).join("\n"));
  const withoutEnds = (line: string): string => line.replace(/\r/g, "");
  if (has(withoutEnds)) return "in line ends (the file mixes CRLF and LF)";
  if (has((line) => line.trimEnd())) return "in whitespace at the end of a line";
  if (has((line) => line.trim())) return `in indentation${indentKinds(place, want)}`;
  if (has((line) => line.replace(/\s+/g, ""))) return "in whitespace";
  if (has((line) => squeeze(line).toLowerCase())) return "in upper and lower case";
  const differs = want.findIndex((line, index) => squeeze(line) !== squeeze(place[index] ?? ""));
  return want.length === 1 || differs < 0 ? "in its text" : `first in line ${first + differs + 1}`;
}

function indentKinds(place: readonly string[], want: readonly string[]): string {
  const isTabbed = (lines: readonly string[]): boolean => lines.some((line) => line.startsWith("\t"));
  if (isTabbed(place) === isTabbed(want)) return "";
  return isTabbed(place) ? " (the file uses tabs)" : " (the file uses spaces)";
}
