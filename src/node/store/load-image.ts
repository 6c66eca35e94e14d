/** Opens the newest image that can be trusted. */
import { copyFileSync, existsSync, renameSync } from "node:fs";
import type { Database, SqlJsStatic } from "sql.js";
import { imagePath, readImage, type FoundImage, type ImageId } from "./image.ts";
import type { Report } from "./index-messages.ts";
import { migrate, schemaVersion } from "./schema.ts";
import { newerStore } from "./segments.ts";

/** An opened image. `id` is missing where there was none, or only a damaged one. */
export interface LoadedImage {
  readonly database: Database;
  readonly id: ImageId | undefined;
  readonly bytes: number;
  /** Whether the image should be written anew soon. */
  readonly isDamaged: boolean;
}

/**
 * The image, or where it is damaged the one before it (journals go back to that one), or what SQLite can still read of either, or an
 * empty one. Throws BooError "store-newer" for a format that is not known here.
 */
export function loadImage(sql: SqlJsStatic, directory: string, report: Report): LoadedImage {
  const main = readImage(imagePath(directory, "main"));
  if (main.state === "good") return openGood(sql, directory, main, false);
  if (main.state === "newer") throw newerStore();
  const backup = readImage(imagePath(directory, "backup"));
  if (backup.state === "newer") throw newerStore();
  if (main.state === "missing" && backup.state === "missing") return openEmpty(sql, false);
  const path = imagePath(directory, "main");
  if (backup.state === "good") {
    report(
      "warn",
      `The history's image ${path} is ${main.state}: the one before it and the journals are used, which hold the same.`,
    );
    return openGood(sql, directory, backup, true);
  }
  for (const image of [main, backup]) {
    const database = image.state === "damaged" ? salvage(sql, image.bytes) : undefined;
    if (database === undefined) continue;
    report(
      "warn",
      `The history's image ${path} does not match its checksum but can be read: it is used, and kept in broken.`,
    );
    return { database, id: undefined, bytes: 0, isDamaged: true };
  }
  report(
    "error",
    `The history's image ${path} can not be read: the sessions in the journals are shown, and the image is kept in broken.`,
  );
  return openEmpty(sql, true);
}

function openGood(
  sql: SqlJsStatic,
  directory: string,
  image: FoundImage & { state: "good" },
  isDamaged: boolean,
): LoadedImage {
  if (image.version > schemaVersion) throw newerStore();
  if (image.version < schemaVersion) keepCopy(directory, image.version);
  // A Buffer's slice is no copy, so sql.js works on these bytes and the image is in memory once.
  const database = new sql.Database(image.bytes);
  migrate(database, image.version);
  return { database, id: image.id, bytes: image.bytes.length, isDamaged };
}

/** An image of an earlier version is kept as it was before it is brought to this one; where that can not be done, nothing is brought anywhere. */
function keepCopy(directory: string, version: number): void {
  const path = imagePath(directory, "main");
  const copy = `${path}.version-${version}`;
  if (existsSync(copy) || !existsSync(path)) return;
  const temporary = `${copy}.${process.pid}.tmp`;
  copyFileSync(path, temporary);
  renameSync(temporary, copy);
}

function openEmpty(sql: SqlJsStatic, isDamaged: boolean): LoadedImage {
  const database = new sql.Database();
  migrate(database, 0);
  return { database, id: undefined, bytes: 0, isDamaged };
}

/** A damaged database, if SQLite finds its structure whole. */
function salvage(sql: SqlJsStatic, bytes: Uint8Array): Database | undefined {
  let database: Database | undefined;
  try {
    database = new sql.Database(bytes);
    const check = database.exec("PRAGMA quick_check(1)")[0]?.values[0]?.[0];
    const version = Number(database.exec("PRAGMA user_version")[0]?.values[0]?.[0]);
    if (check === "ok" && version >= 1 && version <= schemaVersion) {
      migrate(database, version);
      return database;
    }
  } catch {
    // Not a database at all.
  }
  database?.close();
  return undefined;
}
