import type { RefObject } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";
import { useOwnState } from "../own-state.ts";
import { rowHeight } from "./input.ts";
import type { RowWindow } from "./slots.ts";

/** Rows that are drawn above and below what is seen. */
const overscan = 4;
/** More rows than this at once go by too quickly to be read. */
const fastRows = 8;
/** How long after that they are read again, in milliseconds. */
const restMs = 80;
/** The height of the line of names above the rows, in pixels. */
export const headHeight = 24;

/** Which rows are near what is seen. */
export interface Extent {
  /** The first of them. */
  readonly first: number;
  /** How far the list is scrolled, and the size of what is seen of it, in pixels. */
  readonly top: number;
  readonly width: number;
  readonly height: number;
  /** Whether rows go by too quickly to be read. */
  readonly isFast: boolean;
}

/** Follows which rows of a scrolling element are near what is seen; `look` is to be called when it scrolls, `onTop` is told the first row that is seen and says whether a reader scrolled to it. */
export function useExtent(
  box: RefObject<HTMLElement | null>,
  onTop?: (row: number) => boolean,
): {
  /** As of now: it changes between drawings, too. */
  readonly extent: { current: Extent };
  readonly look: () => void;
} {
  const extent = useRef<Extent>({ first: 0, top: 0, width: 800, height: 800, isFast: false });
  const [, setDrawn] = useOwnState(extent.current);
  const resting = useRef<ReturnType<typeof setTimeout>>(undefined);
  const change = (next: Extent, isDrawn: boolean) => {
    extent.current = next;
    if (isDrawn) setDrawn(next);
  };
  const look = () => {
    const scroller = box.current;
    if (scroller === null) return;
    const before = extent.current;
    const { scrollTop: top, clientWidth: width, clientHeight: height } = scroller;
    const row = Math.floor(top / rowHeight);
    const first = Math.max(0, row - overscan);
    const isRead = onTop?.(row) !== false;
    const isFast = isRead && Math.abs(first - before.first) > fastRows;
    if (isFast) {
      clearTimeout(resting.current);
      resting.current = setTimeout(() => change({ ...extent.current, isFast: false }, true), restMs);
    }
    const isResized = height !== before.height || width !== before.width;
    // Where nobody scrolled, what scrolled has drawn.
    const isDrawn = isResized || (isRead && first !== before.first);
    change({ first, top, width, height, isFast: isFast || before.isFast }, isDrawn);
  };
  useLayoutEffect(() => {
    const scroller = box.current;
    if (scroller === null) return undefined;
    // At once: what is drawn for another size is drawn twice before it is seen.
    change({ ...extent.current, width: scroller.clientWidth, height: scroller.clientHeight }, true);
    const observer = new ResizeObserver(look);
    observer.observe(scroller);
    return () => observer.disconnect();
  }, []);
  return { extent, look };
}

/** What is seen after the list was scrolled to so many pixels, for who scrolled it. */
export function scrolledTo(extent: Extent, top: number): Extent {
  return { ...extent, top, first: Math.max(0, Math.floor(top / rowHeight) - overscan) };
}

/** The rows near what is seen, the last ones where the end is followed. */
export function drawnRows(extent: Extent, count: number, isAtEnd = false): RowWindow {
  const pool = Math.ceil(extent.height / rowHeight) + 2 * overscan;
  const last = Math.max(0, count - pool);
  const first = isAtEnd ? last : Math.min(extent.first, last);
  return { first, end: Math.min(count, first + pool), pool };
}

/** Scrolls as little as it takes to see a row. */
export function scrollTo(scroller: HTMLElement, row: number): void {
  const top = row * rowHeight;
  const height = scroller.clientHeight - headHeight;
  if (top < scroller.scrollTop) scroller.scrollTop = top;
  else if (top + rowHeight > scroller.scrollTop + height) scroller.scrollTop = top + rowHeight - height;
}
