/** One turn: model, tools, model, until the model has nothing more to do. One step at a time, so that every boundary can be kept, gated and interrupted. */
import type { ToolRequest, TurnEndReason, TurnError, UserMessage } from "#protocol/session.ts";
import { scriptedFinish } from "#protocol/turn-parts.ts";
import { isAbort, messageOf } from "../errors.ts";
import type { Route } from "../models/router.ts";
import type { Session } from "../session/session.ts";
import type { Commands } from "../shell/commands.ts";
import type { UnsavedChanges } from "../shell/unsaved-changes.ts";
import type { CacheWatch } from "../trace/cache-watch.ts";
import type { TraceRecorder } from "../trace/recorder.ts";
import type { ToolRun } from "../tools/tool.ts";
import type { TurnTrace } from "../trace/turn-trace.ts";
import type { AgentDependencies } from "./dependencies.ts";
import { runCalls } from "./calls.ts";
import { CallHistory } from "./call-history.ts";
import { AttemptSupply } from "./attempt-supply.ts";
import type { Answer, Asking, NewQuestion } from "./questions.ts";
import { runStep } from "./step.ts";

/** Why a turn ended, and what to say about it. */
export interface TurnResult {
  readonly reason: TurnEndReason;
  readonly error?: TurnError;
}

/** A call that a script makes. */
export interface ScriptedCall {
  readonly tool: string;
  readonly input: unknown;
  readonly commandEnded?: ToolRun["commandEnded"];
  readonly streamBytes?: number;
}

/** What makes a turn: a message, a wish to go on, a summary, an earlier window that left it waiting, or a script. */
export type TurnKind = "prompt" | "continue" | "summary" | "take-up" | ScriptedCall;

/** Everything that one turn works with. */
export interface TurnRun extends AgentDependencies {
  readonly turn: string;
  readonly number: number;
  readonly route: Route;
  readonly signal: AbortSignal;
  /** A turn that only writes a summary may use the context's reserve and calls no tools. */
  readonly isSummary: boolean;
  readonly session: Session;
  readonly recorder: TraceRecorder;
  readonly cache: CacheWatch;
  readonly trace: TurnTrace;
  readonly commands: Commands;
  readonly unsaved: UnsavedChanges;
  /** Set where an earlier window left the turn waiting for answers: the calls that have no result yet, and the model calls so far. */
  readonly open?: { readonly calls: readonly ToolRequest[]; readonly steps: number };
  /** Set where a script makes one call itself, without a model. */
  readonly scripted?: ScriptedCall;
  /** Asks the user and waits, without a limit, for an answer; rejects when the turn is stopped. `settled` tells an answer that was found meanwhile. */
  readonly ask: (question: NewQuestion, settled?: Asking["settled"]) => Promise<Answer>;
}

/** Runs a turn to its end; never throws for what a model, a server or a tool did. */
export async function runTurn(run: TurnRun): Promise<TurnResult> {
  const history = new CallHistory();
  const { steps } = run.limits;
  let left = steps - ((run.open?.steps ?? 0) % steps || (run.open?.steps ? steps : 0));
  const attempts = new AttemptSupply(run);
  try {
    if (run.scripted !== undefined) return await makeCall(run, run.scripted, history);
    if (run.open !== undefined && run.open.calls.length > 0) {
      await runCalls(run, run.turn, run.open.calls, history);
      if (run.signal.aborted) return { reason: "stopped" };
      await deliverQueue(run);
    }
    for (;;) {
      if (left === 0) {
        if (run.task !== undefined || !(await mayGoOn(run))) return { reason: "step-limit" };
        left = steps;
      }
      left -= 1;
      const step = await runStep(run, attempts);
      if (step.status === "failed")
        return { reason: step.error.code === "context-full" ? "context-full" : "error", error: step.error };
      if (step.status === "stopped") return { reason: "stopped" };
      if (step.calls.length === 0) {
        step.trace.end("ok");
        if (step.error !== undefined) return { reason: "error", error: step.error };
        if (!(await deliverQueue(run))) return { reason: "done" };
        continue;
      }
      await runCalls(run, step.id, step.calls, history).finally(() =>
        step.trace.end(run.signal.aborted ? "cancelled" : "ok"),
      );
      if (run.task?.isOver === true) return { reason: "done" };
      if (run.isSummary) return { reason: "step-limit" };
      if (run.signal.aborted) return { reason: "stopped" };
      await deliverQueue(run);
    }
  } catch (error) {
    if (run.signal.aborted || isAbort(error)) return { reason: "stopped" };
    throw error;
  }
}

// It is written down as if a model had made it, so that it is shown, asked for and traced as any other.
async function makeCall(
  run: TurnRun,
  { tool, input }: ScriptedCall,
  history: CallHistory,
): Promise<TurnResult> {
  const { turn, session, ports } = run;
  const request = { id: `${turn}.call`, callId: "call", name: tool, arguments: JSON.stringify(input) };
  void session.emit({
    ...{ type: "step-end", at: ports.clock.now(), turn, step: turn, reasoning: "", text: "" },
    ...{ calls: [request], finish: scriptedFinish, usage: {} },
  });
  await runCalls(run, turn, [request], history);
  return { reason: run.signal.aborted ? "stopped" : "done" };
}

/** What a turn ends with that failed in a way nobody expected. */
export function internalError(error: unknown): TurnError {
  const message = `Something in BooCode failed: ${messageOf(error)}`;
  return { code: "internal", message, actions: ["retry", "show-log"] };
}

async function mayGoOn(run: TurnRun): Promise<boolean> {
  const { value } = await run.ask({
    text: `The agent has made ${run.limits.steps} model calls in this turn. Should it go on?`,
    choices: [
      { value: "continue", label: "Go on" },
      { value: "stop", label: "Stop here" },
    ],
  });
  return value === "continue";
}

// What the user wrote meanwhile goes in where the model next listens: after all results of a step.
async function deliverQueue(run: TurnRun): Promise<boolean> {
  const { session, turn, ports } = run;
  const waiting = session.state.queue;
  for (const { id, text } of waiting) {
    const message: UserMessage = { id, text: await session.keep(text) };
    void session.emit({ type: "queue-remove", at: ports.clock.now(), id });
    await session.emit({ type: "user-message", at: ports.clock.now(), turn, message });
  }
  return waiting.length > 0;
}
