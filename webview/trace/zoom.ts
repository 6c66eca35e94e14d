import type { Axis, Interval } from "./axis.ts";

/** The least that can be looked at, in milliseconds. */
const leastMs = 0.05;
/** The part of what is seen that a key or a notch of the wheel moves on by. */
const panShare = 0.1;

/** The part of an axis that is seen, in places of the axis. */
export interface Scale {
  readonly axis: Axis;
  readonly from: number;
  readonly to: number;
}

/** What is seen: a stretch of moments, or everything for undefined. */
export function scaleOf(axis: Axis, zoom: Interval | undefined): Scale {
  if (zoom === undefined) return { axis, from: 0, to: Math.max(axis.length, leastMs) };
  const from = axis.placeOf(zoom.from);
  return { axis, from, to: Math.max(axis.placeOf(zoom.to), from + leastMs) };
}

/** Where a moment is seen: 0 at the left edge, 1 at the right one. */
export function shareOf({ axis, from, to }: Scale, moment: number): number {
  return (axis.placeOf(moment) - from) / (to - from);
}

/** The moment that is seen at a share of the width. */
export function momentAt({ axis, from, to }: Scale, share: number): number {
  return axis.momentAt(from + share * (to - from));
}

/** Looks at `factor` times as much, and what is at a share of the width stays there. */
export function zoomBy(scale: Scale, factor: number, share: number): Interval | undefined {
  const length = Math.max(leastMs, (scale.to - scale.from) * factor);
  const fixed = scale.from + share * (scale.to - scale.from);
  return lookAt(scale.axis, fixed - share * length, length);
}

/** Looks so many tenths of the width further right. */
export function panBy(scale: Scale, steps: number): Interval | undefined {
  const length = scale.to - scale.from;
  return lookAt(scale.axis, scale.from + steps * panShare * length, length);
}

/** Looks at as much as before, with a moment at the right edge. */
export function followTo(scale: Scale, moment: number): Interval | undefined {
  const length = scale.to - scale.from;
  return lookAt(scale.axis, scale.axis.placeOf(moment) - length, length);
}

/** Looks at a stretch with a little air around it. */
export function zoomTo(axis: Axis, { from, to }: Interval): Interval | undefined {
  const length = Math.max(leastMs, axis.placeOf(to) - axis.placeOf(from));
  return lookAt(axis, axis.placeOf(from) - length * 0.02, length * 1.04);
}

function lookAt(axis: Axis, from: number, length: number): Interval | undefined {
  if (length >= axis.length) return undefined;
  const begin = Math.max(0, Math.min(from, axis.length - length));
  return { from: axis.momentAt(begin), to: axis.momentAt(begin + length) };
}
