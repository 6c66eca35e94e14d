/** One attempt of a run: a guest that runs the script, and the host that answers its calls. */
import type { FromGuest, GuestError, GuestStop } from "#protocol/guest.ts";
import type { RunEvent, RunEventOf, RunOutcome, ScriptPlace, Spent } from "#protocol/run.ts";
import { markOf } from "#protocol/call-mark.ts";
import { BooError, messageOf } from "../errors.ts";
import type { AgentType } from "./agents/agent-types.ts";
import type { WorkflowAgents } from "./agents/workflow-agents.ts";
import type { RunBudget } from "./budget.ts";
import { findWorkflow } from "./catalog.ts";
import { CensusTaker } from "./census.ts";
import type { GuestSession, WorkflowPorts } from "./ports.ts";
import type { ChildProgram, Primitive, PrimitiveAnswer, RunScope } from "./primitive.ts";
import { SchemaError } from "./primitives/agent.ts";
import { Programs, type KnownScript, readScript } from "./programs.ts";
import type { Replay } from "./replay.ts";
import type { WorkflowSettings } from "./settings.ts";
import { maxConcurrency } from "./settings.ts";
import { Slots } from "./slots.ts";
import { StepControls } from "./step-controls.ts";
import { Steps } from "./steps.ts";

/** Hears a run's events in order; `durable` resolves when the event is on disk. */
export type RunListener = (event: RunEvent, durable: Promise<void>) => void;

/** What a run is made of. */
export interface RunParts {
  readonly run: string;
  readonly attempt: number;
  readonly script: KnownScript;
  readonly args: unknown;
  readonly ports: WorkflowPorts;
  readonly settings: WorkflowSettings;
  readonly agents: WorkflowAgents;
  readonly agentTypes: readonly AgentType[];
  readonly primitives: readonly Primitive[];
  readonly budget: RunBudget;
  readonly replay: Replay;
  readonly listener: RunListener;
}

type Call = Extract<FromGuest, { t: "call" }>;
type EndLine = Extract<FromGuest, { t: "end" }>;
type RunError = NonNullable<RunEventOf<"run-end">["error"]>;

/** A run that goes on; `done` resolves with its last event. */
export class WorkflowRun implements RunScope {
  readonly run: string;
  readonly done: Promise<RunEventOf<"run-end">>;
  readonly ports: WorkflowPorts;
  readonly settings: WorkflowSettings;
  readonly agents: WorkflowAgents;
  readonly agentTypes: readonly AgentType[];
  readonly budget: RunBudget;
  readonly slots: Slots;
  readonly steps: Steps;
  readonly controls = new StepControls();
  readonly #parts: RunParts;
  readonly #programs = new Programs();
  readonly #census = new CensusTaker();
  readonly #abort = new AbortController();
  readonly #ended = Promise.withResolvers<RunEventOf<"run-end">>();
  readonly #phases = new Map<string, string>();
  readonly #warned = new Set<string>();
  readonly #working = new Set<Promise<void>>();
  readonly #begunAt: number;
  #guest: GuestSession | undefined;
  #agentCount = 0;
  #isStopped = false;
  #isEnding = false;

  constructor(parts: RunParts) {
    this.#parts = parts;
    this.run = parts.run;
    this.ports = parts.ports;
    this.settings = parts.settings;
    this.agents = parts.agents;
    this.agentTypes = parts.agentTypes;
    this.budget = parts.budget;
    this.#begunAt = parts.ports.clock.now();
    this.slots = new Slots(Math.min(Math.max(1, parts.settings.concurrency), maxConcurrency));
    const { sha256, clock } = parts.ports;
    this.steps = new Steps(
      parts.attempt,
      parts.replay,
      { sha256, clock, signal: this.signal },
      (event, kept) => this.emit(event, kept),
    );
    this.#programs.add(parts.script);
    this.done = this.#ended.promise;
  }

  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  /** Hands the sandbox over in which the script runs; called once. */
  attach(guest: GuestSession): void {
    this.#guest = guest;
  }

