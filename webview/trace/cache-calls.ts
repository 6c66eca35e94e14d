import type { CacheCause } from "#protocol/trace.ts";
import { root, type SpanTable } from "./table.ts";
import { forEachBelow } from "./totals.ts";

/** What the cache did over a whole session. */
export interface CacheCalls {
  /** The places of all model calls in order of their start, or of those that missed something. */
  readonly places: readonly number[];
  readonly calls: number;
  /** How many calls missed something, by cause. */
  readonly causes: ReadonlyMap<CacheCause, number>;
  readonly savedUsd: number;
  readonly lostUsd: number;
}

/** Whether a call missed what could have been reused, or was begun anew. */
function isMiss(table: SpanTable, place: number): boolean {
  const cause = table.cause(place);
  return cause !== undefined && cause !== "none";
}

/** Goes through all model calls of a session. */
export function cacheCalls(table: SpanTable, onlyMisses: boolean): CacheCalls {
  const places: number[] = [];
  const causes = new Map<CacheCause, number>();
  let [calls, savedUsd, lostUsd] = [0, 0, 0];
  forEachBelow(table, root, (place) => {
    if (table.kind(place) !== "model") return;
    calls += 1;
    savedUsd += table.figure(place, "savedUsd") ?? 0;
    lostUsd += table.figure(place, "lostUsd") ?? 0;
    const isMissed = isMiss(table, place);
    const cause = table.cause(place);
    if (isMissed && cause !== undefined) causes.set(cause, (causes.get(cause) ?? 0) + 1);
    if (isMissed || !onlyMisses) places.push(place);
  });
  return { places, calls, causes, savedUsd, lostUsd };
}
