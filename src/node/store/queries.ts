/** The questions that the index answers; with `tables.ts` and `schema.ts` the only SQL. */
import type { SqlValue } from "sql.js";
import { fold } from "./derived.ts";
import type { ReadBlobText } from "./blob-text.ts";
import { markedAt, plainMarks, type DatedMarks } from "./marks.ts";
import type { DecisionPage } from "#core/store-ports.ts";
import type { StoredLease } from "./index-messages.ts";
import { unpack } from "./packed.ts";
import type { Statements } from "./statements.ts";
import { isAfter } from "./tables.ts";

/** A session's log: bodies of its events from 0 without gaps, of what a cut stream had said after them, and its owner's epoch. */
export interface SessionLog {
  readonly events: readonly string[];
  readonly partials: readonly string[];
  readonly epoch: number;
  readonly lease?: StoredLease;
}

/** An event that says something, as far as it is searched. */
interface Said {
  readonly text?: string;
  readonly message?: {
    readonly text: { readonly text?: string; readonly blob?: string; readonly preview?: string };
  };
}

/** Of a message that is longer than this (characters) only that much is told, from some before a word that was found. */
const around = { most: 16_000, before: 4_000 };

function ofSession(session: string | undefined): string {
  return session === undefined ? "" : "WHERE session = (SELECT key FROM sessions WHERE id = ?3)";
}

/** Asks one database. */
export class Queries {
  readonly #sql: Statements;
  readonly #readBlob: ReadBlobText;

  constructor(sql: Statements, readBlob: ReadBlobText) {
    this.#sql = sql;
    this.#readBlob = readBlob;
  }

  /** Sessions (JSON: summary, marks and when the newest was made, lease), last changed first; of one folder if given. A session whose summary was never written gets a makeshift one. */
  *sessions(folder: string | undefined): Generator<string> {
    const where = folder === undefined ? "" : "AND folder = ?";
    const query = `SELECT summary, id, folder, updated_at, marks, lease_writer, lease_epoch, lease_q FROM sessions
      WHERE folder IS NOT NULL ${where} ORDER BY updated_at DESC, key DESC`;
    for (const row of this.#sql.each(query, folder === undefined ? [] : [folder])) {
      const [summary, id, ofFolder, at, marks, writer, epoch, q] = row;
      const line =
        summary === null ? makeshiftSummary(String(id), String(ofFolder), Number(at)) : String(summary);
      const dated = typeof marks === "string" ? (JSON.parse(marks) as DatedMarks) : {};
      const lease = writer === null ? undefined : { writer, epoch, q };
      const rest = JSON.stringify({ marks: plainMarks(dated), markedAt: markedAt(dated), lease });
      yield `{"summary":${line},${rest.slice(1)}`;
    }
  }

  /** A session's log; empty for an unknown session. */
  log(session: string): SessionLog {
    const row =
      "SELECT key, closed_epoch, closed_n, lease_writer, lease_epoch, lease_q FROM sessions WHERE id = ?";
    const [found] = this.#sql.each(row, [session]);
    if (found === undefined) return { events: [], partials: [], epoch: 0 };
    const [key = null, closedEpoch, closedAt, writer, leaseEpoch, q] = found;
    const events: string[] = [];
    let epoch = 0;
    const all = "SELECT n, epoch, body FROM events WHERE session = ? ORDER BY n";
    for (const [n, ofEpoch, body] of this.#sql.each(all, [key])) {
      if (n !== events.length) break;
      events.push(unpack(body));
      epoch = Math.max(epoch, Number(ofEpoch));
    }
    // What lies behind a gap must not come back when the gap is filled: the next owner's epoch is above it.
    const [[highest] = []] = this.#sql.each("SELECT max(epoch) FROM events WHERE session = ?", [key]);
    const partials = [
      ...this.#sql.each("SELECT epoch, after, body FROM partials WHERE session = ? ORDER BY rowid", [key]),
    ].filter(
      ([ofEpoch, after]) =>
        isAfter(Number(ofEpoch), Number(after) + 1, Number(closedEpoch), Number(closedAt)) &&
        Number(after) < events.length,
    );
    return {
      events,
      partials: partials.map(([, , body]) => unpack(body)),
      epoch: Math.max(epoch, Number(highest ?? 0)),
      ...(typeof writer === "string" && { lease: { writer, epoch: Number(leaseEpoch), q: Number(q) } }),
    };
  }

