/** What a run would be: shown before it costs anything. */
import type { Spent } from "#protocol/run.ts";
import type { RunEntry } from "#protocol/run-state.ts";
import type { ResumePreview, RunPreview } from "#protocol/workflows.ts";
import type { ModelTable } from "./agents/workflow-agents.ts";
import { type DryRunReport, dryRun } from "./dry-run.ts";
import type { WorkflowPorts, WorkflowSource } from "./ports.ts";
import { readScript } from "./programs.ts";

/** So many agents of a preview are shown, and so much of what each is told (characters). */
const shown = { agents: 200, prompt: 2_000 };

/** What is previewed. */
export interface PreviewRequest {
  readonly source: WorkflowSource;
  readonly args: unknown;
  readonly models: ModelTable;
  /** All runs that are known, newest first. */
  readonly runs: readonly RunEntry[];
  /** Why agents could not work now. */
  readonly notice: string | undefined;
  /** Another seed gives other answers. */
  readonly seed?: string;
}

/** Walks through the script with made-up answers. Throws ScriptError for a script that can not run. */
export async function previewRun(ports: WorkflowPorts, request: PreviewRequest): Promise<RunPreview> {
  const { source, args, models, seed, notice } = request;
  const lastRun = lastRunOf(source, request.runs);
  const { meta, warnings } = readScript(source).script;
  const { end, report } = await dryRun(ports, { source, args, models, ...(seed !== undefined && { seed }) });
  const isKnown = lastRun !== undefined && lastRun.spent.tokens > 0;
  return {
    ...{ file: source.file, workflow: meta.name, description: meta.description },
    ...(meta.title !== undefined && { title: meta.title }),
    ...(meta.whenToUse !== undefined && { whenToUse: meta.whenToUse }),
    phases: meta.phases.map((phase) => ({ ...phase, isDeclared: true })),
    agentCount: report.agents.length,
    agents: report.agents.slice(0, shown.agents).map(({ label, phase, model, agentType, prompt }) => ({
      ...{ label, model, agentType, prompt: prompt.slice(0, shown.prompt) },
      ...(phase !== undefined && { phase }),
    })),
    estimate: isKnown ? fromLastRun(lastRun, report) : spentOf(report),
    basis: isKnown ? "last-run" : "rule",
    budget: {},
    warnings: [
      ...(notice === undefined ? [] : [notice]),
      ...warnings.map(({ message, line }) => `Line ${line}: ${message}`),
      ...findingsOf(report),
    ],
    ...(end.error && { problem: placed(end.error) }),
    ...(lastRun && { lastRun }),
    isLarge: report.needsPreview,
  };
}

/** What going on with a run would be, with its script as it is now. Throws ScriptError for a script that can not run. */
export async function previewResume(
  ports: WorkflowPorts,
  {
    run,
    source,
    args,
    models,
    runs,
  }: Pick<PreviewRequest, "source" | "args" | "models" | "runs"> & { readonly run: string },
  signal: AbortSignal,
): Promise<ResumePreview> {
  readScript(source);
  const { end, report } = await dryRun(ports, { source, args, models, from: run, signal });
  signal.throwIfAborted();
  // What its own agents cost says most.
  const own = runs.find((entry) => entry.run === run && entry.spent.tokens > 0);
  const lastRun =
    own ??
    lastRunOf(
      source,
      runs.filter(({ spent }) => spent.tokens > 0),
    );
  return {
    ...{ agents: report.estimate.agents, known: report.known },
    estimate: lastRun === undefined ? spentOf(report) : fromLastRun(lastRun, report),
    ...(end.error && { problem: placed(end.error) }),
  };
}

// One that came to its end, and cost something.
function lastRunOf({ file }: WorkflowSource, runs: readonly RunEntry[]): RunEntry | undefined {
  return runs.find(
    (run) =>
      run.file === file &&
      run.synthetic === undefined &&
      (run.status === "done" || run.status === "incomplete"),
  );
}

function spentOf({ estimate }: DryRunReport): Spent {
  return { tokens: estimate.tokens, usd: estimate.usd };
}

// What the last run's agents cost each, for as many as there would be now.
function fromLastRun({ spent, agents, cached }: RunEntry, { estimate }: DryRunReport): Spent {
  const share = estimate.agents / Math.max(1, agents - cached);
  return { tokens: Math.round(spent.tokens * share), usd: spent.usd * share };
}

function findingsOf({ undeclaredPhases, unusedPhases, unreached }: DryRunReport): readonly string[] {
  return [
    ...undeclaredPhases.map((title) => `The phase "${title}" is not announced in meta.phases.`),
    ...unusedPhases.map((title) => `No agent was in the phase "${title}" this time.`),
    ...unreached.map(({ name, line }) => `Line ${line}: this ${name}() was not reached this time.`),
  ];
}

function placed({
  message,
  place,
}: {
  readonly message: string;
  readonly place?: { readonly line: number };
}): string {
  return place === undefined ? message : `Line ${place.line}: ${message}`;
}
