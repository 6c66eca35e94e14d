import { forEachBelow } from "./totals.ts";
import { root, type SpanTable } from "./table.ts";

/** Which spans show what is below them: what is usual for their kind, but for some. The session always does. */
export class Branches {
  readonly #table: () => SpanTable;
  #areTurnsOpen = true;
  #areOthersOpen = true;
  #exceptions = new Set<number>();
  /** Counts the changes. */
  revision = 0;

  constructor(table: () => SpanTable) {
    this.#table = table;
  }

  isClosed(place: number): boolean {
    return place !== root && this.#exceptions.has(place) === this.#isUsuallyOpen(place);
  }

  set(place: number, isOpen: boolean): void {
    if (isOpen === !this.isClosed(place)) return;
    this.revision += 1;
    if (isOpen === this.#isUsuallyOpen(place)) this.#exceptions.delete(place);
    else this.#exceptions.add(place);
  }

  setAll(isOpen: boolean): void {
    this.revision += 1;
    this.#areTurnsOpen = this.#areOthersOpen = isOpen;
    this.#exceptions = new Set();
  }

  /** Closes the turns, but for one; what is below them is open once they are. */
  closeTurns(except: number): void {
    this.setAll(true);
    this.#areTurnsOpen = false;
    this.set(except, true);
  }

  /** Opens a span and all below it. */
  openBelow(table: SpanTable, place: number): void {
    if (place === root) return this.setAll(true);
    forEachBelow(table, place, (one) => {
      if (table.firstChild(one) >= 0) this.set(one, true);
    });
  }

  /** Opens all that a span is below of. */
  openTo(table: SpanTable, place: number): void {
    for (let up = table.parent(place); up > root; up = table.parent(up)) this.set(up, true);
  }

  #isUsuallyOpen(place: number): boolean {
    return this.#table().parent(place) === root ? this.#areTurnsOpen : this.#areOthersOpen;
  }
}
