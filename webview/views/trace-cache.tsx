import { rowAfterKey } from "../row-keys.ts";
import { useSignal, useSignalEffect } from "@preact/signals";
import type { VNode } from "preact";
import { useMemo, useRef } from "preact/hooks";
import { formatCount, formatMoney, formatShort } from "#protocol/words.ts";
import { CacheBadge } from "../parts/cache-badge.tsx";
import { useTrace, type TraceApp } from "../trace/app.ts";
import { cacheCalls, type CacheCalls } from "../trace/cache-calls.ts";
import { drawnRows, scrollTo, useExtent } from "../trace/extent.ts";
import { rowHeight } from "../trace/input.ts";
import type { SpanTable } from "../trace/table.ts";
import { cachedShareOf, causeWords } from "../trace/words.ts";

const rowId = (place: number): string => `call-${place}`;

/** Every model call of the session in order: what of its prompt was in the cache, and what broke it. */
export function TraceCache(): VNode {
  const app = useTrace();
  const box = useRef<HTMLDivElement>(null);
  const onlyMisses = useSignal(false);
  const { extent, look } = useExtent(box);
  const stamp = app.stamp.value;
  const found = useMemo(() => cacheCalls(app.table, onlyMisses.value), [app.table, stamp, onlyMisses.value]);
  const { places } = found;
  const cursor = app.cursor.value;
  const { first, end, pool } = drawnRows(extent, places.length);
  useSignalEffect(() => {
    const row = places.indexOf(app.cursor.value);
    if (box.current !== null && row >= 0) scrollTo(box.current, row);
  });
  const press = (event: KeyboardEvent) => {
    if (pressKey(app, event.key, places, Math.max(1, Math.floor(extent.height / rowHeight) - 2)))
      event.preventDefault();
  };
  return (
    <>
      <Summary found={found} />
      <label class="only-misses">
        <input
          type="checkbox"
          checked={onlyMisses.value}
          onChange={(event) => (onlyMisses.value = event.currentTarget.checked)}
        />{" "}
        Only calls that missed something
      </label>
      <div
        ref={box}
        class="trace-tree cache-calls"
        role="grid"
        aria-label="Model calls"
        aria-rowcount={places.length + 1}
        {...(places.includes(cursor) && { "aria-activedescendant": rowId(cursor) })}
        tabIndex={0}
        data-testid="cache-calls"
        onScroll={look}
        onKeyDown={press}
      >
        <Head />
        <div class="trace-rows" role="rowgroup" style={{ height: `${places.length * rowHeight}px` }}>
          {places.slice(first, end).map((place, index) => (
            <Call
              key={(first + index) % pool}
              app={app}
              place={place}
              row={first + index}
              revision={app.table.revision(place)}
              isCursor={place === cursor}
            />
          ))}
        </div>
      </div>
    </>
  );
}

function pressKey(app: TraceApp, key: string, places: readonly number[], pageRows: number): boolean {
  const row = places.indexOf(app.cursor.peek());
  const target = rowAfterKey(key, row, { count: places.length, pageRows });
  if (target !== undefined) app.cursor.value = places[target] ?? app.cursor.peek();
  else if (key === "Enter") app.isDetailOpen.value = true;
  else if (key === "Escape" && app.isDetailOpen.peek()) app.isDetailOpen.value = false;
  else return false;
  return true;
}

function Summary({ found }: { readonly found: CacheCalls }): VNode {
  const causes = [...found.causes]
    .toSorted(([, a], [, b]) => b - a)
    .map(([cause, count]) => `${causeWords[cause].toLowerCase()} ${count}`);
  return (
    <p class="cache-summary">
      {formatCount(found.calls, "call")} · saved {formatMoney(found.savedUsd)} · lost{" "}
      {formatMoney(found.lostUsd)}
      {causes.length > 0 && ` · ${causes.join(", ")}`}
    </p>
  );
}

const columns = [
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

function Head(): VNode {
  return (
    <div class="trace-head cache-grid" role="row" aria-rowindex={1}>
      {columns.map(([name, word, title]) => (
        <div key={name} class={`cell call-${name}`} role="columnheader" title={title}>
          {word}
        </div>
      ))}
    </div>
  );
}

interface CallProps {
  readonly app: TraceApp;
  readonly place: number;
  readonly row: number;
  readonly revision: number;
  readonly isCursor: boolean;
}

function Call({ app, place, row, isCursor }: CallProps): VNode {
  const { table } = app;
  const cause = table.cause(place);
  const finding = cause === undefined ? undefined : table.cache(place);
  const lost = finding?.lostUsd;
  const missed = finding?.missedTokens ?? 0;
  return (
    <div
      id={rowId(place)}
      class={`trace-row cache-grid${isCursor ? " cursor" : ""}`}
      data-testid="cache-call"
      role="row"
      aria-rowindex={row + 2}
      aria-selected={isCursor}
      style={{ transform: `translateY(${row * rowHeight}px)` }}
      onClick={() => {
        app.cursor.value = place;
        app.isDetailOpen.value = true;
      }}
    >
      <Cell name="number">{row + 1}</Cell>
      <Cell name="turn">{table.turn(place)}</Cell>
      <Cell name="prompt">{short(table.figure(place, "promptTokens"))}</Cell>
      <Cell name="hit">{short(table.figure(place, "cacheHitTokens"))}</Cell>
      <Cell name="miss">{short(table.figure(place, "cacheMissTokens"))}</Cell>
      <div class="cell call-cached" role="gridcell">
        <CacheBadge share={cachedShareOf(table, place)} />
      </div>
      <div class={`cell call-cause of-${cause ?? "none"}`} role="gridcell">
        {cause === undefined || cause === "none" ? (
          <span class="figure">{cause === "none" ? "–" : unjudged(table, place)}</span>
        ) : (
          <>
            {causeWords[cause]}
            {finding?.isInferred === true && <span class="figure inferred"> inferred</span>}
          </>
        )}
      </div>
      <Cell name="again">{missed === 0 ? "" : formatShort(missed)}</Cell>
      <Cell name="money">{lost === undefined || lost === 0 ? "" : formatMoney(lost)}</Cell>
    </div>
  );
}

function Cell({ name, children }: { readonly name: string; readonly children: string | number }): VNode {
  return (
    <div class={`cell call-${name}`} role="gridcell">
      {children}
    </div>
  );
}

// A call that was not answered has nothing to judge; of an answered one the server said nothing about its cache.
function unjudged(table: SpanTable, place: number): string {
  if (table.isOpen(place)) return "running";
  return table.outcome(place) === "ok" ? "unknown" : "not answered";
}

function short(count: number | undefined): string {
  return count === undefined ? "–" : formatShort(count);
}
