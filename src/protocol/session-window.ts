/** The end of a conversation: what a snapshot tells of a session, the rest being read by request. */
import type { SessionState } from "./session.ts";

/** Cuts a state to its last `count` turns, for a snapshot; the rest is read by request. */
export function sessionWindow(state: SessionState, count: number): SessionState {
  const cut = state.turns.length - count;
  return cut <= 0 ? state : { ...state, turns: state.turns.slice(cut), olderTurns: state.olderTurns + cut };
}

// A snapshot shows the end of a conversation; what is before it is asked for when somebody scrolls there.
const windowLimits = { turns: 20, items: 300 };

/** The last turns of a state, as a snapshot tells them. */
export function lastTurns(state: SessionState): SessionState {
  let turns = 0;
  let items = 0;
  for (const turn of state.turns.toReversed()) {
    items += turn.items.length;
    if (turns > 0 && items > windowLimits.items) break;
    turns += 1;
    if (turns === windowLimits.turns) break;
  }
  return sessionWindow(state, Math.max(turns, 1));
}
