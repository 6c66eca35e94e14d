/** Follows runs that go on in other windows: the list and open views show them as they are. */
import { isGoingOn, runEntry } from "#protocol/run-state.ts";
import type { Channel } from "../channel.ts";
import type { Store, StoreChange } from "../store-ports.ts";
import type { RunJournal } from "./ports.ts";
import { folderOf, isElsewhere, type RunList, stateOf } from "./run-list.ts";

/** A run is looked at this often (ms) at most, and longer ones less often: looking takes this share of the time at most. */
const lookEvery = 1_000;
const mostShare = 0.02;
/** A window that crashed says nothing any more: runs that go on are looked at after so long (ms) without a word. */
const silence = 15_000;

/** What is needed to follow them. */
export interface ElsewhereParts {
  readonly store: Pick<Store, "follow" | "owner" | "events">;
  readonly list: RunList;
  readonly folder: string;
  readonly journal: () => Promise<RunJournal>;
  /** The channel of a run that is open here. */
  readonly channel: (run: string) => Channel<"run"> | undefined;
  readonly isHere: (run: string) => boolean;
  /** Whether an id is that of a session, which is no run. */
  readonly isSession: (id: string) => boolean;
}

/** Looks at a run's journal when its window was heard of. */
export class RunsElsewhere {
  readonly #parts: ElsewhereParts;
  readonly #waiting = new Map<
    string,
    { readonly timer: ReturnType<typeof setTimeout>; readonly at: number }
  >();
  /** When a run may be looked at again (ms, as `performance.now` counts), of those that take long. */
  readonly #notBefore = new Map<string, number>();
  #isClosed = false;

  constructor(parts: ElsewhereParts) {
    this.#parts = parts;
    parts.store.follow((change) => this.#hear(change));
  }

  [Symbol.dispose](): void {
    this.#isClosed = true;
    for (const { timer } of this.#waiting.values()) clearTimeout(timer);
    this.#waiting.clear();
  }

  // A lease tells that a run begins or ends, a span that something in it ended, a gap that something was missed.
  #hear(change: StoreChange): void {
    const { list } = this.#parts;
    if (change.kind === "gap")
      for (const entry of list.channel.state.runs) if (isGoingOn(entry)) this.#lookSoon(entry.run, lookEvery);
    if (change.kind === "lease" || change.kind === "span") this.#lookSoon(change.session, lookEvery);
  }

  #lookSoon(id: string, ms: number): void {
    const { list, isHere, isSession } = this.#parts;
    if (this.#isClosed || !list.channel.state.isLoaded || isHere(id) || isSession(id)) return;
    const now = performance.now();
    const at = Math.max(now + ms, this.#notBefore.get(id) ?? 0);
    const known = this.#waiting.get(id);
    // The earlier of two looks is enough.
    if (known !== undefined && known.at <= at) return;
    clearTimeout(known?.timer);
    const timer = setTimeout(() => {
      this.#waiting.delete(id);
      void this.#look(id).catch(() => {});
    }, at - now);
    this.#waiting.set(id, { timer, at });
  }

  async #look(run: string): Promise<void> {
    const { journal, store, list, folder, channel, isHere } = this.#parts;
    const began = performance.now();
    const events = await (await journal()).read(run);
    if (events === undefined || isHere(run) || (folderOf(events) ?? folder) !== folder) return;
    const isOpen = await isElsewhere(store, run);
    const state = stateOf(events, isOpen);
    this.#notBefore.set(run, performance.now() + (performance.now() - began) / mostShare);
    list.note(runEntry(state, folder));
    channel(run)?.renew(state);
    if (isGoingOn(state)) this.#lookSoon(run, silence);
    else this.#notBefore.delete(run);
  }
}
