import { computed, effect, signal, type ReadonlySignal, type Signal } from "@preact/signals";
import type { HostMessage } from "#protocol/protocol.ts";
import type { SessionEntry, SessionQuery } from "#protocol/sessions.ts";
import { actOver, type Act } from "../act.ts";
import { createClient, type Client } from "../client.ts";
import { pageApp } from "../page-app.ts";
import type { Port } from "../port.ts";
import { createStore, type Schedule, type Store } from "../store.ts";
import { SessionChanges } from "./changes.ts";
import { SessionFinder, type Filters } from "./finder.ts";
import { readKept, type Kept } from "./kept.ts";
import { rowsOf, type Row } from "./rows.ts";
import { noSelection, settle, type Selection } from "./selection.ts";

/** Where a menu opens, in pixels of the page, and for which row. */
export interface OpenMenu {
  readonly row: string;
  readonly x: number;
  readonly y: number;
}

/** What every component of the list of sessions draws from and dispatches to. */
export interface SessionsApp {
  readonly client: Client;
  readonly act: Act;
  /** Why the last thing that the user asked for did not happen. */
  readonly problem: Signal<string>;
  /** The session that the chat shows. */
  readonly activeSession: ReadonlySignal<string>;
  /** Counts the changes of any session. */
  readonly revision: ReadonlySignal<number>;
  readonly finder: SessionFinder;
  readonly changes: SessionChanges;
  readonly rows: ReadonlySignal<readonly Row[]>;
  readonly selection: Signal<Selection>;
  /** Sessions whose forks are not shown. */
  readonly closed: Signal<ReadonlySet<string>>;
  /** The session whose title is being edited. */
  readonly renaming: Signal<string | undefined>;
  readonly menu: Signal<OpenMenu | undefined>;
  /** The sessions that are about to be deleted for good. */
  readonly purging: Signal<readonly SessionEntry[]>;
  /** The session whose timeline is shown in place of the list. */
  readonly timeline: Signal<string | undefined>;
  /** Count how often the search box, and the list, were asked to take the focus. */
  readonly searchRequests: Signal<number>;
  readonly listRequests: Signal<number>;
}

const minuteMs = 60_000;

/** Makes the app over a port and begins to follow the host. */
export function createSessionsApp(port: Port, schedule: Schedule): SessionsApp {
  const client = createClient(port);
  const store = createStore(port, schedule);
  const problem = signal("");
  const searchRequests = signal(0);
  const act = actOver(client, problem);
  const kept = readKept(port.readState());
  const finder = makeFinder(client, kept.filters);
  const changes = new SessionChanges(async (step) => {
    const isDone = (await act("sessions.mark", step)) !== undefined;
    await finder.again();
    return isDone;
  });
  const workspace = store.follow("workspace", "");
  const sessions = store.follow("sessions", "");
  const closed = signal<ReadonlySet<string>>(new Set(kept.closed));
  const rows = followRows(finder, closed);
  const app: SessionsApp = {
    ...{ client, act, problem, finder, changes, rows, closed, searchRequests },
    activeSession: computed(() => workspace.value?.activeSession ?? ""),
    revision: computed(() => sessions.value?.revision ?? 0),
    selection: signal(noSelection),
    renaming: signal(undefined),
    menu: signal(undefined),
    purging: signal([]),
    timeline: signal(kept.timeline),
    listRequests: signal(0),
  };
  port.listen((message) => receive(message, { port, client, store, searchRequests }));
  follow(app, port);
  finder.change({});
  return app;
}

function makeFinder(client: Client, filters: Filters): SessionFinder {
  const wait = (callback: () => void, ms: number): (() => void) => {
    const timer = setTimeout(callback, ms);
    return () => clearTimeout(timer);
  };
  const ask = (query: SessionQuery, abort: AbortSignal) => client.request("sessions.find", query, abort);
  return new SessionFinder({ ask, wait, now: () => Date.now() }, filters);
}

// Ages are told in minutes, so they are told anew every minute.
function followRows(
  finder: SessionFinder,
  closed: ReadonlySignal<ReadonlySet<string>>,
): ReadonlySignal<readonly Row[]> {
  const now = signal(Date.now());
  setInterval(() => (now.value = Date.now()), minuteMs);
  return computed(() => {
    const found = finder.findings.value?.found ?? [];
    // What just changed is newer than the last tick.
    const latest = Math.max(now.value, ...found.slice(0, 1).map(({ entry }) => entry.updatedAt));
    return rowsOf({ found, hasMore: finder.hasMore.value, closed: closed.value, now: latest });
  });
}

function follow(app: SessionsApp, port: Port): void {
  const { rows, selection, finder, closed, timeline } = app;
  effect(() => {
    selection.value = settle(selection.peek(), rows.value);
  });
  let known: number | undefined;
  effect(() => {
    const revision = app.revision.value;
    if (known !== undefined) finder.noteChange();
    known = revision;
  });
  effect(() => {
    const session = timeline.value;
    const kept: Kept = {
      filters: finder.filters.value,
      closed: [...closed.value],
      ...(session !== undefined && { timeline: session }),
    };
    port.writeState(kept);
  });
}

function receive(
  message: HostMessage,
  to: Pick<SessionsApp, "client" | "searchRequests"> & { readonly port: Port; readonly store: Store },
): void {
  switch (message.type) {
    case "result":
    case "error":
      return to.client.receive(message);
    case "snapshot":
    case "events":
      return to.store.receive(message);
    case "ping":
      return to.port.post({ type: "pong" });
    case "focus-search":
      to.searchRequests.value++;
      return;
    case "focus-composer":
    case "show-turn":
    case "show-trace":
    case "show-run":
  }
}

const page = pageApp<SessionsApp>();

/** Says which app the page's components are part of. */
export const provideSessions = page.provide;

/** The app that a component of the list of sessions is part of. */
export const useSessions = page.use;
