/** What views draw of runs: the `run` channel (one run), and the `runs` channel (all of this folder's). */
import type {
  Census,
  RunEvent,
  RunEventOf,
  RunFailure,
  RunOutcome,
  SpendLimit,
  Spent,
  StepName,
  StepOutcome,
  StepWorktree,
} from "./run.ts";
import { addSpent, noSpent } from "./run.ts";

/** A step as the view draws it. */
export interface RunStep extends StepName {
  readonly model?: string;
  readonly agentType?: string;
  /** "waiting" is for something that is not its fault; `cached` ones were answered from the journal. */
  readonly status: "running" | "waiting" | StepOutcome;
  readonly isCached: boolean;
  /** Why it ran, where its answer was found, or why there is none. */
  readonly reason: string;
  readonly startedAt: number;
  readonly durationMs?: number;
  readonly waiting?: { readonly why: string; readonly untilMs?: number };
  readonly question?: { readonly text: string; readonly choices?: readonly string[] };
  readonly retries: number;
  readonly spent: Spent;
  /** Where its agent works, or worked last. */
  readonly session?: string;
  /** The beginning of its answer. */
  readonly result?: string;
  readonly error?: string;
  readonly worktree?: StepWorktree;
}

/** A group of steps. */
export interface RunPhase {
  readonly title: string;
  readonly detail?: string;
  /** Whether the script announces it. */
  readonly isDeclared: boolean;
}

/** A line of the run's log. */
export interface RunLogLine {
  readonly at: number;
  readonly level: "info" | "warning" | "error";
  readonly text: string;
}

/** How a run stands. */
export type RunStatus = "running" | "paused" | RunOutcome;

/** One run as the view draws it. */
export interface RunState {
  readonly run: string;
  readonly attempt: number;
  readonly workflow: string;
  readonly file: string;
  readonly status: RunStatus;
  readonly engine: string;
  readonly runtime: string;
  readonly synthetic?: "stub" | "dry-run";
  readonly from?: string;
  readonly startedAt: number;
  readonly durationMs?: number;
  readonly budget: SpendLimit;
  readonly isBudgetWarned: boolean;
  /** Spent by earlier attempts, and in this one. */
  readonly before: Spent;
  readonly spent: Spent;
  readonly phases: readonly RunPhase[];
  readonly steps: readonly RunStep[];
  readonly log: readonly RunLogLine[];
  readonly failures: readonly RunFailure[];
  readonly census?: Census;
  readonly hasResult: boolean;
  readonly error?: RunEventOf<"run-end">["error"];
}

/** What happens in a run, as views are told: results are cut to their beginning, and the script is left out. */
export type RunNews = RunEvent;

/** So much of a result is told (characters); the whole is read by request. */
const toldCharacters = 600;
/** So many lines of a log are drawn. */
const loggedLines = 500;

/** A run before its start. */
export const emptyRun: RunState = {
  ...{ run: "", attempt: 0, workflow: "", file: "", status: "running", engine: "", runtime: "" },
  ...{ startedAt: 0, budget: {}, isBudgetWarned: false, before: noSpent, spent: noSpent, hasResult: false },
  ...{ phases: [], steps: [], log: [], failures: [] },
};

/** An event as views are told of it. */
export function newsOf(event: RunEvent): RunNews {
  if (event.type === "run-start") return { ...event, source: "" };
  if (event.type === "step-end" && event.result !== undefined)
    return { ...event, result: beginningOf(event.result) };
  if (event.type === "run-end" && event.result !== undefined) return { ...event, result: true };
  return event;
}

function beginningOf(result: unknown): string {
  const text = typeof result === "string" ? result : JSON.stringify(result);
  return text.length > toldCharacters ? `${text.slice(0, toldCharacters)}…` : text;
}

