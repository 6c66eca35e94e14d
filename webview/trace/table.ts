import type { ToolOutcome } from "#protocol/session.ts";
import type { CacheCause, CacheFinding, Drift, OpenSpan, Span } from "#protocol/trace.ts";
import { makeColumns, type Columns, type DoubleColumn, type FloatColumn } from "./columns.ts";
import { causes, frames, kinds, outcomes, reasons, type RowKind } from "./kinds.ts";
import { Strings } from "./strings.ts";

const flagInferred = 1;
const flagPartial = 2;
const flagReason = 4;
const flagCache = 8;

/** Drifts whose texts are kept, the newest; a trace with more of them says the same again and again. */
const maxDrifts = 5_000;

const usageColumns = [
  "promptTokens",
  "cacheHitTokens",
  "cacheMissTokens",
  "outputTokens",
  "reasoningTokens",
] as const;
const timingColumns = ["queuedMs", "waitingForUserMs", "firstTokenMs", "generatingMs", "toolMs"] as const;

/** The place of the session itself, which everything hangs on. */
export const root = 0;

/** The spans of a session as a tree, each at a place that it keeps; siblings stand in order of their start. */
export class SpanTable {
  readonly strings = new Strings();
  readonly #places = new Map<string, number>();
  readonly #ids: string[] = [""];
  readonly #drifts = new Map<number, Drift>();
  /** Spans whose parent is not here yet, by its id; they hang on the session meanwhile. */
  readonly #orphans = new Map<string, number[]>();
  readonly #open = new Set<number>();
  #columns: Columns = makeColumns(1024);
  #capacity = 1024;
  #count = 1;
  #moves = 0;

  constructor() {
    this.#clear(root);
  }

  /** Places in use, the session's own included. */
  get count(): number {
    return this.#count;
  }

  /** Counts how often a span that was there came to stand elsewhere. */
  get moves(): number {
    return this.#moves;
  }

  /** The places of spans that have not ended. */
  get open(): ReadonlySet<number> {
    return this.#open;
  }

  /** The place of a span by its id. */
  placeOf(id: string): number | undefined {
    return this.#places.get(id);
  }

  idOf(place: number): string {
    return this.#ids[place] ?? "";
  }

