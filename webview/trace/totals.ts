import type { Interval } from "./axis.ts";
import { root, type SpanTable } from "./table.ts";
import { TurnFold } from "./turn-fold.ts";

/** What some part of a session came to; times in milliseconds, in which calls that ran side by side count once. */
export interface Totals {
  readonly wallMs: number;
  readonly modelMs: number;
  readonly toolMs: number;
  readonly waitingMs: number;
  readonly modelCalls: number;
  readonly toolCalls: number;
  /** Absent while no call has a price. */
  readonly costUsd?: number;
  /** False where some call has no price or no usage, so that money and tokens are lower bounds. */
  readonly isWhole: boolean;
  readonly hitTokens: number;
  readonly missTokens: number;
  readonly outputTokens: number;
  readonly savedUsd: number;
  readonly lostUsd: number;
  /** Requests that did not begin as the one before, though they should. */
  readonly drifts: number;
}

/** Nothing ran. */
export const noTotals: Totals = {
  wallMs: 0,
  modelMs: 0,
  toolMs: 0,
  waitingMs: 0,
  modelCalls: 0,
  toolCalls: 0,
  isWhole: true,
  hitTokens: 0,
  missTokens: 0,
  outputTokens: 0,
  savedUsd: 0,
  lostUsd: 0,
  drifts: 0,
};

type Sum = { -readonly [K in keyof Totals]: Totals[K] };

// A long session has thousands of turns, which are added up with every drawing: nothing is made anew for each.
function addTo(sum: Sum, totals: Totals): void {
  sum.wallMs += totals.wallMs;
  sum.modelMs += totals.modelMs;
  sum.toolMs += totals.toolMs;
  sum.waitingMs += totals.waitingMs;
  sum.modelCalls += totals.modelCalls;
  sum.toolCalls += totals.toolCalls;
  if (totals.costUsd !== undefined) sum.costUsd = (sum.costUsd ?? 0) + totals.costUsd;
  sum.isWhole &&= totals.isWhole;
  sum.hitTokens += totals.hitTokens;
  sum.missTokens += totals.missTokens;
  sum.outputTokens += totals.outputTokens;
  sum.savedUsd += totals.savedUsd;
  sum.lostUsd += totals.lostUsd;
  sum.drifts += totals.drifts;
}

/** Stretches of time as they are found; their length counts what overlaps once. */
class Stretches {
  readonly #found: Interval[] = [];
  #isSorted = true;

  add(from: number, to: number, within: Interval): void {
    const clipped = { from: Math.max(from, within.from), to: Math.min(to, within.to) };
    if (clipped.to <= clipped.from) return;
    this.#isSorted &&= clipped.from >= (this.#found.at(-1)?.from ?? -Infinity);
    this.#found.push(clipped);
  }

