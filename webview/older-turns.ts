import type { SessionState, Turn } from "#protocol/session.ts";

/** Puts turns that were read by request before those at hand; turns that are no longer the ones right before are dropped. */
export function addOlderTurns(state: SessionState, older: readonly Turn[]): SessionState {
  const first = state.turns[0]?.number;
  const fitting = first === undefined ? older : older.filter((turn) => turn.number < first);
  const isAdjacent = first === undefined || fitting.at(-1)?.number === first - 1;
  if (fitting.length === 0 || !isAdjacent) return state;
  return {
    ...state,
    turns: [...fitting, ...state.turns],
    olderTurns: Math.max(0, state.olderTurns - fitting.length),
  };
}

/** A new snapshot with the older turns that the view had already read, so that a reader's place stays. */
export function keepOlderTurns(known: SessionState | undefined, snapshot: SessionState): SessionState {
  if (known === undefined || known.id !== snapshot.id) return snapshot;
  return addOlderTurns(snapshot, known.turns);
}
