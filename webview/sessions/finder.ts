import { computed, signal, type ReadonlySignal } from "@preact/signals";
import type { FoundSession, FoundSessions, SessionQuery } from "#protocol/sessions.ts";
import { periodOf, type Period } from "./when.ts";

/** Sessions that are asked for at a time. */
const pageSize = 100;
/** The most that the host gives at a time. */
const largestPage = 200;
/** How long typing has to rest before words are looked for, in milliseconds. */
const typingMs = 120;
/** The least time between two looks at the same question because something changed, in milliseconds. */
const restMs = { all: 100, words: 1_000 };

/** What the user looks for, as the search box and the filters say. */
export interface Filters {
  readonly text: string;
  readonly scope: SessionQuery["scope"];
  readonly show: SessionQuery["show"];
  readonly period: Period;
}

/** What everybody looks for first. */
export const usualFilters: Filters = { text: "", scope: "folder", show: "active", period: { kind: "any" } };

/** The answer to a question, and the question. */
export interface Findings {
  readonly filters: Filters;
  readonly found: readonly FoundSession[];
  readonly total: number;
  readonly hidden: number;
}

/** What a finder needs of its surroundings. */
export interface FinderWorld {
  ask(query: SessionQuery, signal: AbortSignal): Promise<FoundSessions>;
  /** Calls back later; what it gives takes that back. */
  wait(callback: () => void, ms: number): () => void;
  now(): number;
}

/** Asks the host for sessions, page by page, and again when filters or sessions change. Only the last question counts. */
export class SessionFinder {
  readonly filters: ReadonlySignal<Filters>;
  /** Undefined until the first answer. */
  readonly findings: ReadonlySignal<Findings | undefined>;
  readonly isBusy: ReadonlySignal<boolean>;
  /** Why there is no answer; "" while nothing is wrong. */
  readonly problem: ReadonlySignal<string>;
  /** Whether there are sessions beyond those at hand. */
  readonly hasMore: ReadonlySignal<boolean>;
  readonly #world: FinderWorld;
  readonly #filters;
  readonly #findings = signal<Findings | undefined>(undefined);
  readonly #asking = signal<AbortController | undefined>(undefined);
  readonly #problem = signal("");
  #stopTyping: (() => void) | undefined;
  #isResting = false;
  #isStale = false;

  constructor(world: FinderWorld, filters: Filters) {
    this.#world = world;
    this.#filters = signal(filters);
    this.filters = this.#filters;
    this.findings = this.#findings;
    this.problem = this.#problem;
    this.isBusy = computed(() => this.#asking.value !== undefined);
    this.hasMore = computed(() => {
      const findings = this.#findings.value;
      return findings !== undefined && findings.found.length < findings.total;
    });
  }

  /** Changes what is looked for; words are looked for once typing rests. */
  change(change: Partial<Filters>): void {
    const { length } = this.#filters.value.text;
    this.#filters.value = { ...this.#filters.value, ...change };
    this.#stopTyping?.();
    // What comes as a whole was pasted, and is not typed on.
    const isTyped =
      change.text !== undefined && change.text !== "" && Math.abs(change.text.length - length) <= 1;
    if (isTyped) this.#stopTyping = this.#world.wait(() => void this.#ask(0, pageSize), typingMs);
    else void this.#ask(0, pageSize);
  }

  /** Looks past all filters but the words. */
  showHidden(): void {
    this.change({ scope: "all", show: "all", period: { kind: "any" } });
  }

  /** Asks again for what is at hand, now. */
  async again(): Promise<void> {
    await this.#ask(0, this.#atHand());
  }

  /** Asks for the next page, unless something is being asked. */
  async more(): Promise<void> {
    if (this.isBusy.value || !this.hasMore.value) return;
    const { length } = this.#findings.value?.found ?? [];
    await this.#ask(length, length + pageSize);
  }

  /** Some session changed: asks again soon, and not all the time. */
  noteChange(): void {
    this.#isStale = true;
    if (this.#isResting) return;
    this.#isResting = true;
    this.#world.wait(
      () => {
        this.#isResting = false;
        if (this.#isStale && !this.isBusy.value) void this.again();
      },
      this.#filters.value.text === "" ? restMs.all : restMs.words,
    );
  }

  async #ask(from: number, until: number): Promise<void> {
    this.#asking.value?.abort();
    const controller = new AbortController();
    this.#asking.value = controller;
    this.#isStale = false;
    const filters = this.#filters.value;
    try {
      const findings = await this.#pages(filters, from, until, controller.signal);
      if (controller.signal.aborted) return;
      this.#findings.value = findings;
      this.#problem.value = "";
    } catch (error) {
      if (controller.signal.aborted) return;
      this.#problem.value = error instanceof Error ? error.message : String(error);
    }
    this.#asking.value = undefined;
    if (this.#isStale) this.noteChange();
  }

  async #pages(filters: Filters, from: number, until: number, signal: AbortSignal): Promise<Findings> {
    const { text, scope, show, period } = filters;
    const query = { text: text.trim(), scope, show, ...periodOf(period, this.#world.now()) };
    // Sessions move while they are paged through; each is shown once.
    const byId = new Map<string, FoundSession>();
    for (const one of from === 0 ? [] : (this.#findings.value?.found ?? [])) byId.set(one.entry.id, one);
    for (let offset = from; ;) {
      const limit = Math.min(largestPage, Math.max(pageSize, until - offset));
      const { found, total, hidden } = await this.#world.ask({ ...query, offset, limit }, signal);
      for (const one of found) byId.set(one.entry.id, one);
      offset += found.length;
      if (offset >= until || found.length === 0 || offset >= total)
        // A session that was lost between two pages is found with the next change; the count must not wait for it.
        return { filters, found: [...byId.values()], total: found.length === 0 ? byId.size : total, hidden };
    }
  }

  #atHand(): number {
    return Math.max(pageSize, this.#findings.value?.found.length ?? 0);
  }
}
