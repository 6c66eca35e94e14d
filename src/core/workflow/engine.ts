/** The workflow engine: starts runs, resumes them over their journals, tells which were left open. */
import type { EngineName } from "#protocol/guest.ts";
import type { RunEvent, SpendLimit } from "#protocol/run.ts";
import { BooError } from "../errors.ts";
import type { AgentType } from "./agents/agent-types.ts";
import type { WorkflowAgents } from "./agents/workflow-agents.ts";
import { answersAhead, surroundings } from "./ahead.ts";
import { RunBudget } from "./budget.ts";
import { canonicalJson } from "./canonical.ts";
import type { GuestListener, WorkflowPorts, WorkflowSource } from "./ports.ts";
import { primitives } from "./primitives/index.ts";
import { type KnownScript, readScript } from "./programs.ts";
import { budgetReads, Replay, type Rerun, spentIn } from "./replay.ts";
import { parseArgs, type RunListener, WorkflowRun } from "./run.ts";
import { findStart } from "./run-sources.ts";
import type { WorkflowPhase } from "./script/meta.ts";
import { defaultWorkflowSettings, type WorkflowSettings } from "./settings.ts";

/** What every way to start says. */
export interface RunRequest {
  readonly engine?: EngineName;
  readonly listener: RunListener;
  readonly settings?: Partial<WorkflowSettings>;
  readonly agents: WorkflowAgents;
  readonly agentTypes?: readonly AgentType[];
  /** Said of runs whose answers are made up. */
  readonly synthetic?: "stub" | "dry-run";
}

/** A new run. */
export interface StartRequest extends RunRequest {
  readonly source: WorkflowSource;
  readonly args?: unknown;
  readonly budget?: SpendLimit;
  /** Takes the answers of this run over: "Re-run from this run". */
  readonly from?: string;
  readonly rerun?: Rerun;
}

/** A run that goes on; what is absent is as it was. */
export interface ResumeRequest extends RunRequest {
  readonly run: string;
  readonly source?: WorkflowSource;
  /** `value` undefined: none. */
  readonly args?: { readonly value: unknown };
  /** A fresh budget, beyond what was spent so far. */
  readonly budget?: SpendLimit;
  readonly rerun?: Rerun;
}

/** Starts runs. */
export class WorkflowEngine {
  readonly #ports: WorkflowPorts;

  constructor(ports: WorkflowPorts) {
    this.#ports = ports;
  }

