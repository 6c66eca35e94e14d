/** The open agents of this window, one for each open session. */
import type { SessionEvent } from "#protocol/session.ts";
import type { ModelChoice } from "#protocol/header.ts";
import { lastWords } from "#protocol/session-window.ts";
import type { SessionEntry, SessionSummary } from "#protocol/sessions.ts";
import { BooError, messageOf } from "../errors.ts";
import type { Store, StoreChange } from "../store-ports.ts";
import { readSessionCopy } from "../session/copies.ts";
import { SessionLibrary } from "../session/library.ts";
import { Session } from "../session/session.ts";
import { Agent } from "./agent.ts";
import { ContextSource } from "./context.ts";
import type { AgentDependencies } from "./dependencies.ts";
import { type AgentTask, portsIn, shellStep } from "./task.ts";

// Idle sessions beyond this many are closed, oldest first; they open again from the store.
const openAgents = 8;
// Whether the window that runs a session still lives is looked at this often (ms).
const ownerEvery = 1_500;

/** Opens, creates and closes agents, and keeps those up to date that other windows run. */
export class Supervisor {
  readonly library: SessionLibrary;
  readonly #dependencies: AgentDependencies;
  readonly #agents = new Map<string, Agent>();
  readonly #opening = new Map<string, Promise<Agent>>();
  readonly #previews = new Map<string, Session>();
  #watching: ReturnType<typeof setTimeout> | undefined;
  /** What other windows wrote is taken in one after the other. */
  #hearing: Promise<void> = Promise.resolve();

  constructor(dependencies: AgentDependencies) {
    this.#dependencies = dependencies;
    this.library = new SessionLibrary(
      dependencies.ports,
      (session) => this.#agents.get(session)?.isRunning === true,
    );
    dependencies.ports.store.follow((change) => this.#hear(change));
  }

  /** The agent of an open session. */
  find(session: string): Agent | undefined {
    return this.#agents.get(session);
  }

  /** Reads the sessions from the store, this folder's newest first; those cut off by the end of their window are shown as interrupted. */
  loadList(): Promise<readonly SessionEntry[]> {
    return this.library.load();
  }

  /** Starts a session; it is written down with its first event, so that an unused one leaves nothing behind. */
  async create(choice: ModelChoice, summary?: string): Promise<Agent> {
    const session = this.#makeSession(crypto.randomUUID());
    const kept = summary === undefined ? undefined : await session.keep(summary);
    return this.#begin(session, this.#dependencies, choice, kept && { summary: kept });
  }

  /** Starts a session whose agent works on a task by itself. */
  createFor(task: AgentTask, choice: ModelChoice): Agent {
    const { origin, folder } = task.terms;
    const { ports } = this.#dependencies;
    // The trace of its run tells of what an agent did, to whoever follows live.
    const told = { task, ...(origin.step !== shellStep && { spanEnded: () => {} }) };
    const own = {
      ...this.#dependencies,
      ...{ ports: folder === undefined ? ports : portsIn(folder, ports), ...told },
    };
    return this.#begin(this.#makeSession(crypto.randomUUID()), own, choice, { task: origin });
  }

  #begin(
    session: Session,
    dependencies: AgentDependencies,
    choice: ModelChoice,
    more: Pick<Extract<SessionEvent, { type: "session-start" }>, "summary" | "task"> | undefined,
  ): Agent {
    const { clock, folderKey } = this.#dependencies.ports;
    const agent = new Agent(session, new ContextSource(dependencies.ports), dependencies);
    const { id } = session;
    session.begin({ type: "session-start", at: clock.now(), id, folder: folderKey, choice, ...more });
    this.#add(agent);
    return agent;
  }

  /** Makes a stored session out of events, the first of which names it. */
  async adopt(events: readonly SessionEvent[]): Promise<Agent> {
    const [start] = events;
    if (start?.type !== "session-start")
      throw new BooError("bad-session", "A session begins with its start, and this one does not.");
    const session = this.#makeSession(start.id);
    await session.adopt(events);
    return this.#addLoaded(session, events);
  }

