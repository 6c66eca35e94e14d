import type { RefObject } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";
import { useOwnState } from "../own-state.ts";
import { headHeight, type Extent } from "./extent.ts";
import { rowHeight } from "./input.ts";
import { readLook, type Look } from "./look.ts";
import { Slots, type RowWindow, type Slot } from "./slots.ts";

/** Elements that may take on another row in one frame. */
const slotsPerFrame = 8;
/** While rows are added too quickly for all of them, so that there always are some. */
const slotsInFlood = 3;

/** Whether anything was painted in this page: the first time takes as long as the first elements do. */
let isPrepared = false;

/** A row to be painted, and where its upper edge is, in pixels below the canvas's own. */
export interface PaintedRow {
  readonly row: number;
  readonly top: number;
}

/** Paints rows as the styles say. */
export type Paint = (context: CanvasRenderingContext2D, rows: readonly PaintedRow[], look: Look) => void;

/**
 * Paints rows that have no element yet on a canvas that stays where the list is seen: that takes a tenth of the time
 * that elements take, so a list shows what is there however quickly it goes by.
 */
class RowCanvas {
  #rows: readonly number[] = [];
  #look: Look | undefined;
  #paintedTop = -1;
  #isAwaitingFrame = false;

  /** Paints rows in place of those before; nothing is left where there are none. */
  paint(canvas: HTMLCanvasElement | null, extent: Extent, rows: readonly number[], paint: Paint): void {
    if (canvas === null) return;
    const isOver = rows.length === 0 && this.#rows.length > 0;
    this.#rows = rows;
    if (rows.length > 0) return this.#draw(canvas, extent, paint);
    if (isOver) canvas.hidden = true;
    this.#look = undefined;
  }

  /** The list was scrolled: what is painted goes with it, should nothing else paint in this frame. */
  follow(canvas: HTMLCanvasElement | null, extent: { readonly current: Extent }, paint: Paint): void {
    if (canvas === null || this.#rows.length === 0 || this.#isAwaitingFrame) return;
    this.#isAwaitingFrame = true;
    requestAnimationFrame(() => {
      this.#isAwaitingFrame = false;
      const { current } = extent;
      if (this.#rows.length > 0 && current.top !== this.#paintedTop) this.#draw(canvas, current, paint);
    });
  }

  // Sizes come from outside: asking the browser for them has it lay everything out first.
  #draw(canvas: HTMLCanvasElement, { top: scrolled, width, height: whole }: Extent, paint: Paint): void {
    const context = canvas.getContext("2d");
    if (context === null) return;
    this.#look ??= readLook(canvas);
    const height = Math.max(0, whole - headHeight);
    const ratio = devicePixelRatio;
    const size = { width: Math.round(width * ratio), height: Math.round(height * ratio) };
    if (canvas.width !== size.width || canvas.height !== size.height) {
      Object.assign(canvas, size);
      Object.assign(canvas.style, { width: `${width}px`, height: `${height}px` });
    }
    if (canvas.hidden) canvas.hidden = false;
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    context.clearRect(0, 0, width, height);
    const rows = this.#rows
      .map((row) => ({ row, top: row * rowHeight - scrolled }))
      .filter(({ top }) => top > -rowHeight && top < height);
    paint(context, rows, this.#look);
    this.#paintedTop = scrolled;
  }
}

/** What a list shows. */
export interface ShownRows {
  readonly window: RowWindow;
  /** Whether rows go by too quickly for elements. */
  readonly isFast: boolean;
  /** Whether rows are added too quickly for elements. */
  readonly isFlooded: boolean;
  /** The row with the cursor, which has an element first. */
  readonly cursor: number;
  readonly placeAt: (row: number) => number;
  readonly paint: Paint;
}

/** Gives rows elements as quickly as frames allow and paints the others; `follow` is to be called when the list scrolls. */
export function useSlots(
  {
    extent,
    canvas,
  }: {
    readonly extent: { readonly current: Extent };
    readonly canvas: RefObject<HTMLCanvasElement | null>;
  },
  { window, isFast, isFlooded, cursor, placeAt, paint }: ShownRows,
): { readonly slots: readonly Slot[]; readonly follow: () => void } {
  const made = useRef<{ readonly slots: Slots; readonly painted: RowCanvas }>(undefined);
  made.current ??= { slots: new Slots(), painted: new RowCanvas() };
  const { slots, painted } = made.current;
  const [frames, setFrames] = useOwnState(0);
  slots.settle(window, placeAt, {
    most: isFlooded ? slotsInFlood : isFast ? 0 : slotsPerFrame,
    urgent: cursor,
    isLong: isFlooded,
  });
  useLayoutEffect(() => {
    const isCalm = !isFast && !isFlooded && slots.missing.length > 0;
    // What a canvas needs is prepared when the first elements can be seen.
    if (isPrepared || !isCalm) painted.paint(canvas.current, extent.current, slots.missing, paint);
    isPrepared ||= !isCalm;
    if (!isCalm) return undefined;
    const frame = requestAnimationFrame(() => {
      isPrepared = true;
      setFrames(frames + 1);
    });
    return () => cancelAnimationFrame(frame);
  });
  return { slots: slots.drawn, follow: () => painted.follow(canvas.current, extent, paint) };
}
