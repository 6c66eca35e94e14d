import type { ReadonlySignal } from "@preact/signals";
import type { SessionState } from "#protocol/session.ts";
import type { Client } from "./client.ts";
import { addOlderTurns } from "./older-turns.ts";
import type { Store } from "./store.ts";

/** Turns that are read at a time when a reader nears the beginning. */
const olderPage = 20;
/** The most that the host gives at a time. */
const largestPage = 100;
/** How long the rows of what was read may take to be in place, in milliseconds. */
const settleMs = 50;

/** Reads the turns of one session that are not at hand. */
export class TurnReader {
  readonly #session: string;
  readonly #client: Client;
  readonly #store: Store;
  readonly #state: ReadonlySignal<SessionState | undefined>;
  #isReading = false;
  /** Whether more was asked for while something was read. */
  #wasAsked = false;
  /** Called when what was read is in place; whoever was near the beginning meanwhile may be so still. */
  settled: () => void = () => {};

  constructor(
    session: string,
    client: Client,
    store: Store,
    state: ReadonlySignal<SessionState | undefined>,
  ) {
    this.#session = session;
    this.#client = client;
    this.#store = store;
    this.#state = state;
  }

  /** Reads the turns right before those at hand, unless that is being done. */
  readOlder(): void {
    const before = this.#firstNumber();
    this.#wasAsked ||= this.#isReading;
    if (this.#isReading || before === undefined || this.#state.value?.olderTurns === 0) return;
    this.#isReading = true;
    this.#read(before, olderPage)
      // What can not be read now is asked for again by the next look at it.
      .catch(() => {})
      .finally(() => setTimeout(() => this.#settle(), settleMs));
  }

  #settle(): void {
    this.#isReading = false;
    if (!this.#wasAsked) return;
    this.#wasAsked = false;
    this.settled();
  }

  /** Reads back until a turn is at hand, or there are no more. */
  async reach(number: number): Promise<void> {
    let before = this.#firstNumber();
    while (before !== undefined && before > number)
      before = await this.#read(before, Math.min(largestPage, Math.max(olderPage, before - number)));
  }

  #firstNumber(): number | undefined {
    const state = this.#state.value;
    return state?.id === this.#session ? state.turns[0]?.number : undefined;
  }

  // The number of the first turn that was read, undefined when there was none.
  async #read(before: number, count: number): Promise<number | undefined> {
    if (before <= 1) return undefined;
    const session = this.#session;
    const { turns } = await this.#client.request("session.turns", { session, before, count });
    this.#store.change("session", session, (state) => addOlderTurns(state, turns));
    return turns[0]?.number;
  }
}