  /** A page of decisions about permissions (JSON of their events), newest first. */
  *decisions({ session, offset, limit }: DecisionPage): Generator<string> {
    const order = "ORDER BY at DESC, session DESC, n DESC";
    const page = `SELECT at, session, n FROM decisions ${ofSession(session)} ${order} LIMIT ?1 OFFSET ?2`;
    const query = `SELECT body FROM (${page}) JOIN events USING (session, n) ${order}`;
    const values = [limit, offset, ...(session === undefined ? [] : [session])];
    for (const [body] of this.#sql.each(query, values)) yield unpack(body);
  }

  /** How many decisions there are. */
  countDecisions(session: string | undefined): number {
    const query = `SELECT count(*) FROM decisions ${ofSession(session)}`;
    const values = session === undefined ? [] : [null, null, session];
    const [[count] = []] = this.#sql.each(query, values);
    return Number(count ?? 0);
  }

  /** Events (JSON: n, epoch, event) that a window wrote to a session which another one had taken over, in order. */
  *strays(session: string): Generator<string> {
    const query =
      "SELECT n, epoch, body FROM strays WHERE session = (SELECT key FROM sessions WHERE id = ?) ORDER BY epoch, n, rowid";
    for (const [n, epoch, body] of this.#sql.each(query, [session]))
      yield `{"n":${String(n)},"epoch":${String(epoch)},"event":${unpack(body)}}`;
  }

  /** A session's last spans before a cursor (JSON: cursor, span), newest first; the cursor is that of an earlier one. */
  *spans(session: string, before: string | undefined, limit: number): Generator<string> {
    const [at = Number.MAX_VALUE, row = 0] = before?.split("/").map(Number) ?? [];
    const query = `SELECT ended_at, rowid, body FROM spans
      WHERE session = (SELECT key FROM sessions WHERE id = ?1) AND ended_at <= ?2 AND (ended_at < ?2 OR rowid < ?3)
      ORDER BY ended_at DESC, rowid DESC LIMIT ?4`;
    for (const [endedAt, rowid, body] of this.#sql.each(query, [session, at, row, limit]))
      yield `{"cursor":"${String(endedAt)}/${String(rowid)}","span":${unpack(body)}}`;
  }

  /** The sessions (JSON: id) with a message that holds all of the words. */
  *search(words: readonly string[]): Generator<string> {
    if (words.length === 0) return;
    // Messages are read as they lie, which takes half as long as session by session.
    const found = `SELECT +session FROM messages WHERE ${holdsAll(words)}`;
    const query = `SELECT id FROM sessions WHERE folder IS NOT NULL AND key IN (${found})`;
    for (const [id] of this.#sql.each(query, words.map(fold))) yield JSON.stringify(id);
  }

  /** Those messages (JSON: hit) of some sessions, in each the newest first. */
  *hits(words: readonly string[], sessions: readonly string[], perSession: number): Generator<string> {
    const query = `SELECT m.n, m.turn, m.role, e.body
      FROM messages m LEFT JOIN events e ON e.session = m.session AND e.n = m.n
      WHERE m.session = (SELECT key FROM sessions WHERE id = ?) AND ${holdsAll(words, "m.")}
      ORDER BY m.n DESC LIMIT ?`;
    for (const session of sessions)
      for (const [n, turn, role, body] of this.#sql.each(query, [session, ...words.map(fold), perSession]))
        yield JSON.stringify({ session, n, turn, role, text: this.#textAt(body, words) });
  }

  /** What a message says; of a long one what is around the first of the words. */
  #textAt(body: SqlValue | undefined, words: readonly string[]): string {
    if (body === null || body === undefined) return "";
    const { text, message } = JSON.parse(unpack(body)) as Said;
    const { blob, preview = "" } = message?.text ?? {};
    const said =
      text ?? message?.text.text ?? (blob === undefined ? undefined : this.#readBlob(blob)) ?? preview;
    if (said.length <= around.most) return said;
    const folded = fold(said);
    const places = words.map((word) => folded.indexOf(fold(word))).filter((at) => at >= 0);
    const start = Math.max(0, Math.min(...places, said.length) - around.before);
    return said.slice(start, start + around.most);
  }

  /** Whether any session was deleted for good. */
  hasPurged(): boolean {
    const [found] = this.#sql.each("SELECT 1 FROM sessions WHERE purged_at IS NOT NULL LIMIT 1", []);
    return found !== undefined;
  }

  /** All blobs that something refers to. */
  blobs(): ReadonlySet<string> {
    return new Set([...this.#sql.each("SELECT DISTINCT hash FROM blob_refs")].map(([hash]) => String(hash)));
  }
}

function holdsAll(words: readonly string[], table = ""): string {
  return allOf(words.map(() => `instr(${table}folded, ?)`));
}

/** A condition of many, as a tree that is as low as can be: SQLite refuses a high one. */
function allOf(conditions: readonly string[]): string {
  const half = conditions.length >> 1;
  if (half === 0) return conditions[0] ?? "1";
  return `(${allOf(conditions.slice(0, half))} AND ${allOf(conditions.slice(half))})`;
}

function makeshiftSummary(id: string, folder: string, at: number): string {
  return JSON.stringify({
    id,
    folder,
    title: "New session",
    startedAt: at,
    updatedAt: at,
    messages: 0,
    state: "interrupted",
  });
}
