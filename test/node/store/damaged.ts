/** A store on disk to be damaged by tests, and what is found in it then. */
import assert from "node:assert/strict";
import { cpSync, globSync, readFileSync, statSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import initSqlJs, { type SqlJsStatic } from "sql.js";
import { checkpoint } from "#node/store/checkpoint.ts";
import { HistoryIndex } from "#node/store/history-index.ts";
import { frameLine, sealLine } from "#node/store/record-line.ts";
import { event, LogLines, opened, shape, temporaryFolder } from "./world.ts";

/** What is found in a damaged store. */
export interface Found {
  readonly shape: readonly (number | string)[];
  readonly log: LogLines;
}

/** How it is told that something can not be read. */
export const keptAside = /kept as .*journal\/broken/;

/** Writes a store before the tests of a `describe`, and makes copies of it. */
export function useDamaged() {
  let sql: SqlJsStatic;
  const fixture = temporaryFolder();
  before(async () => {
    sql = await initSqlJs();
    await write(fixture.path);
  });
  after(() => fixture[Symbol.dispose]());

  /** A copy of the written store. */
  function copy(): ReturnType<typeof temporaryFolder> {
    const folder = temporaryFolder();
    cpSync(fixture.path, folder.path, { recursive: true });
    return folder;
  }

  function open(directory: string, log = new LogLines()): HistoryIndex {
    const index = new HistoryIndex(sql, directory, (level, message) => log[level](message));
    index.follow();
    return index;
  }

  function look(directory: string, session = "a"): Found {
    const log = new LogLines();
    const index = open(directory, log);
    const { events, partials } = index.queries.log(session);
    index.close();
    return { shape: shape([...events, ...partials].map((body) => JSON.parse(body))), log };
  }

  /** Folds all journals into a new image. */
  async function fold(directory: string): Promise<void> {
    const index = open(directory);
    assert.equal(await checkpoint(index, () => {}, { isForced: true }), true);
    index.close();
  }

  /** Writes events 0–6 of session a: 0–3 are in the image, 0 and 1 in the one before it, 2–6 in journals. */
  async function write(directory: string): Promise<void> {
    for (const [at, batches] of [[[0, 1]], [[2, 3]], [[4, 5], [6]]].entries()) {
      await using store = opened(directory);
      if (at > 0) await store.events("a");
      for (const batch of batches) await store.append(batch.map((n) => event("a", n)));
      await store.close();
      if (at < 2) await fold(directory);
    }
  }

  /** Damages a written store; expects what can be read, and a sentence if one is named. */
  const check = (
    name: string,
    damage: (directory: string) => void,
    expected: readonly number[],
    worry?: RegExp,
  ) =>
    it(name, () => {
      using folder = copy();
      damage(folder.path);
      const found = look(folder.path);
      assert.deepEqual(found.shape, expected);
      if (worry === undefined) assert.deepEqual(found.log.worries, []);
      else assert.match(found.log.worries.join("\n"), worry);
    });

  return { copy, open, look, fold, check };
}

/** The newest segment of a store. */
export const lastJournal = (directory: string) =>
  globSync(join(directory, "journal/*.log")).toSorted().at(-1) ?? "";
/** Its image. */
export const image = (directory: string) => join(directory, "boocode.sqlite");
/** The image before it. */
export const backup = (directory: string) => join(directory, "boocode.sqlite.bak");
/** Flips a bit of a file; a place below 0 counts from its end. */
export const flip = (path: string, at: number) => {
  const bytes = readFileSync(path);
  const place = at < 0 ? bytes.length + at : at;
  bytes[place] = (bytes[place] ?? 0) ^ 0x10;
  writeFileSync(path, bytes);
};

/** The events that are written. */
export const all = [0, 1, 2, 3, 4, 5, 6];
/** Cuts bytes off the newest segment, and gives its path. */
export const cut = (directory: string, bytes: number) => {
  const path = lastJournal(directory);
  truncateSync(path, statSync(path).size - bytes);
  return path;
};
/** The length of a seal. */
export const seal = sealLine.length;

/** A place for a journal that nobody wrote. */
export function strange(directory: string): string {
  return join(directory, "journal", "zzzzzzzzz-0123456789ab.000001.log");
}

/** Where a line of a file starts, counted from 0. */
export function lineStart(path: string, line: number): number {
  return readFileSync(path, "latin1").split("\n").slice(0, line).join("\n").length + 1;
}

/** Makes a journal that of a dead process: no system gives a process this number. */
export function abandon(path: string): void {
  const [first = "", ...rest] = readFileSync(path, "latin1").split("\n");
  const header = frameLine(JSON.stringify({ ...JSON.parse(first.slice(9)), pid: 2 ** 30 })).trimEnd();
  writeFileSync(path, [header, ...rest].join("\n"), "latin1");
}
