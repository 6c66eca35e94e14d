/** One measured quantity: every value of it that was taken, in the unit named. */
export type Row = {
  readonly name: string;
  readonly unit: "ms" | "MB" | "KB" | "tokens" | "%" | "×" | "";
  readonly values: readonly number[];
  /** Most that the median may be. */
  readonly limit?: number;
};

/** A benchmark; what it compares is run in turn within one `run`. */
export type Bench = {
  readonly name: string;
  /** Set where it looks at the packaged extension, which is then built before. */
  readonly usesPackage?: true;
  /** Measures and returns the rows in the order in which they are to be read. */
  readonly run: () => Promise<readonly Row[]>;
};

/** The value below which `share` of the values lie (nearest rank); NaN when there is none. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN;
}

/** The middle value, or the mean of the two middle ones; NaN when there is none. */
export function median(values: readonly number[]): number {
  return (
    (quantile(values, 0.5) +
      (values.length % 2 ? quantile(values, 0.5) : quantile(values, 0.5 + 1 / values.length))) /
    2
  );
}

/** A row whose values are those of another over a base's median, such as "1.6 times an empty view". */
export function ratio(name: string, of: Row, base: Row, limit?: number): Row {
  const divisor = median(base.values);
  return { name, unit: "×", values: of.values.map((value) => value / divisor), limit };
}

/** A row whose values are what another has over a base's median. */
export function over(name: string, of: Row, base: Row, limit?: number): Row {
  const subtrahend = median(base.values);
  return { name, unit: of.unit, values: of.values.map((value) => value - subtrahend), limit };
}
