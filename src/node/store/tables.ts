/** The tables of the index: applies journal records to them and answers queries; the only SQL besides the schema. */
import type { BindParams, Database, Statement } from "sql.js";
import { firstEpoch, type LineHead } from "./record-line.ts";

/** How far a writer's journal is in the tables: up to `offset` bytes of `segment`, its last line's number `q`. */
export interface Position {
  readonly segment: number;
  readonly offset: number;
  readonly q: number;
}

/** A session's log: bodies of its events from 0 without gaps, of what a cut stream had said after them, and its owner's epoch. */
export interface SessionLog {
  readonly events: readonly string[];
  readonly partials: readonly string[];
  readonly epoch: number;
}

interface SessionRow {
  readonly key: number;
  /** Number after the highest event. */
  next: number;
  /** Epoch of the highest event. */
  epoch: number;
  closedEpoch: number;
  closedAt: number;
}

type EventHead = Extract<LineHead, { kind: "event" }>;
type PartialHead = Extract<LineHead, { kind: "partial" }>;
type SummaryHead = Extract<LineHead, { kind: "summary" }>;

/** Rows of sessions that were last written; beyond it they are read again. */
const knownRowsLimit = 500;

/** One opened database. */
export class Tables {
  readonly #database: Database;
  readonly #statements = new Map<string, Statement>();
  readonly #rows = new Map<string, SessionRow>();

  constructor(database: Database) {
    this.#database = database;
    this.#tune();
  }

  /** Runs `change` as a transaction: all of it or nothing. */
  transact<T>(change: () => T): T {
    this.#run("BEGIN");
    try {
      const result = change();
      this.#run("COMMIT");
      return result;
    } catch (error) {
      this.#rows.clear();
      this.#run("ROLLBACK");
      throw error;
    }
  }

