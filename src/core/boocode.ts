/** The core: constructs and owns its services, in order. */
import type { ModelChoice } from "#protocol/session.ts";
import type { WorkspaceState } from "#protocol/workspace.ts";
import type { Agent } from "./agent/agent.ts";
import { defaultLimits, type Limits } from "./agent/limits.ts";
import { Supervisor } from "./agent/supervisor.ts";
import { Channel, type ChannelLookup } from "./channel.ts";
import { makeHandlers, type Handlers } from "./handlers.ts";
import { Router } from "./models/router.ts";
import { warmUpSdk } from "./models/sdk.ts";
import type { Ports, Store } from "./ports.ts";
import { Redactor } from "./session/redact.ts";

/** What an application may change when it makes a core. */
export interface CoreOptions {
  readonly limits?: Partial<Limits>;
}

/** The core as its surroundings see it. */
export interface BooCode {
  readonly handlers: Handlers;
  readonly channel: ChannelLookup;
  readonly router: Router;
  /** The agents of the open sessions. */
  readonly supervisor: Supervisor;
  /** Opens the folder's last session, or starts one; call once. */
  start(): Promise<void>;
  /** Starts a session, which the chat then shows. */
  newSession(summary?: string): Promise<Agent>;
  /** Opens a stored session, which the chat then shows. */
  openSession(id: string): Promise<Agent>;
  /** The session that the chat shows. */
  active(): Agent | undefined;
  /** Changes the model of the active session, and of new ones. */
  selectModel(choice: ModelChoice): Promise<void>;
  /** Looks again at what may have changed outside: folders, trust, keys, settings. */
  refresh(): Promise<void>;
  /** Loads what the first message needs, in pieces that never hold the host up. */
  warmUp(): Promise<void>;
  /** Replaces secrets that BooCode holds in a text. */
  redact(text: string): string;
  /** Stops all agents and waits until everything is on disk. */
  close(): Promise<void>;
}

/** Makes the core over its ports. Nothing heavy is loaded before a message or `warmUp` asks. */
export function createBooCode(outer: Ports, options: CoreOptions = {}): BooCode {
  const redactor = new Redactor();
  const ports: Ports = { ...outer, store: withoutSecrets(outer.store, redactor) };
  const router = new Router({ settings: ports.settings, secrets: ports.secrets, redactor });
  const supervisor = new Supervisor({ ports, router, redactor, limits: { ...defaultLimits, ...options.limits } });
  const workspace = new Channel("workspace");
  let activeId = "";

  const change = (values: Partial<WorkspaceState>): void => workspace.emit({ type: "workspace-change", change: values });
  const show = async (agent: Agent): Promise<Agent> => {
    activeId = agent.session.id;
    await core.refresh();
    return agent;
  };

  const channels: { readonly [C in "workspace" | "sessions"]: Channel<C> } = { workspace, sessions: supervisor.list };
  // The name decides the type, which the compiler can not follow through the look-up.
  const channel = ((name: string, key: string) =>
    name === "session" ? supervisor.find(key)?.session.channel : channels[name as "workspace" | "sessions"]) as ChannelLookup;

  const core: BooCode = {
    handlers: {} as Handlers,
    channel,
    router,
    supervisor,
    active: () => supervisor.find(activeId),
    redact: (text) => redactor.text(text),
    newSession: async (summary) => show(await supervisor.create(router.defaultChoice(), summary)),
    openSession: async (id) => show(await supervisor.open(id)),
    warmUp: () => warmUpSdk(),
    close: () => supervisor.close(),
    async start() {
      const [last] = await supervisor.loadList().catch((error: unknown) => {
        ports.log.error("The list of sessions could not be read.", error);
        return [];
      });
      await (last === undefined ? core.newSession() : core.openSession(last.id).catch(() => core.newSession()));
    },
    async selectModel(choice) {
      await core.active()?.choose(choice);
      await ports.settings.setChoice(choice);
      await core.refresh();
    },
    async refresh() {
      const choice = supervisor.find(activeId)?.session.state.choice ?? router.defaultChoice();
      const route = await router.route(choice);
      change({
        folders: ports.editor.folders().map((folder) => folder.name),
        isTrusted: ports.isTrusted(),
        choice,
        modelLabel: route.label,
        keyState: route.keyState,
        standInNotice: route.standInNotice,
        activeSession: activeId,
      });
    },
  };
  Object.assign(core, { handlers: makeHandlers(core, ports) });
  ports.store.onProblem((storeProblem) => change({ storeProblem }));
  ports.settings.onChange(() => void core.refresh());
  return core;
}

// Every large text passes here on its way to a file; events are cleaned by their session.
function withoutSecrets(store: Store, redactor: Redactor): Store {
  return {
    append: (records) => store.append(records),
    sessions: (folder) => store.sessions(folder),
    events: (session) => store.events(session),
    spans: (session) => store.spans(session),
    putBlob: (text) => store.putBlob(redactor.text(text)),
    readBlob: (hash) => store.readBlob(hash),
    onProblem: (listener) => store.onProblem(listener),
    close: () => store.close(),
  };
}
