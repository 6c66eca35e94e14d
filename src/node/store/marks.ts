/** What the user decided about a session, with the time of each decision, so that the newest of any window holds. */
import type { SessionMarks } from "#protocol/sessions.ts";

/** Each mark with the time (epoch ms) at which it was made. */
export type DatedMarks = {
  readonly [K in keyof SessionMarks]?: readonly [value: SessionMarks[K], at: number];
};

/** The newer decision of each kind. */
export function mergeMarks(known: DatedMarks, marks: SessionMarks, at: number): DatedMarks {
  const merged: Record<string, readonly [unknown, number]> = { ...known };
  for (const [name, value] of Object.entries(marks)) {
    if ((merged[name]?.[1] ?? Number.NEGATIVE_INFINITY) <= at) merged[name] = [value, at];
  }
  return merged as DatedMarks;
}

/** When the newest decision was made; undefined where there is none. */
export function markedAt(dated: DatedMarks): number | undefined {
  const times = Object.values(dated).map(([, at]) => at);
  return times.length === 0 ? undefined : Math.max(...times);
}

/** The decisions without their times. */
export function plainMarks(dated: DatedMarks): SessionMarks {
  return Object.fromEntries(Object.entries(dated).map(([name, [value]]) => [name, value]));
}
