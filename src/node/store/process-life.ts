/** Whether the process that wrote a journal still lives. */
import { hostname } from "node:os";

/** Who wrote a journal: `startedAt` (epoch ms) is when the writer began. */
export interface WriterIdentity {
  readonly pid: number;
  readonly host: string;
  readonly startedAt: number;
}

/** A writer on another machine counts as living for this long (ms) after it last touched its journal. */
export const foreignSilence = 60_000;

/** Whether a writer lives, as far as the process list tells; undefined for one of another machine, of which only its files tell. */
export function isWriterRunning({ pid, host, startedAt }: WriterIdentity): boolean | undefined {
  if (host !== hostname()) return undefined;
  if (pid !== process.pid) return isRunning(pid);
  // Our own number, but from before this process began: containers give every host the same one.
  return startedAt >= Date.now() - process.uptime() * 1_000 - 1_000;
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return !(error instanceof Error && "code" in error && error.code === "ESRCH");
  }
}
