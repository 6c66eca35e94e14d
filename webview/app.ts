import { computed, effect, signal, type ReadonlySignal, type Signal } from "@preact/signals";
import type { HostMessage, Requests } from "#protocol/protocol.ts";
import type { SessionState } from "#protocol/session.ts";
import type { WorkspaceState } from "#protocol/workspace.ts";
import { actOver, type Act } from "./act.ts";
import { Arrangement } from "./arrangement.ts";
import { createClient, type Client } from "./client.ts";
import { HostClock } from "./host-clock.ts";
import { createNavigation, type Navigation } from "./navigation.ts";
import { pageApp } from "./page-app.ts";
import type { Port } from "./port.ts";
import { createStore, type Schedule, type Store } from "./store.ts";

/** A session that was forked from another one: `turn` is the number of the last turn that they share, 0 for none. */
export type Branch = Requests["session.forks"]["result"]["forks"][number];

/** What every component draws from and dispatches to. */
export interface App extends Navigation {
  readonly client: Client;
  readonly store: Store;
  readonly clock: HostClock;
  readonly arrangement: Arrangement;
  /** Undefined until the host has said. */
  readonly workspace: ReadonlySignal<WorkspaceState | undefined>;
  /** The id of the session that is shown, "" while there is none. */
  readonly sessionId: ReadonlySignal<string>;
  /** The session that is shown, undefined until its snapshot is here; changes with every frame of an answer. */
  readonly session: ReadonlySignal<SessionState | undefined>;
  readonly isRunning: ReadonlySignal<boolean>;
  /** Set while another window runs the session, or has gone in the middle of a turn: nothing can be sent from here. */
  readonly owner: ReadonlySignal<SessionState["owner"]>;
  /** The sessions that were forked from the one that is shown. */
  readonly branches: Signal<readonly Branch[]>;
  /** Messages that are being edited in place, by row: they outlive being scrolled out of sight. */
  readonly edits: Map<string, string>;
  /** Why the last thing that the user asked for did not happen. */
  readonly problem: Signal<string>;
  readonly isHistoryOpen: Signal<boolean>;
  /** Counts how often the host asked for the composer to be focused. */
  readonly focusRequests: Signal<number>;
  /** Text that something other than the keyboard puts into the composer. */
  readonly suggestion: Signal<string>;
  /** Makes a request for the user: a refusal is shown, and the result is undefined then. */
  readonly act: Act;
}

/** Makes the app over a port and begins to follow the host. */
export function createApp(port: Port, schedule: Schedule): App {
  const client = createClient(port);
  const store = createStore(port, schedule);
  const clock = new HostClock();
  const problem = signal("");
  const focusRequests = signal(0);
  const workspace = store.follow("workspace", "");
  const sessionId = computed(() => workspace.value?.activeSession ?? "");
  const session = followActive(store, sessionId);
  const isRunning = computed(() => {
    const last = session.value?.turns.at(-1);
    return last !== undefined && last.end === undefined;
  });

  const act = actOver(client, problem);
  const navigation = createNavigation(act, sessionId, session);

  port.listen((message) => receive(message));
  function receive(message: HostMessage): void {
    switch (message.type) {
      case "result":
      case "error":
        return client.receive(message);
      case "snapshot":
        return store.receive(message);
      case "events":
        for (const event of message.events) if ("at" in event) clock.see(event.at);
        return store.receive(message);
      case "ping":
        return port.post({ type: "pong" });
      case "focus-composer":
        focusRequests.value++;
        return;
      case "show-turn":
        navigation.wantedTurn.value = { session: message.session, number: message.turn };
        return;
      case "focus-search":
      case "show-trace":
      case "show-run":
    }
  }

  return {
    client,
    store,
    clock,
    workspace,
    sessionId,
    session,
    isRunning,
    owner: computed(() => session.value?.owner),
    branches: signal([]),
    edits: new Map(),
    problem,
    focusRequests,
    arrangement: new Arrangement(port, async (text) => (await client.request("draft.keep", { text })).blob),
    isHistoryOpen: signal(false),
    suggestion: signal(""),
    act,
    ...navigation,
  };
}

function followActive(
  store: Store,
  active: ReadonlySignal<string>,
): ReadonlySignal<SessionState | undefined> {
  const followed = signal<ReadonlySignal<SessionState | undefined> | undefined>(undefined);
  effect(() => {
    const id = active.value;
    if (id === "") return undefined;
    followed.value = store.follow("session", id);
    return () => {
      followed.value = undefined;
      store.unfollow("session", id);
    };
  });
  return computed(() => followed.value?.value);
}

const page = pageApp<App>();

/** Says which app the page's components are part of. */
export const provideApp = page.provide;

/** The app that a component is part of. */
export const useApp = page.use;
