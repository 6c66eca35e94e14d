import type { ToolOutcome } from "#protocol/session.ts";
import type { SpanKind } from "#protocol/trace.ts";
import { kinds, outcomes } from "./kinds.ts";
import { root, type SpanTable } from "./table.ts";

/** Which spans are looked for; "any" and 0 leave a question open. */
export interface Filters {
  readonly text: string;
  readonly kind: SpanKind | "any";
  readonly outcome: ToolOutcome | "running" | "any";
  /** The shortest duration, in milliseconds. */
  readonly minMs: number;
}

/** Every span is looked for. */
export const noFilters: Filters = { text: "", kind: "any", outcome: "any", minMs: 0 };

/** Whether filters leave anything out. */
export function isFiltering(filters: Filters): boolean {
  return (
    filters.text.trim() !== "" || filters.kind !== "any" || filters.outcome !== "any" || filters.minMs > 0
  );
}

const isLeftOut = 0;
const isAbove = 1;
const isMatch = 2;

/** Which spans fit, and which stand above one that does. */
export class Findings {
  #marks = new Uint8Array(1024);
  #words = "";
  /** For each text: 0 not looked at, 1 holds the words, 2 does not. */
  #texts = new Uint8Array(1024);
  /** How many spans are left out. */
  hidden = 0;
  /** How many spans fit. */
  matches = 0;

  /** Looks through all spans. */
  find(table: SpanTable, filters: Filters, now: number): void {
    const { count } = table;
    if (this.#marks.length < count) this.#marks = new Uint8Array(count * 2);
    this.#marks.fill(isLeftOut, 0, count);
    this.#readWords(table, filters.text);
    const kind = filters.kind === "any" ? -1 : kinds.indexOf(filters.kind);
    const outcome = outcomes.findIndex((one) => one === filters.outcome);
    let shown = 0;
    this.matches = 0;
    for (let place = 1; place < count; place++) {
      if (kind >= 0 && table.kindNumber(place) !== kind) continue;
      if (filters.outcome !== "any") {
        if (table.isOpen(place) !== (filters.outcome === "running")) continue;
        if (outcome >= 0 && table.outcomeNumber(place) !== outcome) continue;
      }
      if (filters.minMs > 0 && table.endedAt(place, now) - table.startedAt(place) < filters.minMs) continue;
      if (!this.#hasWords(table, place)) continue;
      this.matches += 1;
      shown += this.#mark(table, place);
    }
    this.hidden = count - 1 - shown;
  }

  isShown(place: number): boolean {
    return place === root || this.#marks[place] !== isLeftOut;
  }

  /** Whether a span is only shown for what is below it. */
  isContext(place: number): boolean {
    return this.#marks[place] === isAbove;
  }

  // Returns how many spans are shown that were not before.
  #mark(table: SpanTable, place: number): number {
    let shown = this.#marks[place] === isLeftOut ? 1 : 0;
    this.#marks[place] = isMatch;
    for (let up = table.parent(place); up > root && this.#marks[up] === isLeftOut; up = table.parent(up)) {
      this.#marks[up] = isAbove;
      shown += 1;
    }
    return shown;
  }

  #readWords(table: SpanTable, text: string): void {
    const words = text.trim().toLowerCase();
    if (words !== this.#words) this.#texts.fill(0);
    this.#words = words;
    const { size } = table.strings;
    if (this.#texts.length >= size) return;
    const texts = new Uint8Array(size * 2);
    texts.set(this.#texts);
    this.#texts = texts;
  }

  #hasWords(table: SpanTable, place: number): boolean {
    if (this.#words === "") return true;
    for (const number of table.textNumbers(place)) {
      if (number === 0) continue;
      if (this.#texts[number] === 0)
        this.#texts[number] =
          table.strings.textOf(number)?.toLowerCase().includes(this.#words) === true ? 1 : 2;
      if (this.#texts[number] === 1) return true;
    }
    return false;
  }
}
