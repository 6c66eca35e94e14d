/** The tables of the index: applies journal records to them and answers queries; the only SQL besides the schema. */
import type { SessionMarks } from "#protocol/sessions.ts";
import { blobsOf, decidedAt, fold, searchTextOf } from "./derived.ts";
import type { ReadBlobText } from "./blob-text.ts";
import { mergeMarks, type DatedMarks } from "./marks.ts";
import { pack, unpack } from "./packed.ts";
import { firstEpoch, type LineHead } from "./record-line.ts";
import type { Statements } from "./statements.ts";

/** How far a writer's journal is in the tables: up to `offset` bytes of `segment`, its last line's number `q`. */
export interface Position {
  readonly segment: number;
  readonly offset: number;
  readonly q: number;
}

interface SessionRow {
  readonly key: number;
  /** Number after the highest event. */
  next: number;
  /** Epoch of the highest event. */
  epoch: number;
  closedEpoch: number;
  closedAt: number;
  /** Number of the turn of the highest message. */
  turn: number;
  isPurged: boolean;
}

type EventHead = Extract<LineHead, { kind: "event" }>;
type PartialHead = Extract<LineHead, { kind: "partial" }>;
type SummaryHead = Extract<LineHead, { kind: "summary" }>;
type LeaseHead = Extract<LineHead, { kind: "lease" }>;

/** Rows of sessions that were last written; beyond it they are read again. */
const knownRowsLimit = 500;

/** One opened database. */
export class Tables {
  readonly #sql: Statements;
  readonly #readBlob: ReadBlobText;
  readonly #rows = new Map<string, SessionRow>();
  /** Blobs of sessions that were purged while this looked on. */
  readonly freed = new Set<string>();

  constructor(sql: Statements, readBlob: ReadBlobText) {
    this.#sql = sql;
    this.#readBlob = readBlob;
    this.#tune();
  }

  /** Runs `change` as a transaction: all of it or nothing. */
  transact<T>(change: () => T): T {
    this.#sql.run("BEGIN");
    try {
      const result = change();
      this.#sql.run("COMMIT");
      return result;
    } catch (error) {
      this.#rows.clear();
      this.#sql.run("ROLLBACK");
      throw error;
    }
  }

  /** Takes a record in; the same record twice changes nothing. */
  apply(writer: string, head: LineHead, body: string): void {
    const row = this.#row(head.session);
    if (row.isPurged) return;
    switch (head.kind) {
      case "event":
        return this.#applyEvent(row, head, body);
      case "partial":
        return this.#applyPartial(row, head, body);
      case "summary":
        return this.#applySummary(row, writer, head, body);
      case "span":
        return this.#sql.run("INSERT INTO spans VALUES (?, ?, ?)", [row.key, head.endedAt, pack(body)]);
      case "lease":
        return this.#applyLease(row, writer, head);
      case "marks":
        return this.#applyMarks(row, head.at, JSON.parse(body) as SessionMarks);
      case "purge":
        return this.#applyPurge(row, head);
    }
  }

  /** How far the tables were when they were last exported, by writer. */
  positions(): Map<string, Position> {
    const rows = this.#sql.each(`SELECT writer, segment, "offset", q FROM writers`, []);
    return new Map(
      [...rows].map(([writer, segment, offset, q]) => [
        String(writer),
        { segment: Number(segment), offset: Number(offset), q: Number(q) },
      ]),
    );
  }

  /** The database as a file, with `positions` in it. */
  export(positions: ReadonlyMap<string, Position>): Uint8Array {
    this.transact(() => {
      this.#sql.run("DELETE FROM writers");
      for (const [writer, { segment, offset, q }] of positions) {
        this.#sql.run("INSERT INTO writers VALUES (?, ?, ?, ?)", [writer, segment, offset, q]);
      }
    });
    return this.#sql.database.export();
  }

  close(): void {
    this.#sql.clear();
    this.#sql.database.close();
  }

