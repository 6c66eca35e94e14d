/** All runs of a window: starts, resumes and controls them; the writer of the `run` channels. */
import type { EngineName, SandboxStatus } from "#protocol/guest.ts";
import type { RunEvent, RunEventOf, SpendLimit } from "#protocol/run.ts";
import type { Mode } from "#protocol/permissions.ts";
import { censusOf, isGoingOn, newsOf, runEntry } from "#protocol/run-state.ts";
import type { ResumePreview, RunPreview } from "#protocol/workflows.ts";
import { Channel } from "../channel.ts";
import { BooError, messageOf } from "../errors.ts";
import type { CatalogEntry } from "./catalog.ts";
import type { RunRequest, WorkflowEngine } from "./engine.ts";
import type { WorkflowHost } from "./host.ts";
import type { WorkflowPorts, WorkflowSource } from "./ports.ts";
import type { Rerun } from "./replay.ts";
import type { WorkflowRun } from "./run.ts";
import type { PreviewRequest } from "./preview.ts";
import { isElsewhere, RunList, stateOf } from "./run-list.ts";
import { RunsElsewhere } from "./runs-elsewhere.ts";
import { RunQuestions } from "./run-questions.ts";
import { withoutSecrets } from "./clean-journal.ts";
import { lastStart, sourceOf } from "./run-sources.ts";
import type { RunsParts } from "./runs-parts.ts";

/** What starts a run: a script by its name or file, and what it is given. */
export interface StartRun {
  readonly workflow: string | WorkflowSource;
  readonly args?: unknown;
  readonly budget?: SpendLimit;
  readonly engine?: EngineName;
  /** Takes over the answers of this run. */
  readonly from?: string;
  /** How much its agents do without asking; that of the session in the chat where it is left out. */
  readonly mode?: Mode;
}

/** What goes on with a run; what is absent is as it was. */
export interface ResumeRun {
  readonly run: string;
  /** Takes the script as its file is now. */
  readonly takesFile?: boolean;
  /** A fresh budget, beyond what was spent so far. */
  readonly budget?: SpendLimit;
  readonly rerun?: Rerun;
}

type Opening = (engine: WorkflowEngine, common: RunRequest) => Promise<WorkflowRun>;

interface Live {
  readonly run: WorkflowRun;
  readonly channel: Channel<"run">;
  /** Resolves when nothing of it is left. */
  readonly over: Promise<void>;
}

/** The list is told of a run's progress this often (ms) at most. */
const listEvery = 250;
/** So many runs that have ended stay open for views. */
const openRuns = 20;

/** Knows every run. */
export class Runs {
  readonly list: RunList;
  readonly #parts: RunsParts;
  readonly #live = new Map<string, Live>();
  readonly #channels = new Map<string, Channel<"run">>();
  readonly #questions = new RunQuestions();
  /** Runs that are about to go on. */
  readonly #beginning = new Set<string>();
  readonly #telling = new Map<string, ReturnType<typeof setTimeout>>();
  readonly #elsewhere: RunsElsewhere;
  #host: Promise<WorkflowHost> | undefined;
  #loaded: Promise<void> | undefined;

