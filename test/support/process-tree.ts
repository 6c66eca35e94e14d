import { execFile } from "node:child_process";
import { promisify } from "node:util";

const run = promisify(execFile);

/** One process: its id, its parent's, resident memory in bytes, its command line. */
export type ProcessInfo = {
  readonly pid: number;
  readonly parent: number;
  readonly residentBytes: number;
  readonly command: string;
};

/** A process and all that descends from it, parents first; empty when it is gone. */
export async function listTree(root: number): Promise<readonly ProcessInfo[]> {
  const { stdout } = await run("ps", ["-eo", "pid=,ppid=,rss=,args=", "-ww"], { maxBuffer: 1e8 });
  const all = stdout.split("\n").flatMap((line) => {
    const [, pid, parent, kilobytes, command] = /^\s*(\d+)\s+(\d+)\s+(\d+)\s+(.*)$/.exec(line) ?? [];
    if (!pid || command?.startsWith("[")) return [];
    return [
      {
        pid: Number(pid),
        parent: Number(parent),
        residentBytes: Number(kilobytes) * 1024,
        command: command ?? "",
      },
    ];
  });
  const tree = all.filter((one) => one.pid === root);
  for (const one of tree) tree.push(...all.filter((other) => other.parent === one.pid));
  return tree;
}

/** Whether a process with this id runs. */
export function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

function signalAll(pids: readonly number[], signal: NodeJS.Signals): void {
  for (const pid of pids) {
    try {
      process.kill(pid, signal);
    } catch {
      // It ended in between, which is what was wanted.
    }
  }
}

/** Ends a process and everything that it started, by their ids; resolves when none of them runs any more. */
export async function endTree(root: number, patienceMs = 3000): Promise<void> {
  if (process.platform === "win32") {
    await run("taskkill", ["/PID", String(root), "/T", "/F"]).catch(() => undefined);
    return;
  }
  const pids = (await listTree(root)).map((one) => one.pid);
  signalAll(pids, "SIGTERM");
  const deadline = Date.now() + patienceMs;
  let isForced = false;
  while (pids.some(isRunning)) {
    if (!isForced && Date.now() > deadline) {
      signalAll(pids, "SIGKILL");
      isForced = true;
    }
    if (Date.now() > deadline + patienceMs) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
