/** The seam to the agents of a workflow: real ones are turns of the agent loop; synthetic ones answer from the prompt alone. */
import type { SpendLimit, Spent } from "#protocol/run.ts";
import type { AgentType } from "./agent-types.ts";
import type { FinalAnswer } from "./final-answer.ts";

/** How hard a model thinks. */
export const efforts = ["low", "medium", "high", "max"] as const;

/** An effort. */
export type Effort = (typeof efforts)[number];

/** One agent that is to run. */
export interface AgentSpec {
  readonly run: string;
  readonly step: string;
  readonly path: string;
  readonly label: string;
  readonly phase: string | undefined;
  readonly prompt: string;
  /** As resolved: an id that `models` knows. */
  readonly model: string;
  readonly effort: Effort | undefined;
  readonly agentType: AgentType;
  /** Names of tools that the agent may use; undefined for all of its type. They narrow by policy: the header stays the same for all agents of a run. */
  readonly tools: readonly string[] | undefined;
  readonly maxToolCalls: number | undefined;
  readonly skills: readonly string[];
  readonly budget: SpendLimit | undefined;
  /** A worktree that the agent works in instead of the workspace. */
  readonly folder: string | undefined;
  /** Where the answer must satisfy a schema; its text belongs in the prompt. */
  readonly finalAnswer: FinalAnswer | undefined;
}

/** What an agent tells while it works. */
export interface AgentEvents {
  /** It works in a session of its own, by this id. */
  began(session: string): void;
  /** It lives: a token, a tool call, a result. Whoever says nothing for long is aborted. */
  progress(): void;
  /** It does what has a time limit of its own: until the next `progress` nobody aborts it. */
  busy(): void;
  /** It waits for something that is not its fault: a rate limit, a question, a key. Until the next `progress` nobody aborts it. */
  waiting(why: string, untilMs?: number): void;
  /** What it has spent so far, all in all. */
  spent(spent: Spent): void;
}

/** How an agent ended. With a final answer, `answered` means that it was accepted. */
export type AgentOutcome = { readonly spent: Spent } & (
  | { readonly status: "answered"; readonly text: string }
  /** `isFinal`: another try would fail, too. */
  | { readonly status: "failed"; readonly reason: string; readonly isFinal: boolean }
  | { readonly status: "rate-limited"; readonly retryAfterMs: number }
);

/** Models that scripts can name. */
export interface ModelTable {
  readonly standard: string;
  readonly ids: readonly string[];
  /** Models by tag, the best first. */
  readonly tags: Readonly<Record<string, readonly string[]>>;
}

/** Runs agents. */
export interface WorkflowAgents {
  models(): ModelTable;
  /** Rejects with the signal's reason when it aborts; anything else that it throws counts as a failure that another try may mend. */
  run(spec: AgentSpec, signal: AbortSignal, events: AgentEvents): Promise<AgentOutcome>;
  /** Called when the run is over: nothing is tried again. */
  close?(): void;
}