  kind(place: number): RowKind {
    return kinds[this.#columns.kind[place] ?? 0] ?? "session";
  }

  /** Whether this is the trace of a run of a workflow. */
  get isOfRun(): boolean {
    const first = this.firstChild(root);
    return first >= 0 && ["run", "phase", "agent"].includes(this.kind(first));
  }

  /** Whether a span is what the calls below it make of it. */
  isFrame(place: number): boolean {
    return frames.has(this.kind(place));
  }

  /** The session in which it happened, where the trace is that of a run; undefined for what happened in no session. */
  origin(place: number): string | undefined {
    return this.strings.textOf(this.#columns.origin[place] ?? 0);
  }

  kindNumber(place: number): number {
    return this.#columns.kind[place] ?? 0;
  }

  outcomeNumber(place: number): number {
    return this.#columns.outcome[place] ?? 0;
  }

  /** What became of a span; undefined while it is open. */
  outcome(place: number): ToolOutcome | undefined {
    return this.isOpen(place) || place === root ? undefined : outcomes[this.outcomeNumber(place)];
  }

  isOpen(place: number): boolean {
    return this.#open.has(place);
  }

  startedAt(place: number): number {
    return this.#columns.startedAt[place] ?? Number.NaN;
  }

  /** When a span ended, epoch milliseconds; `now` while it is open. */
  endedAt(place: number, now: number): number {
    const end = this.#columns.endedAt[place] ?? Number.NaN;
    return Number.isNaN(end) ? Math.max(now, this.startedAt(place)) : end;
  }

  /** A number of a span, undefined where there is none. */
  figure(place: number, column: DoubleColumn | FloatColumn): number | undefined {
    const value = this.#columns[column][place];
    return value === undefined || Number.isNaN(value) ? undefined : value;
  }

  parent(place: number): number {
    return this.#columns.parent[place] ?? -1;
  }

  firstChild(place: number): number {
    return this.#columns.firstChild[place] ?? -1;
  }

  lastChild(place: number): number {
    return this.#columns.lastChild[place] ?? -1;
  }

  next(place: number): number {
    return this.#columns.next[place] ?? -1;
  }

  previous(place: number): number {
    return this.#columns.previous[place] ?? -1;
  }

  turn(place: number): number {
    return this.#columns.turn[place] ?? 0;
  }

  /** Counts the changes of what a span says. */
  revision(place: number): number {
    return this.#columns.revision[place] ?? 0;
  }

  name(place: number): string {
    return this.strings.textOf(this.#columns.name[place] ?? 0) ?? "";
  }

  title(place: number): string | undefined {
    return this.strings.textOf(this.#columns.title[place] ?? 0);
  }

  model(place: number): string | undefined {
    return this.strings.textOf(this.#columns.model[place] ?? 0);
  }

  /** The numbers of the texts that a span is found by. */
  textNumbers(place: number): readonly [name: number, title: number, error: number] {
    const { name, title, errorMessage } = this.#columns;
    return [name[place] ?? 0, title[place] ?? 0, errorMessage[place] ?? 0];
  }

  attempt(place: number): number {
    return this.#columns.attempt[place] ?? 0;
  }

  retries(place: number): number {
    return this.#columns.retries[place] ?? 0;
  }

  /** False where some call has no usage, so that figures are lower bounds. */
  isUsageWhole(place: number): boolean {
    return ((this.#columns.flags[place] ?? 0) & flagPartial) === 0;
  }

  error(place: number): Span["error"] {
    const { errorCode, errorMessage } = this.#columns;
    const code = this.strings.textOf(errorCode[place] ?? 0);
    const message = this.strings.textOf(errorMessage[place] ?? 0);
    return code === undefined ? undefined : { code, message: message ?? "" };
  }

  /** Why a model call's prompt was not in the cache; undefined where nothing is known of it. */
  cause(place: number): CacheCause | undefined {
    return ((this.#columns.flags[place] ?? 0) & flagCache) === 0
      ? undefined
      : causes[this.#columns.cause[place] ?? 0];
  }

  /** What the cache did for a model call. */
  cache(place: number): CacheFinding | undefined {
    const cause = this.cause(place);
    if (cause === undefined) return undefined;
    const flags = this.#columns.flags[place] ?? 0;
    const reason = (flags & flagReason) === 0 ? undefined : reasons[this.#columns.reason[place] ?? 0];
    const savedUsd = this.figure(place, "savedUsd");
    const lostUsd = this.figure(place, "lostUsd");
    const drift = this.#drifts.get(place);
    return {
      cause,
      isInferred: (flags & flagInferred) !== 0,
      ...(reason !== undefined && { reason }),
      reusableTokens: this.figure(place, "reusableTokens") ?? 0,
      missedTokens: this.figure(place, "missedTokens") ?? 0,
      ...(savedUsd !== undefined && { savedUsd }),
      ...(lostUsd !== undefined && { lostUsd }),
      ...(drift !== undefined && { drift }),
    };
  }

  /** The turn that a span is part of: what hangs on the session; the session for itself. */
  turnPlace(place: number): number {
    let at = place;
    for (let up = this.parent(at); up > root; up = this.parent(at)) at = up;
    return at;
  }

  /** The turn of its session that a span is part of; the session where it is part of none. */
  turnAbove(place: number): number {
    let at = place;
    while (at > root && this.kind(at) !== "turn") at = this.parent(at);
    return Math.max(at, root);
  }

  /** Takes a span in, or what became of it; returns its place. What has ended does not begin again. */
  put(span: Span | OpenSpan): number {
    const isEnded = "endedAt" in span;
    const known = this.#places.get(span.id);
    if (known !== undefined && !isEnded && !this.isOpen(known)) return known;
    const place = known ?? this.#add(span.id);
    const before = known === undefined ? undefined : this.startedAt(known);
    this.#write(place, span);
    if (isEnded) this.#open.delete(place);
    else this.#open.add(place);
    if (before === undefined) {
      this.#link(place, this.#parentOf(span, place));
      this.#adopt(span.id, place);
    } else if (before !== span.startedAt) this.#link(place, this.parent(place));
    return place;
  }

  /** A span of which nothing is heard any more is no longer growing: its end is the last thing known of it. */
  abandon(place: number, endedAt: number): void {
    if (!this.#open.delete(place)) return;
    this.#columns.endedAt[place] = Math.max(endedAt, this.startedAt(place));
    this.#columns.outcome[place] = outcomes.indexOf("interrupted");
    this.#touch(place);
  }

  #add(id: string): number {
    if (this.#count === this.#capacity) {
      this.#capacity *= 2;
      this.#columns = makeColumns(this.#capacity, this.#columns);
    }
    const place = this.#count++;
    this.#places.set(id, place);
    this.#ids.push(id);
    this.#clear(place);
    return place;
  }

  #clear(place: number): void {
    const { parent, firstChild, lastChild, next, previous, startedAt, endedAt, costUsd } = this.#columns;
    for (const links of [parent, firstChild, lastChild, next, previous]) links[place] = -1;
    for (const figures of [startedAt, endedAt, costUsd]) figures[place] = Number.NaN;
    for (const column of [...usageColumns, ...timingColumns]) this.#columns[column][place] = Number.NaN;
  }

  #write(place: number, span: Span | OpenSpan): void {
    const columns = this.#columns;
    const ended = "endedAt" in span ? span : undefined;
    columns.startedAt[place] = span.startedAt;
    // A span of an earlier version may end before it begins: the clock was set back.
    columns.endedAt[place] = ended === undefined ? Number.NaN : Math.max(ended.startedAt, ended.endedAt);
    columns.kind[place] = kinds.indexOf(span.kind);
    columns.outcome[place] = ended === undefined ? 0 : outcomes.indexOf(ended.outcome);
    columns.turn[place] = span.turn;
    columns.origin[place] = this.strings.numberOf(span.origin);
    columns.agent[place] = this.strings.numberOf(span.agent);
    columns.name[place] = this.strings.numberOf(span.name);
    columns.title[place] = this.strings.numberOf(span.title);
    columns.provider[place] = this.strings.numberOf(span.provider);
    columns.model[place] = this.strings.numberOf(span.model);
    columns.errorCode[place] = this.strings.numberOf(span.error?.code);
    columns.errorMessage[place] = this.strings.numberOf(span.error?.message);
    columns.attempt[place] = span.attempt ?? 0;
    columns.retries[place] = span.retries ?? 0;
    columns.costUsd[place] = span.costUsd ?? Number.NaN;
    for (const column of usageColumns) columns[column][place] = span.usage?.[column] ?? Number.NaN;
    for (const column of timingColumns) columns[column][place] = ended?.timings[column] ?? Number.NaN;
    columns.flags[place] = span.isUsageWhole === false ? flagPartial : 0;
    this.#writeCache(place, span.cache);
    this.#touch(place);
  }

  #writeCache(place: number, cache: CacheFinding | undefined): void {
    const columns = this.#columns;
    columns.reusableTokens[place] = cache?.reusableTokens ?? Number.NaN;
    columns.missedTokens[place] = cache?.missedTokens ?? Number.NaN;
    columns.savedUsd[place] = cache?.savedUsd ?? Number.NaN;
    columns.lostUsd[place] = cache?.lostUsd ?? Number.NaN;
    if (cache === undefined) return;
    columns.cause[place] = causes.indexOf(cache.cause);
    columns.reason[place] = cache.reason === undefined ? 0 : reasons.indexOf(cache.reason);
    columns.flags[place] =
      (columns.flags[place] ?? 0) |
      flagCache |
      (cache.isInferred ? flagInferred : 0) |
      (cache.reason === undefined ? 0 : flagReason);
    if (cache.drift === undefined) return;
    this.#drifts.set(place, cache.drift);
    const oldest = this.#drifts.keys().next().value;
    if (this.#drifts.size > maxDrifts && oldest !== undefined) this.#drifts.delete(oldest);
  }

  #touch(place: number): void {
    this.#columns.revision[place] = this.revision(place) + 1;
  }

  #parentOf(span: Span | OpenSpan, place: number): number {
    if (span.parent === undefined) return root;
    const parent = this.#places.get(span.parent);
    if (parent !== undefined && !this.#isBelow(parent, place)) return parent;
    if (parent === undefined) {
      const waiting = this.#orphans.get(span.parent) ?? [];
      waiting.push(place);
      this.#orphans.set(span.parent, waiting);
    }
    return root;
  }

  #adopt(id: string, parent: number): void {
    const waiting = this.#orphans.get(id);
    if (waiting === undefined) return;
    this.#orphans.delete(id);
    for (const place of waiting) if (!this.#isBelow(parent, place)) this.#link(place, parent);
  }

  // Only a damaged store holds circles; they must not hang the view.
  #isBelow(place: number, other: number): boolean {
    for (let at = place; at >= 0; at = this.parent(at)) if (at === other) return true;
    return false;
  }

  #unlink(place: number): void {
    const { parent, firstChild, lastChild, next, previous } = this.#columns;
    const up = parent[place] ?? -1;
    if (up < 0) return;
    this.#moves += 1;
    const before = previous[place] ?? -1;
    const after = next[place] ?? -1;
    if (before >= 0) next[before] = after;
    else firstChild[up] = after;
    if (after >= 0) previous[after] = before;
    else lastChild[up] = before;
  }

  // What comes from the store comes newest first, what happens now comes last: both ends are near.
  #link(place: number, up: number): void {
    this.#unlink(place);
    const { parent, firstChild, lastChild, next, previous } = this.#columns;
    const at = this.startedAt(place);
    let before = lastChild[up] ?? -1;
    const first = firstChild[up] ?? -1;
    if (first >= 0 && this.startedAt(first) > at) before = -1;
    else while (before >= 0 && this.startedAt(before) > at) before = previous[before] ?? -1;
    const after = before >= 0 ? (next[before] ?? -1) : first;
    parent[place] = up;
    previous[place] = before;
    next[place] = after;
    if (before >= 0) next[before] = place;
    else firstChild[up] = place;
    if (after >= 0) previous[after] = place;
    else lastChild[up] = place;
  }
}
