import { root, type SpanTable } from "./table.ts";

/** Which rows there are, from the top: places of spans, and how deep they stand below the session (0). */
export class FlatRows {
  #places = new Int32Array(1024);
  #depths = new Uint8Array(1024);
  #count = 0;

  get count(): number {
    return this.#count;
  }

  /** The span at a row; -1 where there is none. */
  at(row: number): number {
    return row >= 0 && row < this.#count ? (this.#places[row] ?? -1) : -1;
  }

  depth(row: number): number {
    return this.#depths[row] ?? 0;
  }

  /** The row of a span; -1 where it is not shown. */
  rowOf(place: number): number {
    return place < 0 ? -1 : this.#places.subarray(0, this.#count).indexOf(place);
  }

  /** The row of a span that stands near the end, where it is looked for first; -1 where it is not shown. */
  lastRowOf(place: number): number {
    return place < 0 || this.#count === 0 ? -1 : this.#places.lastIndexOf(place, this.#count - 1);
  }

  /** Lists the rows anew: what `isShown` leaves out is left out with everything below it. */
  fill(
    table: SpanTable,
    isClosed: (place: number) => boolean,
    isShown: (place: number) => boolean = () => true,
  ): void {
    this.#count = 0;
    this.#list(table, root, isClosed, isShown);
  }

  /** Lists the rows of a turn and of all after it anew; those before the row `from` are as they were. */
  refill(table: SpanTable, isClosed: (place: number) => boolean, turn: number, from: number): void {
    this.#count = from;
    this.#list(table, turn, isClosed, () => true);
  }

  #list(
    table: SpanTable,
    from: number,
    isClosed: (place: number) => boolean,
    isShown: (place: number) => boolean,
  ): void {
    this.#reserve(table.count);
    let at = from;
    let depth = from === root ? 0 : 1;
    while (at >= 0) {
      const isSeen = at === root || isShown(at);
      if (isSeen) {
        this.#places[this.#count] = at;
        this.#depths[this.#count++] = Math.min(depth, 255);
      }
      const child = isSeen && !isClosed(at) ? table.firstChild(at) : -1;
      if (child >= 0) {
        at = child;
        depth += 1;
        continue;
      }
      while (at !== root && table.next(at) < 0) {
        at = table.parent(at);
        depth -= 1;
      }
      at = at === root ? -1 : table.next(at);
    }
  }

  #reserve(count: number): void {
    if (count <= this.#places.length) return;
    const [places, depths] = [new Int32Array(count * 2), new Uint8Array(count * 2)];
    places.set(this.#places);
    depths.set(this.#depths);
    this.#places = places;
    this.#depths = depths;
  }
}
