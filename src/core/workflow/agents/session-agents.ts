/** Agents of workflows that are real: each works in a session of its own, with the same loop, tools, permissions and trace as any other. */
import type { ModelChoice } from "#protocol/header.ts";
import type { Mode } from "#protocol/permissions.ts";
import type { Turn, TurnError } from "#protocol/session.ts";
import type { Agent } from "../../agent/agent.ts";
import type { Supervisor } from "../../agent/supervisor.ts";
import { AgentTask } from "../../agent/task.ts";
import { BooError } from "../../errors.ts";
import type { Router } from "../../models/router.ts";
import { AgentMeter } from "./agent-meter.ts";
import { type FinalAnswer, schemaPrompt } from "./final-answer.ts";
import { choiceOf, modelTable } from "./model-table.ts";
import { PrefixGate } from "./prefix-gate.ts";
import type {
  AgentEvents,
  AgentOutcome,
  AgentSpec,
  Effort,
  ModelTable,
  WorkflowAgents,
} from "./workflow-agents.ts";

/** How long (ms) a model that asks to slow down is left alone once all tries of a request are used up. */
const rateLimitRestMs = 30_000;

/** What real agents are made with. */
export interface SessionAgentsParts {
  readonly supervisor: Pick<Supervisor, "createFor" | "forget">;
  readonly router: Pick<Router, "choices" | "defaultChoice" | "route">;
  /** How much is done without asking. */
  readonly mode: Mode;
  /** Whether the first agent with a header goes ahead, so that the others find its prefix cached. */
  readonly warmsPrefix: boolean;
}

type Ended = AgentOutcome extends infer O ? (O extends AgentOutcome ? Omit<O, "spent"> : never) : never;

/** Runs them; one for each run of a workflow. */
export class SessionAgents implements WorkflowAgents {
  readonly #parts: SessionAgentsParts;
  /** Those whose request was refused for now, by step: the next try goes on where they stand. */
  readonly #resting = new Map<string, Worker>();
  readonly #gate = new PrefixGate();

  constructor(parts: SessionAgentsParts) {
    this.#parts = parts;
  }

