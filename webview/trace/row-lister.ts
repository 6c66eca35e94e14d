import type { Branches } from "./branches.ts";
import type { FlatRows } from "./flat-rows.ts";
import { root, type SpanTable } from "./table.ts";

/** Lists the rows of a tree; where only the last turns have changed, those before them are not gone through again. */
export class RowLister {
  #table: SpanTable | undefined;
  #branches: Branches | undefined;
  #revision = -1;
  #moves = -1;

  /** Lists the rows without filters; `changed` holds the turns in which something changed since the last time. */
  list(rows: FlatRows, table: SpanTable, branches: Branches, changed: ReadonlySet<number>): void {
    const isClosed = (place: number): boolean => branches.isClosed(place);
    const isSame =
      this.#table === table &&
      this.#branches === branches &&
      this.#revision === branches.revision &&
      this.#moves === table.moves;
    const turn = isSame ? firstOfLast(table, changed) : undefined;
    if (turn === undefined) rows.fill(table, isClosed);
    else if (turn >= 0) rows.refill(table, isClosed, turn, rowsBefore(rows, table, turn));
    this.#table = table;
    this.#branches = branches;
    this.#revision = branches.revision;
    this.#moves = table.moves;
  }

  /** What is listed now was not listed here. */
  forget(): void {
    this.#table = undefined;
  }
}

// The first of the last turns, if all that changed are among them; -1 where nothing changed.
function firstOfLast(table: SpanTable, changed: ReadonlySet<number>): number | undefined {
  let left = changed.size - (changed.has(root) ? 1 : 0);
  let first = -1;
  for (let turn = table.lastChild(root); left > 0 && turn >= 0; turn = table.previous(turn)) {
    if (!changed.has(turn)) return undefined;
    first = turn;
    left -= 1;
  }
  return left > 0 ? undefined : first;
}

// Turns that are new have no row yet: those that were there before them end where the first one after them began.
function rowsBefore(rows: FlatRows, table: SpanTable, turn: number): number {
  for (let next = turn; next >= 0; next = table.next(next)) {
    const row = rows.lastRowOf(next);
    if (row >= 0) return row;
  }
  return rows.count;
}
