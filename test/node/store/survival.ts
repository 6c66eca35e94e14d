import assert from "node:assert/strict";
import { cpSync, existsSync, globSync, rmSync, utimesSync } from "node:fs";
import { join } from "node:path";
import initSqlJs from "sql.js";
import { checkpoint, type Stage } from "#node/store/checkpoint.ts";
import { HistoryIndex } from "#node/store/history-index.ts";
import { LogLines, runWriter, seededRandom, shape, temporaryFolder } from "./world.ts";
import type { WriterJob } from "./writer.ts";

/** The stages of a checkpoint, in order. */
export const stages: readonly Stage[] = [
  "locked",
  "half-written",
  "written",
  "backed-up",
  "renamed",
  "half-deleted",
  "deleted",
];

const sql = await initSqlJs();
/** Sizes that make rotation and checkpoints happen all the time. */
const busy = { journal: { segmentBytes: 12_000 }, index: { checkpointBytes: 24_000 } };

/** Opens a store's history in this process. */
export function look(
  directory: string,
): { readonly index: HistoryIndex; readonly log: LogLines } & Disposable {
  const log = new LogLines();
  const index = new HistoryIndex(sql, directory, (level, message) => log[level](message));
  index.follow();
  return { index, log, [Symbol.dispose]: () => index.close() };
}

/** Numbers of a session's events; fails unless they are 0, 1, 2 … */
function countEvents(index: HistoryIndex, session: string): number {
  const { events } = index.queries.log(session);
  const numbers = shape(events.map((body) => JSON.parse(body)));
  assert.deepEqual(
    numbers,
    Array.from(numbers, (_, n) => n),
    `events of ${session} are whole and in order`,
  );
  return numbers.length;
}

/** Fails unless everything acknowledged is there and the store opens without a worry but those that a kill explains. */
function verify(directory: string, sessions: readonly string[], acknowledged: readonly number[]): void {
  using opened = look(directory);
  for (const [at, session] of sessions.entries()) {
    const count = countEvents(opened.index, session);
    assert.ok(
      count > (acknowledged[at] ?? -1),
      `${session}: ${count} events, number ${acknowledged[at]} was acknowledged`,
    );
  }
  const worries = opened.log.worries.filter((line) => !/was not written whole|is missing/.test(line));
  assert.deepEqual(worries, []);
}

/** Kills `windows` processes that write to one store, again and again on the same store, at moments from the seed. */
export async function killWindows(
  seed: number,
  kills: number,
  windows: number,
  /** Whether the store begins as one of the first version, which is then brought to this one. */
  isMigrated = false,
): Promise<void> {
  using folder = temporaryFolder();
  if (isMigrated)
    cpSync(join(import.meta.dirname, "../../fixtures/store-version-1"), folder.path, { recursive: true });
  const random = seededRandom(seed);
  const names = Array.from({ length: windows }, (_, window) => [`${window}a`, `${window}b`]);
  const last = names.map(() => [-1, -1]);
  for (let kill = 0; kill < kills; kill++) {
    const ends = await Promise.all(
      names.map((sessions) => {
        const job: WriterJob = {
          directory: folder.path,
          sessions,
          seed: Math.floor(random() * 2 ** 31),
          ...busy,
        };
        const moment = 1 + Math.floor(random() * 80);
        return runWriter(job, (count) => count >= moment);
      }),
    );
    for (const [window, { acknowledged, signal, output }] of ends.entries()) {
      assert.equal(signal, "SIGKILL", output);
      last[window] = acknowledged.map((n, at) => Math.max(n, last[window]?.[at] ?? -1));
    }
    // A lock outlives its process for half a minute; tests have less time.
    expireLock(folder.path);
    verify(folder.path, names.flat(), last.flat());
  }
}

/** Kills the index at a stage of its checkpoint while a window writes on; then another window takes the lock over and mends what was left. */
export async function killCheckpoint(stage: Stage, seed: number): Promise<void> {
  using folder = temporaryFolder();
  const sessions = ["a", "b"];
  const job: WriterJob = { directory: folder.path, sessions, seed, events: 30, ...busy };
  const killed = await runWriter({ ...job, index: { ...busy.index, fault: stage } });
  assert.equal(killed.signal, null, killed.output);
  assert.ok(
    existsSync(join(folder.path, "boocode.lock")) || stage === "half-deleted",
    `the checkpoint reached "${stage}"`,
  );
  verify(folder.path, sessions, killed.acknowledged);
  expireLock(folder.path);
  const { acknowledged, output } = await runWriter({ ...job, seed: seed + 1 });
  assert.deepEqual(acknowledged, [59, 59], output);
  verify(folder.path, sessions, acknowledged);
  for (let round = 0; round < 2; round++) {
    using opened = look(folder.path);
    await checkpoint(opened.index, () => {}, { limit: 0 });
    verify(folder.path, sessions, acknowledged);
  }
  assert.deepEqual(globSync(join(folder.path, "*.{tmp,lock}")), []);
  assert.deepEqual(globSync(join(folder.path, "journal/*.log")), [], "what two images cover is deleted");
  rmSync(join(folder.path, "boocode.sqlite"));
  verify(folder.path, sessions, acknowledged);
}

function expireLock(directory: string): void {
  try {
    utimesSync(join(directory, "boocode.lock"), 1, 1);
  } catch (error) {
    // The index process of the killed window may just have released it.
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
  }
}