  /** Takes a line of the guest. */
  take(line: FromGuest): void {
    switch (line.t) {
      case "call":
        return this.#call(line);
      case "known":
        return this.#noteKnown(line);
      case "tell": {
        const primitive = this.#parts.primitives.find(({ name }) => name === line.name);
        void primitive?.run({ ...line, place: undefined }, this);
        return;
      }
      case "failure":
        return void this.#tell({ type: "failure", path: line.path, ...this.#described(line) });
      case "seen":
        return void this.#tell({ type: "budget-read", key: line.key, value: line.value });
      case "end":
        return void this.#finish(line);
    }
  }

  /** Takes that the guest was ended from outside. */
  stopped(reason: GuestStop, message: string): void {
    void this.#end(this.#isStopped ? "stopped" : "failed", undefined, { code: `script-${reason}`, message });
  }

  /** Lets no further agent begin. */
  pause(): void {
    this.slots.pause();
    void this.#tell({ type: "run-pause" });
  }

  /** Undoes `pause`. */
  continue(): void {
    this.slots.continue();
    void this.#tell({ type: "run-continue" });
  }

  /** Ends the run; agents under way are aborted, and what is done stays known. */
  async stop(): Promise<void> {
    if (!this.#isEnding) {
      this.#isStopped = true;
      void this.#end("stopped", undefined, undefined);
    }
    await this.done;
  }

  /** Gives null in the place of an agent that works or waits. */
  skip(step: string): void {
    this.controls.of(step).skip();
  }

  /** Begins an agent that works anew. */
  restart(step: string): void {
    this.controls.of(step).restart();
  }

  /** Ends an agent's wait, for a rate limit or before another try. */
  retry(step: string): void {
    this.controls.of(step).hurry();
  }

  emit(event: RunEvent, kept = event): Promise<void> {
    this.#census.take(event);
    const durable = this.ports.journal.append(this.run, [kept]);
    durable.catch((error: unknown) => this.#fail(error));
    this.#parts.listener(event, durable);
    return durable;
  }

  warn = (text: string): void => {
    if (this.#warned.has(text)) return;
    this.#warned.add(text);
    void this.#tell({ type: "log", level: "warning", text });
  };

  phaseOf(path: string): string | undefined {
    return this.#phases.get(workflowOf(path));
  }

  setPhase(path: string, title: string): void {
    const workflow = workflowOf(path);
    if (this.#phases.get(workflow) === title) return;
    this.#phases.set(workflow, title);
    const { phases } = this.#parts.script.script.meta;
    void this.#tell({ type: "phase", title, isDeclared: phases.some((phase) => phase.title === title) });
  }

  countAgent(): void {
    this.#agentCount += 1;
    const { maxAgents } = this.settings;
    if (this.#agentCount > maxAgents)
      throw new BooError(
        "too-many-agents",
        `A run has at most ${maxAgents} agents: split the work over several runs.`,
      );
  }

  async loadChild(named: string | { readonly scriptPath: string }, args: unknown): Promise<ChildProgram> {
    const { files } = this.ports;
    const source =
      typeof named === "string" ? await findWorkflow(files, named) : await files.read(named.scriptPath);
    if (source === undefined) {
      const path = typeof named === "string" ? named : named.scriptPath;
      throw new BooError(
        "unknown-workflow",
        `There is no workflow at ${path}. Give a path from the workspace.`,
      );
    }
    const script = readScript(source);
    const number = this.#programs.add(script);
    const { meta, compiled, usesUrl } = script.script;
    return { name: meta.name, number, program: { code: compiled.text, usesUrl }, args: parseArgs(args) };
  }

  #tell(event: DistributiveOmit<RunEvent, "at">): Promise<void> {
    return this.emit({ at: this.ports.clock.now(), ...event });
  }

  #run({ name, args, path, at }: Omit<Call, "t" | "id">, isKnown = false): ReturnType<Primitive["run"]> {
    const primitive = this.#parts.primitives.find((one) => one.name === name);
    if (primitive === undefined)
      return Promise.reject(new BooError("unknown-call", `There is no primitive "${name}".`));
    const mark = markOf(JSON.stringify(args));
    return primitive.run({ args, path, place: this.#programs.place(at, name), mark, isKnown }, this);
  }

  // Its answer was in the journal, and so it can only be told again.
  #noteKnown(line: Extract<FromGuest, { t: "known" }>): void {
    const told = this.#run(line, true).then(
      () => {},
      (error: unknown) => this.#fail(error),
    );
    this.#working.add(told);
    void told.finally(() => this.#working.delete(told));
  }

  #call(line: Call): void {
    const { id, name } = line;
    const work = this.#run(line);
    const answered = work.then(
      (answer) => this.#answer(id, answer),
      (error: unknown) => this.#refuse(id, name, error),
    );
    this.#working.add(answered);
    void answered.finally(() => this.#working.delete(answered));
  }

  #answer(id: number, answer: PrimitiveAnswer | undefined): void {
    if (answer === undefined || !("child" in answer)) {
      const { value, spent } = answer ?? { value: null };
      this.#guest?.answer(id, { value: value ?? null, ...spentPair(spent) });
      return;
    }
    const { name, number, program, args } = answer.child;
    this.#guest?.runProgram(id, number, name, program, args);
  }

  #refuse(id: number, primitive: string, error: unknown): void {
    if (this.#isEnding) return;
    const code = error instanceof BooError ? error.code : undefined;
    const wasStep = error instanceof SchemaError;
    if (primitive === "agent" && !wasStep) this.#census.refuse(code ?? "error");
    if (!(error instanceof BooError)) this.ports.log.error(`A workflow's ${primitive}() failed.`, error);
    const told: GuestError = {
      name: code === "bad-call" ? "TypeError" : "Error",
      message: messageOf(error),
      ...(code !== undefined && { code }),
      ...(wasStep && error.rawText !== undefined && { rawText: error.rawText }),
    };
    this.#guest?.answer(id, { error: told, ...spentPair(wasStep ? error.spent : undefined) });
  }

  #described(error: GuestError): { readonly message: string; readonly place?: ScriptPlace } {
    const place = this.#programs.place(error.at);
    const name = error.name === "" || error.name === "Error" ? "" : `${error.name}: `;
    return { message: `${name}${error.message}`, ...(place && { place }) };
  }

  async #finish(line: EndLine): Promise<void> {
    if (!("error" in line)) return this.#end("done", line.value, undefined);
    const { code } = line.error;
    await this.#end("failed", undefined, { code: code ?? "script-threw", ...this.#described(line.error) });
  }