  /** Takes a record in; the same record twice changes nothing. */
  apply(writer: string, head: LineHead, body: string): void {
    switch (head.kind) {
      case "event":
        return this.#applyEvent(head, body);
      case "partial":
        return this.#applyPartial(head, body);
      case "summary":
        return this.#applySummary(writer, head, body);
      case "span":
        return this.#run("INSERT INTO spans VALUES (?, ?, ?)", [
          this.#row(head.session).key,
          head.endedAt,
          body,
        ]);
    }
  }

  /** Summaries (JSON), last changed first; of one folder if given. A session whose summary was never written gets a makeshift one. */
  *summaries(folder: string | undefined): Generator<string> {
    const where = folder === undefined ? "" : "WHERE folder = ?";
    const query = `SELECT summary, id, folder, updated_at FROM sessions ${where} ORDER BY updated_at DESC, key DESC`;
    for (const [summary, id, ofFolder, at] of this.#each(query, folder === undefined ? [] : [folder])) {
      if (summary !== null) yield String(summary);
      else if (ofFolder !== null) yield makeshiftSummary(String(id), String(ofFolder), Number(at));
    }
  }

  /** A session's log; empty for an unknown session. */
  log(session: string): SessionLog {
    const [found] = this.#each("SELECT key, closed_epoch, closed_n FROM sessions WHERE id = ?", [session]);
    if (found === undefined) return { events: [], partials: [], epoch: 0 };
    const [key = null, closedEpoch, closedAt] = found;
    const events: string[] = [];
    let epoch = 0;
    for (const [n, ofEpoch, body] of this.#each(
      "SELECT n, epoch, body FROM events WHERE session = ? ORDER BY n",
      [key],
    )) {
      if (n !== events.length) break;
      events.push(String(body));
      epoch = Math.max(epoch, Number(ofEpoch));
    }
    // What lies behind a gap must not come back when the gap is filled: the next owner's epoch is above it.
    const [[highest] = []] = this.#each("SELECT max(epoch) FROM events WHERE session = ?", [key]);
    const partials = [
      ...this.#each("SELECT epoch, after, body FROM partials WHERE session = ? ORDER BY rowid", [key]),
    ].filter(
      ([ofEpoch, after]) =>
        isAfter(Number(ofEpoch), Number(after) + 1, Number(closedEpoch), Number(closedAt)) &&
        Number(after) < events.length,
    );
    return {
      events,
      partials: partials.map(([, , body]) => String(body)),
      epoch: Math.max(epoch, Number(highest ?? 0)),
    };
  }

  /** A session's spans (JSON) in order of their end. */
  *spans(session: string): Generator<string> {
    const query =
      "SELECT body FROM spans WHERE session = (SELECT key FROM sessions WHERE id = ?) ORDER BY ended_at, rowid";
    for (const [body] of this.#each(query, [session])) yield String(body);
  }

  /** How far the tables were when they were last exported, by writer. */
  positions(): Map<string, Position> {
    const rows = this.#each(`SELECT writer, segment, "offset", q FROM writers`, []);
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
      this.#run("DELETE FROM writers");
      for (const [writer, { segment, offset, q }] of positions) {
        this.#run("INSERT INTO writers VALUES (?, ?, ?, ?)", [writer, segment, offset, q]);
      }
    });
    return this.#database.export();
  }

  close(): void {
    this.#statements.clear();
    this.#database.close();
  }

  /** The file is memory: what protects it from a power cut is lost time. */
  #tune(): void {
    this.#database.run("PRAGMA synchronous = OFF; PRAGMA journal_mode = MEMORY;");
  }

  #applyEvent(head: EventHead, body: string): void {
    const { session, n, type, epoch = firstEpoch } = head;
    const row = this.#row(session);
    if (n === row.next && epoch >= row.epoch) this.#insertEvent(row, n, epoch, type, body);
    else this.#applyLateEvent(row, n, epoch, type, body);
    if (type === "session-start") this.#applyStart(row, body);
    if (head.closesPartial === true) this.#closePartials(row, epoch, n);
  }

  /** An event that is not simply the next one: a duplicate, one that fills a gap, or one of two owners of a session. */
  #applyLateEvent(row: SessionRow, n: number, epoch: number, type: string, body: string): void {
    const { key } = row;
    const [existing] = this.#each("SELECT epoch, body FROM events WHERE session = ? AND n = ?", [key, n]);
    if (existing?.[1] === body) return;
    const [newer] = this.#each("SELECT 1 FROM events WHERE session = ? AND n <= ? AND epoch > ? LIMIT 1", [
      key,
      n,
      epoch,
    ]);
    if (newer !== undefined || existing?.[0] === epoch) {
      this.#run("INSERT INTO strays VALUES (?, ?, ?, ?, ?)", [key, n, epoch, type, body]);
      return;
    }
    const superseded = "session = ? AND n >= ? AND epoch < ?";
    this.#run(`INSERT INTO strays SELECT session, n, epoch, type, body FROM events WHERE ${superseded}`, [
      key,
      n,
      epoch,
    ]);
    this.#run(`DELETE FROM events WHERE ${superseded}`, [key, n, epoch]);
    this.#insertEvent(row, n, epoch, type, body);
    this.#rows.clear();
  }

  #insertEvent(row: SessionRow, n: number, epoch: number, type: string, body: string): void {
    this.#run("INSERT INTO events VALUES (?, ?, ?, ?, ?)", [row.key, n, epoch, type, body]);
    row.next = n + 1;
    row.epoch = epoch;
  }

  /** Makes a session findable from its first event on, should its summary never come. */
  #applyStart(row: SessionRow, body: string): void {
    const { folder, at } = JSON.parse(body) as { readonly folder?: unknown; readonly at?: unknown };
    if (typeof folder !== "string" || typeof at !== "number") return;
    this.#run("UPDATE sessions SET folder = ?, updated_at = ? WHERE key = ? AND summary IS NULL", [
      folder,
      at,
      row.key,
    ]);
  }

  #closePartials(row: SessionRow, epoch: number, n: number): void {
    if (isAfter(row.closedEpoch, row.closedAt, epoch, n)) return;
    row.closedEpoch = epoch;
    row.closedAt = n;
    this.#run("UPDATE sessions SET closed_epoch = ?, closed_n = ? WHERE key = ?", [epoch, n, row.key]);
    this.#run("DELETE FROM partials WHERE session = ? AND (epoch < ? OR epoch = ? AND after < ?)", [
      row.key,
      epoch,
      epoch,
      n,
    ]);
  }

  #applyPartial(head: PartialHead, body: string): void {
    const { session, after, type, epoch = firstEpoch } = head;
    const row = this.#row(session);
    if (!isAfter(epoch, after + 1, row.closedEpoch, row.closedAt)) return;
    this.#run("INSERT INTO partials VALUES (?, ?, ?, ?, ?)", [row.key, epoch, after, type, body]);
  }

  #applySummary(writer: string, head: SummaryHead, body: string): void {
    const { session, folder, updatedAt, epoch = firstEpoch } = head;
    const { key } = this.#row(session);
    // One writer's summaries are taken in its order, so that a clock set back hides nothing.
    this.#run(
      `UPDATE sessions SET epoch = ?1, writer = ?2, folder = ?3, updated_at = ?4, summary = ?5 WHERE key = ?6
         AND (summary IS NULL OR epoch < ?1 OR epoch = ?1 AND (writer = ?2 OR updated_at <= ?4))`,
      [epoch, writer, folder, updatedAt, body, key],
    );
  }

  #row(session: string): SessionRow {
    const known = this.#rows.get(session);
    if (known !== undefined) return known;
    if (this.#rows.size >= knownRowsLimit) this.#rows.clear();
    this.#run("INSERT OR IGNORE INTO sessions (id) VALUES (?)", [session]);
    const [found = []] = this.#each("SELECT key, closed_epoch, closed_n FROM sessions WHERE id = ?", [
      session,
    ]);
    const [key, closedEpoch, closedAt] = found.map(Number);
    if (key === undefined) throw new Error("A session was not inserted");
    const [last] = this.#each("SELECT n, epoch FROM events WHERE session = ? ORDER BY n DESC LIMIT 1", [key]);
    const row: SessionRow = {
      key,
      next: last === undefined ? 0 : Number(last[0]) + 1,
      epoch: Number(last?.[1] ?? 0),
      closedEpoch: closedEpoch ?? 0,
      closedAt: closedAt ?? -1,
    };
    this.#rows.set(session, row);
    return row;
  }

  #run(sql: string, params: BindParams = null): void {
    this.#statement(sql).run(params);
  }

  *#each(sql: string, params: BindParams): Generator<ReturnType<Statement["get"]>> {
    const statement = this.#statement(sql);
    statement.bind(params);
    try {
      while (statement.step()) yield statement.get();
    } finally {
      statement.reset();
    }
  }

  #statement(sql: string): Statement {
    let statement = this.#statements.get(sql);
    if (statement === undefined) {
      statement = this.#database.prepare(sql);
      this.#statements.set(sql, statement);
    }
    return statement;
  }
}

/** Whether place (epoch, n) is after the other one. */
function isAfter(epoch: number, n: number, otherEpoch: number, otherN: number): boolean {
  return epoch > otherEpoch || (epoch === otherEpoch && n > otherN);
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
