import type { Folding } from "./turn-fold.ts";

/** Two moments, epoch milliseconds, the earlier first. */
export interface Interval {
  readonly from: number;
  readonly to: number;
}

/** A stretch without a turn that the axis leaves out, and where its mark stands. */
export interface Gap extends Interval {
  /** Where its mark begins and ends on the axis, in milliseconds of it. */
  readonly markFrom: number;
  readonly markTo: number;
}

/** Idle stretches shorter than this are never left out, in milliseconds. */
const leastIdleMs = 1_000;
/** As much idle time as this share of the time of work stays, the shortest stretches of it. */
const idleShare = 0.1;
/** The width of the mark of a gap, of the time that is shown; all marks together take at most ten times as much. */
const markShare = 0.02;

interface Piece extends Interval {
  /** Where it begins on the axis, in milliseconds of it. */
  readonly at: number;
  /** How much of the axis one of its milliseconds takes. */
  readonly scale: number;
  /** Milliseconds of work before it. */
  readonly worked: number;
  readonly isGap: boolean;
}

/**
 * Moments as places on an axis that begins at 0 and is counted in milliseconds. Where idle time is skipped, a gap takes
 * the little that its mark needs; everything else keeps its length.
 */
export class Axis {
  readonly length: number;
  readonly gaps: readonly Gap[];
  readonly #pieces: readonly Piece[];
  readonly #stretches: readonly Piece[];

  constructor(busy: readonly Interval[], skipsIdle: boolean) {
    const pieces = skipsIdle ? cut(busy) : whole(busy);
    this.#pieces = pieces;
    this.#stretches = pieces.filter(({ isGap }) => !isGap);
    const last = pieces.at(-1);
    this.length = last === undefined ? 0 : last.at + (last.to - last.from) * last.scale;
    this.gaps = pieces.flatMap(({ isGap, from, to, at, scale }) =>
      isGap ? [{ from, to, markFrom: at, markTo: at + (to - from) * scale }] : [],
    );
  }

  /** The first and the last moment. */
  get span(): Interval {
    return { from: this.#pieces[0]?.from ?? 0, to: this.#pieces.at(-1)?.to ?? 0 };
  }

  /** Where a moment is; before 0 and after the length for moments that are not on the axis. */
  placeOf(moment: number): number {
    const piece = lastOf(this.#pieces, (one) => one.from <= moment);
    if (piece === undefined) return 0;
    return piece.at + (moment - piece.from) * (moment > piece.to || moment < piece.from ? 1 : piece.scale);
  }

  /** The moment at a place. */
  momentAt(place: number): number {
    const piece = lastOf(this.#pieces, (one) => one.at <= place);
    if (piece === undefined) return 0;
    const isBeyond = place < piece.at || place > piece.at + (piece.to - piece.from) * piece.scale;
    return piece.from + (place - piece.at) / (isBeyond ? 1 : piece.scale);
  }

  /** Milliseconds of work before a moment: time without what is skipped. */
  workedBefore(moment: number): number {
    const stretch = lastOf(this.#stretches, (one) => one.from <= moment);
    return stretch === undefined ? 0 : stretch.worked + Math.min(moment, stretch.to) - stretch.from;
  }

  /** The moment at which so many milliseconds of work were done. */
  momentOfWork(ms: number): number {
    const stretch = lastOf(this.#stretches, (one) => one.worked <= ms);
    return stretch === undefined ? 0 : stretch.from + (ms - stretch.worked);
  }
}

// The last piece that `isBefore` holds of, which it does for all before a point; the first where there is none.
function lastOf(pieces: readonly Piece[], isBefore: (piece: Piece) => boolean): Piece | undefined {
  let [low, high] = [0, pieces.length - 1];
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    const piece = pieces[middle];
    if (piece !== undefined && isBefore(piece)) low = middle;
    else high = middle - 1;
  }
  return pieces[low];
}

function whole(busy: readonly Interval[]): readonly Piece[] {
  const from = busy[0]?.from;
  const to = busy.at(-1)?.to;
  return from === undefined || to === undefined
    ? []
    : [{ from, to, at: 0, scale: 1, worked: 0, isGap: false }];
}

function cut(busy: readonly Interval[]): readonly Piece[] {
  const cutFrom = shortestCut(busy);
  const stretches: Interval[] = [];
  for (const one of busy) {
    const last = stretches.at(-1);
    if (last !== undefined && one.from - last.to < cutFrom)
      stretches[stretches.length - 1] = { from: last.from, to: Math.max(last.to, one.to) };
    else stretches.push(one);
  }
  const worked = stretches.reduce((sum, { from, to }) => sum + to - from, 0);
  const mark = markWidth(worked, stretches.length - 1);
  const pieces: Piece[] = [];
  let [at, done] = [0, 0];
  for (const [index, { from, to }] of stretches.entries()) {
    const before = stretches[index - 1];
    if (before !== undefined) {
      const idle = { from: before.to, to: from };
      pieces.push({ ...idle, at, scale: mark / (idle.to - idle.from), worked: done, isGap: true });
      at += mark;
    }
    pieces.push({ from, to, at, scale: 1, worked: done, isGap: false });
    at += to - from;
    done += to - from;
  }
  return pieces;
}

/** From which length on idle stretches are left out: what matters in a minute of work is nothing in a day of it. */
function shortestCut(busy: readonly Interval[]): number {
  const worked = busy.reduce((sum, { from, to }) => sum + to - from, 0);
  const idle = sortedIdle(busy);
  let left = inSteps(worked) * idleShare;
  const first = idle.findIndex((length) => (left -= length) < 0 && length >= leastIdleMs);
  if (first < 0) return Infinity;
  // A mark that is wider than what it stands for would not be worth it.
  return Math.max(idle[first] ?? 0, 2 * markWidth(worked, idle.length - first));
}

let sorted = { sum: 0, idle: new Float64Array() };

// While the last turn grows, nothing changes between the others, and sorting thousands of lengths takes longer than a frame.
function sortedIdle(busy: readonly Interval[]): Float64Array {
  const idle = new Float64Array(Math.max(0, busy.length - 1));
  for (let index = 0; index < idle.length; index++)
    idle[index] = (busy[index + 1]?.from ?? 0) - (busy[index]?.to ?? 0);
  const sum = idle.reduce((all, length, index) => all + length * (index + 1), 0);
  if (sorted.idle.length === idle.length && sorted.sum === sum) return sorted.idle;
  sorted = { sum, idle: idle.sort() };
  return idle;
}

function markWidth(worked: number, gaps: number): number {
  return inSteps(worked * Math.min(markShare, (markShare * 10) / Math.max(1, gaps)));
}

// In steps of two, so that the axis does not breathe while the last turn grows.
function inSteps(ms: number): number {
  return 2 ** Math.floor(Math.log2(Math.max(1, ms)));
}

/** The stretches in which something of a session ran, in order and without overlaps; what is open runs until `now`. */
export const busyTime: Folding<Interval[]> = {
  none: () => [],
  copy: (busy) => [...busy],
  add: (busy, table, turn, now) => {
    const from = table.startedAt(turn);
    const to = table.endedAt(turn, now);
    const last = busy.at(-1);
    if (last === undefined || from > last.to) busy.push({ from, to });
    else if (to > last.to) busy[busy.length - 1] = { from: last.from, to };
  },
};
