/** Forks: a new log that begins with a part of another one's. */
import type { SessionEvent } from "#protocol/session.ts";
import { BooError } from "../errors.ts";

/** Where a fork's log ends: after a turn, or before it. */
export type ForkPoint = { readonly turn: string; readonly at: "after" | "before" };

/** The events of a fork: the parent's up to the point, under a new id. Throws BooError "no-turn", and "busy" for a turn that still runs. */
export function forkEvents(
  events: readonly SessionEvent[],
  point: ForkPoint,
  fork: { readonly id: string; readonly at: number },
): readonly SessionEvent[] {
  const [start] = events;
  if (start?.type !== "session-start") throw new BooError("no-session", "This session is not in the store.");
  const startOf = events.findIndex((event) => event.type === "turn-start" && event.turn === point.turn);
  const first = events[startOf];
  if (first?.type !== "turn-start") throw new BooError("no-turn", "This turn is not in the session.");
  const endOf = events.findIndex((event) => event.type === "turn-end" && event.turn === point.turn);
  if (point.at === "after" && endOf < 0)
    throw new BooError("busy", "Wait until the turn has ended, or stop it, then fork from it.");
  const end = point.at === "after" ? endOf + 1 : startOf;
  const turn = point.at === "after" ? first.number : first.number - 1;
  const { task: _task, ...own } = start;
  const forkOf = { session: start.id, turn, ...(point.at === "before" && { isEdit: true as const }) };
  const kept = events.slice(1, end).filter((event) => isOfTheLog(event));
  const mark = pinAgain(kept, point.at === "after" ? "fork" : "edit", fork.at);
  return [{ ...own, id: fork.id, at: fork.at, forkOf }, ...withoutQueue(kept), ...mark];
}

// The same header as before, to the byte; it says why the next request may part from the one before.
function pinAgain(
  events: readonly SessionEvent[],
  reason: "fork" | "edit",
  at: number,
): readonly SessionEvent[] {
  const last = events.findLast((event) => event.type === "header-pin");
  return last?.type === "header-pin" ? [{ ...last, reason, at }] : [];
}

// What streamed and was never ended belongs to no fork.
function isOfTheLog(event: SessionEvent): boolean {
  return event.type !== "text-delta" && event.type !== "reasoning-delta";
}

// Messages that waited at the point of the fork wait in the original.
function withoutQueue(events: readonly SessionEvent[]): readonly SessionEvent[] {
  return events.filter((event) => !event.type.startsWith("queue-"));
}
