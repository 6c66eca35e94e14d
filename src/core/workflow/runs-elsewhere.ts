/** Follows runs that go on in other windows: the list and open views show them as they are. */
import { runEntry } from "#protocol/run-state.ts";
import type { Channel } from "../channel.ts";
import type { Store, StoreChange } from "../store-ports.ts";
import type { RunJournal } from "./ports.ts";
import { folderOf, type RunList, stateOf } from "./run-list.ts";

/** A run is looked at this often (ms) at most. */
const lookEvery = 1_000;

/** What is needed to follow them. */
export interface ElsewhereParts {
  readonly store: Pick<Store, "follow" | "owner">;
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
  readonly #waiting = new Map<string, ReturnType<typeof setTimeout>>();

  constructor(parts: ElsewhereParts) {
    this.#parts = parts;
    parts.store.follow((change) => this.#hear(change));
  }

  [Symbol.dispose](): void {
    for (const timer of this.#waiting.values()) clearTimeout(timer);
    this.#waiting.clear();
  }

  // A lease tells that a run begins or ends, a span that something in it ended.
  #hear(change: StoreChange): void {
    if (change.kind !== "lease" && change.kind !== "span") return;
    const { session: id } = change;
    const { list, isHere, isSession } = this.#parts;
    if (!list.channel.state.isLoaded || this.#waiting.has(id) || isHere(id) || isSession(id)) return;
    this.#waiting.set(
      id,
      setTimeout(() => {
        this.#waiting.delete(id);
        void this.#look(id).catch(() => {});
      }, lookEvery),
    );
  }

  async #look(run: string): Promise<void> {
    const { journal, store, list, folder, channel, isHere } = this.#parts;
    const events = await (await journal()).read(run);
    if (events === undefined || isHere(run)) return;
    const state = stateOf(events, store.owner(run) === "elsewhere");
    list.note(runEntry(state, folderOf(events) ?? folder));
    channel(run)?.renew(state);
  }
}
