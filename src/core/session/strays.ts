/** What a window wrote to a session that another one had taken over meanwhile: not in the session's course, but not lost. */
import type { SessionEvent } from "#protocol/session.ts";
import { BooError } from "../errors.ts";
import type { StrayEvent } from "../store-ports.ts";

/** The logs of forks, one for each window that went astray: the session's events up to there, and then its own. Throws BooError "no-session". */
export function strayLogs(
  events: readonly SessionEvent[],
  strays: readonly StrayEvent[],
  fork: () => { readonly id: string; readonly at: number },
): readonly (readonly SessionEvent[])[] {
  const [start] = events;
  if (start?.type !== "session-start") throw new BooError("no-session", "This session is not in the store.");
  const { task: _task, ...plain } = start;
  const byEpoch = Map.groupBy(strays, ({ epoch }) => epoch);
  return [...byEpoch.values()].flatMap((own) => {
    const [first] = own;
    if (first === undefined || first.n === 0 || first.n > events.length) return [];
    const shared = events.slice(1, first.n);
    const turn = shared.filter(({ type }) => type === "turn-end").length;
    const origin = { session: start.id, turn };
    return [[{ ...plain, ...fork(), forkOf: origin }, ...shared, ...course(own)]];
  });
}

// Up to the first gap; what was written twice counts once.
function course(strays: readonly StrayEvent[]): readonly SessionEvent[] {
  const events: SessionEvent[] = [];
  const from = strays[0]?.n ?? 0;
  for (const { n, event } of strays) if (n === from + events.length) events.push(event);
  return events;
}
