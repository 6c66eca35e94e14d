/**
 * The host's clock as seen from here: the two may run on different machines. Each event's time is at most the moment
 * it arrives, so the smallest difference seen is the best guess.
 */
export class HostClock {
  #aheadMs: number | undefined;

  /** Takes the time of an event that just arrived. */
  see(at: number, now = Date.now()): void {
    const ahead = now - at;
    if (this.#aheadMs === undefined || Math.abs(ahead) < Math.abs(this.#aheadMs)) this.#aheadMs = ahead;
  }

  /** The time in the host, epoch milliseconds. */
  now(): number {
    return Date.now() - (this.#aheadMs ?? 0);
  }
}
