/** The `sessions` channel: the list of this folder's sessions. */

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
}

/** The list, newest first. */
export interface SessionsState {
  readonly sessions: readonly SessionSummary[];
  readonly isLoaded: boolean;
}

/** What happens to the list. */
export type SessionsEvent =
  | { readonly type: "sessions-loaded"; readonly sessions: readonly SessionSummary[] }
  | { readonly type: "session-summary"; readonly summary: SessionSummary };

/** The list before the store was read. */
export const emptySessions: SessionsState = { sessions: [], isLoaded: false };

/** Applies one event; keeps the list sorted by last change, newest first. */
export function reduceSessions(state: SessionsState, event: SessionsEvent): SessionsState {
  if (event.type === "sessions-loaded")
    return { sessions: event.sessions.toSorted(newestFirst), isLoaded: true };
  const others = state.sessions.filter((entry) => entry.id !== event.summary.id);
  return { ...state, sessions: [event.summary, ...others].toSorted(newestFirst) };
}

function newestFirst(a: SessionSummary, b: SessionSummary): number {
  return b.updatedAt - a.updatedAt;
}
