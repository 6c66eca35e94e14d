import type { RunStatus, RunStep } from "#protocol/run-state.ts";

/** The icon of a status, what it is called, and its colour's class. */
export interface StatusLook {
  readonly icon: string;
  readonly label: string;
  readonly tone: "quiet" | "good" | "bad" | "warn" | "live";
}

const stepLooks: Readonly<Record<RunStep["status"], StatusLook>> = {
  running: { icon: "loading", label: "Running", tone: "live" },
  waiting: { icon: "watch", label: "Waiting", tone: "warn" },
  done: { icon: "check", label: "Done", tone: "good" },
  failed: { icon: "error", label: "Failed", tone: "bad" },
  skipped: { icon: "debug-step-over", label: "Skipped", tone: "quiet" },
  interrupted: { icon: "debug-disconnect", label: "Interrupted", tone: "warn" },
};

/** How a step's status looks. */
export function stepLook({ status, isCached, question }: RunStep): StatusLook {
  if (question !== undefined && status === "waiting")
    return { icon: "question", label: "Asks you", tone: "warn" };
  return isCached && status === "done"
    ? { icon: "history", label: "From the journal", tone: "quiet" }
    : stepLooks[status];
}

/** How a run's status looks. */
export const runLooks: Readonly<Record<RunStatus, StatusLook>> = {
  running: { icon: "loading", label: "Running", tone: "live" },
  paused: { icon: "debug-pause", label: "Paused", tone: "warn" },
  done: { icon: "pass-filled", label: "Done", tone: "good" },
  incomplete: { icon: "warning", label: "Incomplete", tone: "warn" },
  failed: { icon: "error", label: "Failed", tone: "bad" },
  stopped: { icon: "debug-stop", label: "Stopped", tone: "quiet" },
  interrupted: { icon: "debug-disconnect", label: "Interrupted", tone: "warn" },
};
