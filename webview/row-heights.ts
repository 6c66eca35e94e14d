/** A row as far as its place is concerned. */
export interface Placed {
  readonly key: string;
}

/** Heights of rows, measured or estimated, and where each row begins; all in pixels. */
export class RowHeights<R extends Placed> {
  readonly #estimate: (row: R) => number;
  readonly #measured = new Map<string, number>();
  #rows: readonly R[] = [];
  // #starts[i] is where row i begins; valid up to and including #validTo.
  #starts = new Float64Array(256);
  #validTo = 0;

  constructor(estimate: (row: R) => number) {
    this.#estimate = estimate;
  }

  get count(): number {
    return this.#rows.length;
  }

  /** Takes the rows as they are now. */
  setRows(rows: readonly R[]): void {
    const earlier = this.#rows;
    const shared = Math.min(earlier.length, rows.length);
    let same = 0;
    while (same < shared && earlier[same]?.key === rows[same]?.key) same++;
    this.#rows = rows;
    if (this.#starts.length < rows.length + 1) {
      const starts = new Float64Array((rows.length + 1) * 2);
      starts.set(this.#starts);
      this.#starts = starts;
    }
    this.#validTo = Math.min(this.#validTo, same);
  }

  /** Takes a row's true height; true when it differs from what was assumed. */
  measure(key: string, height: number, indexHint: number): boolean {
    const row = this.#rows[indexHint];
    const known = this.#measured.get(key) ?? (row?.key === key ? this.#estimate(row) : undefined);
    this.#measured.set(key, height);
    if (known === height) return false;
    this.#validTo = Math.min(this.#validTo, row?.key === key ? indexHint : 0);
    return true;
  }

  /** Forgets the heights of all but some rows, as after a change of width. */
  forget(except: ReadonlySet<string>): void {
    for (const key of this.#measured.keys()) if (!except.has(key)) this.#measured.delete(key);
    this.#validTo = 0;
  }

  /** Where a row begins; for the count of rows, where the last one ends. */
  startOf(index: number): number {
    const end = Math.max(0, Math.min(index, this.#rows.length));
    for (let at = this.#validTo; at < end; at++) {
      const row = this.#rows[at];
      const height = row === undefined ? 0 : (this.#measured.get(row.key) ?? this.#estimate(row));
      this.#starts[at + 1] = (this.#starts[at] ?? 0) + height;
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
}