  /** The file is memory: what protects it from a power cut is lost time. What is deleted is overwritten. */
  #tune(): void {
    this.#sql.database.run(
      "PRAGMA synchronous = OFF; PRAGMA journal_mode = MEMORY; PRAGMA secure_delete = ON;",
    );
  }

  #applyEvent(row: SessionRow, head: EventHead, body: string): void {
    const { n, type, epoch = firstEpoch } = head;
    if (n === row.next && epoch >= row.epoch) this.#insertEvent(row, n, epoch, type, body);
    else this.#applyLateEvent(row, n, epoch, type, body);
    if (type === "session-start") this.#applyStart(row, body);
    if (head.closesPartial === true) this.#closePartials(row, epoch, n);
  }

  /** An event that is not simply the next one: a duplicate, one that fills a gap, or one of two owners of a session. */
  #applyLateEvent(row: SessionRow, n: number, epoch: number, type: string, body: string): void {
    const { key } = row;
    const [existing] = this.#sql.each("SELECT epoch, body FROM events WHERE session = ? AND n = ?", [key, n]);
    if (existing !== undefined && unpack(existing[1]) === body) return;
    const [newer] = this.#sql.each(
      "SELECT 1 FROM events WHERE session = ? AND n <= ? AND epoch > ? LIMIT 1",
      [key, n, epoch],
    );
    if (newer !== undefined || existing?.[0] === epoch) {
      this.#sql.run("INSERT INTO strays VALUES (?, ?, ?, ?, ?)", [key, n, epoch, type, pack(body)]);
      this.#keepReferences(key, body);
      return;
    }
    const superseded = "session = ? AND n >= ? AND epoch < ?";
    this.#sql.run(`INSERT INTO strays SELECT session, n, epoch, type, body FROM events WHERE ${superseded}`, [
      key,
      n,
      epoch,
    ]);
    for (const table of ["messages", "decisions"])
      this.#sql.run(
        `DELETE FROM ${table} WHERE session = ?1 AND n IN (SELECT n FROM events WHERE session = ?1 AND n >= ?2 AND epoch < ?3)`,
        [key, n, epoch],
      );
    this.#sql.run(`DELETE FROM events WHERE ${superseded}`, [key, n, epoch]);
    this.#insertEvent(row, n, epoch, type, body);
    this.#rows.clear();
  }

  #insertEvent(row: SessionRow, n: number, epoch: number, type: string, body: string): void {
    this.#sql.run("INSERT INTO events VALUES (?, ?, ?, ?, ?)", [row.key, n, epoch, type, pack(body)]);
    this.#keepReferences(row.key, body);
    const said = searchTextOf(type, body, this.#readBlob);
    if (said !== undefined) {
      row.turn = said.turn ?? row.turn;
      const values = [row.key, n, row.turn, said.role, fold(said.text)];
      this.#sql.run("INSERT OR REPLACE INTO messages VALUES (?, ?, ?, ?, ?)", values);
    }
    const at = decidedAt(type, body);
    if (at !== undefined)
      this.#sql.run("INSERT OR REPLACE INTO decisions VALUES (?, ?, ?)", [at, row.key, n]);
    row.next = n + 1;
    row.epoch = epoch;
  }

  #keepReferences(key: number, body: string): void {
    for (const hash of blobsOf(body))
      this.#sql.run("INSERT OR IGNORE INTO blob_refs VALUES (?, ?)", [hash, key]);
  }

  /** Makes a session findable from its first event on, should its summary never come. */
  #applyStart(row: SessionRow, body: string): void {
    const { folder, at } = JSON.parse(body) as { readonly folder?: unknown; readonly at?: unknown };
    if (typeof folder !== "string" || typeof at !== "number") return;
    this.#sql.run("UPDATE sessions SET folder = ?, updated_at = ? WHERE key = ? AND summary IS NULL", [
      folder,
      at,
      row.key,
    ]);
  }

  #closePartials(row: SessionRow, epoch: number, n: number): void {
    if (isAfter(row.closedEpoch, row.closedAt, epoch, n)) return;
    row.closedEpoch = epoch;
    row.closedAt = n;
    this.#sql.run("UPDATE sessions SET closed_epoch = ?, closed_n = ? WHERE key = ?", [epoch, n, row.key]);
    this.#sql.run("DELETE FROM partials WHERE session = ? AND (epoch < ? OR epoch = ? AND after < ?)", [
      row.key,
      epoch,
      epoch,
      n,
    ]);
  }

  #applyPartial(row: SessionRow, head: PartialHead, body: string): void {
    const { after, type, epoch = firstEpoch } = head;
    if (!isAfter(epoch, after + 1, row.closedEpoch, row.closedAt)) return;
    this.#sql.run("INSERT INTO partials VALUES (?, ?, ?, ?, ?)", [row.key, epoch, after, type, body]);
  }

  #applySummary({ key }: SessionRow, writer: string, head: SummaryHead, body: string): void {
    const { folder, updatedAt, epoch = firstEpoch } = head;
    // One writer's summaries are taken in its order, so that a clock set back hides nothing.
    this.#sql.run(
      `UPDATE sessions SET epoch = ?1, writer = ?2, folder = ?3, updated_at = ?4, summary = ?5 WHERE key = ?6
         AND (summary IS NULL OR epoch < ?1 OR epoch = ?1 AND (writer = ?2 OR updated_at <= ?4))`,
      [epoch, writer, folder, updatedAt, body, key],
    );
  }

  /** The newest claim on a session; one writer's are taken in its order. */
  #applyLease({ key }: SessionRow, writer: string, { epoch, isHeld, q }: LeaseHead): void {
    if (isHeld) {
      this.#sql.run(
        `UPDATE sessions SET lease_writer = ?1, lease_epoch = ?2, lease_q = ?3 WHERE key = ?4
           AND (lease_epoch IS NULL OR lease_epoch < ?2 OR lease_epoch = ?2 AND coalesce(lease_writer, ?1) = ?1)`,
        [writer, epoch, q, key],
      );
    } else {
      this.#sql.run(
        "UPDATE sessions SET lease_writer = NULL, lease_q = ? WHERE key = ? AND lease_writer = ?",
        [q, key, writer],
      );
    }
  }

  #applyMarks({ key }: SessionRow, at: number, marks: SessionMarks): void {
    const [[kept] = []] = this.#sql.each("SELECT marks FROM sessions WHERE key = ?", [key]);
    const known = typeof kept === "string" ? (JSON.parse(kept) as DatedMarks) : {};
    const merged = JSON.stringify(mergeMarks(known, marks, at));
    this.#sql.run("UPDATE sessions SET marks = ? WHERE key = ?", [merged, key]);
  }

  /** The row stays, so that what another window still writes of the session finds nothing to add to. */
  #applyPurge(row: SessionRow, { at }: { readonly at: number }): void {
    for (const [hash] of this.#sql.each("SELECT hash FROM blob_refs WHERE session = ?", [row.key]))
      this.freed.add(String(hash));
    for (const table of ["events", "partials", "spans", "strays", "messages", "decisions", "blob_refs"])
      this.#sql.run(`DELETE FROM ${table} WHERE session = ?`, [row.key]);
    this.#sql.run(
      "UPDATE sessions SET purged_at = ?, folder = NULL, summary = NULL, marks = NULL WHERE key = ?",
      [at, row.key],
    );
    row.isPurged = true;
  }

  #row(session: string): SessionRow {
    const known = this.#rows.get(session);
    if (known !== undefined) return known;
    if (this.#rows.size >= knownRowsLimit) this.#rows.clear();
    this.#sql.run("INSERT OR IGNORE INTO sessions (id) VALUES (?)", [session]);
    const [found = []] = this.#sql.each(
      "SELECT key, closed_epoch, closed_n, purged_at FROM sessions WHERE id = ?",
      [session],
    );
    const [key, closedEpoch, closedAt] = found.map(Number);
    if (key === undefined) throw new Error("A session was not inserted");
    const [last] = this.#sql.each("SELECT n, epoch FROM events WHERE session = ? ORDER BY n DESC LIMIT 1", [
      key,
    ]);
    const [said] = this.#sql.each("SELECT turn FROM messages WHERE session = ? ORDER BY n DESC LIMIT 1", [
      key,
    ]);
    const row: SessionRow = {
      key,
      next: last === undefined ? 0 : Number(last[0]) + 1,
      epoch: Number(last?.[1] ?? 0),
      closedEpoch: closedEpoch ?? 0,
      closedAt: closedAt ?? -1,
      turn: Number(said?.[0] ?? 0),
      isPurged: found[3] !== null,
    };
    this.#rows.set(session, row);
    return row;
  }
}

/** Whether place (epoch, n) is after the other one. */
export function isAfter(epoch: number, n: number, otherEpoch: number, otherN: number): boolean {
  return epoch > otherEpoch || (epoch === otherEpoch && n > otherN);
}
