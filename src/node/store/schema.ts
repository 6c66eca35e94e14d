/** The image's schema, as numbered migrations. */
import type { Database } from "sql.js";

/** One entry per version: what leads there from the version before. Entries are never changed once they were shipped. */
const migrations: readonly string[] = [
  `CREATE TABLE sessions (
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
];

/** The version that this code reads and writes. */
export const schemaVersion = migrations.length;

/** Brings a database of any earlier version (0: empty) to the current one, in one transaction. */
export function migrate(database: Database, version: number): void {
  if (version === schemaVersion) return;
  database.run("BEGIN");
  for (const step of migrations.slice(version)) database.run(step);
  database.run(`PRAGMA user_version = ${schemaVersion}`);
  database.run("COMMIT");
}
