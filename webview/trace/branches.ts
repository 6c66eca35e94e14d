import type { SpanKind } from "#protocol/trace.ts";
import { forEachBelow } from "./totals.ts";
import { root, type SpanTable } from "./table.ts";

/** Which spans show what is below them: what is usual for their kind, but for some. The session always does. */
export class Branches {
  readonly #table: () => SpanTable;
  #areTurnsOpen = true;
  #areAgentsOpen = true;
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
    this.#areTurnsOpen = this.#areAgentsOpen = this.#areOthersOpen = isOpen;
    this.#exceptions = new Set();
  }

  /** Closes the turns, but for one; what is below them is open once they are. Of many agents each is a line. */
  closeTurns(except: number): void {
    this.setAll(true);
    this.#areTurnsOpen = false;
    // Also those that are read later.
    this.#areAgentsOpen = this.#table().kind(except) !== "run";
    this.set(except, true);
  }

  /** Shows what begins now, unless it is one of many agents. */
  begin(id: string, kind: SpanKind, isLong: boolean): void {
    const place = this.#table().placeOf(id);
    if (place === undefined) return;
    if (kind === "turn" || kind === "run") this.set(place, true);
    else if (kind === "agent" && isLong) this.set(place, false);
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
    const table = this.#table();
    if (table.parent(place) === root) return this.#areTurnsOpen;
    // Asked of every row: kinds are looked up only where they matter.
    if (this.#areAgentsOpen === this.#areOthersOpen) return this.#areOthersOpen;
    return table.kind(place) === "agent" ? this.#areAgentsOpen : this.#areOthersOpen;
  }
}
