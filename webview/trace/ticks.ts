import type { Axis, Interval } from "./axis.ts";

/** A line of the ruler. */
export interface Tick {
  /** Its moment, epoch milliseconds. */
  readonly at: number;
  /** Milliseconds of work since the beginning. */
  readonly ms: number;
  readonly label: string;
}

/** Milliseconds between two lines that read well. */
const steps = [
  ...[1, 2, 5, 10, 20, 50, 100, 200, 500],
  ...[1, 2, 5, 10, 15, 30].map((seconds) => seconds * 1000),
  ...[1, 2, 5, 10, 15, 30].map((minutes) => minutes * 60_000),
  ...[1, 2, 3, 6, 12, 24].map((hours) => hours * 3_600_000),
];

/** The smallest step of which at most `most` fit into a stretch of milliseconds. */
export function tickStep(lengthMs: number, most: number): number {
  const wanted = lengthMs / Math.max(1, most);
  const longest = steps.at(-1) ?? 1;
  if (wanted < 1) return 10 ** Math.ceil(Math.log10(Math.max(wanted, 1e-4)));
  return steps.find((step) => step >= wanted) ?? Math.ceil(wanted / longest) * longest;
}

/** How a moment of the ruler reads: "0", "250 ms", "1.5 s", "2 min 5 s", "1 h 4 min". */
export function tickLabel(ms: number, step: number): string {
  if (ms === 0) return "0";
  if (ms < 1000 && step < 1000) return `${decimals(ms, step)} ms`;
  const hours = Math.floor(ms / 3_600_000);
  const minutes = Math.floor((ms % 3_600_000) / 60_000);
  const seconds = decimals((ms % 60_000) / 1000, step / 1000);
  if (ms < 60_000) return `${seconds} s`;
  const hasSeconds = step < 60_000 && seconds !== "0";
  const parts = [
    hours > 0 ? `${hours} h` : "",
    minutes > 0 ? `${minutes} min` : "",
    hasSeconds ? `${seconds} s` : "",
  ];
  return parts.filter((part) => part !== "").join(" ");
}

function decimals(value: number, step: number): string {
  const digits = step >= 1 ? 0 : Math.min(4, Math.ceil(-Math.log10(step) - 1e-9));
  return value
    .toFixed(digits)
    .replace(/(\.\d*?)0+$/, "$1")
    .replace(/\.$/, "");
}

/** The lines between two moments, at most `most`, counted in work since the axis begins: what is skipped takes no time. */
export function ticksBetween(axis: Axis, shown: Interval, most: number): readonly Tick[] {
  const from = axis.workedBefore(Math.max(shown.from, axis.span.from));
  const to = axis.workedBefore(Math.min(shown.to, axis.span.to));
  // What lies beyond the axis is empty, and its share of the lines is not drawn.
  const visible = axis.placeOf(shown.to) - axis.placeOf(shown.from);
  if (!(visible > 0) || axis.length === 0) return [];
  const step = tickStep(visible, most);
  const ticks: Tick[] = [];
  for (let n = Math.ceil(from / step - 1e-9); n * step <= to + 1e-6 && ticks.length <= most * 2; n++) {
    const ms = n * step;
    ticks.push({ at: axis.momentOfWork(ms), ms, label: tickLabel(ms, step) });
  }
  return ticks;
}
