import { formatMoney, formatShort } from "#protocol/words.ts";
import type { SpanTable } from "./table.ts";
import { cachedShareOf, causeWords, shareWords } from "./words.ts";

/** What the list of model calls says of each, by column in order. */
export const callColumns = [
  ["number", "#", ""],
  ["turn", "Turn", ""],
  ["prompt", "Prompt", "Tokens of the prompt"],
  ["hit", "Hit", "Tokens that came from the cache"],
  ["miss", "Missed", "Tokens that did not come from the cache"],
  ["cached", "Cached", ""],
  ["cause", "Cause", "Why what could have been reused was not"],
  ["again", "Lost tokens", "Tokens that could have been reused and were not"],
  ["money", "Lost", "What they cost over their price in the cache"],
] as const;

type Column = (typeof callColumns)[number][0];

/** What the cells of a call's row read; `cached` without its bar. */
export function callTexts(table: SpanTable, place: number, row: number): Readonly<Record<Column, string>> {
  const cause = table.cause(place);
  const lost = table.figure(place, "lostUsd") ?? 0;
  const missed = table.figure(place, "missedTokens") ?? 0;
  return {
    number: String(row + 1),
    turn: String(table.turn(place)),
    prompt: short(table.figure(place, "promptTokens")),
    hit: short(table.figure(place, "cacheHitTokens")),
    miss: short(table.figure(place, "cacheMissTokens")),
    cached: shareWords(cachedShareOf(table, place)),
    cause: cause === undefined ? unjudged(table, place) : cause === "none" ? "–" : causeWords[cause],
    again: missed === 0 ? "" : formatShort(missed),
    money: lost === 0 ? "" : formatMoney(lost),
  };
}

// A call that was not answered has nothing to judge; of an answered one the server said nothing about its cache.
function unjudged(table: SpanTable, place: number): string {
  if (table.isOpen(place)) return "running";
  return table.outcome(place) === "ok" ? "unknown" : "not answered";
}

function short(count: number | undefined): string {
  return count === undefined ? "–" : formatShort(count);
}
