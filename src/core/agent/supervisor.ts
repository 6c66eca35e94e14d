/** The open agents of this window, one for each open session. */
import type { ModelChoice } from "#protocol/session.ts";
import type { SessionSummary } from "#protocol/sessions.ts";
import { Channel } from "../channel.ts";
import { BooError } from "../errors.ts";
import { recover } from "../session/recover.ts";
import { Session } from "../session/session.ts";
import { Agent, type AgentDependencies } from "./agent.ts";
import { ContextSource } from "./context.ts";

// Idle sessions beyond this many are closed, oldest first; they open again from the store.
const openAgents = 8;

/** Opens, creates and closes agents; the writer of the `sessions` channel. */
export class Supervisor {
  readonly list = new Channel("sessions");
  readonly #dependencies: AgentDependencies;
  readonly #agents = new Map<string, Agent>();
  readonly #opening = new Map<string, Promise<Agent>>();

  constructor(dependencies: AgentDependencies) {
    this.#dependencies = dependencies;
  }

  /** The agent of an open session. */
  find(session: string): Agent | undefined {
    return this.#agents.get(session);
  }

  /** Reads the folder's sessions from the store; those cut off by the end of their window are shown as interrupted. */
  async loadList(): Promise<readonly SessionSummary[]> {
    const { store, folderKey } = this.#dependencies.ports;
    const stored = await store.sessions(folderKey);
    const sessions = stored.map((entry) =>
      entry.state === "running" && !this.#agents.get(entry.id)?.isRunning
        ? { ...entry, state: "interrupted" as const }
        : entry,
    );
    this.list.emit({ type: "sessions-loaded", sessions });
    return sessions;
  }

  /** Starts a session; it is written down with its first event, so that an unused one leaves nothing behind. */
  create(choice: ModelChoice, summary?: string): Promise<Agent> {
    return this.#create(choice, summary);
  }

  /** Opens a stored session, mending what was cut off. Throws BooError "no-session". */
  async open(id: string): Promise<Agent> {
    const open = this.#agents.get(id) ?? this.#opening.get(id);
    if (open !== undefined) return open;
    const opening = this.#open(id).finally(() => this.#opening.delete(id));
    this.#opening.set(id, opening);
    return opening;
  }

  /** Interrupts all turns and waits until everything is on disk; sessions that were never used leave nothing there. */
  async close(): Promise<void> {
    await Promise.all(
      [...this.#agents.values()].map(async (agent) => {
        await agent.interrupt();
        if (!agent.session.isUnused) await agent.idle();
      }),
    );
  }

  async #create(choice: ModelChoice, summary: string | undefined): Promise<Agent> {
    const { ports } = this.#dependencies;
    const id = crypto.randomUUID();
    const session = this.#makeSession(id);
    const kept = summary === undefined ? undefined : await session.keep(summary);
    const context = new ContextSource(ports);
    const agent = new Agent(session, context, this.#dependencies);
    session.begin({
      type: "session-start",
      at: ports.clock.now(),
      id,
      folder: ports.folderKey,
      choice,
      ...(kept && { summary: kept }),
    });
    this.#add(agent);
    return agent;
  }

  async #open(id: string): Promise<Agent> {
    const { ports } = this.#dependencies;
    const events = await ports.store.events(id);
    if (events.length === 0)
      throw new BooError(
        "no-session",
        "This session is not in the store. Choose another one or start a new session.",
      );
    const session = this.#makeSession(id);
    const context = new ContextSource(ports);
    await session.load(events);
    for (const event of events) context.apply(event);
    await context.restore();
    const agent = new Agent(session, context, this.#dependencies);
    await recover(session, events, ports.clock.now());
    this.#add(agent);
    return agent;
  }

  #makeSession(id: string): Session {
    const { ports, redactor } = this.#dependencies;
    const session = new Session(id, { store: ports.store, log: ports.log, redactor });
    session.onSummary = (summary) => this.list.emit({ type: "session-summary", summary });
    return session;
  }

  #add(agent: Agent): void {
    this.#agents.set(agent.session.id, agent);
    for (const [id, other] of this.#agents) {
      if (this.#agents.size <= openAgents) return;
      if (other !== agent && !other.isRunning && !other.session.channel.isHeard) this.#agents.delete(id);
    }
  }
}
