/** Opens the newest image that can be trusted. */
import { copyFileSync, existsSync, renameSync } from "node:fs";
import type { Database, SqlJsStatic } from "sql.js";
import type { BooError } from "#core/errors.ts";
import { imagePath, peekImage, readImage, type FoundImage, type ImageId } from "./image.ts";
import type { Report } from "./index-messages.ts";
import { migrate, schemaVersion } from "./schema.ts";
import { newerStore } from "./segments.ts";

/** An opened image. `id` is missing where there was none, or only a damaged one. */
export interface LoadedImage {
  readonly database: Database;
  readonly id: ImageId | undefined;
  /** Generation of what lay in the image's place, whatever was opened; 0 where nothing did that tells one. */
  readonly seen: number;
  readonly bytes: number;
  /** Whether the image should be written anew soon. */
  readonly isDamaged: boolean;
  /** Set where a newer version's image was found, in whose place nothing may be written: what to tell. */
  readonly newer?: BooError;
}

/**
 * The image, or where it is damaged the one before it (journals go back to that one), or what SQLite can still read of either, or an
 * empty one. Of a newer version's, the one before it; throws BooError "store-newer" where that can not be read.
 */
export function loadImage(sql: SqlJsStatic, directory: string, report: Report): LoadedImage {
  // First: what takes its place while it is read is newer.
  const seen = peekImage(imagePath(directory, "main"))?.generation ?? 0;
  return { ...loadBest(sql, directory, report), seen };
}

type Loaded = Omit<LoadedImage, "seen">;

function loadBest(sql: SqlJsStatic, directory: string, report: Report): Loaded {
  const path = imagePath(directory, "main");
  const main = readKnown(path);
  if (main.state === "good") return openGood(sql, directory, path, main, false);
  const backupPath = imagePath(directory, "backup");
  const backup = readKnown(backupPath);
  // Of what is newer only what was before it, and the journals, can be read here.
  if (main.state === "newer") {
    if (backup.state !== "good") throw newerStore(path);
    return { ...openGood(sql, undefined, backupPath, backup, false), newer: newerStore(path) };
  }
  if (backup.state === "newer") throw newerStore(backupPath);
  if (main.state === "missing" && backup.state === "missing") return openEmpty(sql, false);
  if (backup.state === "good") {
    report(
      "warn",
      `The history's image ${path} is ${main.state}: the one before it and the journals are used, which hold the same.`,
    );
    return openGood(sql, directory, backupPath, backup, true);
  }
  return loadDamaged(
    sql,
    [
      [main, path],
      [backup, backupPath],
    ],
    report,
  );
}

/** Opens what SQLite can read of damaged images, or an empty one. */
function loadDamaged(
  sql: SqlJsStatic,
  images: readonly (readonly [FoundImage, string])[],
  report: Report,
): Loaded {
  const damaged = images.flatMap(([image, where]) =>
    image.state === "damaged" ? [[image.bytes, where] as const] : [],
  );
  for (const [bytes, where] of damaged) {
    const database = salvage(sql, bytes);
    if (database === undefined) continue;
    report(
      "warn",
      `The history's image ${where} does not match its checksum but can be read: it is used, and kept in broken.`,
    );
    return { database, id: undefined, bytes: 0, isDamaged: true };
  }
  report(
    "error",
    `The history's image ${damaged[0]?.[1]} can not be read: the sessions in the journals are shown, and the image is kept in broken.`,
  );
  return openEmpty(sql, true);
}

function readKnown(path: string): FoundImage {
  const image = readImage(path);
  return image.state === "good" && image.version > schemaVersion ? { state: "newer" } : image;
}

/** Opens an image; one of an earlier version is kept in `directory` before. */
function openGood(
  sql: SqlJsStatic,
  directory: string | undefined,
  path: string,
  image: FoundImage & { state: "good" },
  isDamaged: boolean,
): Loaded {
  if (directory !== undefined && image.version < schemaVersion) keepCopy(directory, path, image.version);
  // A Buffer's slice is no copy, so sql.js works on these bytes and the image is in memory once.
  const database = new sql.Database(image.bytes);
  migrate(database, image.version);
  return { database, id: image.id, bytes: image.bytes.length, isDamaged };
}

/** An image of an earlier version is kept as it was before it is brought to this one; where that can not be done, nothing is brought anywhere. */
function keepCopy(directory: string, path: string, version: number): void {
  const copy = `${imagePath(directory, "main")}.version-${version}`;
  if (existsSync(copy)) return;
  const temporary = `${copy}.${process.pid}.tmp`;
  copyFileSync(path, temporary);
  renameSync(temporary, copy);
}

function openEmpty(sql: SqlJsStatic, isDamaged: boolean): Loaded {
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
