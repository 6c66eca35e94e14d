import { hash, randomUUID } from "node:crypto";
import { createMemoryJournal } from "#core/workflow/memory-journal.ts";
import { type ResumeRequest, type StartRequest, WorkflowEngine } from "#core/workflow/engine.ts";
import { createStubAgents } from "#core/workflow/agents/stub-agents.ts";
import type {
  AgentEvents,
  AgentOutcome,
  AgentSpec,
  ModelTable,
  WorkflowAgents,
} from "#core/workflow/agents/workflow-agents.ts";
import type { RunJournal, Sandboxes, WorkflowPorts } from "#core/workflow/ports.ts";
import type { WorkflowRun } from "#core/workflow/run.ts";
import type { Clock } from "#core/ports.ts";
import { createSandboxes } from "#node/workflow/sandboxes.ts";
import { createSystemClock } from "#node/system-clock.ts";
import type { EngineName } from "#protocol/guest.ts";
import type { RunEvent, RunEventOf } from "#protocol/run.ts";

/** What most scripts of tests begin with, on a line of its own. */
export const head = 'export const meta = { name: "test", description: "A test." };\n';

/** How an agent of a test answers. */
export type AgentScript = (
  spec: AgentSpec,
  signal: AbortSignal,
  events: AgentEvents,
) => Promise<AgentOutcome> | AgentOutcome;

/** An answer that cost `tokens`. */
export function answered(text: string, tokens = 0, usd = 0): AgentOutcome {
  return { status: "answered", text, spent: { tokens, usd } };
}

const models: ModelTable = {
  standard: "standard-1",
  ids: ["standard-1", "light-1", "heavy-1"],
  tags: { light: ["light-1"], heavy: ["heavy-1"] },
};

/** Agents that a test scripts; every one that began is in `specs`. */
export class ScriptedAgents implements WorkflowAgents {
  readonly specs: AgentSpec[] = [];
  readonly #script: AgentScript;

  constructor(script: AgentScript = ({ prompt }) => answered(`<${prompt}>`)) {
    this.#script = script;
  }

  models(): ModelTable {
    return models;
  }

  async run(spec: AgentSpec, signal: AbortSignal, events: AgentEvents): Promise<AgentOutcome> {
    this.specs.push(spec);
    return this.#script(spec, signal, events);
  }

  /** Prompts in the order in which agents began. */
  get prompts(): readonly string[] {
    return this.specs.map(({ prompt }) => prompt);
  }
}

/** What became of a run. */
export interface RunRecord {
  readonly run: WorkflowRun;
  readonly events: readonly RunEvent[];
  readonly end: RunEventOf<"run-end">;
}

type WorldOptions = Partial<WorkflowPorts> & { readonly workflows?: Readonly<Record<string, string>> };

/** A workflow engine with a sandbox that serves many runs, and a journal in memory. */
export class WorkflowWorld implements AsyncDisposable {
  readonly sandboxes: Sandboxes & AsyncDisposable;
  readonly journal: RunJournal;
  readonly ports: WorkflowPorts;
  readonly engine: WorkflowEngine;
  readonly engineName: EngineName;

  constructor(
    engineName: EngineName,
    options: WorldOptions = {},
    sandboxes = createSandboxes({ reuses: true }),
  ) {
    const { workflows = {}, ...ports } = options;
    this.engineName = engineName;
    this.sandboxes = sandboxes;
    this.journal = ports.journal ?? createMemoryJournal();
    const files = Object.entries(workflows).map(([file, text]) => ({ file, text }));
    this.ports = {
      sandboxes,
      journal: this.journal,
      files: {
        all: () => Promise.resolve(files),
        read: (path) => Promise.resolve(files.find(({ file }) => file === path)),
      },
      clock: createSystemClock(),
      log: { info: () => {}, warn: () => {}, error: () => {} },
      sha256: (text) => hash("sha256", text),
      newId: randomUUID,
      ...ports,
    };
    this.engine = new WorkflowEngine(this.ports);
  }

  /** A world of its own over the same sandboxes. */
  with(options: WorldOptions): WorkflowWorld {
    return new WorkflowWorld(this.engineName, options, this.sandboxes);
  }

  /** Starts a script; without meta it gets the usual one. */
  async begin(
    text: string,
    request: Partial<StartRequest> = {},
  ): Promise<{ readonly run: WorkflowRun; readonly events: RunEvent[] }> {
    const events: RunEvent[] = [];
    const run = await this.engine.start({
      ...{ source: { file: "test.js", text: withHead(text) }, engine: this.engineName },
      agents: new ScriptedAgents(),
      ...request,
      listener: (event, durable) => {
        events.push(event);
        request.listener?.(event, durable);
      },
    });
    return { run, events };
  }

  /** Runs a script to its end. */
  async run(text: string, request: Partial<StartRequest> = {}): Promise<RunRecord> {
    const { run, events } = await this.begin(text, request);
    return { run, events, end: await run.done };
  }

  /** Goes on with a run to its end; `text` is the script as edited. */
  async resume(
    run: string,
    request: Partial<ResumeRequest> & { readonly text?: string } = {},
  ): Promise<RunRecord> {
    const events: RunEvent[] = [];
    const { text, ...rest } = request;
    const resumed = await this.engine.resume({
      ...{ run, engine: this.engineName, agents: new ScriptedAgents() },
      ...(text !== undefined && { source: { file: "test.js", text: withHead(text) } }),
      ...rest,
      listener: (event) => events.push(event),
    });
    return { run: resumed, events, end: await resumed.done };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.sandboxes[Symbol.asyncDispose]();
  }
}

function withHead(text: string): string {
  return /^\s*(?:#!|```|(?:\/\/.*\n|\/\*[\s\S]*?\*\/\s*)*export const meta)/.test(text) ? text : head + text;
}

/** Events of a type. */
export function ofType<T extends RunEvent["type"]>(
  events: readonly RunEvent[],
  type: T,
): readonly RunEventOf<T>[] {
  return events.filter((event): event is RunEventOf<T> => event.type === type);
}

/** The texts of a run's log. */
export function logOf(events: readonly RunEvent[]): readonly string[] {
  return ofType(events, "log").map(({ text }) => text);
}

/** Made-up agents that take a while, which of them how long follows from the seed. */
export function shuffledAgents(seed: string, latencyMs = 4): WorkflowAgents {
  return createStubAgents(createSystemClock(), { latencyMs, latencySeed: seed });
}

/** A clock that a test moves: sleepers wake when their time has come. */
export class TestClock implements Clock {
  #now = 1_000;
  readonly #sleepers: { readonly until: number; readonly wake: () => void }[] = [];

  now(): number {
    return this.#now;
  }

  sleep(ms: number, signal: AbortSignal): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    if (signal.aborted) reject(signal.reason);
    signal.addEventListener("abort", () => reject(signal.reason), { once: true });
    this.#sleepers.push({ until: this.#now + ms, wake: resolve });
    return promise;
  }

  /** How many sleep until a time that has not come. */
  get sleeping(): number {
    return this.#sleepers.length;
  }

  /** Lets time pass, and everything happen that happens then. */
  async pass(ms: number): Promise<void> {
    this.#now += ms;
    for (const sleeper of this.#sleepers.splice(0)) {
      if (sleeper.until <= this.#now) sleeper.wake();
      else this.#sleepers.push(sleeper);
    }
    for (let turn = 0; turn < 5; turn++) await new Promise(setImmediate);
  }
}
