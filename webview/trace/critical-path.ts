import { root, type SpanTable } from "./table.ts";

/** Clocks of what ran one after another may differ by so much, in milliseconds. */
const slackMs = 1;

/**
 * The spans that determined how long a turn took: from its end backwards always the one that ended last before the
 * next one began, and the same below each. Shortening anything else would not have made the turn shorter.
 */
export function criticalPath(table: SpanTable, turn: number, now: number): readonly number[] {
  const path: number[] = [];
  const todo = [{ place: turn, until: table.endedAt(turn, now) }];
  for (let next = todo.pop(); next !== undefined; next = todo.pop()) {
    const { place, until } = next;
    path.push(place);
    let at = Math.min(until, table.endedAt(place, now));
    for (const child of childrenByEnd(table, place, now)) {
      const start = table.startedAt(child);
      const isFirst = at === until || at === table.endedAt(place, now);
      const isBefore = table.endedAt(child, now) <= at + slackMs;
      if (start >= at || (!isBefore && !isFirst)) continue;
      todo.push({ place: child, until: Math.min(at, table.endedAt(child, now)) });
      at = start;
    }
  }
  return [...path, ...openQuestions(table, turn, now, path)];
}

// A question hangs on its turn, whatever step it held up: where nothing else on the path ran, it was what was waited for.
function openQuestions(
  table: SpanTable,
  turn: number,
  now: number,
  path: readonly number[],
): readonly number[] {
  const found: number[] = [];
  for (let child = table.firstChild(turn); child >= 0; child = table.next(child)) {
    if (table.kind(child) !== "question" || path.includes(child)) continue;
    const [from, to] = [table.startedAt(child), table.endedAt(child, now)];
    const ran = path
      .filter((place) => table.firstChild(place) < 0)
      .reduce(
        (sum, place) =>
          sum + Math.max(0, Math.min(to, table.endedAt(place, now)) - Math.max(from, table.startedAt(place))),
        0,
      );
    if (ran < (to - from) / 2) found.push(child);
  }
  return found;
}

function childrenByEnd(table: SpanTable, place: number, now: number): readonly number[] {
  const children: number[] = [];
  for (let child = table.firstChild(place); child >= 0; child = table.next(child)) children.push(child);
  return children.sort((a, b) => table.endedAt(b, now) - table.endedAt(a, now));
}

/** The critical paths of turns, looked for when somebody asks; those of turns that have not changed are remembered. */
export class CriticalPaths {
  readonly #paths = new Map<number, { readonly path: ReadonlySet<number>; readonly now: number }>();

  /** Whether a span is on the critical path of its turn; what is open grows with the clock. */
  has(table: SpanTable, place: number, now: number): boolean {
    if (place === root) return true;
    const turn = table.turnPlace(place);
    let known = this.#paths.get(turn);
    if (known === undefined || (known.now !== now && table.isOpen(turn))) {
      known = { path: new Set(criticalPath(table, turn, now)), now };
      this.#paths.set(turn, known);
    }
    return known.path.has(place);
  }

  clear(): void {
    this.#paths.clear();
  }

  /** Something in a turn changed. */
  forget(turn: number): void {
    this.#paths.delete(turn);
  }
}
