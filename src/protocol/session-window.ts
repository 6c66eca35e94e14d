/** The end of a conversation: what a snapshot tells of a session, the rest being read by request. */
import { bodyPreview, type Item, type SessionState, type Turn } from "./session.ts";

/** Cuts a state to its last `count` turns, for a snapshot; the rest is read by request. */
export function sessionWindow(state: SessionState, count: number): SessionState {
  const cut = state.turns.length - count;
  return cut <= 0 ? state : { ...state, turns: state.turns.slice(cut), olderTurns: state.olderTurns + cut };
}

// A snapshot shows the end of a conversation; what is before it is asked for when somebody scrolls there.
const windowLimits = { turns: 20, items: 300, characters: 512 * 1024 };

/** Of a longer output (characters) views are told the beginning; somebody has to open its row to see more. */
const longestOutput = 400;
const previewLength = 200;

/** The name by which the output of a call is read. */
export function outputName(session: string, call: string): string {
  return `call:${session}/${call}`;
}

/** The session and call of such a name; undefined for the name of a blob. */
export function readOutputName(
  name: string,
): { readonly session: string; readonly call: string } | undefined {
  const [, session = "", call = ""] = /^call:([^/]+)\/(.+)$/s.exec(name) ?? [];
  return session === "" ? undefined : { session, call };
}

/** Turns as views are told them: without the outputs of calls, which are read when they are looked at. */
export function withoutOutputs(session: string, turns: readonly Turn[]): readonly Turn[] {
  return turns.map((turn) => ({ ...turn, items: turn.items.map((item) => withoutOutput(session, item)) }));
}

function withoutOutput(session: string, item: Item): Item {
  if (item.kind !== "tool" || item.call.status !== "ended") return item;
  const { call } = item;
  if (!("text" in call.output) || call.output.text.length <= longestOutput) return item;
  const { text } = call.output;
  const output = {
    blob: outputName(session, call.id),
    bytes: text.length,
    preview: text.slice(0, previewLength),
  };
  return { ...item, call: { ...call, output } };
}

/** The last turns of a state, as a snapshot tells them; the last one whole, however many items it has. */
export function lastTurns(state: SessionState): SessionState {
  const turns: Turn[] = [];
  let [items, characters] = [0, 0];
  for (const whole of state.turns.toReversed()) {
    const [turn = whole] = withoutOutputs(state.id, [whole]);
    items += turn.items.length;
    characters += lengthOf(turn.items);
    const isFull = items > windowLimits.items || characters > windowLimits.characters;
    if (turns.length > 0 && isFull) break;
    turns.unshift(turn);
    if (turns.length === windowLimits.turns) break;
  }
  return { ...sessionWindow(state, Math.max(turns.length, 1)), turns };
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
