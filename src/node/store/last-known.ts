/** What a window remembers of sessions that it reads, hears of or writes. */

/** Sessions that are remembered, besides those that this window runs. */
const limit = 10_000;

/** Numbers of last events and times of newest marks, of as many sessions as somebody works with. */
export class LastKnown {
  readonly #events = new Map<string, number>();
  readonly #marks = new Map<string, number>();
  readonly #isHeld: (session: string) => boolean;

  /** `isHeld`: whether this window runs a session, which is never forgotten then. */
  constructor(isHeld: (session: string) => boolean) {
    this.#isHeld = isHeld;
  }

  /** The number of a session's last event; -1 where none is known. */
  event(session: string): number {
    return this.#events.get(session) ?? -1;
  }

  setEvent(session: string, n: number): void {
    this.#makeRoom(this.#events);
    this.#events.set(session, n);
  }

  /** Takes in when a mark of a session was made (epoch ms). */
  noteMark(session: string, at: number): void {
    this.#makeRoom(this.#marks);
    this.#marks.set(session, Math.max(at, this.#marks.get(session) ?? at));
  }

  /** The time of a new mark: the newest holds, and a clock that was set back must not make it an old one. */
  nextMark(session: string, now: number): number {
    const at = Math.max(now, (this.#marks.get(session) ?? Number.NEGATIVE_INFINITY) + 1);
    this.noteMark(session, at);
    return at;
  }

  #makeRoom(map: Map<string, number>): void {
    if (map.size < limit) return;
    for (const session of map.keys()) if (!this.#isHeld(session)) map.delete(session);
  }
}
