/** Workflow scripts as views see them: what there is, and what a run of one would be. */
import type { SpendLimit, Spent } from "./run.ts";
import type { RunEntry, RunPhase } from "./run-state.ts";

/** A script that was found. */
export interface WorkflowEntry {
  /** The command that starts it; the file's name where the script can not be read. */
  readonly name: string;
  readonly title?: string;
  readonly description: string;
  readonly whenToUse?: string;
  readonly file: string;
  /** The file that its name means instead. */
  readonly shadowedBy?: string;
  /** Why it can not run, with line and column. */
  readonly problem?: string;
}

/** An agent that a dry run met. */
export interface PreviewAgent {
  readonly label: string;
  readonly phase?: string;
  readonly model: string;
  readonly agentType: string;
  /** The beginning of what it would be told. */
  readonly prompt: string;
}

/** What going on with a run would be, as a dry run found that was given its answers. */
export interface ResumePreview {
  /** Agents that would run, and those whose answers are known. */
  readonly agents: number;
  readonly known: number;
  /** What those that would run may cost. */
  readonly estimate: Spent;
  /** Why the script would not come to its end. */
  readonly problem?: string;
}

/** What a run would be, as a dry run found: shown before it costs anything. */
export interface RunPreview {
  readonly file: string;
  readonly workflow: string;
  readonly title?: string;
  readonly description: string;
  readonly whenToUse?: string;
  readonly phases: readonly RunPhase[];
  /** How many agents the dry run met, and the first of them. */
  readonly agentCount: number;
  readonly agents: readonly PreviewAgent[];
  readonly estimate: Spent;
  /** What the estimate rests on: the last whole run of this script, or rules. */
  readonly basis: "last-run" | "rule";
  readonly budget: SpendLimit;
  readonly warnings: readonly string[];
  /** Why the dry run did not come to an end. */
  readonly problem?: string;
  readonly lastRun?: RunEntry;
  /** Whether so many agents would start that a person has to agree. */
  readonly isLarge: boolean;
}
