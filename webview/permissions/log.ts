import { computed, signal, type ReadonlySignal } from "@preact/signals";
import type { Requests } from "#protocol/protocol.ts";
import type { PermissionEntry } from "#protocol/permissions.ts";

/** Entries that are asked for at a time. */
const pageSize = 100;
/** How long typing has to rest before words are looked for, in milliseconds. */
const typingMs = 150;

/** Which entries are looked for. */
export interface LogFilters {
  readonly text: string;
  readonly verdict: PermissionEntry["verdict"] | "all";
  readonly scope: "session" | "all";
}

/** What everybody looks for first. */
export const usualFilters: LogFilters = { text: "", verdict: "all", scope: "all" };

type Query = Requests["permissions.read"]["params"];
type Page = Requests["permissions.read"]["result"];

/** What the log needs of its surroundings. */
export interface LogWorld {
  ask(query: Query, signal: AbortSignal): Promise<Page>;
  /** Calls back later; what it gives takes that back. */
  wait(callback: () => void, ms: number): () => void;
}

interface Reading {
  readonly entries: readonly PermissionEntry[];
  /** How many there are, as the host last said. */
  readonly total: number;
}

/** The permission log as far as it was read: the newest first, older ones page by page, and what is decided meanwhile. */
export class PermissionLog {
  readonly filters: ReadonlySignal<LogFilters>;
  /** The entries at hand that fit; undefined until the first answer. */
  readonly entries: ReadonlySignal<readonly PermissionEntry[] | undefined>;
  /** How many entries fit words and scope, whatever their verdict. */
  readonly total: ReadonlySignal<number>;
  readonly hasMore: ReadonlySignal<boolean>;
  readonly isBusy: ReadonlySignal<boolean>;
  /** Why the last question has no answer; "" while nothing is wrong. */
  readonly problem: ReadonlySignal<string>;
  readonly #world: LogWorld;
  readonly #filters;
  readonly #reading = signal<Reading | undefined>(undefined);
  readonly #asking = signal<AbortController | undefined>(undefined);
  readonly #problem = signal("");
  #session = "";
  #stopTyping: (() => void) | undefined;

  constructor(world: LogWorld, filters: LogFilters) {
    this.#world = world;
    this.#filters = signal(filters);
    this.filters = this.#filters;
    this.problem = this.#problem;
    this.isBusy = computed(() => this.#asking.value !== undefined);
    this.total = computed(() => this.#reading.value?.total ?? 0);
    this.hasMore = computed(() => {
      const reading = this.#reading.value;
      return reading !== undefined && reading.entries.length < reading.total;
    });
    this.entries = computed(() => {
      const { verdict } = this.#filters.value;
      const entries = this.#reading.value?.entries;
      return verdict === "all" ? entries : entries?.filter((entry) => entry.verdict === verdict);
    });
  }

  /** Changes what is looked for; words are looked for once typing rests, verdicts among what is at hand. */
  change(change: Partial<LogFilters>): void {
    this.#filters.value = { ...this.#filters.value, ...change };
    if (change.text === undefined && change.scope === undefined) return;
    this.#stopTyping?.();
    if (change.text === undefined || change.text === "") void this.again();
    else this.#stopTyping = this.#world.wait(() => void this.again(), typingMs);
  }

  /** Takes the session that the chat shows. */
  showSession(session: string): void {
    if (session === this.#session) return;
    this.#session = session;
    if (this.#filters.value.scope === "session") void this.again();
  }

  /** Reads the newest entries anew. */
  again(): Promise<void> {
    return this.#ask(0);
  }

  /** Reads the next page, unless something is being read. */
  async more(): Promise<void> {
    if (this.isBusy.value || !this.hasMore.value) return;
    await this.#ask(this.#reading.value?.entries.length ?? 0);
  }

  /** Takes an entry that has just been made. */
  add(entry: PermissionEntry): void {
    const reading = this.#reading.value;
    if (reading === undefined || !this.#fits(entry)) return;
    if (reading.entries.some(({ id }) => id === entry.id)) return;
    this.#reading.value = { entries: [entry, ...reading.entries], total: reading.total + 1 };
  }

  async #ask(offset: number): Promise<void> {
    this.#asking.value?.abort();
    const controller = new AbortController();
    this.#asking.value = controller;
    const { text, scope } = this.#filters.value;
    const query: Query = {
      text: text.trim(),
      offset,
      limit: pageSize,
      ...(scope === "session" && { session: this.#session }),
    };
    try {
      const page = await this.#world.ask(query, controller.signal);
      if (controller.signal.aborted) return;
      this.#take(page, offset);
      this.#problem.value = "";
    } catch (error) {
      if (controller.signal.aborted) return;
      this.#problem.value = error instanceof Error ? error.message : String(error);
    }
    this.#asking.value = undefined;
  }

  // New entries push older ones on to the next page: each is shown once.
  #take({ entries, total }: Page, offset: number): void {
    const earlier = offset === 0 ? [] : (this.#reading.value?.entries ?? []);
    const known = new Set(earlier.map(({ id }) => id));
    const all = [...earlier, ...entries.filter(({ id }) => !known.has(id))];
    // Nothing new on a page means that there is no more, whatever was counted before.
    this.#reading.value = {
      entries: all,
      total: all.length === earlier.length ? all.length : Math.max(total, all.length),
    };
  }

  #fits(entry: PermissionEntry): boolean {
    const { text, scope } = this.#filters.value;
    if (scope === "session" && entry.session !== this.#session) return false;
    const { agent, operation, target, verdict, by, rule = "", reason, word = "" } = entry;
    const said = [agent, operation, target, verdict, by, rule, reason, word].join("\n").toLowerCase();
    return text
      .toLowerCase()
      .split(/\s+/)
      .every((wanted) => said.includes(wanted));
  }
}
