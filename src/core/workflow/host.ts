/** What runs of workflows need beside the core's own ports: opened when the first of them is asked for. */
import type { RunJournal, Sandboxes, WorkflowFiles, Worktrees } from "./ports.ts";

/** The parts that only workflows use. */
export interface WorkflowHost extends AsyncDisposable {
  readonly sandboxes: Sandboxes;
  readonly journal: RunJournal;
  readonly files: WorkflowFiles;
  readonly worktrees: Worktrees;
  /** SHA-256 of a text, in hex, at once. */
  readonly sha256: (text: string) => string;
}
