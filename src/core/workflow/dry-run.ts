/** A dry run: the script as it is, in the sandbox, with made-up answers that satisfy its schemas. It costs nothing and says what a run would. */
import type { EngineName } from "#protocol/guest.ts";
import type { RunEvent, RunEventOf, SpendLimit } from "#protocol/run.ts";
import { createStubAgents } from "./agents/stub-agents.ts";
import { schemaPrompt } from "./agents/final-answer.ts";
import type { AgentType } from "./agents/agent-types.ts";
import type { AgentSpec, ModelTable, WorkflowAgents } from "./agents/workflow-agents.ts";
import { WorkflowEngine } from "./engine.ts";
import { createMemoryJournal } from "./memory-journal.ts";
import type { WorkflowPorts, WorkflowSource } from "./ports.ts";
import { parseScript } from "./script/parse.ts";
import { maxConcurrency, previewAbove } from "./settings.ts";

/** What a dry run is asked. */
export interface DryRunRequest {
  readonly source: WorkflowSource;
  readonly args?: unknown;
  readonly budget?: SpendLimit;
  /** Another seed gives other answers. */
  readonly seed?: string;
  /** Every k-th agent fails. */
  readonly failEvery?: number;
  readonly engine?: EngineName;
  readonly agentTypes?: readonly AgentType[];
  /** The models that a real run would know. */
  readonly models?: ModelTable;
  readonly listener?: (event: RunEvent) => void;
  /** Takes over the answers of this run. */
  readonly from?: string;
  /** Ends it. */
  readonly signal?: AbortSignal;
}

/** An agent as it would be asked. */
export interface DryAgent {
  readonly step: string;
  readonly path: string;
  readonly label: string;
  readonly phase?: string;
  readonly model: string;
  readonly agentType: string;
  readonly prompt: string;
  readonly schema?: unknown;
}

/** A call of a primitive in the text that was never reached. */
export interface UnreachedCall {
  readonly name: string;
  readonly line: number;
  readonly column: number;
}

/** What a dry run found. */
export interface DryRunReport {
  readonly agents: readonly DryAgent[];
  readonly undeclaredPhases: readonly string[];
  /** Phases that meta announces and no agent was in. */
  readonly unusedPhases: readonly string[];
  readonly unreached: readonly UnreachedCall[];
  /** Agents whose answers were taken over. */
  readonly known: number;
  readonly estimate: { readonly agents: number; readonly tokens: number; readonly usd: number };
  /** Whether a run of this size is shown before it begins. */
  readonly needsPreview: boolean;
}

/** Runs it; nothing is kept. */
export async function dryRun(
  ports: WorkflowPorts,
  request: DryRunRequest,
): Promise<{ readonly end: RunEventOf<"run-end">; readonly report: DryRunReport }> {
  const { seed, failEvery, models, engine, agentTypes, budget } = request;
  const watched = new WatchedAgents(
    createStubAgents(ports.clock, {
      ...(seed !== undefined && { seed }),
      ...(failEvery !== undefined && { failEvery }),
    }),
    models,
  );
  const events: RunEvent[] = [];
  const run = await new WorkflowEngine(syntheticPorts(ports)).start({
    ...{ source: request.source, args: request.args, agents: watched, synthetic: "dry-run" },
    ...(budget && { budget }),
    ...(engine && { engine }),
    ...(agentTypes && { agentTypes }),
    ...(request.from !== undefined && { from: request.from }),
    settings: { concurrency: maxConcurrency },
    listener: (event) => {
      events.push(event);
      request.listener?.(event);
    },
  });
  const stop = (): void => void run.stop();
  request.signal?.addEventListener("abort", stop, { once: true });
  if (request.signal?.aborted === true) stop();
  const end = await run.done;
  request.signal?.removeEventListener("abort", stop);
  return { end, report: reportOf(request.source, events, watched.specs, end) };
}

// Commands and questions would be no dry run.
function syntheticPorts(ports: WorkflowPorts): WorkflowPorts {
  return {
    ...ports,
    journal: createMemoryJournal(ports.journal),
    shell: { run: () => Promise.resolve({ exitCode: 0, stdout: "", stderr: "" }) },
    questions: { ask: ({ choices }) => Promise.resolve(choices?.[0] ?? "yes") },
    worktrees: {
      // What is known was made from the commit that there is.
      base: (...given) => ports.worktrees?.base(...given) ?? Promise.resolve("HEAD"),
      create: (name) => Promise.resolve({ path: name, finish: () => Promise.resolve(undefined) }),
    },
  };
}

class WatchedAgents implements WorkflowAgents {
  readonly specs: AgentSpec[] = [];
  readonly #agents: WorkflowAgents;
  readonly #models: ModelTable | undefined;

  constructor(agents: WorkflowAgents, models: ModelTable | undefined) {
    this.#agents = agents;
    this.#models = models;
  }

  models(): ModelTable {
    return this.#models ?? this.#agents.models();
  }

  run(...[spec, signal, events]: Parameters<WorkflowAgents["run"]>): ReturnType<WorkflowAgents["run"]> {
    this.specs.push(spec);
    return this.#agents.run(spec, signal, events);
  }
}

function reportOf(
  source: WorkflowSource,
  events: readonly RunEvent[],
  specs: readonly AgentSpec[],
  end: RunEventOf<"run-end">,
): DryRunReport {
  const { script } = parseScript(source.text);
  const declared = (script?.meta.phases ?? []).map(({ title }) => title);
  const used = new Set(
    events.flatMap((event) => {
      if (event.type === "phase") return [event.title];
      return event.type === "step-start" && event.phase !== undefined ? [event.phase] : [];
    }),
  );
  const reached = events.flatMap((event) =>
    (event.type === "step-start" || event.type === "step-end") && event.place?.file === source.file
      ? [event.place]
      : [],
  );
  const wasReached = (call: UnreachedCall): boolean =>
    reached.some(({ line, column }) => line === call.line && column === call.column);
  const unreached = (script?.calls ?? [])
    .filter((call) => call.name !== "workflow" && !wasReached(call))
    .map(({ name, line, column }) => ({ name, line, column }));
  return {
    agents: specs.map(dryAgent),
    undeclaredPhases: [...used].filter((title) => !declared.includes(title)),
    unusedPhases: declared.filter((title) => !used.has(title)),
    unreached,
    known: end.census.cached,
    estimate: { agents: end.census.agents - end.census.cached, ...end.spent },
    needsPreview: end.census.agents > previewAbove,
  };
}

function dryAgent(spec: AgentSpec): DryAgent {
  const { step, path, label, phase, model, agentType, prompt, finalAnswer } = spec;
  const asked = finalAnswer === undefined ? prompt : `${prompt}\n\n${schemaPrompt(finalAnswer.schemaText)}`;
  return {
    ...{ step, path, label, model, agentType: agentType.name, prompt: asked },
    ...(phase !== undefined && { phase }),
    ...(finalAnswer && { schema: finalAnswer.schema }),
  };
}
