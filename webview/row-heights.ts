/** A row as far as its place is concerned. */
export interface Placed {
  readonly key: string;
}

/** Heights of rows, measured or estimated, and where each row begins; all in pixels. */
export class RowHeights<R extends Placed> {
  readonly #estimate: (row: R) => number;
  readonly #measured = new Map<string, number>();
  #rows: readonly R[] = [];
  #heights = new Float64Array(256);
  // #starts[i] is where row i begins; valid up to and including #validTo.
  #starts = new Float64Array(257);
  #validTo = 0;

  constructor(estimate: (row: R) => number) {
    this.#estimate = estimate;
  }

  /** Takes the rows as they are now; only those that are other objects than before are looked at again. */
  setRows(rows: readonly R[]): void {
    const earlier = this.#rows;
    const shared = Math.min(earlier.length, rows.length);
    let first = 0;
    while (first < shared && earlier[first] === rows[first]) first++;
    let last = 0;
    while (last < shared - first && earlier[earlier.length - 1 - last] === rows[rows.length - 1 - last])
      last++;
    this.#rows = rows;
    if (this.#heights.length < rows.length) {
      this.#heights = grown(this.#heights, rows.length * 2);
      this.#starts = grown(this.#starts, rows.length * 2 + 1);
    }
    this.#heights.copyWithin(rows.length - last, earlier.length - last, earlier.length);
    this.#readHeights(first, rows.length - last);
  }

  /** Takes a row's true height; `index` is where the row is. */
  measure(key: string, height: number, index: number): void {
    this.#measured.set(key, height);
    if (this.#rows[index]?.key !== key || this.#heights[index] === height) return;
    this.#heights[index] = height;
    this.#validTo = Math.min(this.#validTo, index);
  }

  /** Forgets the heights of all but some rows, as after a change of width. */
  forget(except: ReadonlySet<string>): void {
    for (const key of this.#measured.keys()) if (!except.has(key)) this.#measured.delete(key);
    this.#readHeights(0, this.#rows.length);
  }

  /** Where a row begins; for the count of rows, where the last one ends. */
  startOf(index: number): number {
    const end = Math.max(0, Math.min(index, this.#rows.length));
    for (let at = this.#validTo; at < end; at++) {
      this.#starts[at + 1] = (this.#starts[at] ?? 0) + (this.#heights[at] ?? 0);
    }
    this.#validTo = Math.max(this.#validTo, end);
    return this.#starts[end] ?? 0;
  }

  /** The height of all rows. */
  get total(): number {
    return this.startOf(this.#rows.length);
  }

  /** The row at a distance from the top. */
  indexAt(top: number): number {
    const total = this.total;
    if (this.#rows.length === 0 || top <= 0) return 0;
    if (top >= total) return this.#rows.length - 1;
    let low = 0;
    let high = this.#rows.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((this.#starts[middle] ?? 0) <= top) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  /** The rows that touch a stretch: [first, end). */
  range(top: number, bottom: number): readonly [number, number] {
    if (this.#rows.length === 0) return [0, 0];
    return [this.indexAt(top), this.indexAt(bottom) + 1];
  }

  /** The index of a row, or -1. */
  indexOf(key: string): number {
    return this.#rows.findIndex((row) => row.key === key);
  }

  #readHeights(from: number, to: number): void {
    for (let index = from; index < to; index++) {
      const row = this.#rows[index];
      if (row !== undefined) this.#heights[index] = this.#measured.get(row.key) ?? this.#estimate(row);
    }
    this.#validTo = Math.min(this.#validTo, from);
  }
}

function grown(array: Float64Array, length: number): Float64Array<ArrayBuffer> {
  const larger = new Float64Array(length);
  larger.set(array);
  return larger;
}
