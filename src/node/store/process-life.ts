/** Whether the process that wrote a journal still lives. */
import { readFileSync, readlinkSync } from "node:fs";
import { hostname } from "node:os";

/** Who wrote a journal: `startedAt` (epoch ms) is when the writer began. */
export interface WriterIdentity {
  readonly pid: number;
  readonly host: string;
  readonly startedAt: number;
  /** Where the system tells: which run of it, which space of process numbers in it, and when the process was born. */
  readonly boot?: string;
  readonly space?: string;
  readonly born?: string;
}

/** A writer of which nothing else can be told counts as living for this long (ms) after it last touched its journal. */
export const longestSilence = 60_000;

const place = thisPlace();

/** What to write down of this process. */
export function ownIdentity(): Omit<WriterIdentity, "startedAt"> {
  const born = birthOf(process.pid);
  return { pid: process.pid, host: hostname(), ...place, ...(born !== undefined && { born }) };
}

/** Whether a writer lives, as far as the process list tells; undefined for one of another machine, or where its number may be another process's by now: then only its files tell. */
export function isWriterRunning(writer: WriterIdentity): boolean | undefined {
  const { pid, host, startedAt } = writer;
  if (host !== hostname()) return undefined;
  // The machine was started again since.
  if (isOther(writer.boot, place.boot)) return false;
  // Another container, or this one before it was started again.
  if (isOther(writer.space, place.space)) return undefined;
  if (!isRunning(pid)) return false;
  const born = birthOf(pid);
  if (writer.born !== undefined && born !== undefined) return writer.born === born;
  // Our own number, but from before this process began: containers give every host the same one.
  if (pid === process.pid) return startedAt >= Date.now() - process.uptime() * 1_000 - 1_000;
  return undefined;
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return !(error instanceof Error && "code" in error && error.code === "ESRCH");
  }
}

/** When a process was born, in ticks of its system, by Linux's list of processes. */
function birthOf(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "latin1");
    // The name in brackets may hold anything; the birth is the 22nd field, the name the second.
    return stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19];
  } catch {
    return undefined;
  }
}

function isOther(written: string | undefined, here: string | undefined): boolean {
  return written !== undefined && here !== undefined && written !== here;
}

function thisPlace(): Pick<WriterIdentity, "boot" | "space"> {
  try {
    const boot = readFileSync("/proc/sys/kernel/random/boot_id", "latin1").trim();
    return { boot, space: readlinkSync("/proc/self/ns/pid") };
  } catch {
    return {};
  }
}