  constructor(parts: RunsParts) {
    this.#parts = parts;
    const { store, folderKey: folder, log } = parts.ports;
    this.list = new RunList({ store, folder, log, isHere: (run) => this.#live.has(run) });
    this.#elsewhere = new RunsElsewhere({
      ...{ store, list: this.list, folder, isSession: parts.isSession },
      journal: async () => (await this.#open()).journal,
      channel: (run) => this.#channels.get(run),
      isHere: (run) => this.#isHere(run),
    });
  }

  /** The channel of a run that is open. */
  channel(run: string): Channel<"run"> | undefined {
    return this.#channels.get(run);
  }

  /** Runs that go on in this window. */
  get running(): readonly WorkflowRun[] {
    return [...this.#live.values()].map(({ run }) => run);
  }

  /** Reads the list of runs, once. */
  load(): Promise<void> {
    this.#loaded ??= this.#open().then(({ journal }) => this.list.load(journal));
    this.#loaded.catch(() => (this.#loaded = undefined));
    return this.#loaded;
  }

  /** Tells views that scripts came, went or changed. */
  noteScripts(): void {
    this.list.channel.emit({ type: "workflows-change" });
  }

  /** The scripts that there are. */
  async workflows(): Promise<readonly CatalogEntry[]> {
    const [{ listWorkflows }, { files }] = await Promise.all([import("./catalog.ts"), this.#open()]);
    return listWorkflows(files);
  }

  /** What scripts run in here. Throws BooError "no-sandbox". */
  async sandbox(): Promise<SandboxStatus> {
    return (await this.#open()).sandboxes.status();
  }

  /** The text of a script's file as it is now; undefined where there is none. */
  async textOf(file: string): Promise<string | undefined> {
    return (await (await this.#open()).files.read(file))?.text;
  }

  /** The workflow that a message asks for as "/name args"; undefined for any other message. */
  async slash(text: string): Promise<{ readonly workflow: string; readonly args: string } | undefined> {
    const [, name, args = ""] = /^\/([\w-]+)(?:\s+([\s\S]*))?$/.exec(text.trim()) ?? [];
    if (name === undefined) return undefined;
    const [{ findWorkflow }, { files }] = await Promise.all([import("./catalog.ts"), this.#open()]);
    const source = await findWorkflow(files, name).catch(() => undefined);
    return source && { workflow: source.file, args };
  }

  /** What a run would be. Throws ScriptError, BooError "unknown-workflow". */
  async preview(workflow: StartRun["workflow"], args: unknown, seed?: string): Promise<RunPreview> {
    const ports = await this.#workflowPorts();
    const source = await sourceOf(ports, workflow);
    const [common, notice] = await Promise.all([this.#previewParts(), this.#parts.notice()]);
    const { previewRun } = await import("./preview.ts");
    return previewRun(ports, { ...common, source, args, notice, ...(seed !== undefined && { seed }) });
  }

  /** What going on with a run and its script as it is now would be. Throws ScriptError, BooError "unknown-run", "unknown-workflow". */
  async previewResume(run: string, signal: AbortSignal): Promise<ResumePreview> {
    this.#checkTrust();
    const ports = await this.#workflowPorts();
    const { file, args } = lastStart(await this.#events(run));
    const source = await sourceOf(ports, file);
    const { previewResume } = await import("./preview.ts");
    return previewResume(ports, { ...(await this.#previewParts()), run, source, args }, signal);
  }

  async #previewParts(): Promise<Pick<PreviewRequest, "models" | "runs">> {
    await this.load();
    return {
      models: this.#parts.agents(this.#parts.mode()).models(),
      runs: this.list.channel.state.runs,
    };
  }

  /** Starts a run; gives its id. Throws ScriptError, BooError "unknown-workflow", "not-trusted", "no-sandbox". */
  async start(request: StartRun): Promise<WorkflowRun> {
    this.#checkTrust();
    const id = crypto.randomUUID();
    const ports = { ...(await this.#workflowPorts()), newId: () => id };
    const source = await sourceOf(ports, request.workflow);
    const { args, budget, from } = request;
    const mode = request.mode ?? this.#parts.mode();
    return this.#begin(id, source.file, mode, ports, (engine, common) =>
      engine.start({
        ...{ ...common, source, args },
        ...(request.engine && { engine: request.engine }),
        ...(budget && { budget }),
        ...(from !== undefined && { from }),
      }),
    );
  }

  /** Goes on with a run that has ended or was interrupted. Throws BooError "run-busy" while it runs, here or elsewhere, "unknown-run". */
  async resume(request: ResumeRun): Promise<WorkflowRun> {
    this.#checkTrust();
    const { run, takesFile, budget, rerun } = request;
    const live = this.#live.get(run);
    // It has ended, and only tidies up.
    if (live !== undefined && !isGoingOn(live.channel.state)) await live.over;
    const ports = await this.#workflowPorts();
    const before = await this.#events(run);
    await this.#askOwner(run);
    const start = lastStart(before);
    const source = takesFile === true ? await sourceOf(ports, start.file) : undefined;
    const mode = start.mode ?? this.#parts.mode();
    const open: Opening = (engine, common) =>
      engine.resume({
        ...{ ...common, run },
        ...(source && { source }),
        ...(budget && { budget }),
        ...(rerun && { rerun }),
      });
    return this.#begin(run, start.file, mode, ports, open, before);
  }

  /** A run that goes on here. Throws BooError "run-over". */
  live(run: string): WorkflowRun {
    const live = this.#live.get(run);
    if (live !== undefined) return live.run;
    throw new BooError("run-over", "This run does not go on in this window. Resume it to go on.");
  }

  /** Opens a run that is over, for views. Throws BooError "unknown-run". */
  async show(run: string): Promise<Channel<"run">> {
    const open = this.#channels.get(run);
    if (open !== undefined && this.#isHere(run)) return open;
    const isOpen = await this.#askOwner(run);
    const state = stateOf(await this.#events(run), isOpen);
    if (open === undefined) return this.#keep(run, new Channel("run", state));
    // Another window may have gone on with it meanwhile.
    if (!this.#isHere(run)) open.renew(state);
    return open;
  }

  /** The events of a run's journal. Throws BooError "unknown-run". */
  async events(run: string): Promise<readonly RunEvent[]> {
    return this.#events(run);
  }

  /** Ends a run that a crash left open. Throws BooError "run-busy" while it runs. */
  async close(run: string): Promise<void> {
    const events = await this.#events(run);
    await this.#askOwner(run);
    const state = stateOf(events, false);
    if (this.#isBusy(run) || state.status !== "interrupted")
      throw new BooError("run-busy", "This run is not open.");
    const { journal } = await this.#open();
    const { store, clock, folderKey } = this.#parts.ports;
    await store.acquire(run);
    const event: RunEventOf<"run-end"> = {
      ...{ type: "run-end", at: clock.now(), outcome: "stopped", census: censusOf(state) },
      ...{ spent: state.spent, durationMs: state.durationMs ?? 0 },
    };
    await journal.append(run, [event]);
    await journal.end?.(run);
    new (await import("./run-trace.ts")).RunTrace(run, this.#parts.traces).interrupt(events);
    await store.release(run);
    const channel = await this.show(run);
    this.list.note(runEntry(channel.state, folderKey));
  }

  /** Answers what a script asked by ask(). Throws BooError "not-asked", "no-such-choice", "too-long". */
  answer(run: string, step: string, value: string): void {
    this.#questions.answer(run, step, value);
  }

  /** Stops everything and waits until it is on disk. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#elsewhere[Symbol.dispose]();
    await Promise.all([...this.#live.values()].map(({ run }) => run.stop()));
    await this.list.settle();
    await (await this.#host?.catch(() => undefined))?.[Symbol.asyncDispose]();
  }

  #checkTrust(): void {
    if (!this.#parts.ports.isTrusted())
      throw new BooError(
        "not-trusted",
        "This workspace is not trusted, so no workflow runs in it. Trust it first.",
      );
  }

  async #begin(
    id: string,
    workflow: string,
    mode: Mode,
    ports: WorkflowPorts,
    open: Opening,
    before: readonly RunEvent[] = [],
  ): Promise<WorkflowRun> {
    const { store } = this.#parts.ports;
    if (this.#isBusy(id))
      throw new BooError("run-busy", "This run goes on already, here or in another window.");
    // From here on a second wish for it is refused.
    this.#beginning.add(id);
    const isNew = !this.#channels.has(id);
    try {
      await store.acquire(id);
      const channel = this.#channels.get(id) ?? this.#keep(id, new Channel("run"));
      const shell = this.#parts.shell(id, workflow, mode);
      const [{ WorkflowEngine: Engine }, { RunTrace }] = await Promise.all([
        import("./engine.ts"),
        import("./run-trace.ts"),
      ]);
      const trace = new RunTrace(id, this.#parts.traces, before);
      const engine = new Engine({ ...ports, mode, shell, questions: this.#questions });
      let begun: Promise<void> | undefined;
      const run = await open(engine, {
        listener: (event, durable) => {
          begun ??= durable;
          trace.take(event);
          this.#tell(channel, event, durable);
        },
        agents: this.#parts.agents(mode),
        settings: this.#parts.settings(),
      });
      const over = run.done.then(() => this.#over(id, channel));
      this.#live.set(id, { run, channel, over });
      this.#tellList(channel);
      // Whoever is told of it finds it in its journal; that it could not be written ends it.
      await begun?.catch(() => {});
      return run;
    } catch (error) {
      if (isNew) this.#channels.delete(id);
      await store.release(id);
      throw error;
    } finally {
      this.#beginning.delete(id);
    }
  }

  #tell(channel: Channel<"run">, event: RunEvent, durable: Promise<void>): void {
    channel.emit(
      this.#parts.redact(newsOf(event)),
      durable.catch(() => {}),
    );
    const { run } = channel.state;
    if (event.type === "step-question") this.#parts.asked(run, channel.state.workflow, event.text);
    if (event.type === "run-end") return this.#tellList(channel);
    this.#telling.set(run, this.#telling.get(run) ?? setTimeout(() => this.#tellList(channel), listEvery));
  }

  // Lists count agents, which come and go by the hundred.
  #tellList({ state }: Channel<"run">): void {
    clearTimeout(this.#telling.get(state.run));
    this.#telling.delete(state.run);
    this.list.note(runEntry(state, this.#parts.ports.folderKey));
  }

  async #over(id: string, channel: Channel<"run">): Promise<void> {
    this.#live.delete(id);
    this.#tellList(channel);
    await this.#parts.ports.store.release(id);
    this.#parts.ended(runEntry(channel.state, this.#parts.ports.folderKey));
  }

  #isHere(run: string): boolean {
    return this.#live.has(run) || this.#beginning.has(run);
  }

  // Whoever ran it before this window was opened is known to `#isBusy` once the store was asked.
  async #askOwner(run: string): Promise<boolean> {
    return isElsewhere(this.#parts.ports.store, run);
  }

  #isBusy(run: string): boolean {
    return this.#isHere(run) || this.#parts.ports.store.owner(run) === "elsewhere";
  }

  async #events(run: string): Promise<readonly RunEvent[]> {
    const events = await (await this.#open()).journal.read(run);
    if (events === undefined) throw new BooError("unknown-run", "There is no such run any more.");
    return events;
  }

  #keep(run: string, channel: Channel<"run">): Channel<"run"> {
    this.#channels.set(run, channel);
    for (const [id, other] of this.#channels) {
      if (this.#channels.size <= openRuns) break;
      if (!this.#live.has(id) && !other.hasListeners) this.#channels.delete(id);
    }
    return channel;
  }

  async #workflowPorts(): Promise<WorkflowPorts> {
    const { sandboxes, journal, files, worktrees, sha256 } = await this.#open();
    const { clock, log, folderKey } = this.#parts.ports;
    return {
      ...{ sandboxes, files, worktrees, sha256, clock, log, folder: folderKey },
      journal: withoutSecrets(journal, this.#parts.redact),
      newId: () => crypto.randomUUID(),
    };
  }

  #open(): Promise<WorkflowHost> {
    this.#host ??= this.#parts.ports.workflows();
    this.#host.catch((error: unknown) => {
      this.#host = undefined;
      this.#parts.ports.log.error(`Workflows can not run: ${messageOf(error)}`);
    });
    return this.#host;
  }
}