  models(): ModelTable {
    return modelTable(this.#parts.router);
  }

  async run(spec: AgentSpec, signal: AbortSignal, events: AgentEvents): Promise<AgentOutcome> {
    signal.throwIfAborted();
    const choice = await this.#choiceOf(spec);
    signal.throwIfAborted();
    const resting = this.#resting.get(spec.step);
    this.#resting.delete(spec.step);
    const worker = resting ?? new Worker(spec, choice, this.#parts);
    const meter = new AgentMeter(worker.agent.session, events);
    events.began(worker.agent.session.id);
    const stop = (): void => void worker.agent.stop();
    signal.addEventListener("abort", stop, { once: true });
    try {
      const ended = await this.#pass(choice, worker, signal, events, () => worker.work(spec, signal));
      const isOver = ended.status === "answered" || (ended.status === "failed" && ended.isFinal);
      if (!isOver) this.#resting.set(spec.step, worker);
      return { ...ended, spent: meter.spent };
    } finally {
      signal.removeEventListener("abort", stop);
      meter[Symbol.dispose]();
      if (!this.#resting.has(spec.step)) worker.leave();
    }
  }

  close(): void {
    for (const worker of this.#resting.values()) worker.leave();
    this.#resting.clear();
  }

  async #pass(
    choice: ModelChoice,
    { agent }: Worker,
    signal: AbortSignal,
    events: AgentEvents,
    work: () => Promise<Ended>,
  ): Promise<Ended> {
    if (!this.#parts.warmsPrefix) return work();
    // Who waits for another is not silent by its own fault.
    events.busy();
    using _first = await this.#gate.enter(choice.model, agent.session.channel, signal);
    signal.throwIfAborted();
    events.progress();
    return await work();
  }

  async #choiceOf({ model, effort }: AgentSpec): Promise<ModelChoice> {
    const { router } = this.#parts;
    const choice = {
      ...choiceOf(router, model),
      effort: effort === undefined ? router.defaultChoice().effort : effortOf(effort),
    };
    const { provider, standInNotice } = await router.route(choice);
    if (standInNotice !== undefined) throw new BooError("no-model", standInNotice);
    if (!provider.isWire)
      throw new BooError(
        "no-model",
        `${provider.label} does not work on tasks: choose a model, or make a dry run.`,
      );
    return choice;
  }
}

/** One agent at one step. */
class Worker {
  readonly agent: Agent;
  readonly #parts: SessionAgentsParts;
  readonly #task: AgentTask;
  /** Keeps its session open while it rests. */
  readonly #release: () => void;
  #final: FinalAnswer | undefined;

  constructor(spec: AgentSpec, choice: ModelChoice, parts: SessionAgentsParts) {
    const { run, step, label, agentType, tools, maxToolCalls, folder, finalAnswer } = spec;
    this.#parts = parts;
    this.#task = new AgentTask({
      origin: { run, step, label, agentType: agentType.name, ...(folder !== undefined && { folder }) },
      ...{ tools, maxToolCalls, folder },
      submit: finalAnswer && ((result) => this.#submit(result)),
    });
    this.agent = parts.supervisor.createFor(this.#task, choice);
    this.#release = this.agent.session.channel.listen(() => {});
  }

  /** Works, or goes on after a rest, to the end of what can be done now. Rejects with the signal's reason. */
  async work(spec: AgentSpec, signal: AbortSignal): Promise<Ended> {
    this.#final = spec.finalAnswer;
    const { agent } = this;
    const isNew = agent.session.state.turns.length === 0;
    if (isNew) await agent.setMode(this.#parts.mode);
    // What was stopped while nothing ran yet must not begin.
    signal.throwIfAborted();
    await (isNew ? agent.prompt(promptOf(spec)) : agent.continue());
    for (;;) {
      await agent.idle();
      if (this.#final?.accepted !== undefined) return { status: "answered", text: "" };
      signal.throwIfAborted();
      const ended = endOf(agent.session.state.turns.at(-1));
      if (ended.status !== "answered" || this.#final === undefined) return ended;
      // What it said instead of giving a result may be the result.
      const submitted = this.#final.submitText(ended.text);
      if (submitted.status !== "returned") return ended;
      await agent.prompt(submitted.message);
    }
  }

  /** Lets its session go, where nobody looks at it. */
  leave(): void {
    this.#release();
    this.#task.close();
    const { session } = this.agent;
    if (!session.channel.isHeard) this.#parts.supervisor.forget(session.id);
  }

  #submit(result: unknown): { readonly told: string; readonly isOver: boolean } {
    const submitted = this.#final?.submit(result) ?? { status: "exhausted" };
    switch (submitted.status) {
      case "accepted":
        return { told: "The result is accepted. You are done.", isOver: true };
      case "returned":
        throw new BooError("unfit-result", submitted.message);
      case "exhausted":
        return { told: "The result still does not satisfy the schema. No more are taken.", isOver: true };
    }
  }
}

/** What an agent is told: its part, its task, and what its result must be. */
function promptOf({ agentType, prompt, finalAnswer }: AgentSpec): string {
  const schema = finalAnswer === undefined ? [] : [schemaPrompt(finalAnswer.schemaText)];
  return [agentType.instructions, prompt, ...schema].join("\n\n");
}

function effortOf(effort: Effort): ModelChoice["effort"] {
  return effort === "medium" ? "high" : effort;
}

function endOf(turn: Turn | undefined): Ended {
  const { reason = "error", error } = turn?.end ?? {};
  const failed = (why: string): Ended => ({ status: "failed", reason: why, isFinal: true });
  switch (reason) {
    case "done":
      return { status: "answered", text: lastWords(turn) };
    case "stopped":
    case "interrupted":
      return failed("it was stopped");
    case "step-limit":
      return failed("it made too many model calls");
    case "context-full":
      return failed("its context is full");
    case "error":
      return error === undefined ? failed("it failed") : afterError(error);
  }
}

const busyCodes: ReadonlySet<string> = new Set(["http-429", "http-503", "http-529"]);

function afterError({ code, message }: TurnError): Ended {
  if (busyCodes.has(code)) return { status: "rate-limited", retryAfterMs: rateLimitRestMs };
  const canRetry = code.startsWith("http-") || code.startsWith("timeout-") || passingCodes.has(code);
  return { status: "failed", reason: message, isFinal: !canRetry };
}

/** Faults of a connection or an answer that another try may not meet. */
const passingCodes: ReadonlySet<string> = new Set(["network", "malformed", "cut", "busy", "empty"]);

function lastWords(turn: Turn | undefined): string {
  const last = turn?.items.findLast((item) => item.kind === "text");
  return last?.kind === "text" ? last.text : "";
}