  #fail(error: unknown): void {
    const code = error instanceof BooError ? error.code : "internal";
    void this.#end("failed", undefined, { code, message: messageOf(error) });
  }

  async #end(outcome: RunOutcome, result: unknown, error: RunError | undefined): Promise<void> {
    if (this.#isEnding) return;
    this.#isEnding = true;
    const closed = outcome === "done" || outcome === "failed" ? undefined : this.#guest?.close();
    this.#abort.abort(
      new BooError("run-over", this.#isStopped ? "the run was stopped" : "nobody waited for it"),
    );
    await Promise.allSettled(this.#working);
    const { census } = this.#census;
    const hasLosses = census.failed > 0 || census.failures > 0;
    const event: RunEventOf<"run-end"> = {
      ...{ type: "run-end", at: this.ports.clock.now(), census, spent: this.budget.now },
      outcome: outcome === "done" && hasLosses ? "incomplete" : outcome,
      durationMs: this.ports.clock.now() - this.#begunAt,
      ...(result !== undefined && { result }),
      ...(error && { error }),
    };
    await this.emit(event).catch((cause: unknown) =>
      this.ports.log.error("A run's end could not be kept.", cause),
    );
    await this.ports.journal.end?.(this.run).catch(() => {});
    this.agents.close?.();
    this.ports.shell?.close?.();
    await (closed ?? this.#guest?.close());
    this.#ended.resolve(event);
  }
}

type DistributiveOmit<T, K extends PropertyKey> = T extends unknown ? Omit<T, K> : never;

function spentPair(spent: Spent | undefined): { readonly spent?: readonly [number, number] } {
  return spent === undefined || (spent.tokens === 0 && spent.usd === 0)
    ? {}
    : { spent: [spent.tokens, spent.usd] };
}

/** The part of a path that names the workflow: "" for the run's own. */
function workflowOf(path: string): string {
  return /^.*\/workflow\([^)]*\)/.exec(path)?.[0] ?? "";
}

/** Args as a script gets them: a text that is a JSON object or list is taken as that. */
export function parseArgs(args: unknown): unknown {
  if (typeof args !== "string" || !/^\s*[[{]/.test(args)) return args;
  try {
    return JSON.parse(args);
  } catch {
    return args;
  }
}
