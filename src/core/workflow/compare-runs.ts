/** What became of each call from one run to the next. */
import type { Determinants, RunEvent, RunEventOf } from "#protocol/run.ts";
import type { RunDifference } from "#protocol/run-requests.ts";

interface Known {
  readonly end: RunEventOf<"step-end">;
  readonly determinants: Determinants | undefined;
}

/** Compares the calls of the last attempts of two runs: by what determines them, then by where they are. */
export function compareRuns(
  before: readonly RunEvent[],
  after: readonly RunEvent[],
): readonly RunDifference[] {
  const old = callsOf(before);
  const rest = new Set(old);
  const take = (fits: (one: Known) => boolean): Known | undefined => {
    const found = [...rest].find(fits);
    if (found !== undefined) rest.delete(found);
    return found;
  };
  const fresh = callsOf(after).map((call) => ({ call, same: take((one) => one.end.key === call.end.key) }));
  const compared = fresh.map(({ call, same }): RunDifference => {
    if (same !== undefined) return differenceOf("same", call, same);
    const moved = take((one) => one.end.path === call.end.path);
    return differenceOf(moved === undefined ? "added" : "changed", call, moved);
  });
  return [...compared, ...[...rest].map((one) => differenceOf("removed", one, one))];
}

function callsOf(events: readonly RunEvent[]): readonly Known[] {
  const from = events.findLastIndex(({ type }) => type === "run-start");
  const known = new Map<string, Determinants>();
  for (const event of events) if (event.type === "step-start") known.set(event.key, event.determinants);
  return events
    .slice(from)
    .filter((event) => event.type === "step-end")
    .map((end) => ({ end, determinants: known.get(end.key) }));
}

function differenceOf(
  kind: RunDifference["kind"],
  { end, determinants }: Known,
  other: Known | undefined,
): RunDifference {
  const { label, phase, cached, spent } = end;
  return {
    ...{ label, kind, isCached: cached && kind !== "removed" },
    changes: kind === "changed" ? changedIn(other?.determinants, determinants) : [],
    ...(phase !== undefined && { phase }),
    ...(other?.end.spent && { before: other.end.spent }),
    ...(spent && kind !== "removed" && { after: spent }),
  };
}

function changedIn(before: Determinants = {}, after: Determinants = {}): readonly string[] {
  const names = new Set([...Object.keys(before), ...Object.keys(after)]);
  return [...names].filter((name) => before[name] !== after[name]);
}
