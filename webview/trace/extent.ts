import type { RefObject } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
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
  /** The height of what is seen, in pixels. */
  readonly height: number;
  /** Whether rows go by too quickly to be read. */
  readonly isFast: boolean;
}

/** Follows which rows of a scrolling element are near what is seen; `look` is to be called when it scrolls, `onTop` is told the first row that is seen and says whether a reader scrolled to it. */
export function useExtent(
  box: RefObject<HTMLElement | null>,
  onTop?: (row: number) => boolean,
): {
  readonly extent: Extent;
  readonly look: () => void;
} {
  const [extent, setExtent] = useState<Extent>({ first: 0, height: 800, isFast: false });
  const resting = useRef<ReturnType<typeof setTimeout>>(undefined);
  const look = () => {
    const scroller = box.current;
    if (scroller === null) return;
    const top = Math.floor(scroller.scrollTop / rowHeight);
    const first = Math.max(0, top - overscan);
    const isRead = onTop?.(top) !== false;
    const height = scroller.clientHeight;
    setExtent((before) => {
      const isFast = isRead && Math.abs(first - before.first) > fastRows;
      if (isFast) {
        clearTimeout(resting.current);
        resting.current = setTimeout(() => setExtent((last) => ({ ...last, isFast: false })), restMs);
      }
      if (first === before.first && height === before.height) return before;
      return { first, height, isFast: isFast || before.isFast };
    });
  };
  useEffect(() => {
    const observer = new ResizeObserver(look);
    if (box.current !== null) observer.observe(box.current);
    return () => observer.disconnect();
  }, []);
  return { extent, look };
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