/** Applies one event; pure, and the same object when nothing changes. */
export function reduceRun(state: RunState, event: RunNews): RunState {
  switch (event.type) {
    case "run-start":
      return startRun(event);
    case "phase":
      return addPhase(state, event.title, event.isDeclared);
    case "step-start":
    case "step-end":
    case "step-wait":
    case "step-retry":
    case "step-session":
    case "step-question":
    case "step-continue":
      return reduceStep(state, event);
    case "log":
      return log(state, event.at, event.level, event.text);
    case "failure":
      return { ...state, failures: [...state.failures, event] };
    case "budget-warning":
      return { ...state, isBudgetWarned: true };
    case "budget-read":
      return state;
    case "run-pause":
      return { ...state, status: "paused" };
    case "run-continue":
      return { ...state, status: "running" };
    case "run-end":
      return endRun(state, event);
  }
}

function startRun(event: RunEventOf<"run-start">): RunState {
  const { run, attempt, workflow, file, engine, runtime, budget, synthetic, from, at } = event;
  const { phases = [], before = noSpent } = event;
  return {
    ...emptyRun,
    ...{ run, attempt, workflow, file, engine, runtime, budget, before, startedAt: at },
    phases: phases.map((phase) => ({ ...phase, isDeclared: true })),
    ...(synthetic && { synthetic }),
    ...(from !== undefined && { from }),
  };
}

function endRun(state: RunState, event: RunEventOf<"run-end">): RunState {
  const { outcome, census, spent, durationMs, error, result } = event;
  return {
    ...state,
    ...{ status: outcome, census, spent, durationMs, hasResult: result !== undefined },
    ...(error && { error }),
    // What still worked was ended with the run.
    steps: state.steps.map((step) => (isOver(step) ? step : interrupted(step, "the run ended"))),
  };
}

/** A step that was cut off, for a reason. */
export function interrupted(step: RunStep, reason: string): RunStep {
  const { waiting: _waiting, question: _question, ...rest } = step;
  return { ...rest, status: "interrupted", reason };
}

/** How the steps of a run that never told its census ended. */
export function censusOf({ steps, failures }: RunState): Census {
  const agents = steps.filter(({ kind }) => kind === "agent");
  const count = (status: RunStep["status"]): number => agents.filter((step) => step.status === status).length;
  return {
    ...{ agents: agents.length, done: count("done"), failed: count("failed"), skipped: count("skipped") },
    ...{ interrupted: count("interrupted"), cached: agents.filter(({ isCached }) => isCached).length },
    ...{ failures: failures.length, reasons: {} },
  };
}

function log(state: RunState, at: number, level: RunLogLine["level"], text: string): RunState {
  return { ...state, log: [...state.log, { at, level, text }].slice(-loggedLines) };
}

function addPhase(state: RunState, title: string, isDeclared: boolean): RunState {
  return state.phases.some((phase) => phase.title === title)
    ? state
    : { ...state, phases: [...state.phases, { title, isDeclared }] };
}

type StepEvent = RunEventOf<
  "step-start" | "step-end" | "step-wait" | "step-retry" | "step-session" | "step-question" | "step-continue"
>;

function reduceStep(state: RunState, event: StepEvent): RunState {
  switch (event.type) {
    case "step-start": {
      const { type: _type, at, determinants: _determinants, ...rest } = event;
      const step: RunStep = {
        ...rest,
        ...{ status: "running", isCached: false, startedAt: at, retries: 0, spent: noSpent },
      };
      return addStep(state, step);
    }
    case "step-end":
      return endStep(state, event);
    case "step-wait": {
      const { why, untilMs } = event;
      const waiting = { why, ...(untilMs !== undefined && { untilMs }) };
      return changeStep(state, event.step, { status: "waiting", waiting });
    }
    case "step-continue":
      return changeStep(state, event.step, { status: "running" });
    case "step-retry":
      return changeStep(state, event.step, { status: "running", retries: event.number });
    case "step-question": {
      const { text, choices } = event;
      const question = { text, ...(choices && { choices }) };
      return changeStep(state, event.step, { status: "waiting", question });
    }
    case "step-session":
      return changeStep(state, event.step, { status: "running", session: event.session });
  }
}

