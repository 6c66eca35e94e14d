import { useSignal } from "@preact/signals";
import type { RefObject, VNode } from "preact";
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import { rowId, TraceRow } from "../parts/trace-row.tsx";
import { TraceBackdrop, TraceRuler } from "../parts/trace-ruler.tsx";
import { useTrace, type TraceApp } from "../trace/app.ts";
import { drawnRows, headHeight, scrolledTo, scrollTo, useExtent, type Extent } from "../trace/extent.ts";
import { pressKey, rowHeight, setBranch, turnWheel } from "../trace/input.ts";
import { paintSpans, type Places } from "../trace/paint-spans.ts";
import { useSlots } from "../trace/row-canvas.ts";
import type { Slot } from "../trace/slots.ts";
import { root } from "../trace/table.ts";

/** The spans as a tree, each with its bar on one axis of time. */
export function TraceTree(): VNode {
  const app = useTrace();
  const box = useRef<HTMLDivElement>(null);
  const bars = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const { extent, look } = useExtent(box, (row) => {
    app.topRow = row;
    return !app.isLed;
  });
  const { scrolled, ...held } = useScrollBar(app);
  const places = usePlaces(bars);
  useNarrow(app, box);
  void app.stamp.value;
  useAnchor(app, box, extent);
  useReveal(app, box);
  useWheel(app, box, bars);
  const cursor = app.cursor.value;
  const { slots, follow } = useSlots(
    { extent, canvas },
    {
      window: drawnRows(extent.current, app.rows.count, app.isLed),
      isFast: extent.current.isFast,
      isFlooded: app.isFlooded,
      cursor: app.rows.rowOf(cursor),
      placeAt: (row) => app.rows.at(row),
      paint: (...painted) => paintSpans(app, places, ...painted),
    },
  );
  return (
    <div
      ref={box}
      class="trace-tree"
      role="treegrid"
      aria-label="Spans"
      aria-rowcount={app.rows.count + 1}
      aria-activedescendant={rowId(cursor)}
      tabIndex={0}
      onScroll={(event) => {
        scrolled(event.currentTarget.scrollTop);
        look();
        follow();
      }}
      {...held}
      onKeyDown={(event) => {
        const pageRows = Math.max(1, Math.floor(extent.current.height / rowHeight) - 2);
        if (event.target === event.currentTarget && pressKey(app, event, pageRows)) event.preventDefault();
      }}
      onClick={(event) => click(app, event)}
      onDblClick={(event) => zoomToRow(app, event)}
    >
      <Head width={places.barsWidth} bars={bars} />
      <Behind height={extent.current.height - headHeight} width={places.barsWidth} canvas={canvas} />
      <Rows app={app} slots={slots} cursor={cursor} />
      <div class="trace-length" role="presentation" style={{ height: `${app.rows.count * rowHeight}px` }} />
    </div>
  );
}

function Head({
  width,
  bars,
}: {
  readonly width: number;
  readonly bars: RefObject<HTMLDivElement | null>;
}): VNode {
  return (
    <div class="trace-head trace-line" role="row" aria-rowindex={1}>
      <div class="cell label" role="columnheader">
        Name
      </div>
      <div ref={bars} class="cell bar-cell" role="columnheader">
        <span class="hidden">Time</span>
        <TraceRuler width={width} />
      </div>
      <div class="cell duration" role="columnheader">
        Duration
      </div>
      <div
        class="cell tokens"
        role="columnheader"
        title="Prompt tokens hit and missed in the cache, and the answer's"
      >
        Tokens
      </div>
      <div class="cell money" role="columnheader">
        Cost
      </div>
      <div class="cell cached" role="columnheader">
        Cached
      </div>
    </div>
  );
}

// What lies behind the rows and stays where they are seen.
function Behind({
  height,
  width,
  canvas,
}: {
  readonly height: number;
  readonly width: number;
  readonly canvas: RefObject<HTMLCanvasElement | null>;
}): VNode {
  return (
    <div class="backdrop-place" role="presentation">
      <div class="trace-line backdrop-line" aria-hidden="true" style={{ height: `${height}px` }}>
        <div class="cell label" />
        <div class="cell bar-cell">
          <TraceBackdrop width={width} />
        </div>
        <div class="cell duration" />
        <div class="cell tokens" />
        <div class="cell money" />
        <div class="cell cached" />
      </div>
      <canvas ref={canvas} class="row-canvas" aria-hidden="true" hidden />
    </div>
  );
}

interface RowsProps {
  readonly app: TraceApp;
  readonly slots: readonly Slot[];
  readonly cursor: number;
}

function Rows({ app, slots, cursor }: RowsProps): VNode {
  const { rows, table, branches, findings } = app;
  const now = app.now.value;
  return (
    <div class="trace-rows" role="rowgroup">
      {slots.map(({ key, row, place }) => (
        <TraceRow
          key={key}
          app={app}
          row={row}
          place={place}
          depth={rows.depth(row)}
          revision={place === root ? app.stamp.peek() : table.revision(place)}
          now={place === root || table.isOpen(place) ? now : 0}
          isOpen={table.firstChild(place) < 0 ? undefined : !branches.isClosed(place)}
          isCursor={place === cursor}
          isContext={app.isFiltering && findings.isContext(place)}
          isCritical={app.isCritical(place)}
        />
      ))}
    </div>
  );
}

