/** Runs a workflow without an editor; its events are told as JSON lines, each when it is on disk. */
import { randomUUID } from "node:crypto";
import { resolve } from "node:path";
import type { RunEvent, RunEventOf } from "#protocol/run.ts";
import { BooError, messageOf } from "#core/errors.ts";
import type { Clock, Log } from "#core/ports.ts";
import { createStubAgents } from "#core/workflow/agents/stub-agents.ts";
import type { WorkflowAgents } from "#core/workflow/agents/workflow-agents.ts";
import { findWorkflow } from "#core/workflow/catalog.ts";
import { dryRun } from "#core/workflow/dry-run.ts";
import { type RunRequest, WorkflowEngine } from "#core/workflow/engine.ts";
import { withoutSecrets } from "#core/workflow/clean-journal.ts";
import type { WorkflowPorts, WorkflowSource } from "#core/workflow/ports.ts";
import { createSystemClock } from "../system-clock.ts";
import { createWorkflowHost } from "../workflow/workflow-host.ts";
import type { Line } from "./event-lines.ts";
import type { HeadlessRun, RealAgents } from "./real-agents.ts";
import { LineOrder } from "./line-order.ts";
import type { WorkflowJob } from "./workflow-options.ts";

/** Where the run happens; `open` makes real agents, where there are any. */
interface WorkflowPlace {
  readonly folder: string;
  readonly store: string;
  readonly clock: Clock;
  readonly log: Log;
  readonly open: OpenAgents | undefined;
}

/** Makes real agents for a run. */
export type OpenAgents = (print: (line: Line) => void, run: HeadlessRun) => Promise<RealAgents>;

/** Runs it to its end; gives the run's outcome. Aborting the signal stops the run. */
async function runWorkflowJob(
  job: WorkflowJob,
  place: WorkflowPlace,
  print: (line: Line) => void,
  signal: AbortSignal,
): Promise<RunEventOf<"run-end">["outcome"]> {
  const folder = resolve(place.folder);
  await using host = createWorkflowHost({ folder, directory: resolve(place.store) });
  const { sandboxes, journal, files, worktrees, sha256 } = host;
  const id = job.resume ?? randomUUID();
  const plain: WorkflowPorts = {
    ...{ sandboxes, journal, files, worktrees, sha256, folder },
    ...{ clock: place.clock, log: place.log, newId: () => id },
  };
  const source = job.workflow === undefined ? undefined : await findSource(plain, job.workflow);
  if (job.isDryRun) return tellDryRun(job, plain, source, print);
  const lines = new LineOrder(print);
  const stopping = new AbortController();
  const workflow = job.workflow ?? id;
  await using real = job.isStub
    ? undefined
    : await place.open?.(print, {
        ...{ run: id, workflow, cancel: () => stopping.abort() },
        before: (await journal.read(id)) ?? [],
      });
  const ports =
    real === undefined
      ? plain
      : {
          ...{ ...plain, shell: real.shell, questions: real.questions },
          journal: withoutSecrets(journal, real.redact),
        };
  const request: RunRequest = {
    listener: (event, durable) => {
      lines.add(lineOf(real?.redact(event) ?? event), durable);
      real?.hear(event);
    },
    agents: agentsFor(job, place, real),
    ...(job.engine && { engine: job.engine }),
    ...(job.isStub && { synthetic: "stub" }),
    ...(job.concurrency !== undefined && { settings: { concurrency: job.concurrency } }),
  };
  const run = await begin(new WorkflowEngine(ports), request, job, source);
  AbortSignal.any([signal, stopping.signal]).addEventListener("abort", () => void run.stop(), { once: true });
  const end = await run.done;
  await lines.flushed();
  return end.outcome;
}

function begin(
  engine: WorkflowEngine,
  request: RunRequest,
  job: WorkflowJob,
  source: WorkflowSource | undefined,
): ReturnType<WorkflowEngine["start"]> {
  const rerun =
    job.rerun === undefined ? undefined : job.rerun === "all" ? { all: true } : { phases: [job.rerun] };
  const common = { ...request, ...(job.budget && { budget: job.budget }), ...(rerun && { rerun }) };
  if (job.resume !== undefined)
    return engine.resume({
      ...common,
      run: job.resume,
      ...(source && { source }),
      ...(job.args && { args: job.args }),
    });
  if (source === undefined) throw new BooError("usage", "Give --workflow FILE_OR_NAME.");
  return engine.start({
    ...common,
    source,
    args: job.args?.value,
    ...(job.from !== undefined && { from: job.from }),
  });
}

async function findSource(ports: WorkflowPorts, named: string): Promise<WorkflowSource> {
  const isPath = /[\\/]|\.m?js$/.test(named);
  // A path on a command line means where it was typed.
  const found = isPath ? await ports.files.read(resolve(process.env["INIT_CWD"] ?? ".", named)) : undefined;
  return found ?? (isPath ? undefinedFile(named) : findWorkflow(ports.files, named));
}

function undefinedFile(path: string): never {
  throw new BooError("usage", `There is no workflow at ${path}.`);
}

function agentsFor(job: WorkflowJob, { clock }: WorkflowPlace, real: RealAgents | undefined): WorkflowAgents {
  if (job.isStub) {
    const { seed = "", latencyMs, failEvery } = job;
    return createStubAgents(clock, {
      latencyMs,
      latencySeed: seed,
      ...(failEvery !== undefined && { failEvery }),
    });
  }
  if (real !== undefined) return real.agents;
  throw new BooError(
    "no-workflow-agents",
    "There are no agents here: use --dry-run to walk through the script, or --stub for made-up answers.",
  );
}

async function tellDryRun(
  job: WorkflowJob,
  ports: WorkflowPorts,
  source: WorkflowSource | undefined,
  print: (line: Line) => void,
): Promise<RunEventOf<"run-end">["outcome"]> {
  if (source === undefined) throw new BooError("usage", "Give --workflow FILE_OR_NAME.");
  const { end, report } = await dryRun(ports, {
    ...{ source, args: job.args?.value, listener: (event: RunEvent) => print(lineOf(event)) },
    ...(job.seed !== undefined && { seed: job.seed }),
    ...(job.failEvery !== undefined && { failEvery: job.failEvery }),
    ...(job.engine && { engine: job.engine }),
    ...(job.budget && { budget: job.budget }),
  });
  print({ type: "dry-run-report", ...report });
  return end.outcome;
}

// The script's own text is in the journal; a line that began with it would be all one sees.
function lineOf(event: RunEvent): Line {
  if (event.type !== "run-start") return { ...event };
  const { source, ...rest } = event;
  return { ...rest, sourceLength: source.length };
}

const log: Log = {
  info: () => {},
  warn: (message) => process.stderr.write(`${message}\n`),
  error: (message, cause) =>
    process.stderr.write(`${message} ${cause === undefined ? "" : messageOf(cause)}\n`),
};

/** Runs what the command line asks for; gives the exit code: 0 done, 1 failed, 3 incomplete, 130 stopped. */
export async function runWorkflowFrom(
  job: WorkflowJob,
  options: { readonly folder: string; readonly store: string },
  open?: OpenAgents,
): Promise<number> {
  const stop = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => stop.abort());
  const place: WorkflowPlace = { ...options, clock: createSystemClock(), log, open };
  const print = (line: Line): void => void process.stdout.write(`${JSON.stringify(line)}\n`);
  const outcome = await runWorkflowJob(job, place, print, stop.signal);
  return { done: 0, failed: 1, incomplete: 3, stopped: 130, interrupted: 130 }[outcome];
}