  /** Milliseconds. */
  get length(): number {
    if (!this.#isSorted) this.#found.sort((a, b) => a.from - b.from);
    this.#isSorted = true;
    let [sum, end] = [0, -Infinity];
    for (const { from, to } of this.#found) {
      sum += Math.max(0, to - Math.max(from, end));
      end = Math.max(end, to);
    }
    return sum;
  }
}

const always: Interval = { from: -Infinity, to: Infinity };

/** What a turn, or what hangs on the session in its place, came to within a stretch of time. */
export function turnTotals(table: SpanTable, turn: number, now: number, within: Interval = always): Totals {
  const [model, tool, waiting] = [new Stretches(), new Stretches(), new Stretches()];
  const sum: Sum = { ...noTotals };
  forEachBelow(table, turn, (place) => {
    const from = table.startedAt(place);
    const to = table.endedAt(place, now);
    if (to < within.from || from > within.to) return;
    const queued = from + (table.figure(place, "queuedMs") ?? 0);
    const waited = queued + (table.figure(place, "waitingForUserMs") ?? 0);
    switch (table.kind(place)) {
      case "model":
        model.add(queued, to, within);
        return addCall(sum, table, place);
      case "tool":
        waiting.add(queued, waited, within);
        tool.add(waited, to, within);
        sum.toolCalls += 1;
        return;
      case "question":
        waiting.add(from, to, within);
        return;
      case "session":
      case "run":
      case "phase":
      case "agent":
      case "turn":
      case "step":
    }
  });
  const from = Math.max(table.startedAt(turn), within.from);
  const wallMs = Math.max(0, Math.min(table.endedAt(turn, now), within.to) - from);
  return { ...sum, wallMs, modelMs: model.length, toolMs: tool.length, waitingMs: waiting.length };
}

function addCall(sum: Sum, table: SpanTable, place: number): void {
  sum.modelCalls += 1;
  const costUsd = table.figure(place, "costUsd");
  const hasUsage = table.figure(place, "promptTokens") !== undefined;
  // A call that was refused before it began costs nothing; an open one is not told yet.
  const isBilled = hasUsage || table.outcome(place) === "ok" || !table.isUsageWhole(place);
  if (isBilled && (costUsd === undefined || !hasUsage)) sum.isWhole = false;
  if (costUsd !== undefined) sum.costUsd = (sum.costUsd ?? 0) + costUsd;
  sum.hitTokens += table.figure(place, "cacheHitTokens") ?? 0;
  sum.missTokens += table.figure(place, "cacheMissTokens") ?? 0;
  sum.outputTokens += table.figure(place, "outputTokens") ?? 0;
  sum.savedUsd += table.figure(place, "savedUsd") ?? 0;
  sum.lostUsd += table.figure(place, "lostUsd") ?? 0;
  if (table.cause(place) === "drift") sum.drifts += 1;
}

/** Visits a span and all below it, parents first, siblings in order of their start. */
export function forEachBelow(table: SpanTable, top: number, visit: (place: number) => void): void {
  let at = top;
  while (at >= 0) {
    visit(at);
    const child = table.firstChild(at);
    if (child >= 0) {
      at = child;
      continue;
    }
    while (at !== top && table.next(at) < 0) at = table.parent(at);
    at = at === top ? -1 : table.next(at);
  }
}

/** Totals of a session; turns that have not changed are not counted again. */
export class SessionTotals {
  readonly #turns = new Map<number, Totals>();
  readonly #whole = new TurnFold<Sum>({
    none: () => ({ ...noTotals }),
    copy: (sum) => ({ ...sum }),
    add: (sum, table, turn, now) => addTo(sum, this.#turn(table, turn, now)),
  });

  /** Another session is counted. */
  clear(): void {
    this.#turns.clear();
    this.#whole.clear();
  }

  /** Something in a turn changed. */
  forget(turn: number): void {
    this.#turns.delete(turn);
    this.#whole.forget(turn);
  }

  /** The whole session. */
  whole(table: SpanTable, now: number): Totals {
    return this.#whole.of(table, now);
  }

  /** What lies between two moments: calls that touch it count in full, times as far as they are inside. */
  between(table: SpanTable, now: number, within: Interval): Totals {
    const sum: Sum = { ...noTotals };
    for (let turn = table.firstChild(root); turn >= 0; turn = table.next(turn)) {
      const [from, to] = [table.startedAt(turn), table.endedAt(turn, now)];
      if (to < within.from || from > within.to) continue;
      const isInside = from >= within.from && to <= within.to;
      addTo(sum, isInside ? this.#turn(table, turn, now) : turnTotals(table, turn, now, within));
    }
    return sum;
  }

  #turn(table: SpanTable, turn: number, now: number): Totals {
    const known = this.#turns.get(turn);
    if (known !== undefined) return known;
    const totals = turnTotals(table, turn, now);
    // What is open grows with the clock.
    if (!table.isOpen(turn)) this.#turns.set(turn, totals);
    return totals;
  }
}
