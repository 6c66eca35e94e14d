import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout } from "node:timers/promises";
import { look } from "./survival.ts";
import { shape, temporaryFolder } from "./world.ts";
import type { WindowJob, WindowReport } from "./window.ts";

/** How many windows write how fast and for how long. */
export interface WindowsRun {
  readonly windows: number;
  readonly rate: number;
  readonly seconds: number;
}

class WindowProcess {
  readonly child: ChildProcess;
  readonly #lines: AsyncIterator<string>;

  constructor(job: WindowJob) {
    this.child = spawn(process.execPath, [join(import.meta.dirname, "window.ts"), JSON.stringify(job)], {
      stdio: ["pipe", "pipe", "inherit"],
    });
    const { stdout } = this.child;
    assert.ok(stdout);
    this.#lines = createInterface({ input: stdout })[Symbol.asyncIterator]();
  }

  /** Begins to write; the window has followed the others before. */
  write(): void {
    this.child.stdin?.write("write\n");
  }

  async report(): Promise<WindowReport> {
    this.child.stdin?.write("report\n");
    return JSON.parse((await this.#lines.next()).value) as WindowReport;
  }

  async end(): Promise<void> {
    const ended = once(this.child, "close");
    this.child.stdin?.end();
    await ended;
  }
}

/**
 * Runs windows on one store at the same time, kills one in the middle, and fails unless the others know the same in the end, in order
 * and without loss, and the index agrees. Gives the longest time (ms) until an event was heard of elsewhere.
 */
export async function runWindows({ windows, rate, seconds }: WindowsRun): Promise<number> {
  using folder = temporaryFolder();
  const all = Array.from({ length: windows }, (_, at) => {
    const sizes = { segmentBytes: 200_000, checkpointBytes: 1_000_000 };
    return new WindowProcess({ directory: folder.path, name: `w${at}`, rate, seconds, ...sizes });
  });
  const [victim, ...others] = all;
  assert.ok(victim);
  await Promise.all(all.map((window) => window.report()));
  for (const window of all) window.write();
  const victimEnd = once(victim.child, "close");
  await setTimeout(seconds * 500);
  victim.child.kill("SIGKILL");
  await victimEnd;
  const reports = await settled(others);
  for (const [at, report] of reports.entries()) {
    assert.equal(report.disorder, 0, `window ${at + 1} heard everything once and in order`);
    assert.deepEqual(report.list, reports[0]?.list, `window ${at + 1} has the same list`);
    assert.deepEqual(report.events, reports[0]?.events);
  }
  await Promise.all(others.map((window) => window.end()));
  using opened = look(folder.path);
  for (const [session, count] of Object.entries(reports[0]?.events ?? {})) {
    const log = shape(opened.index.queries.log(session).events.map((body) => JSON.parse(body)));
    assert.equal(log.length, count, `${session} is whole in the index`);
  }
  assert.deepEqual(
    opened.log.worries.filter((line) => !/not written whole/.test(line)),
    [],
  );
  return Math.max(...reports.map(({ latest }) => latest));
}

/** What windows know once all are done and nothing new comes. */
async function settled(windows: readonly WindowProcess[]): Promise<readonly WindowReport[]> {
  for (let before = ""; ; await setTimeout(300)) {
    const reports = await Promise.all(windows.map((window) => window.report()));
    const now = JSON.stringify(reports.map(({ events }) => events));
    if (reports.every(({ isDone }) => isDone) && now === before) return reports;
    before = now;
  }
}
