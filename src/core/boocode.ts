/** The core: constructs and owns its services, in order. */
import type { ChannelName } from "#protocol/protocol.ts";
import type { ModelChoice } from "#protocol/header.ts";
import type { Mode } from "#protocol/permissions.ts";
import type { Span } from "#protocol/trace.ts";
import type { SessionEntry } from "#protocol/sessions.ts";
import type { WorkspaceState } from "#protocol/workspace.ts";
import type { Agent } from "./agent/agent.ts";
import type { AgentDependencies } from "./agent/dependencies.ts";
import { defaultLimits, type Limits } from "./agent/limits.ts";
import { Prices } from "./models/prices.ts";
import { liveBodies } from "./trace/live-bodies.ts";
import { LiveExport } from "./trace/live-export.ts";
import type { RunTraceParts } from "./workflow/run-trace.ts";
import { Traces } from "./trace/traces.ts";
import { Supervisor } from "./agent/supervisor.ts";
import { Channel, type ChannelLookup } from "./channel.ts";
import { messageOf } from "./errors.ts";
import { makeHandlers, type Handlers } from "./handlers.ts";
import { Permissions } from "./permissions/permissions.ts";
import { Router } from "./models/router.ts";
import { loadAhead } from "./ahead.ts";
import type { Ports } from "./ports.ts";
import type { Store } from "./store-ports.ts";
import { ShownSession } from "./session/copies.ts";
import { Redactor } from "./session/redact.ts";
import { RunShell } from "./workflow/run-shell.ts";
import { Runs } from "./workflow/runs.ts";
import { SessionAgents } from "./workflow/agents/session-agents.ts";
import type { WorkflowAgents } from "./workflow/agents/workflow-agents.ts";

/** What an application may change when it makes a core. */
export interface CoreOptions {
  readonly limits?: Partial<Limits>;
}

/** The core as its surroundings see it. */
export class BooCode {
  readonly handlers: Handlers;
  readonly router: Router;
  readonly prices: Prices;
  readonly permissions: Permissions;
  /** The agents of the open sessions. */
  readonly supervisor: Supervisor;
  /** What traces of runs are made with. */
  readonly runTraces: RunTraceParts;
  /** Workflows and their runs. */
  readonly runs: Runs;
  readonly #ports: Ports;
  readonly #redactor = new Redactor();
  readonly #traces = new Traces();
  readonly #live: LiveExport;
  readonly #workspace = new Channel("workspace");
  /** Counts what the chat was asked to show. */
  #wish = 0;
  #activeId = "";
  readonly #shown: ShownSession;
  #ready: Promise<void> = Promise.resolve();

  constructor(outer: Ports, options: CoreOptions) {
    const redactor = this.#redactor;
    const ports: Ports = { ...outer, store: withoutSecrets(outer.store, redactor) };
    this.#ports = ports;
    this.#shown = new ShownSession(ports.store, ports.folderKey);
    this.router = new Router({ settings: ports.settings, secrets: ports.secrets, redactor });
    const limits = { ...defaultLimits, ...options.limits };
    const traces = this.#traces;
    this.prices = new Prices(() => ports.settings.prices());
    const { router, prices } = this;
    this.#live = new LiveExport(ports, (span) =>
      liveBodies(this.supervisor.find(span.origin ?? span.session)?.session, span),
    );
    const spanEnded = (span: Span): void => this.#live.add(span);
    this.permissions = new Permissions(ports, () => this.supervisor.settleQuestions());
    const { permissions } = this;
    const questionsChanged: AgentDependencies["questionsChanged"] = (session, asked) => {
      const told = asked && { session, text: asked.text };
      ports.ui.showWaiting(this.supervisor.openQuestions, told);
    };
    this.supervisor = new Supervisor({
      ...{ ports, router, redactor, prices, traces, spanEnded, permissions, questionsChanged, limits },
      workflows: () => this.runs,
    });
    this.runTraces = { store: ports.store, redactor, channel: (id) => traces.channel(id), ended: spanEnded };
    this.runs = new Runs({
      ports,
      agents: (mode) => this.workflowAgents(mode),
      mode: () => this.active()?.session.state.mode ?? "default",
      redact: (value) => redactor.value(value),
      traces: this.runTraces,
      isSession: (id) => this.supervisor.library.find(id) !== undefined,
      asked: (run, workflow, text) => ports.ui.tellRunAsks({ run, workflow, text }),
      shell: (run, workflow, mode) =>
        new RunShell({
          ...{ supervisor: this.supervisor, choice: () => router.defaultChoice(), run, workflow, mode },
        }),
      settings: () => ports.settings.workflows(),
      notice: async () => (await router.route(router.defaultChoice())).standInNotice,
      ended: (entry) => {
        this.permissions.endRun(entry.run);
        ports.ui.tellRunEnded(entry);
      },
    });
    this.handlers = makeHandlers(this, ports);
    ports.store.onProblem((storeProblem) => this.#change({ storeProblem }));
    ports.settings.onChange(() => void this.refresh());
  }

