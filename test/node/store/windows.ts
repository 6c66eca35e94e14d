import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { look } from "./survival.ts";
import { shape, temporaryFolder } from "./world.ts";
import type { WindowJob, WindowOrder, WindowReport } from "./window.ts";

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
    this.#tell({ kind: "write" });
  }

  /** What the window knows as soon as it knows so many events of each session. */
  async report(events: WindowReport["events"] = {}): Promise<WindowReport> {
    this.#tell({ kind: "report", events });
    return JSON.parse((await this.#lines.next()).value) as WindowReport;
  }

  async end(): Promise<void> {
    const ended = once(this.child, "close");
    this.child.stdin?.end();
    await ended;
  }

  [Symbol.dispose](): void {
    this.child.kill("SIGKILL");
  }

  #tell(order: WindowOrder): void {
    this.child.stdin?.write(`${JSON.stringify(order)}\n`);
  }
}

/**
 * Runs windows on one store at the same time, kills one in the middle, and fails unless the others know the same in the end, in order
 * and without loss, and the index agrees. Gives the longest time (ms) until an event was heard of elsewhere.
 */
export async function runWindows({ windows, rate, seconds }: WindowsRun): Promise<number> {
  using folder = temporaryFolder();
  using processes = new DisposableStack();
  const all = Array.from({ length: windows }, (_, at) => {
    const sizes = { segmentBytes: 200_000, checkpointBytes: 1_000_000 };
    const job = { directory: folder.path, name: `w${at}`, rate, seconds, ...sizes };
    return processes.use(new WindowProcess(job));
  });
  const [victim, ...others] = all;
  assert.ok(victim);
  await Promise.all(all.map((window) => window.report()));
  for (const window of all) window.write();
  const victimEnd = once(victim.child, "close");
  await victim.report(eventsOf("w0", (rate * seconds) / 2));
  victim.child.kill("SIGKILL");
  await victimEnd;
  const whole = { ...written(folder.path, "w0"), ...livingEvents(others.length, rate * seconds) };
  const reports = await Promise.all(others.map((window) => window.report(whole)));
  for (const [at, report] of reports.entries()) {
    assert.equal(report.disorder, 0, `window ${at + 1} heard everything once and in order`);
    assert.deepEqual(report.events, whole, `window ${at + 1} knows every event`);
    assert.deepEqual(report.list, reports[0]?.list, `window ${at + 1} has the same list`);
  }
  await Promise.all(others.map((window) => window.end()));
  using opened = look(folder.path);
  for (const [session, count] of Object.entries(whole)) {
    const log = shape(opened.index.queries.log(session).events.map((body) => JSON.parse(body)));
    assert.equal(log.length, count, `${session} is whole in the index`);
  }
  assert.deepEqual(
    opened.log.worries.filter((line) => !/not written whole/.test(line)),
    [],
  );
  return Math.max(...reports.map(({ latest }) => latest));
}

/** How many events a window has in each of its four sessions when it has written `count`. */
function eventsOf(name: string, count: number): WindowReport["events"] {
  return Object.fromEntries([0, 1, 2, 3].map((at) => [`${name}-${at}`, Math.ceil((count - at) / 4)]));
}

function livingEvents(windows: number, count: number): WindowReport["events"] {
  return Object.assign({}, ...Array.from({ length: windows }, (_, at) => eventsOf(`w${at + 1}`, count)));
}

/** The events of a window that is gone, as its journal has them. */
function written(directory: string, name: string): WindowReport["events"] {
  using opened = look(directory);
  const sessions = [0, 1, 2, 3].map((at) => `${name}-${at}`);
  return Object.fromEntries(
    sessions.map((session) => [session, opened.index.queries.log(session).events.length]),
  );
}
