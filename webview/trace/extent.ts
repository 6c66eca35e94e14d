import type { RefObject } from "preact";
import { useEffect, useState } from "preact/hooks";
import { rowHeight } from "./input.ts";

/** Rows that are drawn above and below what is seen. */
export const overscan = 4;
/** The height of the line of names above the rows, in pixels. */
export const headHeight = 24;

/** Which rows are near what is seen. */
export interface Extent {
  /** The first of them. */
  readonly first: number;
  /** The height of what is seen, in pixels. */
  readonly height: number;
}

/** Follows which rows of a scrolling element are near what is seen; `look` is to be called when it scrolls. */
export function useExtent(box: RefObject<HTMLElement | null>): {
  readonly extent: Extent;
  readonly look: () => void;
} {
  const [extent, setExtent] = useState<Extent>({ first: 0, height: 800 });
  const look = () => {
    const scroller = box.current;
    if (scroller === null) return;
    const first = Math.max(0, Math.floor(scroller.scrollTop / rowHeight) - overscan);
    const height = scroller.clientHeight;
    setExtent((before) => (first === before.first && height === before.height ? before : { first, height }));
  };
  useEffect(() => {
    const observer = new ResizeObserver(look);
    if (box.current !== null) observer.observe(box.current);
    return () => observer.disconnect();
  }, []);
  return { extent, look };
}

/** The rows to draw, and how many elements they take turns in. */
export function drawnRows(
  extent: Extent,
  count: number,
): { readonly first: number; readonly end: number; readonly pool: number } {
  const pool = Math.ceil(extent.height / rowHeight) + 2 * overscan;
  const first = Math.max(0, Math.min(extent.first, count - pool));
  return { first, end: Math.min(count, first + pool), pool };
}

/** Scrolls as little as it takes to see a row. */
export function scrollTo(scroller: HTMLElement, row: number): void {
  const top = row * rowHeight;
  const height = scroller.clientHeight - headHeight;
  if (top < scroller.scrollTop) scroller.scrollTop = top;
  else if (top + rowHeight > scroller.scrollTop + height) scroller.scrollTop = top + rowHeight - height;
}