function endStep(state: RunState, event: RunEventOf<"step-end">): RunState {
  const { type: _type, at, cached, outcome, result, spent = noSpent, ...rest } = event;
  const begun = state.steps.find(({ step }) => step === event.step);
  const step: RunStep = {
    ...{ startedAt: at, retries: 0 },
    ...begun,
    ...rest,
    ...{ status: outcome, isCached: cached, spent },
    ...(typeof result === "string" && { result }),
  };
  const { waiting: _waiting, question: _question, ...ended } = step;
  const added = begun === undefined ? addStep(state, ended) : replaceStep(state, ended);
  return cached ? added : { ...added, spent: addSpent(added.spent, spent) };
}

function addStep(state: RunState, step: RunStep): RunState {
  const grouped = step.phase === undefined ? state : addPhase(state, step.phase, false);
  return { ...grouped, steps: [...state.steps, step] };
}

function changeStep(state: RunState, id: string, change: Partial<RunStep>): RunState {
  const step = state.steps.findLast((one) => one.step === id);
  if (step === undefined || isOver(step)) return state;
  const { waiting: _waiting, question: _question, ...rest } = step;
  return replaceStep(state, { ...rest, ...change });
}

function replaceStep(state: RunState, step: RunStep): RunState {
  const steps = state.steps.slice();
  steps[steps.findLastIndex((one) => one.step === step.step)] = step;
  return { ...state, steps };
}

/** Whether nothing more will happen to a step. */
export function isOver({ status }: Pick<RunStep, "status">): boolean {
  return status !== "running" && status !== "waiting";
}

/** Whether a run has not ended. */
export function isGoingOn({ status }: Pick<RunState, "status">): boolean {
  return status === "running" || status === "paused";
}

/** A line of the list of runs. */
export interface RunEntry {
  readonly run: string;
  readonly folder: string;
  readonly workflow: string;
  readonly file: string;
  readonly startedAt: number;
  readonly attempt: number;
  readonly status: RunStatus;
  readonly durationMs?: number;
  /** Agents that are over, and all that were asked for so far. */
  readonly ended: number;
  readonly agents: number;
  readonly cached: number;
  readonly failed: number;
  readonly spent: Spent;
  readonly synthetic?: "stub" | "dry-run";
  /** Whether its script waits for an answer to `ask()`. */
  readonly isAsking?: true;
}

/** A run's line. */
export function runEntry(state: RunState, folder: string): RunEntry {
  const agents = state.steps.filter(({ kind }) => kind === "agent");
  const { run, workflow, file, startedAt, attempt, status, durationMs, spent, synthetic } = state;
  return {
    ...{ run, folder, workflow, file, startedAt, attempt, status, spent },
    ended: agents.filter(isOver).length,
    agents: agents.length,
    cached: agents.filter(({ isCached }) => isCached).length,
    failed: agents.filter((step) => step.status === "failed").length,
    ...(durationMs !== undefined && { durationMs }),
    ...(synthetic && { synthetic }),
    ...(state.steps.some(({ question }) => question !== undefined) && { isAsking: true }),
  };
}

/** This folder's runs, newest first. */
export interface RunsState {
  readonly runs: readonly RunEntry[];
  readonly isLoaded: boolean;
  /** Counts how often scripts came, went or changed. */
  readonly scriptChanges: number;
}

/** What happens to the list. */
export type RunsEvent =
  | { readonly type: "runs-loaded"; readonly runs: readonly RunEntry[] }
  | { readonly type: "run-change"; readonly entry: RunEntry }
  | { readonly type: "workflows-change" };

/** The list before it was read. */
export const emptyRuns: RunsState = { runs: [], isLoaded: false, scriptChanges: 0 };

/** Applies one event; keeps the list sorted by start, newest first. */
export function reduceRuns(state: RunsState, event: RunsEvent): RunsState {
  if (event.type === "runs-loaded")
    return { ...state, runs: event.runs.toSorted((a, b) => b.startedAt - a.startedAt), isLoaded: true };
  if (event.type === "workflows-change") return { ...state, scriptChanges: state.scriptChanges + 1 };
  const others = state.runs.filter(({ run }) => run !== event.entry.run);
  return { ...state, runs: [event.entry, ...others].toSorted((a, b) => b.startedAt - a.startedAt) };
}
