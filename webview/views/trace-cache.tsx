import { rowAfterKey } from "../row-keys.ts";
import { useSignal, useSignalEffect } from "@preact/signals";
import { Component, type RefObject, type VNode } from "preact";
import { useMemo, useRef } from "preact/hooks";
import { formatCount, formatMoney } from "#protocol/words.ts";
import { CacheBadge } from "../parts/cache-badge.tsx";
import { useTrace, type TraceApp } from "../trace/app.ts";
import { cacheCalls, type CacheCalls } from "../trace/cache-calls.ts";
import { callColumns, callTexts } from "../trace/call-texts.ts";
import { drawnRows, scrollTo, useExtent } from "../trace/extent.ts";
import { rowHeight } from "../trace/input.ts";
import { paintCalls } from "../trace/paint-calls.ts";
import { useSlots } from "../trace/row-canvas.ts";
import { cachedShareOf, causeWords } from "../trace/words.ts";

const rowId = (place: number): string => `call-${place}`;

/** Every model call of the session in order: what of its prompt was in the cache, and what broke it. */
export function TraceCache(): VNode {
  const app = useTrace();
  const onlyMisses = useSignal(false);
  const stamp = app.stamp.value;
  const found = useMemo(() => cacheCalls(app.table, onlyMisses.value), [app.table, stamp, onlyMisses.value]);
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
      <Calls app={app} places={found.places} />
    </>
  );
}

function Calls({ app, places }: { readonly app: TraceApp; readonly places: readonly number[] }): VNode {
  const box = useRef<HTMLDivElement>(null);
  const head = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const { extent, look } = useExtent(box);
  const cursor = app.cursor.value;
  const cursorRow = places.indexOf(cursor);
  const { slots, follow } = useSlots(
    { extent, canvas },
    {
      window: drawnRows(extent.current, places.length),
      isFast: extent.current.isFast,
      isFlooded: false,
      cursor: cursorRow,
      placeAt: (row) => places[row] ?? -1,
      paint: (...painted) => paintCalls(app.table, places, head.current, ...painted),
    },
  );
  useSignalEffect(() => {
    const row = places.indexOf(app.cursor.value);
    if (box.current !== null && row >= 0) scrollTo(box.current, row);
  });
  return (
    <div
      ref={box}
      class="trace-tree cache-calls"
      role="grid"
      aria-label="Model calls"
      aria-rowcount={places.length + 1}
      {...(cursorRow >= 0 && { "aria-activedescendant": rowId(cursor) })}
      tabIndex={0}
      data-testid="cache-calls"
      onScroll={() => {
        look();
        follow();
      }}
      onKeyDown={(event) => {
        const pageRows = Math.max(1, Math.floor(extent.current.height / rowHeight) - 2);
        if (pressKey(app, event.key, places, pageRows)) event.preventDefault();
      }}
    >
      <Head head={head} />
      <div class="backdrop-place" role="presentation">
        <canvas ref={canvas} class="row-canvas" aria-hidden="true" hidden />
      </div>
      <div class="trace-rows" role="rowgroup">
        {slots.map(({ key, row, place }) => (
          <Call
            key={key}
            {...{ app, place, row }}
            revision={app.table.revision(place)}
            isCursor={place === cursor}
          />
        ))}
      </div>
      <div class="trace-length" role="presentation" style={{ height: `${places.length * rowHeight}px` }} />
    </div>
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

function Head({ head }: { readonly head: RefObject<HTMLDivElement | null> }): VNode {
  return (
    <div ref={head} class="trace-head cache-grid" role="row" aria-rowindex={1}>
      {callColumns.map(([name, word, title]) => (
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
  /** Another number where what the row says has changed. */
  readonly revision: number;
  readonly isCursor: boolean;
}

/** One call; it is drawn again only when one of its properties is another. */
class Call extends Component<CallProps> {
  override shouldComponentUpdate(next: CallProps): boolean {
    return (Object.keys(next) as (keyof CallProps)[]).some((key) => next[key] !== this.props[key]);
  }

  override render({ app, place, row, isCursor }: CallProps): VNode {
    const { table } = app;
    const cause = table.cause(place);
    const texts = callTexts(table, place, row);
    const isFound = cause !== undefined && cause !== "none";
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
        {callColumns.map(([column]) => (
          <div
            key={column}
            class={`cell call-${column}${column === "cause" ? ` of-${cause ?? "none"}` : ""}`}
            role="gridcell"
          >
            {column === "cached" ? (
              <CacheBadge share={cachedShareOf(table, place)} />
            ) : column === "cause" && !isFound ? (
              <span class="figure">{texts.cause}</span>
            ) : (
              texts[column]
            )}
            {column === "cause" && isFound && table.cache(place)?.isInferred === true && (
              <span class="figure inferred"> inferred</span>
            )}
          </div>
        ))}
      </div>
    );
  }
}
