/** What the runs of a window need of the rest. */
import type { Mode } from "#protocol/permissions.ts";
import type { RunEntry } from "#protocol/run-state.ts";
import type { Ports } from "../ports.ts";
import type { WorkflowAgents } from "./agents/workflow-agents.ts";
import type { WorkflowShell } from "./ports.ts";
import type { RunTraceParts } from "./run-trace.ts";
import type { WorkflowSettings } from "./settings.ts";

/** What runs are made with. */
export interface RunsParts {
  readonly ports: Ports;
  /** Real agents for one run. */
  readonly agents: (mode: Mode) => WorkflowAgents;
  /** What runs the shell steps of a run. */
  readonly shell: (run: string, workflow: string, mode: Mode) => WorkflowShell;
  /** How much the agents of a new run do without asking. */
  readonly mode: () => Mode;
  readonly traces: RunTraceParts;
  /** Whether an id is that of a session. */
  readonly isSession: (id: string) => boolean;
  /** A value without the secrets that BooCode holds. */
  readonly redact: <T>(value: T) => T;
  /** Called when a script asks something. */
  readonly asked: (run: string, workflow: string, text: string) => void;
  readonly settings: () => Partial<WorkflowSettings>;
  /** Why agents could not work now; undefined where they could. */
  readonly notice: () => Promise<string | undefined>;
  /** Called when a run has ended. */
  readonly ended: (entry: RunEntry) => void;
}
