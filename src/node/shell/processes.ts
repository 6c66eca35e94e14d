/** Which processes belong to a command, and their end. */
import { execFile } from "node:child_process";
import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import { setImmediate as nextTurn } from "node:timers/promises";
import { promisify } from "node:util";

const run = promisify(execFile);

/** Looking at processes leaves the event loop to others after this long (ms). */
const slice = 2;
/** Nothing is believed to be found after so many looks during which processes ended. */
const looks = 5;

/** Among the fields that the kernel tells of a process, those behind its name: when the process began, in ticks since the machine did. */
const birthField = 19;

/** What tells a command's processes from others. */
export interface ProcessMark {
  /** Stands in the environment of each; so random that nothing else has it. */
  readonly mark: string;
  /** The first process: it leads a session and a group. */
  readonly leader?: number;
  /** The named pipes that they write to. */
  readonly pipes?: readonly string[];
  /** When the first one began, as `birthOf` tells: none is older. */
  readonly birth?: string;
}

interface Entry {
  readonly pid: number;
  readonly parent: number;
  readonly isMarked: boolean;
}

/** The living processes of a command. With `isThorough` also those that hold its pipes, and all that descend from any of these. */
export async function findProcesses(sought: ProcessMark, isThorough: boolean): Promise<readonly number[]> {
  for (let look = 1; ; look++) {
    const { entries, hasGap } =
      process.platform === "linux" ? await readProc(sought, isThorough) : await readPs(sought);
    const found = new Set(entries.filter(({ isMarked }) => isMarked).map(({ pid }) => pid));
    // One that ended before it was looked at may have left a child that was not in the list yet.
    if (found.size === 0 && hasGap && look < looks) continue;
    if (!isThorough) return [...found];
    const children = Map.groupBy(entries, ({ parent }) => parent);
    for (const pid of found) for (const child of children.get(pid) ?? []) found.add(child.pid);
    return [...found];
  }
}

interface Look {
  readonly entries: readonly Entry[];
  /** Whether something happened meanwhile. */
  readonly hasGap: boolean;
}

async function readProc(sought: ProcessMark, isThorough: boolean): Promise<Look> {
  const mark = Buffer.from(sought.mark);
  const entries: Entry[] = [];
  let hasGap = false;
  let startedAt = performance.now();
  for (const name of readdirSync("/proc")) {
    const pid = Number(name);
    if (!Number.isInteger(pid) || pid === process.pid) continue;
    const stat = readOr(`/proc/${pid}/stat`)?.toString("latin1");
    if (stat === undefined) hasGap = true;
    else entries.push(...readProcess(pid, stat, { ...sought, mark, isThorough }));
    if (performance.now() - startedAt < slice) continue;
    await nextTurn();
    startedAt = performance.now();
  }
  return { entries, hasGap };
}

interface Search extends Omit<ProcessMark, "mark"> {
  readonly mark: Buffer;
  readonly isThorough: boolean;
}

function readProcess(pid: number, stat: string, sought: Search): readonly Entry[] {
  // The name of the program stands in brackets and may hold anything.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  const [state, parent, group, session] = fields;
  // A zombie has ended; whoever ought to look after it does not.
  if (state === "Z" || state === "X") return [];
  if (Number(fields[birthField]) < Number(sought.birth ?? 0)) return [];
  const isMarked =
    [Number(group), Number(session), pid].includes(sought.leader ?? -1) ||
    readOr(`/proc/${pid}/environ`)?.includes(sought.mark) === true ||
    (sought.isThorough && sought.pipes !== undefined && holds(pid, sought.pipes));
  return [{ pid, parent: Number(parent), isMarked }];
}

/** When a process began, in the system's own words; undefined where those are not known. */
export function birthOf(pid: number): string | undefined {
  const stat = readOr(`/proc/${pid}/stat`)?.toString("latin1");
  return stat?.slice(stat.lastIndexOf(")") + 2).split(" ")[birthField];
}

// Processes end while they are looked at, and those of others do not let themselves be looked at.
function readOr(path: string): Buffer | undefined {
  try {
    return readFileSync(path);
  } catch {
    return undefined;
  }
}

function holds(pid: number, pipes: readonly string[]): boolean {
  try {
    return readdirSync(`/proc/${pid}/fd`).some((file) => {
      const path = readlinkOr(`/proc/${pid}/fd/${file}`);
      return path !== undefined && pipes.includes(path);
    });
  } catch {
    return false;
  }
}

function readlinkOr(path: string): string | undefined {
  try {
    return readlinkSync(path);
  } catch {
    return undefined;
  }
}

// macOS and other systems whose ps shows the environment of one's own processes behind the command. Written, not run.
async function readPs({ mark, leader }: ProcessMark): Promise<Look> {
  if (process.platform === "win32") return { entries: [], hasGap: false };
  const { stdout } = await run("ps", ["-E", "-axww", "-o", "pid=,ppid=,pgid=,command="], { maxBuffer: 1e8 });
  const entries = stdout.split("\n").flatMap((line) => {
    const [, pid, parent, group] = /^\s*(\d+)\s+(\d+)\s+(\d+)\s/.exec(line) ?? [];
    if (pid === undefined || Number(pid) === process.pid) return [];
    const isMarked = [Number(pid), Number(group)].includes(leader ?? -1) || line.includes(mark);
    return [{ pid: Number(pid), parent: Number(parent), isMarked }];
  });
  return { entries, hasGap: false };
}

/** Sends a signal to each; those that have ended meanwhile are no failure. */
export function signalAll(pids: readonly number[], signal: NodeJS.Signals): void {
  for (const pid of pids) {
    try {
      process.kill(pid, signal);
    } catch {
      // It has ended, or belongs to another user by now.
    }
  }
}

/** Ends a process and its descendants on Windows. Written, not run. */
export async function endTreeOnWindows(pid: number): Promise<void> {
  await run("taskkill", ["/PID", String(pid), "/T", "/F"]).catch(() => {});
}
