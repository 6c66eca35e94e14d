/** What a view draws of a turn: its items with neighbours folded, what it is doing now, and its figures in words. */
import { bodyPreview, type Item, type ToolCall, type Turn, type Waiting } from "./session.ts";
import { formatBytes, formatCount, formatDuration, formatMoney, formatTokens } from "./words.ts";

/** How a step ended that no model made: a script made its call. */
export const scriptedFinish = "script";

/** Something that a turn shows: an item, or read-only calls (with the thoughts between them) folded into one. */
export type TurnPart =
  | Exclude<Item, { kind: "writing" }>
  | { readonly kind: "explored"; readonly id: string; readonly items: readonly Item[] };

/** What a running turn is doing, for its last line. */
export interface TurnStatus {
  readonly text: string;
  /** Epoch milliseconds at which it goes on by itself; the view counts down to it. */
  readonly until?: number;
  readonly attempt?: number;
}

function isReadOnlyCall(item: Item | undefined): item is Extract<Item, { kind: "tool" }> {
  return item?.kind === "tool" && item.call.isReadOnly === true;
}

// Thoughts that ended between two read-only calls fold with them: otherwise a
// model that thinks before each call would never have neighbours.
function endOfGroup(items: readonly Item[], start: number): number {
  let end = start + 1;
  for (let index = end; index < items.length; index++) {
    const item = items[index];
    if (isReadOnlyCall(item)) end = index + 1;
    else if (item?.kind !== "reasoning" || item.durationMs === undefined) break;
  }
  return end;
}

/** The parts of a turn, in order; what is being written is told by `turnStatus` instead. */
export function turnParts(turn: Turn): readonly TurnPart[] {
  const parts: TurnPart[] = [];
  for (let index = 0; index < turn.items.length; index++) {
    const item = turn.items[index];
    if (item === undefined || item.kind === "writing") continue;
    const end = isReadOnlyCall(item) ? endOfGroup(turn.items, index) : index + 1;
    if (end === index + 1) parts.push(item);
    else parts.push({ kind: "explored", id: `${item.id}:group`, items: turn.items.slice(index, end) });
    index = end - 1;
  }
  return parts;
}

/** The calls among items. */
export function callsOf(items: readonly Item[]): readonly ToolCall[] {
  return items.flatMap((item) => (item.kind === "tool" ? [item.call] : []));
}

/** How long a call took so far or in all, in milliseconds. */
export function callDurationMs(call: ToolCall, now: number): number {
  return call.status === "waiting"
    ? 0
    : Math.max(0, (call.status === "ended" ? call.endedAt : now) - call.startedAt);
}

/** A folded group in words: "Explored 6 files, 2 searches". */
export function exploredText(calls: readonly ToolCall[]): string {
  const files = new Set(
    calls.filter((call) => call.name === "read_file").map((call) => call.title.object || call.arguments),
  );
  const count = (name: string) => calls.filter((call) => call.name === name).length;
  const checks = count("get_diagnostics") + count("more");
  const parts = [
    files.size > 0 && formatCount(files.size, "file"),
    count("list_files") > 0 && formatCount(count("list_files"), "listing"),
    count("search") > 0 && formatCount(count("search"), "search", "searches"),
    checks > 0 && formatCount(checks, "check"),
  ].filter((part) => part !== false);
  const verb = calls.some((call) => call.status !== "ended") ? "Exploring" : "Explored";
  return `${verb} ${parts.join(", ")}`;
}

/** What a running turn is doing now. */
export function turnStatus(turn: Turn, waiting: Waiting | undefined): TurnStatus {
  if (waiting !== undefined) {
    const { text, until, attempt } = waiting;
    return { text, ...(until !== undefined && { until }), ...(attempt !== undefined && { attempt }) };
  }
  const last = turn.items.at(-1);
  if (last?.kind === "writing")
    return { text: `Writing arguments of ${last.name} · ${formatBytes(last.bytes)}` };
  if (last?.kind === "text" && last.isStreaming) return { text: "Answering" };
  if (last?.kind === "reasoning" && last.durationMs === undefined) return { text: "Thinking" };
  const running = callsOf(turn.items).find((call) => call.status === "running");
  if (running !== undefined)
    return { text: [running.title.verb, running.title.object].filter((word) => word !== "").join(" ") };
  return { text: "Working" };
}

/** A finished turn's figures: time, tokens, cost, cached share; what is unknown is left out. */
export function turnTotals(turn: Turn): readonly string[] {
  const { promptTokens, outputTokens } = turn.usage;
  const tokens =
    promptTokens === undefined && outputTokens === undefined
      ? undefined
      : (promptTokens ?? 0) + (outputTokens ?? 0);
  return [
    turn.end === undefined ? undefined : formatDuration(turn.end.at - turn.startedAt),
    tokens === undefined ? undefined : formatTokens(tokens),
    turn.costUsd === undefined ? undefined : formatMoney(turn.costUsd),
  ].filter((part) => part !== undefined);
}

/** The answer of a turn as Markdown, for the clipboard. */
export function turnAnswer(turn: Turn): string {
  return turn.items.flatMap((item) => (item.kind === "text" ? [item.text] : [])).join("\n\n");
}

/** A turn's name in a few words, for its heading. */
export function turnHeading(turn: Turn): string {
  const user = turn.isContinued ? undefined : turn.items.find((item) => item.kind === "user");
  if (user === undefined) return `Turn ${turn.number}, continued`;
  const words = bodyPreview(user.text).slice(0, 200).replaceAll(/\s+/g, " ").trim();
  return `Turn ${turn.number}: ${words.length > 80 ? `${words.slice(0, 79)}…` : words}`;
}

/** The prompts of some turns, newest first, without those too large to be kept inline. */
export function pastPrompts(turns: readonly Turn[]): readonly string[] {
  const texts = turns.flatMap((turn) =>
    turn.items.flatMap((item) => (item.kind === "user" && "text" in item.text ? [item.text.text] : [])),
  );
  return [...new Set(texts.toReversed())];
}
