import { computed, effect, signal, type ReadonlySignal, type Signal } from "@preact/signals";
import type { PermissionEntry, PermissionsState } from "#protocol/permissions.ts";
import type { HostMessage, Requests } from "#protocol/protocol.ts";
import { actOver, type Act } from "../act.ts";
import { createClient, type Client } from "../client.ts";
import { pageApp } from "../page-app.ts";
import type { Port } from "../port.ts";
import { createStore, type Schedule, type Store } from "../store.ts";
import { readKept } from "./kept.ts";
import { PermissionLog } from "./log.ts";

/** A row of the log. */
export type LogRow =
  | { readonly key: string; readonly kind: "entry"; readonly entry: PermissionEntry }
  | { readonly key: string; readonly kind: "more" };

/** What every component of the permission log draws from and dispatches to. */
export interface PermissionsApp {
  readonly client: Client;
  readonly act: Act;
  /** Why the last thing that the user asked for did not happen. */
  readonly problem: Signal<string>;
  readonly log: PermissionLog;
  readonly rows: ReadonlySignal<readonly LogRow[]>;
  /** Grants, rules and what confines commands; undefined until the host has said. */
  readonly state: ReadonlySignal<PermissionsState | undefined>;
  /** The session that the chat shows. */
  readonly activeSession: ReadonlySignal<string>;
  /** Entries that are opened, by their ids. */
  readonly opened: Signal<ReadonlySet<string>>;
  /** The row that can be reached by Tab; the first for undefined. */
  readonly cursor: Signal<string | undefined>;
  /** Grants and rules that are being taken back. */
  readonly revoking: Signal<ReadonlySet<string>>;
  /** Takes a grant or a rule back. */
  revoke(id: string): Promise<void>;
}

/** Makes the app over a port and begins to follow the host. */
export function createPermissionsApp(port: Port, schedule: Schedule): PermissionsApp {
  const client = createClient(port);
  const store = createStore(port, schedule);
  const problem = signal("");
  const act = actOver(client, problem);
  const revoking = signal<ReadonlySet<string>>(new Set());
  const log = makeLog(client, port);
  const workspace = store.follow("workspace", "");
  const state = store.follow("permissions", "");
  const activeSession = computed(() => workspace.value?.activeSession ?? "");
  effect(() => log.showSession(activeSession.value));
  effect(() => port.writeState({ filters: log.filters.value }));
  port.listen(receiver({ port, client, store, log }));
  void log.again();
  return {
    ...{ client, act, problem, log, state, activeSession, revoking },
    rows: computed(() => rowsOf(log)),
    opened: signal<ReadonlySet<string>>(new Set()),
    cursor: signal<string | undefined>(undefined),
    async revoke(id) {
      revoking.value = new Set([...revoking.peek(), id]);
      await act("permissions.revoke", { id });
      revoking.value = new Set([...revoking.peek()].filter((each) => each !== id));
    },
  };
}

function makeLog(client: Client, port: Port): PermissionLog {
  const wait = (callback: () => void, ms: number): (() => void) => {
    const timer = setTimeout(callback, ms);
    return () => clearTimeout(timer);
  };
  const ask = (query: Requests["permissions.read"]["params"], abort: AbortSignal) =>
    client.request("permissions.read", query, abort);
  return new PermissionLog({ ask, wait }, readKept(port.readState()));
}

function rowsOf({ entries, hasMore }: PermissionLog): readonly LogRow[] {
  const rows = (entries.value ?? []).map((entry): LogRow => ({ key: entry.id, kind: "entry", entry }));
  return hasMore.value ? [...rows, { key: " more", kind: "more" }] : rows;
}

interface Receiving {
  readonly port: Port;
  readonly client: Client;
  readonly store: Store;
  readonly log: PermissionLog;
}

function receiver({ port, client, store, log }: Receiving): (message: HostMessage) => void {
  let isFollowing = false;
  return (message) => {
    switch (message.type) {
      case "result":
      case "error":
        return client.receive(message);
      case "snapshot":
        // A second one means that something was missed.
        if (message.channel === "permissions" && isFollowing) void log.again();
        isFollowing ||= message.channel === "permissions";
        return store.receive(message);
      case "events":
        if (message.channel === "permissions")
          for (const event of message.events) if (event.type === "permission-entry") log.add(event.entry);
        return store.receive(message);
      case "ping":
        return port.post({ type: "pong" });
      case "focus-composer":
      case "focus-search":
      case "show-turn":
      case "show-trace":
      case "show-run":
    }
  };
}

const page = pageApp<PermissionsApp>();

/** Says which app the page's components are part of. */
export const providePermissions = page.provide;

/** The app that a component of the permission log is part of. */
export const usePermissions = page.use;
