/** The image's schema, as numbered migrations. */
import type { Database } from "sql.js";
import { blobsOf, decidedAt, fold, searchTextOf } from "./derived.ts";
import { unpack } from "./packed.ts";

/** One entry per version: what leads there from the version before. Entries are never changed once they were shipped. */
const migrations: readonly { readonly sql: string; readonly fill?: (database: Database) => void }[] = [
  {
    sql: `CREATE TABLE sessions (
     key INTEGER PRIMARY KEY,
     id TEXT NOT NULL UNIQUE,
     epoch INTEGER NOT NULL DEFAULT 0,
     writer TEXT,
     folder TEXT,
     updated_at REAL,
     summary TEXT,
     closed_epoch INTEGER NOT NULL DEFAULT 0,
     closed_n INTEGER NOT NULL DEFAULT -1
   );
   CREATE INDEX sessions_by_folder ON sessions (folder, updated_at);
   CREATE TABLE events (session INTEGER NOT NULL, n INTEGER NOT NULL, epoch INTEGER NOT NULL, type TEXT NOT NULL, body TEXT NOT NULL);
   CREATE UNIQUE INDEX events_by_number ON events (session, n);
   CREATE TABLE partials (session INTEGER NOT NULL, epoch INTEGER NOT NULL, after INTEGER NOT NULL, type TEXT NOT NULL, body TEXT NOT NULL);
   CREATE INDEX partials_by_session ON partials (session);
   CREATE TABLE spans (session INTEGER NOT NULL, ended_at REAL NOT NULL, body TEXT NOT NULL);
   CREATE INDEX spans_by_session ON spans (session, ended_at);
   CREATE TABLE strays (session INTEGER NOT NULL, n INTEGER NOT NULL, epoch INTEGER NOT NULL, type TEXT NOT NULL, body TEXT NOT NULL);
   CREATE TABLE writers (writer TEXT PRIMARY KEY, segment INTEGER NOT NULL, "offset" INTEGER NOT NULL, q INTEGER NOT NULL) WITHOUT ROWID;`,
  },
  {
    sql: `ALTER TABLE sessions ADD COLUMN marks TEXT;
   ALTER TABLE sessions ADD COLUMN purged_at REAL;
   ALTER TABLE sessions ADD COLUMN lease_writer TEXT;
   ALTER TABLE sessions ADD COLUMN lease_q INTEGER;
   ALTER TABLE sessions ADD COLUMN lease_epoch INTEGER;
   CREATE TABLE messages (session INTEGER NOT NULL, n INTEGER NOT NULL, turn INTEGER NOT NULL, role TEXT NOT NULL, folded TEXT NOT NULL);
   CREATE UNIQUE INDEX messages_by_number ON messages (session, n);
   CREATE TABLE blob_refs (hash TEXT NOT NULL, session INTEGER NOT NULL, PRIMARY KEY (hash, session)) WITHOUT ROWID;`,
    fill: fillDerived,
  },
  {
    sql: `CREATE TABLE decisions (at REAL NOT NULL, session INTEGER NOT NULL, n INTEGER NOT NULL, PRIMARY KEY (session, n)) WITHOUT ROWID;
   CREATE INDEX decisions_by_time ON decisions (at);`,
    fill: fillDecisions,
  },
];

/** The version that this code reads and writes. */
export const schemaVersion = migrations.length;

/** Brings a database of any earlier version (0: empty) to the current one, in one transaction. */
export function migrate(database: Database, version: number): void {
  if (version === schemaVersion) return;
  database.run("BEGIN");
  for (const { sql, fill } of migrations.slice(version)) {
    database.run(sql);
    if (version > 0) fill?.(database);
  }
  database.run(`PRAGMA user_version = ${schemaVersion}`);
  database.run("COMMIT");
}

function fillDerived(database: Database): void {
  const rows = database.prepare("SELECT session, n, type, body FROM events ORDER BY session, n");
  const message = database.prepare("INSERT INTO messages VALUES (?, ?, ?, ?, ?)");
  const reference = database.prepare("INSERT OR IGNORE INTO blob_refs VALUES (?, ?)");
  let turn = 0;
  while (rows.step()) {
    const [session = null, n = null, type, kept] = rows.get();
    const body = unpack(kept);
    for (const hash of blobsOf(body)) reference.run([hash, session]);
    if (n === 0) turn = 0;
    const said = searchTextOf(String(type), body, () => undefined);
    turn = said?.turn ?? turn;
    if (said !== undefined) message.run([session, n, turn, said.role, fold(said.text)]);
  }
  for (const statement of [rows, message, reference]) statement.free();
}

function fillDecisions(database: Database): void {
  const rows = database.prepare(
    "SELECT session, n, type, body FROM events WHERE type = 'permission-decided'",
  );
  const insert = database.prepare("INSERT INTO decisions VALUES (?, ?, ?)");
  while (rows.step()) {
    const [session = null, n = null, type, kept] = rows.get();
    const at = decidedAt(String(type), kept);
    if (at !== undefined) insert.run([at, session, n]);
  }
  for (const statement of [rows, insert]) statement.free();
}
