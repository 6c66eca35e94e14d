/** The run channel: what happened in one run of a workflow. Its events are its journal, too: what is told was kept. */
import type { EngineName } from "./guest.ts";
import type { Mode } from "./permissions.ts";

/** Tokens and dollars. */
export interface Spent {
  readonly tokens: number;
  readonly usd: number;
}

/** Limits of a run or of one agent; absent where there is none. */
export interface SpendLimit {
  readonly tokens?: number;
  readonly usd?: number;
}

/** A place in a workflow's file, line and column from 1. */
export interface ScriptPlace {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** What a step is: one call of a primitive that the journal answers. */
export type StepKind = "agent" | "sh" | "ask";

/** How a step ended; only "done" is an answer. */
export type StepOutcome = "done" | "failed" | "skipped" | "interrupted";

/** How a run ended: "incomplete" finished although agents died, were skipped, or thunks threw. */
export type RunOutcome = "done" | "incomplete" | "failed" | "stopped" | "interrupted";

/** What determines a step, each a short hash or word, so that a change can be named. */
export type Determinants = Readonly<Record<string, string>>;

/** A thunk or stage that threw, whose place in the results holds null. */
export interface RunFailure {
  readonly path: string;
  readonly message: string;
  readonly place?: ScriptPlace;
}

/** How many steps ended how. */
export interface Census {
  /** Agents that were asked for. */
  readonly agents: number;
  readonly done: number;
  readonly failed: number;
  readonly skipped: number;
  readonly interrupted: number;
  /** Answered from the journal; they count as done, too. */
  readonly cached: number;
  /** Thunks and stages that threw. */
  readonly failures: number;
  /** How many ended for which reason. */
  readonly reasons: Readonly<Record<string, number>>;
}

/** What names a step: where it is, what it is, which of equals. */
export interface StepName {
  /** Of this attempt: "2.17" is the 17th of the second. */
  readonly step: string;
  readonly path: string;
  /** SHA-256 of what determines it. */
  readonly key: string;
  /** Number among calls of the same path and key, from 0. */
  readonly occurrence: number;
  readonly kind: StepKind;
  readonly label: string;
  readonly phase?: string;
  readonly place?: ScriptPlace;
}

/** A worktree that stays because an agent changed something in it. */
export interface StepWorktree {
  readonly path: string;
  readonly branch: string;
  readonly changes: string;
}

/** What happened in a run. */
export type RunEvent = { readonly at: number } & (
  | {
      readonly type: "run-start";
      readonly run: string;
      /** Counts starts and resumes, from 1. */
      readonly attempt: number;
      readonly workflow: string;
      /** Whose list it is in, as sessions are. */
      readonly folder?: string;
      readonly file: string;
      readonly source: string;
      readonly args?: unknown;
      readonly engine: EngineName;
      readonly runtime: string;
      readonly budget: SpendLimit;
      readonly mode?: Mode;
      /** Spent by earlier attempts. */
      readonly before?: Spent;
      /** Of what decides the keys of calls beside their arguments. */
      readonly surroundings?: string;
      /** Groups that the script announces. */
      readonly phases?: readonly { readonly title: string; readonly detail?: string }[];
      /** The run whose answers were taken over. */
      readonly from?: string;
      /** Answers were made up: for trying, or by a dry run. */
      readonly synthetic?: "stub" | "dry-run";
    }
  | { readonly type: "phase"; readonly title: string; readonly isDeclared: boolean }
  | (StepName & {
      readonly type: "step-start";
      /** Why it runs. */
      readonly reason: string;
      readonly determinants: Determinants;
      readonly model?: string;
      readonly agentType?: string;
    })
  /** The session in which the step's agent works from here on. */
  | { readonly type: "step-session"; readonly step: string; readonly session: string }
  /** A step waits for a person's answer. */
  | {
      readonly type: "step-question";
      readonly step: string;
      readonly text: string;
      readonly choices?: readonly string[];
    }
  | { readonly type: "step-wait"; readonly step: string; readonly why: string; readonly untilMs?: number }
  /** A step goes on after a wait. */
  | { readonly type: "step-continue"; readonly step: string }
  | { readonly type: "step-retry"; readonly step: string; readonly number: number; readonly reason: string }
  | (StepName & {
      readonly type: "step-end";
      readonly cached: boolean;
      /** Where the answer was found, why it ran, or why there is none. */
      readonly reason: string;
      readonly outcome: StepOutcome;
      readonly result?: unknown;
      readonly error?: string;
      readonly spent?: Spent;
      readonly durationMs: number;
      readonly worktree?: StepWorktree;
      /** Of the call's arguments, see call-mark.ts; with an answer. */
      readonly mark?: number;
    })
  | { readonly type: "log"; readonly level: "info" | "warning" | "error"; readonly text: string }
  | ({ readonly type: "failure" } & RunFailure)
  /** What the script read of its budget, for the next attempt. */
  | { readonly type: "budget-read"; readonly key: string; readonly value: number }
  | { readonly type: "budget-warning"; readonly spent: Spent; readonly budget: SpendLimit }
  | { readonly type: "run-pause" }
  | { readonly type: "run-continue" }
  | {
      readonly type: "run-end";
      readonly outcome: RunOutcome;
      readonly census: Census;
      readonly result?: unknown;
      readonly error?: { readonly message: string; readonly code: string; readonly place?: ScriptPlace };
      /** Spent in this attempt. */
      readonly spent: Spent;
      readonly durationMs: number;
    }
);

/** An event of a type. */
export type RunEventOf<T extends RunEvent["type"]> = Extract<RunEvent, { readonly type: T }>;

/** Nothing spent. */
export const noSpent: Spent = { tokens: 0, usd: 0 };

/** Both together. */
export function addSpent(a: Spent, b: Spent): Spent {
  return { tokens: a.tokens + b.tokens, usd: a.usd + b.usd };
}
