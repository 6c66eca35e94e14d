/** The list of sessions outside of an editor: a host with sessions that it finds, changes and deletes, in a browser. */
import type { Page } from "playwright-core";
import type { CostLine, SessionEntry, TimelineTurn } from "../../src/protocol/sessions.ts";
import type { Theme } from "./webview-harness.ts";
import { type Harness } from "./webview-harness.ts";
import { openScripted } from "./scripted-page.ts";
import { fakeHost, refuse } from "./webview-harness-host.ts";

/** A session of the host, with what is said in it. */
export interface StoredSession {
  readonly entry: SessionEntry;
  readonly messages?: readonly {
    readonly turn: number;
    readonly role: "user" | "assistant";
    readonly text: string;
  }[];
}

/** What the host of the list knows. */
export interface SessionsScript {
  readonly sessions: readonly StoredSession[];
  readonly active?: string;
  /** The folder of the window; other folders are other projects. */
  readonly folder?: string;
  readonly timeline?: readonly TimelineTurn[];
  readonly costs?: readonly CostLine[];
}

declare global {
  interface Window {
    findSessions: (stored: readonly StoredSession[], query: never) => unknown;
  }
}

/** How the list is opened. */
export interface SessionsOptions {
  readonly theme?: Theme;
  readonly width?: number;
  readonly height?: number;
  /** A request that fails the first time it is made. */
  readonly refused?: { readonly method: string; readonly message: string };
}

/** Opens the list in a page and waits until it has asked for sessions and drawn the answer. */
export async function openSessions(
  view: Page,
  harness: Harness,
  script: SessionsScript,
  options: SessionsOptions = {},
): Promise<Page> {
  const { theme = "dark", width = 300, height = 800, refused } = options;
  await openScripted(view, {
    ...{ url: `${harness.url}?view=sessions&theme=${theme}`, width, height },
    scripts: [
      (page) => page.addInitScript(scriptSearch, script.folder ?? "/projects/weather-station"),
      (page) => page.addInitScript(scriptSessions, script),
      (page) => page.addInitScript(fakeHost),
      ...(refused ? [refuse(refused)] : []),
    ],
  });
  await view.locator("[role=tree], .empty, .timeline").first().waitFor();
  return view;
}

/** Runs in the page first: how sessions are found; everything it uses must be inside of it. */
function scriptSearch(folder: string): void {
  const placeOf = ({ trashedAt, archivedAt }: SessionEntry) =>
    trashedAt !== undefined ? "trash" : archivedAt !== undefined ? "archived" : "active";
  const hitsOf = ({ messages = [] }: StoredSession, words: readonly string[]) =>
    messages.flatMap(({ turn, role, text }) => {
      const ranges = words.map((word) => {
        const at = text.toLowerCase().indexOf(word);
        return [at, at + word.length] as const;
      });
      return ranges.every(([at]) => at >= 0) ? [{ turn, role, excerpt: text, ranges }] : [];
    });
  interface Query {
    readonly text: string;
    readonly scope: string;
    readonly show: string;
    readonly from?: number;
    readonly to?: number;
    readonly offset: number;
    readonly limit: number;
  }
  window.findSessions = (stored: readonly StoredSession[], query: Query) => {
    const words = query.text
      .toLowerCase()
      .split(/\s+/)
      .filter((word) => word !== "");
    const fitting = stored
      .map((one) => ({ entry: one.entry, hits: words.length === 0 ? [] : hitsOf(one, words).slice(0, 3) }))
      .filter(
        ({ entry, hits }) =>
          hits.length > 0 || words.every((word) => entry.title.toLowerCase().includes(word)),
      );
    const found = fitting
      .filter(
        ({ entry }) =>
          (query.show === "all" || placeOf(entry) === query.show) &&
          (query.scope === "all" || entry.folder === folder) &&
          entry.updatedAt >= (query.from ?? 0) &&
          entry.updatedAt <= (query.to ?? Infinity),
      )
      .sort(
        (a, b) =>
          Number(b.entry.isPinned) - Number(a.entry.isPinned) || b.entry.updatedAt - a.entry.updatedAt,
      );
    const page = found.slice(query.offset, query.offset + query.limit);
    return { found: page, total: found.length, hidden: fitting.length - found.length };
  };
}

/** Runs in the page before `fakeHost`; everything it uses must be inside of it. */
function scriptSessions(script: SessionsScript): void {
  let stored = [...script.sessions];
  let active = script.active ?? "";
  let revision = 0;
  const tell = () => {
    revision += 1;
    window.host.emit("sessions", [{ type: "session-elsewhere" }]);
  };
  const mark = ({ sessions, change }: { sessions: readonly string[]; change: Record<string, unknown> }) => {
    stored = stored.map((one) => {
      if (!sessions.includes(one.entry.id)) return one;
      const { archivedAt, trashedAt, ...entry } = one.entry;
      const times = {
        ...(archivedAt !== undefined && { archivedAt }),
        ...(trashedAt !== undefined && { trashedAt }),
      };
      if ("isArchived" in change)
        Object.assign(times, { archivedAt: change["isArchived"] === true ? 1 : undefined });
      else if ("isTrashed" in change)
        Object.assign(times, { trashedAt: change["isTrashed"] === true ? 1 : undefined });
      else Object.assign(entry, change);
      return { ...one, entry: { ...entry, ...times } };
    });
    tell();
    return {};
  };
  const answers: Record<string, (params: never) => unknown> = {
    "sessions.find": (query: never) => window.findSessions(stored, query),
    "sessions.mark": mark,
    "sessions.purge": ({ sessions }: { sessions: readonly string[] }) => {
      stored = stored.filter(({ entry }) => !sessions.includes(entry.id));
      tell();
      return {};
    },
    "session.open": ({ session }: { session: string }) => {
      active = session;
      window.host.emit("workspace", [{ type: "workspace-change", change: { activeSession: session } }]);
      return {};
    },
    "session.export": () => ({ isSaved: true }),
    "session.timeline": () => ({ turns: script.timeline ?? [] }),
    "session.costs": () => ({ lines: script.costs ?? [] }),
  };
  window.scripted = {
    active: () => active,
    answer: (method, params) => answers[method]?.(params as never) ?? {},
    stateOf: (channel) =>
      channel === "workspace"
        ? ({ folders: ["weather-station"], isTrusted: true, activeSession: active } as never)
        : ({ sessions: [], isLoaded: true, revision } as never),
  };
}