function rowOf(event: MouseEvent): number {
  const element = event.target instanceof Element ? event.target.closest<HTMLElement>("[data-row]") : null;
  return element === null ? -1 : Number(element.dataset["row"]);
}

function click(app: TraceApp, event: MouseEvent): void {
  const place = app.rows.at(rowOf(event));
  if (place < 0) return;
  const isTwistie = event.target instanceof Element && event.target.closest("[data-deed=branch]") !== null;
  if (isTwistie) return setBranch(app, place, app.branches.isClosed(place));
  app.cursor.value = place;
  app.isFollowing.value = false;
  app.isDetailOpen.value = true;
}

function zoomToRow(app: TraceApp, event: MouseEvent): void {
  const place = app.rows.at(rowOf(event));
  const isBar = event.target instanceof Element && event.target.closest(".bar-cell") !== null;
  if (place >= 0 && isBar) app.zoomToSpan(place);
}

/** Trees narrower than this have no columns of figures, in pixels; the style says so too. */
const narrowBelow = 520;

function useNarrow(app: TraceApp, box: RefObject<HTMLElement | null>): void {
  useLayoutEffect(() => {
    const element = box.current;
    if (element === null) return undefined;
    const observer = new ResizeObserver(() => (app.isNarrow.value = element.offsetWidth < narrowBelow));
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
}

function usePlaces(box: RefObject<HTMLElement | null>): Places {
  const places = useSignal<Places>({ bars: 200, barsWidth: 400 });
  useLayoutEffect(() => {
    const element = box.current;
    if (element === null) return undefined;
    const measure = () => {
      const { offsetLeft: bars, clientWidth: barsWidth } = element;
      const known = places.peek();
      if (known.bars !== bars || known.barsWidth !== barsWidth) places.value = { bars, barsWidth };
    };
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  return places.value;
}

// Whoever drags the scroll bar back reads: what runs is not followed then. Where rows went, the browser scrolled.
function useScrollBar(app: TraceApp): {
  readonly scrolled: (top: number) => void;
  readonly onPointerDown: () => void;
  readonly onPointerMove: (event: PointerEvent) => void;
} {
  const held = useRef({ top: 0, isHeld: false });
  return {
    scrolled: (top) => {
      if (held.current.isHeld && top < held.current.top) app.isFollowing.value = false;
      held.current.top = top;
    },
    onPointerDown: () => (held.current.isHeld = true),
    onPointerMove: ({ buttons }) => (held.current.isHeld &&= buttons !== 0),
  };
}

// The wheel is only ours where it does not scroll, so the browser has to ask first.
function useWheel(
  app: TraceApp,
  box: RefObject<HTMLElement | null>,
  bars: RefObject<HTMLElement | null>,
): void {
  useEffect(() => {
    const element = box.current;
    const turn = (event: WheelEvent) => {
      const { left = 0, width = 1 } = bars.current?.getBoundingClientRect() ?? {};
      if (turnWheel(app, event, left, width)) event.preventDefault();
    };
    element?.addEventListener("wheel", turn, { passive: false });
    return () => element?.removeEventListener("wheel", turn);
  }, []);
}

// Rows that come above what is read push nothing away; what runs is followed at the end.
function useAnchor(app: TraceApp, box: RefObject<HTMLElement | null>, extent: { current: Extent }): void {
  const stamp = app.stamp.value;
  const { top, height } = extent.current;
  const drawn = useRef({ stamp: -1, height });
  const isMoved = app.isLed || app.shiftedRows !== 0;
  const isNews = drawn.current.stamp !== stamp;
  // Where the end is depends on the height, too, which is not known before the first drawing.
  if (app.isLed ? isNews || drawn.current.height !== height : isNews && isMoved) {
    const end = Math.max(0, app.rows.count * rowHeight + headHeight - height);
    const wanted = app.isLed ? end : Math.min(end, top + app.shiftedRows * rowHeight);
    extent.current = scrolledTo(extent.current, wanted);
  }
  drawn.current = { stamp, height };
  useLayoutEffect(() => {
    if (box.current !== null && isMoved) box.current.scrollTop = extent.current.top;
  }, [stamp, height]);
}

// Once the rows are drawn: before that there is no room to scroll to.
function useReveal(app: TraceApp, box: RefObject<HTMLElement | null>): void {
  const [wish, stamp] = [app.reveals.value, app.stamp.value];
  useLayoutEffect(() => reveal(app, box.current), [wish, stamp]);
}

const revealed = new WeakMap<TraceApp, number>();

// A wish is granted once its row is listed, and once only.
function reveal(app: TraceApp, scroller: HTMLElement | null): void {
  const wish = app.reveals.peek();
  if (scroller === null || wish === (revealed.get(app) ?? 0)) return;
  const row = app.rows.rowOf(app.cursor.peek());
  if (row < 0) return;
  revealed.set(app, wish);
  scrollTo(scroller, row);
}
