/** What a primitive is: a definition in the list of `primitives/index.ts`. The guest knows its name alone. */
import type { GuestProgram } from "#protocol/guest.ts";
import type { RunEvent, ScriptPlace, Spent } from "#protocol/run.ts";
import type { WorkflowAgents } from "./agents/workflow-agents.ts";
import type { AgentType } from "./agents/agent-types.ts";
import type { RunBudget } from "./budget.ts";
import type { WorkflowPorts } from "./ports.ts";
import type { WorkflowSettings } from "./settings.ts";
import type { Slots } from "./slots.ts";
import type { StepControls } from "./step-controls.ts";
import type { Steps } from "./steps.ts";

/** One call from a script. */
export interface PrimitiveCall {
  readonly args: readonly unknown[];
  /** The structural path of the code that calls. */
  readonly path: string;
  readonly place: ScriptPlace | undefined;
  /** Of the arguments, see call-mark.ts. */
  readonly mark?: number;
  /** The guest has the answer of the journal already. */
  readonly isKnown?: boolean;
}

/** Another script that runs in the place of the answer. */
export interface ChildProgram {
  readonly name: string;
  readonly number: number;
  readonly program: GuestProgram;
  readonly args: unknown;
}

/** What a call is answered with; `spent` is what the script's budget counts for it. */
export type PrimitiveAnswer =
  | { readonly value: unknown; readonly spent?: Spent }
  | { readonly child: ChildProgram };

/** What a primitive may use of the run that it is called in. */
export interface RunScope {
  readonly run: string;
  /** Aborts when the run is stopped, or its script has ended. */
  readonly signal: AbortSignal;
  readonly ports: WorkflowPorts;
  readonly settings: WorkflowSettings;
  readonly agents: WorkflowAgents;
  readonly agentTypes: readonly AgentType[];
  readonly budget: RunBudget;
  readonly slots: Slots;
  readonly steps: Steps;
  readonly controls: StepControls;
  /** Tells an event and keeps it, or a shorter one in its place; resolves when that is on disk. */
  emit(event: RunEvent, kept?: RunEvent): Promise<void>;
  /** A line of the log; told once however often it is said. */
  readonly warn: (text: string) => void;
  /** The group that calls of a path belong to, as phase() set it. */
  phaseOf(path: string): string | undefined;
  setPhase(path: string, title: string): void;
  /** Counts an agent; throws BooError "too-many-agents". */
  countAgent(): void;
  /** Makes another script ready to run; throws BooError where there is none of the name, or it is wrong. */
  loadChild(named: string | { readonly scriptPath: string }, args: unknown): Promise<ChildProgram>;
}

/** A primitive: "call" answers, "tell" does not. */
export interface Primitive {
  readonly name: string;
  readonly kind: "call" | "tell";
  /** What it throws is thrown in the script, as an error with the message. */
  run(call: PrimitiveCall, run: RunScope): Promise<PrimitiveAnswer | undefined>;
}