  /** Starts a run with an empty journal, or with that of `from`. Throws ScriptError, BooError "unknown-run", "no-sandbox". */
  async start(request: StartRequest): Promise<WorkflowRun> {
    const script = readScript(request.source);
    const known = request.from === undefined ? [] : await this.#history(request.from);
    const args = parseArgs(request.args);
    return this.#open(request, {
      ...{ run: this.#ports.newId(), attempt: 1, script, args, known, from: request.from },
      ...{ budget: new RunBudget(request.budget ?? {}, { tokens: 0, usd: 0 }), rerun: request.rerun },
    });
  }

  /** Goes on with a run over its own journal, with the script and args it had or with others. */
  async resume(request: ResumeRequest): Promise<WorkflowRun> {
    const known = await this.#history(request.run);
    const last = findStart(known);
    if (last === undefined) throw new BooError("unknown-run", `The run ${request.run} has no beginning.`);
    const script = readScript(request.source ?? { file: last.file, text: last.source });
    const args = request.args === undefined ? last.args : parseArgs(request.args.value);
    const own = await this.#ports.journal.read(request.run);
    const before = spentIn(own ?? []);
    const limit = request.budget === undefined ? last.budget : grant(before, request.budget);
    const attempt = (own ?? []).filter(({ type }) => type === "run-start").length + 1;
    return this.#open(request, {
      ...{ run: request.run, attempt, script, args, known, from: last.from },
      ...{ budget: new RunBudget(limit, before), rerun: request.rerun },
    });
  }

  /** Runs that a crash left open: begun, and never ended. A run that works now must not be asked for. */
  async interrupted(): Promise<readonly string[]> {
    const open: string[] = [];
    for (const run of await this.#ports.journal.list()) {
      const events = (await this.#ports.journal.read(run)) ?? [];
      if (events.findLast(({ type }) => type === "run-start" || type === "run-end")?.type === "run-start")
        open.push(run);
    }
    return open;
  }

  /** All answers that a run knows: its own, after those of the runs that it was started from. */
  async #history(run: string): Promise<readonly RunEvent[]> {
    const events = await this.#ports.journal.read(run);
    if (events === undefined) throw new BooError("unknown-run", `There is no run ${run}.`);
    const from = findStart(events)?.from;
    if (from === undefined || from === run) return events;
    const inherited = await this.#ports.journal.read(from);
    return [...(inherited ?? []), ...events];
  }

  async #open(request: RunRequest, given: Opening): Promise<WorkflowRun> {
    const { script, args, known, budget } = given;
    const last = findStart(known);
    const isSame =
      last?.source === script.source.text && canonicalJson(last.args ?? null) === canonicalJson(args ?? null);
    const settings = { ...defaultWorkflowSettings, ...request.settings };
    const run = new WorkflowRun({
      ...given,
      ...{ ports: this.#ports, settings, primitives, listener: request.listener },
      ...{ agents: request.agents, agentTypes: request.agentTypes ?? [] },
      replay: new Replay(known, given.run, isSame, given.rerun),
    });
    const { meta, compiled, usesUrl } = script.script;
    const around = surroundings(request.agents.models(), request.agentTypes ?? [], this.#ports.sha256);
    const start = {
      program: { code: compiled.text, usesUrl },
      names: primitives.map(({ name, kind }) => ({ name, kind })),
      budget: { ...budget.limit, reads: budgetReads(known) },
      nullStops: settings.nullStops,
      ahead: answersAhead(known, around, given.rerun),
      ...(args !== undefined && { args }),
    };
    const gate = new Gate();
    const guest = await this.#ports.sandboxes.open(
      { ...(request.engine && { engine: request.engine }), limits: settings.guest, start },
      gate,
    );
    run.attach(guest);
    void run.emit({
      ...{ type: "run-start", at: this.#ports.clock.now(), run: run.run, attempt: given.attempt },
      ...{ workflow: meta.name, file: script.source.file, source: script.source.text },
      ...(this.#ports.folder !== undefined && { folder: this.#ports.folder }),
      ...{ engine: guest.status.engine, runtime: guest.status.runtime, budget: budget.limit },
      ...(args !== undefined && { args }),
      ...(meta.phases.length > 0 && { phases: meta.phases.map(phaseOf) }),
      ...(given.from !== undefined && { from: given.from }),
      ...{ surroundings: around, before: budget.before },
      ...(this.#ports.mode !== undefined && { mode: this.#ports.mode }),
      ...(request.synthetic && { synthetic: request.synthetic }),
    });
    for (const { message, line } of script.script.warnings) run.warn(`Line ${line}: ${message}`);
    gate.open(run);
    return run;
  }
}

function phaseOf({ title, detail }: WorkflowPhase): WorkflowPhase {
  return { title, ...(detail !== undefined && { detail }) };
}

interface Opening {
  readonly run: string;
  readonly attempt: number;
  readonly script: KnownScript;
  readonly args: unknown;
  readonly known: readonly RunEvent[];
  readonly from: string | undefined;
  readonly budget: RunBudget;
  readonly rerun: Rerun | undefined;
}

/** Holds what a guest says until its run has told that it began. */
class Gate implements GuestListener {
  readonly #held: ((run: WorkflowRun) => void)[] = [];
  #run: WorkflowRun | undefined;

  line: GuestListener["line"] = (line) => this.#pass((run) => run.take(line));
  stopped: GuestListener["stopped"] = (reason, message) => this.#pass((run) => run.stopped(reason, message));

  open(run: WorkflowRun): void {
    this.#run = run;
    for (const act of this.#held.splice(0)) act(run);
  }

  #pass(act: (run: WorkflowRun) => void): void {
    if (this.#run === undefined) this.#held.push(act);
    else act(this.#run);
  }
}

function grant(before: { readonly tokens: number; readonly usd: number }, fresh: SpendLimit): SpendLimit {
  return {
    ...(fresh.tokens !== undefined && { tokens: before.tokens + fresh.tokens }),
    ...(fresh.usd !== undefined && { usd: before.usd + fresh.usd }),
  };
}