  /** The channel of a name and key; undefined for a session that is not open. */
  readonly channel: ChannelLookup = <C extends ChannelName>(name: C, key: string) => {
    const channels = {
      workspace: this.#workspace,
      sessions: this.supervisor.library.list,
      session: this.supervisor.visible(key)?.channel,
      trace: name === "trace" ? this.#traces.channel(key) : undefined,
      permissions: this.permissions.channel,
      run: name === "run" ? this.runs.channel(key) : undefined,
      runs: this.runs.list.channel,
    };
    // The name decides the type, which the compiler can not follow through the look-up.
    return channels[name] as Channel<C> | undefined;
  };

  /** Opens the session that the folder's chat showed last, or starts one; call once. Resolves as soon as there is something to show, which may be how things were. */
  async start(): Promise<void> {
    const { library } = this.supervisor;
    const [isKnown, wanted] = await Promise.all([library.preview(), this.#shown.read()]);
    const seen = lastShown(library.list.state.sessions, wanted);
    const isShown = isKnown && seen !== undefined && (await this.#preview(seen.id, this.#wish));
    this.#ready = this.#openLast(wanted).catch((error: unknown) =>
      this.#ports.log.error("The last session could not be opened.", error),
    );
    if (!isShown) await this.#ready;
  }

  /** Resolves when what `start` began is done. */
  get ready(): Promise<void> {
    return this.#ready;
  }

  async #openLast(wanted: string | undefined): Promise<void> {
    const before = this.#wish;
    const sessions = await this.supervisor.loadList().catch((error: unknown) => {
      this.#ports.log.error("The list of sessions could not be read.", error);
      return [];
    });
    const last = lastShown(sessions, wanted);
    const [newest] = sessions;
    // Its work goes on though the chat shows another.
    if (
      newest !== undefined &&
      newest.id !== last?.id &&
      (newest.state === "running" || newest.state === "interrupted")
    )
      void this.supervisor.open(newest.id).then(resume, () => {});
    // Who began a session meanwhile, or opened another, keeps it.
    if (this.#wish !== before) return;
    if (last === undefined) await this.newSession();
    else
      await this.openSession(last.id).then(resume, async () => {
        if (this.#wish === before + 1) await this.newSession();
      });
    void this.#tidy();
  }

  async #preview(id: string, wish: number): Promise<boolean> {
    if (!(await this.supervisor.preview(id)) || wish !== this.#wish) return false;
    this.#activeId = id;
    await this.refresh();
    return true;
  }

  /** Applies the user's limits on the history; quietly, since nobody waits for it. */
  async #tidy(): Promise<void> {
    const { settings, clock, log } = this.#ports;
    try {
      await this.supervisor.library.tidy(settings.retention(), clock.now());
    } catch (error) {
      log.warn(`The history could not be tidied: ${messageOf(error)}`);
    }
  }

  /** Starts a session, which the chat then shows. */
  async newSession(summary?: string): Promise<Agent> {
    const wish = ++this.#wish;
    return this.#showLast(wish, await this.supervisor.create(this.router.defaultChoice(), summary));
  }

  /** Opens a stored session, which the chat then shows; at once where there is a copy of its end. Throws BooError "no-session". */
  async openSession(id: string): Promise<Agent> {
    const wish = ++this.#wish;
    const before = this.#activeId;
    if (before !== id) await this.#preview(id, wish);
    try {
      return await this.#showLast(wish, await this.supervisor.open(id));
    } catch (error) {
      if (wish === this.#wish) this.#activeId = before;
      await this.refresh();
      throw error;
    }
  }

  /** The agent whose session the chat shows. */
  active(): Agent | undefined {
    return this.supervisor.find(this.#activeId);
  }

  /** Says something in a session, as `Agent.prompt` does. */
  async prompt(agent: Agent, text: string): ReturnType<Agent["prompt"]> {
    const told = await agent.prompt(text);
    // It may have been the first thing said there.
    this.#noteShown();
    return told;
  }

  /** Notes which session the next window of this folder is to show first. */
  #noteShown(): void {
    const { session } = this.active() ?? {};
    if (session !== undefined) void this.#shown.keep(session.isUnused ? "" : session.id);
  }

  /** Real agents for a run of a workflow, each in a session of its own; `mode` says how much they do without asking. */
  workflowAgents(mode: Mode): WorkflowAgents {
    const { supervisor, router } = this;
    const { warmsPrefix = true } = this.#ports.settings.workflows();
    return new SessionAgents({ supervisor, router, mode, warmsPrefix });
  }

  /** Changes the model of the active session, and of new ones. */
  async selectModel(choice: ModelChoice): Promise<void> {
    await this.active()?.choose(choice);
    await this.#ports.settings.setChoice(choice);
    await this.refresh();
  }

  /** Looks again at what may have changed outside: folders, trust, keys, settings. */
  async refresh(): Promise<void> {
    void this.permissions.refresh();
    const shown = this.supervisor.visible(this.#activeId);
    const choice = shown?.state.choice ?? this.router.defaultChoice();
    const route = await this.router.route(choice);
    // Finding the way for new sessions makes their key known, and so kept out of everything that is written.
    await this.router.route(this.router.defaultChoice());
    this.#change({
      folders: this.#ports.editor.folders().map((folder) => folder.name),
      isTrusted: this.#ports.isTrusted(),
      choice,
      modelLabel: route.label,
      keyState: route.keyState,
      standInNotice: route.standInNotice,
      activeSession: this.#activeId,
    });
  }

  /** Loads what the first message needs, in pieces that never hold the host up. */
  warmUp(): Promise<void> {
    return loadAhead();
  }

  /** Replaces secrets that BooCode holds in a text. */
  redact(text: string): string {
    return this.#redactor.text(text);
  }

  /** The same in any value. */
  redactValue<T>(value: T): T {
    return this.#redactor.value(value);
  }

  /** Stops all agents and waits until everything is on disk. */
  async close(): Promise<void> {
    this.permissions[Symbol.dispose]();
    await this.runs[Symbol.asyncDispose]();
    await this.supervisor.close();
    await this.#ports.shell[Symbol.asyncDispose]();
    await this.#ports.snapshots[Symbol.asyncDispose]();
    await this.#live.close();
  }

  /** Makes the chat show an open session. */
  show(agent: Agent): Promise<Agent> {
    return this.#showLast(++this.#wish, agent);
  }

  // Of what is asked for one after the other the last is shown, however long each takes.
  async #showLast(wish: number, agent: Agent): Promise<Agent> {
    if (wish !== this.#wish) return agent;
    this.#activeId = agent.session.id;
    this.#noteShown();
    await this.refresh();
    return agent;
  }

  #change(change: Partial<WorkspaceState>): void {
    this.#workspace.emit({ type: "workspace-change", change });
  }
}

/** The session that the chat is to show at the start: the one it showed last, none where that was an empty one, or else the newest. */
function lastShown(sessions: readonly SessionEntry[], wanted: string | undefined): SessionEntry | undefined {
  return wanted === "" ? undefined : (sessions.find(({ id }) => id === wanted) ?? sessions[0]);
}

/** Goes on with a cut turn, where the user wants that and it was not tried too often. */
function resume(agent: Agent): void {
  void agent.autoResume();
}

/** Makes the core over its ports. Nothing heavy is loaded before a message or `warmUp` asks. */
export function createBooCode(ports: Ports, options: CoreOptions = {}): BooCode {
  return new BooCode(ports, options);
}

// Every large text passes here on its way to a file; events are cleaned by their session.
function withoutSecrets(store: Store, redactor: Redactor): Store {
  return {
    append: (records) => store.append(records),
    sessions: (folder) => store.sessions(folder),
    events: (session) => store.events(session),
    search: (words) => store.search(words),
    hits: (words, sessions, perSession) => store.hits(words, sessions, perSession),
    acquire: (session) => store.acquire(session),
    release: (session) => store.release(session),
    owner: (session) => store.owner(session),
    follow: (listener) => store.follow(listener),
    keepCopy: (name, text) => store.keepCopy(name, text),
    readCopy: (name) => store.readCopy(name),
    size: () => store.size(),
    clean: () => store.clean(),
    decisions: (page) => store.decisions(page),
    strays: (session) => store.strays(session),
    spans: (session, page) => store.spans(session, page),
    putBlob: (text) => store.putBlob(redactor.text(text)),
    readBlob: (hash) => store.readBlob(hash),
    readBlobRange: (hash, ...range) => store.readBlobRange(hash, ...range),
    onProblem: (listener) => store.onProblem(listener),
    close: () => store.close(),
  };
}
