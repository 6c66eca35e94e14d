import { root, type SpanTable } from "./table.ts";

/** How the turns of a session are taken together. */
export interface Folding<T> {
  readonly none: () => T;
  readonly copy: (sum: T) => T;
  /** Takes a turn, or what hangs on the session in its place, into what those before it came to. */
  readonly add: (sum: T, table: SpanTable, turn: number, now: number) => void;
}

/** What the turns of a session come to, in order of their start; those before the first that changed are not gone through again. */
export class TurnFold<T> {
  readonly #folding: Folding<T>;
  #table: SpanTable | undefined;
  #moves = -1;
  /** What the turns up to and with `#last` came to; all of them have ended. */
  #kept: T;
  #last: number = root;

  constructor(folding: Folding<T>) {
    this.#folding = folding;
    this.#kept = folding.none();
  }

  /** Something in a turn changed, or it is new. */
  forget(turn: number): void {
    if (this.#table === undefined || this.#last === root || turn === root) return;
    if (this.#table.startedAt(turn) <= this.#table.startedAt(this.#last)) this.clear();
  }

  /** Nothing is kept. */
  clear(): void {
    this.#table = undefined;
  }

  /** All turns together; `now` (epoch milliseconds) ends what is open. */
  of(table: SpanTable, now: number): T {
    const { none, copy, add } = this.#folding;
    if (this.#table !== table || this.#moves !== table.moves) {
      [this.#table, this.#moves] = [table, table.moves];
      [this.#kept, this.#last] = [none(), root];
    }
    let turn = this.#last === root ? table.firstChild(root) : table.next(this.#last);
    for (; turn >= 0 && !table.isOpen(turn); turn = table.next(turn)) {
      add(this.#kept, table, turn, now);
      this.#last = turn;
    }
    const all = copy(this.#kept);
    for (; turn >= 0; turn = table.next(turn)) add(all, table, turn, now);
    return all;
  }
}
