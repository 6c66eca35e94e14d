/** A row that has an element, the element's number, and what the row is about. */
export interface Slot {
  readonly key: number;
  readonly row: number;
  readonly place: number;
}

/** The rows near what is seen, from the first up to before the end, and how many elements they take turns in. */
export interface RowWindow {
  readonly first: number;
  readonly end: number;
  readonly pool: number;
}

/** How quickly rows get elements. */
export interface Pace {
  /** Elements that may take on another row now. */
  readonly most: number;
  /** The row that gets one in any case. */
  readonly urgent: number;
  /** Whether rows go on coming at the end, so that the last ones get theirs first. */
  readonly isLong?: boolean;
}

/**
 * Which rows have elements. What a row is about keeps its element wherever it moves, and only so many elements take on
 * another row in one frame: that is what takes the browser long.
 */
export class Slots {
  /** By key; a place of -1 is an element without a row. */
  #slots: readonly Slot[] = [];
  /** The rows of the window that have no element yet. */
  missing: readonly number[] = [];
  /** All that have one, from the top. */
  drawn: readonly Slot[] = [];

  /** Gives rows of a window elements as quickly as is said. */
  settle(window: RowWindow, placeAt: (row: number) => number, { most, urgent, isLong = false }: Pace): void {
    const { first, end, pool } = window;
    const rowOf = new Map<number, number>();
    for (let row = first; row < end; row++) rowOf.set(placeAt(row), row);
    const slots: Slot[] = [];
    const free: number[] = [];
    for (let key = 0; key < pool; key++) {
      const { place = -1, row: before = -1 } = this.#slots[key] ?? {};
      const row = rowOf.get(place);
      rowOf.delete(place);
      if (row === undefined) free.push(key);
      slots.push({ key, place, row: row ?? before });
    }
    let left = most;
    const missing: number[] = [];
    const wanted = isLong ? [...rowOf].toReversed() : rowOf;
    for (const [place, row] of wanted) {
      const key = left > 0 || row === urgent ? free.pop() : undefined;
      if (key === undefined) missing.push(row);
      else slots[key] = { key, place, row };
      if (row !== urgent) left -= 1;
    }
    this.missing = missing;
    // An element whose row has gone by waits for the next one; it is only let go when there is none to come, or when
    // none comes for long: it would be drawn with everything else meanwhile.
    const isWaiting = missing.length > 0 && !isLong;
    const isKept = ({ row, place }: Slot) =>
      place >= 0 && placeAt(row) === place && (isWaiting || (row >= first && row < end));
    this.#slots = slots.map((slot) => (isKept(slot) ? slot : { ...slot, place: -1 }));
    this.drawn = this.#slots.filter(({ place }) => place >= 0).toSorted((a, b) => a.row - b.row);
  }
}
