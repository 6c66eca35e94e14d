/** The end of a conversation: what a snapshot tells of a session, the rest being read by request. */
import { bodyPreview, type Item, type SessionState, type Turn } from "./session.ts";

/** Cuts a state to its last `count` turns, for a snapshot; the rest is read by request. */
export function sessionWindow(state: SessionState, count: number): SessionState {
  const cut = state.turns.length - count;
  return cut <= 0 ? state : { ...state, turns: state.turns.slice(cut), olderTurns: state.olderTurns + cut };
}

// A snapshot shows the end of a conversation; what is before it is asked for when somebody scrolls there.
const windowLimits = { turns: 20, items: 300, characters: 512 * 1024 };

/** The last turns of a state, as a snapshot tells them; the last one whole, however large it is. */
export function lastTurns(state: SessionState): SessionState {
  let [turns, items, characters] = [0, 0, 0];
  for (const turn of state.turns.toReversed()) {
    items += turn.items.length;
    characters += lengthOf(turn.items);
    if (turns > 0 && (items > windowLimits.items || characters > windowLimits.characters)) break;
    turns += 1;
    if (turns === windowLimits.turns) break;
  }
  return sessionWindow(state, Math.max(turns, 1));
}

/** As `lastTurns`, but small in any case: of a last turn that is large by itself, the message and the end. */
export function lastWords(state: SessionState): SessionState {
  const shown = lastTurns(state);
  const [turn] = shown.turns;
  if (turn === undefined || shown.turns.length > 1 || lengthOf(turn.items) <= windowLimits.characters)
    return shown;
  return { ...shown, turns: [shortened(turn)] };
}

function shortened(turn: Turn): Turn {
  const [first, ...rest] = turn.items;
  let characters = first === undefined ? 0 : lengthOf([first]);
  const from = rest.findLastIndex((item) => (characters += lengthOf([item])) > windowLimits.characters) + 1;
  return { ...turn, items: [...(first === undefined ? [] : [first]), ...rest.slice(from)] };
}

/** About how many characters items take. */
function lengthOf(items: readonly Item[]): number {
  const overhead = 200;
  return items.reduce((sum, item) => sum + overhead + textLength(item), 0);
}

function textLength(item: Item): number {
  switch (item.kind) {
    case "user":
      return bodyPreview(item.text).length;
    case "tool": {
      const { call } = item;
      return call.arguments.length + (call.status === "ended" ? bodyPreview(call.output).length : 0);
    }
    case "writing":
      return 0;
    default:
      return item.text.length;
  }
}
