/** The journal's text format: lines of `<crc32, 8 hex digits> <json>\n`, a header first in every segment. */
import { crc32 } from "node:zlib";
import type { StoreRecord } from "#core/store-ports.ts";
import type { WriterIdentity } from "./process-life.ts";

/** The number of this format; a reader that meets a higher one must not touch the store. */
export const journalFormat = 2;

/** The epoch of records whose line names none: that of a session's first owner. */
export const firstEpoch = 1;

/** First line of a segment: who wrote it. */
export interface SegmentHeader extends WriterIdentity {
  readonly kind: "header";
  readonly format: number;
  readonly writer: string;
  readonly segment: number;
  /** The epoch of lines that name none. */
  readonly epoch: number;
}

/** Where a session stands in this process: its owner's epoch, and the number of the last event (-1: none). */
export interface SessionHead {
  readonly epoch: number;
  readonly last: number;
}

/** What stands before a record's body, so that a reader need not parse bodies; `q` numbers a writer's lines. */
export type LineHead = { readonly q: number } & (
  | {
      readonly kind: "event";
      readonly session: string;
      readonly n: number;
      readonly type: string;
      readonly epoch?: number;
      readonly closesPartial?: boolean;
    }
  | {
      readonly kind: "partial";
      readonly session: string;
      /** The event after which the stream had said this. */
      readonly after: number;
      readonly type: string;
      readonly epoch?: number;
    }
  | {
      readonly kind: "summary";
      readonly session: string;
      readonly folder: string;
      readonly updatedAt: number;
      readonly epoch?: number;
    }
  | { readonly kind: "span"; readonly session: string; readonly endedAt: number }
  | { readonly kind: "lease"; readonly session: string; readonly epoch: number; readonly isHeld: boolean }
  | { readonly kind: "marks"; readonly session: string; readonly at: number }
  | { readonly kind: "purge"; readonly session: string; readonly at: number }
);

const kinds: ReadonlySet<string> = new Set([
  "event",
  "partial",
  "summary",
  "span",
  "lease",
  "marks",
  "purge",
] satisfies LineHead["kind"][]);

/** A line that says its segment is whole: nothing follows in it. */
export const sealLine = frameLine(`{"kind":"seal"}`);

const bodyMark = `,"body":`;

/** The line of a JSON text (which never holds a raw line end). */
export function frameLine(json: string): string {
  return `${hexSum(json)} ${json}\n`;
}

function hexSum(data: string | Buffer): string {
  return crc32(data).toString(16).padStart(8, "0");
}

/** The bytes of a record's line, numbered. Made with as few copies as can be: all that a window says passes here. */
export function recordLine(q: number, json: string): Buffer {
  const bytes = Buffer.from(`00000000 {"q":${q},${json.slice(1)}\n`);
  bytes.write(hexSum(bytes.subarray(9, -1)), 0, "latin1");
  return bytes;
}

/** The session that a record is about. */
export function sessionOf(record: StoreRecord): string {
  if (record.kind === "summary") return record.summary.id;
  return record.kind === "span" ? record.span.session : record.session;
}

/** A record as JSON, its head first, without its number. */
export function recordJson(record: StoreRecord, head: SessionHead | undefined): string {
  const epoch = head === undefined || head.epoch === firstEpoch ? undefined : head.epoch;
  switch (record.kind) {
    case "event": {
      const { kind, session, n, closesPartial } = record;
      return join({ kind, session, n, type: record.event.type, epoch, closesPartial }, record.event);
    }
    case "partial": {
      const { kind, session } = record;
      return join({ kind, session, after: head?.last ?? -1, type: record.event.type, epoch }, record.event);
    }
    case "summary": {
      const { id, folder, updatedAt } = record.summary;
      return join({ kind: "summary", session: id, folder, updatedAt, epoch }, record.summary);
    }
    case "span":
      return join({ kind: "span", session: record.span.session, endedAt: record.span.endedAt }, record.span);
    case "marks":
      return join({ kind: "marks", session: record.session, at: record.at }, record.marks);
    case "purge":
      return join({ kind: "purge", session: record.session, at: record.at }, {});
  }
}

/** A claim on a session, or its end, as JSON. */
export function leaseJson(session: string, epoch: number, isHeld: boolean): string {
  return join({ kind: "lease", session, epoch, isHeld }, {});
}

function join(head: object, body: unknown): string {
  return `${JSON.stringify(head).slice(0, -1)}${bodyMark}${JSON.stringify(body)}}`;
}

/** The JSON of a line's bytes without its line end, or undefined where they are not what was written. */
export function unframeLine(bytes: Buffer): string | undefined {
  if (bytes.length < 11 || bytes[8] !== 0x20) return undefined;
  const sum = Number.parseInt(bytes.toString("latin1", 0, 8), 16);
  const json = bytes.subarray(9);
  return crc32(json) === sum ? json.toString() : undefined;
}

/** A record's head and the text of its body; undefined for a line that is no record of this format. */
export function splitLine(json: string): { readonly head: LineHead; readonly body: string } | undefined {
  // Quotes inside of JSON strings are escaped and no head holds an object: the first mark is the body's.
  const at = json.indexOf(bodyMark);
  if (at < 0) return undefined;
  const head = JSON.parse(`${json.slice(0, at)}}`) as LineHead;
  return kinds.has(head.kind) ? { head, body: json.slice(at + bodyMark.length, -1) } : undefined;
}
