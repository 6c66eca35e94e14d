/** The `sessions` channel: the list of this folder's sessions, and what is asked and told of all of them. */

/** One line of the session list; derived from the session's events by its writer. */
export interface SessionSummary {
  readonly id: string;
  readonly folder: string;
  readonly title: string;
  readonly startedAt: number;
  readonly updatedAt: number;
  readonly messages: number;
  readonly costUsd?: number;
  readonly state: "idle" | "running" | "interrupted" | "error";
  /** The session that this one was forked from, and the number of the last turn that they share (0: none). */
  readonly forkOf?: ForkOrigin;
  /** Set where it is the work of one agent of a workflow: it is shown with its run, not in lists. */
  readonly task?: TaskOrigin;
}

/** Which step of a run a session works on, and as what kind of agent. */
export interface TaskOrigin {
  readonly run: string;
  readonly step: string;
  readonly label: string;
  readonly agentType: string;
  /** Where it worked, if not in the workspace. */
  readonly folder?: string;
}

/** Where a fork comes from. */
export interface ForkOrigin {
  readonly session: string;
  readonly turn: number;
  /** Set where the next message there was edited and sent again here. */
  readonly isEdit?: true;
}

/** What the user decided about a session; what is absent was never decided. Times are epoch ms, null takes a decision back. */
export interface SessionMarks {
  readonly title?: string;
  readonly isPinned?: boolean;
  readonly archivedAt?: number | null;
  readonly trashedAt?: number | null;
  /** So many events that are not in the session's course were made a fork of, or dismissed. */
  readonly straysSeen?: number;
}

/** A session as lists show it. */
export interface SessionEntry extends SessionSummary {
  readonly isPinned: boolean;
  readonly archivedAt?: number;
  readonly trashedAt?: number;
  /** True while another window runs it. */
  readonly isElsewhere: boolean;
}

/** Which sessions are looked for. `from` and `to` are epoch ms, both ends included. */
export interface SessionQuery {
  /** Words that must all be in the title or in one message; empty for all sessions. */
  readonly text: string;
  readonly scope: "folder" | "all";
  /** `all` is active and archived ones and those in the trash. */
  readonly show: "active" | "archived" | "trash" | "all";
  readonly from?: number;
  readonly to?: number;
  readonly offset: number;
  readonly limit: number;
}

/** A message that holds the words: an excerpt of it, and where in the excerpt they are (UTF-16 offsets). */
export interface MessageHit {
  readonly turn: number;
  readonly role: "user" | "assistant";
  readonly excerpt: string;
  readonly ranges: readonly (readonly [start: number, end: number])[];
}

/** A session that was found; at most three hits. */
export interface FoundSession {
  readonly entry: SessionEntry;
  readonly hits: readonly MessageHit[];
}

/** What a query found: a page of it, how many there are in all, and how many more fit the words but not the filters. */
export interface FoundSessions {
  readonly found: readonly FoundSession[];
  readonly total: number;
  readonly hidden: number;
}

/** One turn of a session's timeline. */
export interface TimelineTurn {
  readonly id: string;
  readonly number: number;
  readonly startedAt: number;
  readonly durationMs?: number;
  /** The beginning of the user's message; "" where the turn went on without one. */
  readonly message: string;
  readonly model: string;
  readonly outcome: "running" | "done" | "stopped" | "error" | "interrupted";
  readonly promptTokens?: number;
  readonly cachedTokens?: number;
  readonly outputTokens?: number;
  readonly costUsd?: number;
  readonly toolCalls: number;
  readonly filesChanged: number;
}

/** What a session's calls to one model with one key came to; an absent figure was not told by the server. */
export interface CostLine {
  readonly provider: string;
  readonly model: string;
  /** Where the key came from, in words ("environment", "saved in the editor", "no key"). */
  readonly key: string;
  readonly calls: number;
  readonly hitTokens?: number;
  readonly missTokens?: number;
  readonly outputTokens?: number;
  readonly reasoningTokens?: number;
  readonly costUsd?: number;
}

/** This folder's sessions that are neither archived nor in the trash, newest first; and which one the chat shows. */
export interface SessionsState {
  readonly sessions: readonly SessionEntry[];
  readonly isLoaded: boolean;
  /** Counts changes of any session of any folder, so that a view that shows found ones knows when to ask again. */
  readonly revision: number;
}

/** What happens to the list. */
export type SessionsEvent =
  | { readonly type: "sessions-loaded"; readonly sessions: readonly SessionEntry[] }
  | { readonly type: "session-summary"; readonly summary: SessionEntry }
  | { readonly type: "session-removed"; readonly id: string }
  /** A session that this list does not show changed. */
  | { readonly type: "session-elsewhere" };

/** The list before the store was read. */
export const emptySessions: SessionsState = { sessions: [], isLoaded: false, revision: 0 };

/** Applies one event; keeps the list sorted by last change, newest first. */
export function reduceSessions(state: SessionsState, event: SessionsEvent): SessionsState {
  const revision = state.revision + 1;
  switch (event.type) {
    case "sessions-loaded":
      return { sessions: event.sessions.toSorted(newestFirst), isLoaded: true, revision };
    case "session-summary": {
      const others = state.sessions.filter((entry) => entry.id !== event.summary.id);
      return { ...state, sessions: [event.summary, ...others].toSorted(newestFirst), revision };
    }
    case "session-removed":
      return { ...state, sessions: state.sessions.filter(({ id }) => id !== event.id), revision };
    case "session-elsewhere":
      return { ...state, revision };
  }
}

function newestFirst(a: SessionEntry, b: SessionEntry): number {
  return b.updatedAt - a.updatedAt || (a.id < b.id ? 1 : -1);
}
