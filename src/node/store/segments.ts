/** The journal as a reader finds it: which segments there are, what is in them, who still writes. */
import { closeSync, fstatSync, openSync, readdirSync, readSync, statSync } from "node:fs";
import { join } from "node:path";
import { BooError } from "#core/errors.ts";
import {
  journalFormat,
  sealLine,
  splitLine,
  unframeLine,
  type LineHead,
  type SegmentHeader,
} from "./record-line.ts";
import { isWriterRunning } from "./process-life.ts";

/** A segment's name taken apart. */
export interface SegmentName {
  readonly writer: string;
  readonly segment: number;
  readonly path: string;
}

/** Where reading stopped: at a clean end, at a seal, or before something that is not a whole record. */
export interface SegmentEnd {
  readonly offset: number;
  readonly size: number;
  readonly state: "end" | "sealed" | "broken";
}

/** A segment without header is given up when nobody touched it for this long, one of another machine after a week (ms). */
const abandonedAfter = { headless: 60_000, foreign: 7 * 86_400_000 };
const chunkLength = 1 << 18;
const sealJson = sealLine.slice(9, -1);

/** All segments, by writer in the order in which the writers began, each writer's in their own order. */
export function listSegments(journal: string): ReadonlyMap<string, readonly SegmentName[]> {
  return segmentNames(journal, namesIn(journal));
}

/** As `listSegments`, of the names that a directory holds. */
export function segmentNames(
  journal: string,
  files: readonly string[],
): ReadonlyMap<string, readonly SegmentName[]> {
  const names = files.flatMap((name) => {
    const match = /^([0-9a-z]+-[0-9a-f]{12})\.(\d{6,})\.log$/.exec(name);
    if (match === null) return [];
    const [, writer = "", segment = ""] = match;
    return [{ writer, segment: Number(segment), path: join(journal, name) }];
  });
  // By the bytes of their names: the rules of a language, which a collator would load, cost tens of milliseconds.
  names.sort((a, b) => (a.writer === b.writer ? a.segment - b.segment : a.writer < b.writer ? -1 : 1));
  return Map.groupBy(names, (name) => name.writer);
}

/** Hands every whole record from `offset` on to `visit`; throws BooError "store-newer" for a format that is not known here. */
export function readSegment(
  path: string,
  offset: number,
  visit: (head: LineHead, body: string) => void,
): SegmentEnd {
  const file = openSync(path, "r");
  try {
    const { size } = fstatSync(file);
    let at = offset;
    let hasHeader = offset > 0;
    for (const line of linesOf(file, offset, size)) {
      const json = unframeLine(line);
      if (json === undefined) return { offset: at, size, state: "broken" };
      const next = at + line.length + 1;
      if (json === sealJson) return { offset: next, size, state: "sealed" };
      if (hasHeader) {
        const record = splitLine(json);
        if (record === undefined) return { offset: at, size, state: "broken" };
        visit(record.head, record.body);
      } else if (parseHeader(json, path) === undefined) return { offset: at, size, state: "broken" };
      hasHeader = true;
      at = next;
    }
    return { offset: at, size, state: at === size && hasHeader ? "end" : "broken" };
  } finally {
    closeSync(file);
  }
}

/** Where behind an unreadable line at `offset` the next record or seal begins; the segment's size where none does. */
export function nextRecord(path: string, offset: number): number {
  const file = openSync(path, "r");
  try {
    const { size } = fstatSync(file);
    let at = offset;
    for (const line of linesOf(file, offset, size)) {
      const json = at === offset ? undefined : unframeLine(line);
      if (json !== undefined && (json === sealJson || splitLine(json) !== undefined)) return at;
      at += line.length + 1;
    }
    return size;
  } finally {
    closeSync(file);
  }
}

/** Whether a segment is sealed or abandoned. */
export function isFinished(path: string): boolean {
  const file = openSync(path, "r");
  try {
    const end = Buffer.alloc(sealLine.length);
    readSync(file, end, 0, end.length, Math.max(fstatSync(file).size - end.length, 0));
    if (end.toString("latin1") === sealLine) return true;
  } finally {
    closeSync(file);
  }
  return isAbandoned(path);
}

/** Whether nobody will ever append to a segment again, as far as its header, the process list and its age tell. */
function isAbandoned(path: string): boolean {
  const header = headerOf(path);
  const age = Date.now() - statSync(path).mtimeMs;
  if (header === undefined) return age > abandonedAfter.headless;
  const isRunning = isWriterRunning(header);
  return isRunning === undefined ? age > abandonedAfter.foreign : !isRunning;
}

function headerOf(path: string): SegmentHeader | undefined {
  const file = openSync(path, "r");
  try {
    const [line] = linesOf(file, 0, fstatSync(file).size);
    const json = line === undefined ? undefined : unframeLine(line);
    return json === undefined ? undefined : parseHeader(json, path);
  } finally {
    closeSync(file);
  }
}

/** The first line of a segment (at a path, which is told); undefined where it is none. Throws BooError "store-newer". */
export function parseHeader(json: string, path: string): SegmentHeader | undefined {
  const header = JSON.parse(json) as Partial<SegmentHeader> | null;
  if (header?.kind !== "header" || typeof header.format !== "number") return undefined;
  if (header.format > journalFormat) throw newerStore(path);
  return header as SegmentHeader;
}

/** What to tell when a newer BooCode wrote a file of the store. */
export function newerStore(path: string): BooError {
  return new BooError(
    "store-newer",
    `A newer version of BooCode has written the history in ${path}: reload the window to use that version. Until then what this one can read is shown, and nothing is saved.`,
  );
}

/** Whether an error tells of a newer version. */
export function isNewer(error: unknown): error is BooError {
  return error instanceof BooError && error.code === "store-newer";
}

/** The lines of a file between two offsets, without line ends; an unfinished last line is left out. A line is valid until the next is asked for. */
function* linesOf(file: number, from: number, to: number): Generator<Buffer> {
  let buffer = Buffer.allocUnsafe(chunkLength);
  let filled = 0;
  for (let at = from; at < to;) {
    if (filled === buffer.length) {
      const larger = Buffer.allocUnsafe(buffer.length * 2);
      buffer.copy(larger, 0, 0, filled);
      buffer = larger;
    }
    const count = readSync(file, buffer, filled, Math.min(buffer.length - filled, to - at), at);
    if (count === 0) return;
    at += count;
    filled += count;
    let start = 0;
    for (let end = buffer.indexOf(10); end >= 0 && end < filled; end = buffer.indexOf(10, start)) {
      yield buffer.subarray(start, end);
      start = end + 1;
    }
    buffer.copy(buffer, 0, start, filled);
    filled -= start;
  }
}

function namesIn(directory: string): readonly string[] {
  try {
    return readdirSync(directory, { withFileTypes: true }).flatMap((entry) =>
      entry.isFile() ? [entry.name] : [],
    );
  } catch (error) {
    if (error instanceof Error && "code" in error && (error.code === "ENOENT" || error.code === "ENOTDIR"))
      return [];
    throw error;
  }
}
