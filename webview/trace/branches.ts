import { forEachBelow } from "./totals.ts";
import { root, type SpanTable } from "./table.ts";

/** Which spans show what is below them: all or none, but for some. The session always does. */
export class Branches {
  #isOpen = true;
  #exceptions = new Set<number>();

  isClosed(place: number): boolean {
    return place !== root && this.#exceptions.has(place) === this.#isOpen;
  }

  set(place: number, isOpen: boolean): void {
    if (isOpen === this.#isOpen) this.#exceptions.delete(place);
    else this.#exceptions.add(place);
  }

  setAll(isOpen: boolean): void {
    this.#isOpen = isOpen;
    this.#exceptions = new Set();
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
}