  /** Opens a stored session, mending what was cut off. Throws BooError "no-session". */
  async open(id: string): Promise<Agent> {
    const open = this.#agents.get(id) ?? this.#opening.get(id);
    if (open !== undefined) return open;
    const opening = this.#open(id).finally(() => this.#opening.delete(id));
    this.#opening.set(id, opening);
    return opening;
  }

  /** Ends or suspends all turns and waits until everything is on disk; sessions that were never used leave nothing there. */
  async close(): Promise<void> {
    await Promise.all(
      [...this.#agents.values()].map(async (agent) => {
        await agent.suspend();
        await agent.commands.close();
        if (!agent.session.isUnused) await agent.idle();
      }),
    );
    clearTimeout(this.#watching);
    await this.library.settle();
  }

  /** Shows the title that the user gave a session, where it is open. */
  showTitle(id: string): void {
    const channel = this.#agents.get(id)?.session.channel;
    const title = this.library.find(id)?.title;
    if (channel !== undefined && title !== undefined && title !== channel.state.title)
      channel.emit({ type: "title-change", at: this.#dependencies.ports.clock.now(), title });
  }

  /** Offers no more to make a fork of what is not in a session's course now. */
  async dismissStrays(id: string): Promise<void> {
    const strays = await this.#dependencies.ports.store.strays(id);
    await this.library.mark(id, { straysSeen: strays.length });
    const agent = this.#agents.get(id);
    if (agent !== undefined) await this.#showStrays(agent);
  }

  /** Forgets an open session, which opens again from the store. */
  forget(id: string): void {
    void this.#agents.get(id)?.commands.close();
    this.#agents.delete(id);
  }

  /** How many questions wait for the user in this window. */
  get openQuestions(): number {
    const counts = [...this.#agents.values()].map(({ session }) => session.state.questions.length);
    return counts.reduce((sum, count) => sum + count, 0);
  }

  /** Answers the open questions of all agents that something granted has answered. */
  async settleQuestions(): Promise<void> {
    for (const agent of this.#agents.values()) await agent.settleQuestions();
  }

  /** The session of an agent that is open or on its way, as far as views can see it. */
  visible(id: string): Session | undefined {
    return this.#agents.get(id)?.session ?? this.#previews.get(id);
  }

  /** Shows a stored session as it was when it last rested, until `open` has read it; false where there is no copy of that. */
  async preview(id: string): Promise<boolean> {
    const state = readSessionCopy(await this.#dependencies.ports.store.readCopy(id), id);
    if (state === undefined || this.#agents.has(id)) return false;
    const session = this.#makeSession(id);
    session.preview(state);
    this.#previews.set(id, session);
    return true;
  }

  async #open(id: string): Promise<Agent> {
    const { store } = this.#dependencies.ports;
    const events = await store.events(id);
    if (events.length === 0) {
      // It was deleted for good: nor is its copy shown any more.
      this.#previews.delete(id);
      void store.keepCopy(id, "");
      throw new BooError(
        "no-session",
        "This session is not in the store. Choose another one or start a new session.",
      );
    }
    const preview = this.#previews.get(id);
    const session = preview ?? this.#makeSession(id);
    await session.load(events);
    this.#previews.delete(id);
    if (preview === undefined) void keepCopy(session, store);
    const agent = await this.#addLoaded(session, events);
    await agent.recover().catch(() => this.#showOwner(agent));
    void this.#showStrays(agent);
    return agent;
  }

  async #addLoaded(session: Session, events: readonly SessionEvent[]): Promise<Agent> {
    const agent = new Agent(session, new ContextSource(this.#dependencies.ports), this.#dependencies);
    await agent.learn(events);
    this.#add(agent);
    this.showTitle(session.id);
    return agent;
  }

  #hear(change: StoreChange): void {
    if (
      change.kind === "summary" ||
      change.kind === "marks" ||
      change.kind === "purge" ||
      change.kind === "gap"
    )
      this.library.hear(change);
    // Where a session's events are taken in late, so is the news of who runs it.
    this.#hearing = this.#hearing
      .then(() => this.#take(change))
      .catch((error: unknown) =>
        this.#dependencies.ports.log.error("What another window wrote could not be taken in.", error),
      );
  }

  async #take(change: StoreChange): Promise<void> {
    if (change.kind === "span") {
      const trace = this.#dependencies.traces.find(change.session);
      trace?.emit({ type: "span-end", span: change.span() });
      return;
    }
    if (change.kind === "gap") {
      await Promise.all([...this.#agents.values()].map((agent) => this.#readAgain(agent)));
      return;
    }
    const id = change.kind === "summary" ? change.summary.id : change.session;
    // What is written while a session is read here is in it afterwards.
    const agent = this.#agents.get(id) ?? (await this.#opening.get(id)?.catch(() => undefined));
    if (change.kind === "lease") this.library.hear(change);
    if (agent === undefined) return;
    const { session } = agent;
    if (change.kind === "partial") session.followPartial(change.after, change.event());
    else if (change.kind === "lease") this.#showOwner(agent);
    else if (change.kind === "lost") await this.#giveUp(agent);
    else if (change.kind === "purge") this.forget(session.id);
    else if (change.kind === "event" && !(await session.follow(change.n, change.event())))
      await this.#readAgain(agent);
  }

  /** Another window goes on with the session: what this one was doing ends, and what it still wrote can become a fork. */
  async #giveUp(agent: Agent): Promise<void> {
    await agent.interrupt();
    await this.#readAgain(agent);
    await this.#showStrays(agent);
  }

  async #showStrays({ session }: Agent): Promise<void> {
    const { log, store } = this.#dependencies.ports;
    try {
      const strays = await store.strays(session.id);
      const hasStrays = strays.length > (this.library.marksOf(session.id).straysSeen ?? 0);
      if (hasStrays !== (session.state.hasStrays ?? false))
        void session.emit({ type: "strays-change", hasStrays });
    } catch (error) {
      log.warn(`What is not in a session's course could not be read: ${messageOf(error)}`);
    }
  }

  /** Brings an open session to what the store has, in place: views and the agent keep what they hold. */
  async #readAgain(agent: Agent): Promise<void> {
    if (agent.isRunning || agent.session.isUnused) return;
    const { store } = this.#dependencies.ports;
    const events = await store.events(agent.session.id);
    if (events.length > 0) await agent.reload(events);
    this.#showOwner(agent);
  }

  // Also while a turn begins here: it may yet be refused because of the owner.
  #showOwner({ session }: Agent): void {
    const owner = this.#dependencies.ports.store.owner(session.id);
    const shown = owner === "elsewhere" || owner === "gone" ? owner : undefined;
    if (session.state.owner !== shown) {
      void session.emit({ type: "owner-change", owner: shown });
      this.library.hear({ kind: "lease", session: session.id });
    }
    if (shown === "elsewhere") this.#watchOwners();
  }

  /** That a window has gone is told by nobody: it is looked after while a session runs elsewhere. */
  #watchOwners(): void {
    this.#watching ??= setTimeout(() => {
      this.#watching = undefined;
      for (const agent of this.#agents.values())
        if (agent.session.state.owner !== undefined) this.#showOwner(agent);
    }, ownerEvery);
  }

  #makeSession(id: string): Session {
    const { ports, redactor } = this.#dependencies;
    const session = new Session(id, { store: ports.store, log: ports.log, redactor });
    session.onSummary = (summary: SessionSummary) => {
      this.library.note(summary);
      if (summary.state !== "running") void keepCopy(session, ports.store);
    };
    return session;
  }

  #add(agent: Agent): void {
    this.#agents.set(agent.session.id, agent);
    for (const [id, other] of this.#agents) {
      if (this.#agents.size <= openAgents) return;
      const isIdle =
        !other.isRunning && !other.session.channel.isHeard && other.commands.background.length === 0;
      if (other !== agent && isIdle) this.forget(id);
    }
  }
}

// Of the end of a conversation only, which is small whatever the session has become: the host stops for as long as this takes.
async function keepCopy(session: Session, store: Store): Promise<void> {
  await store.keepCopy(session.id, JSON.stringify(lastWords(session.state)));
}
