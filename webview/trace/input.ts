import { rowAfterKey } from "../row-keys.ts";
import type { TraceApp } from "./app.ts";
import { root } from "./table.ts";
import { panBy, zoomBy } from "./zoom.ts";

/** The height of a row, in pixels. */
export const rowHeight = 22;

/** How much further away a key or a notch of the wheel goes. */
const zoomStep = 1.3;
/** Pixels of the wheel that count as a notch. */
const notchPixels = 100;

/** Looks closer (below 1) or from further away, with what is at a share of the width fixed. */
export function zoom(app: TraceApp, factor: number, share = 0.5): void {
  app.zoom.value = zoomBy(app.scale.peek(), factor, share);
  if (share < 0.99) app.isFollowing.value = false;
}

function pan(app: TraceApp, tenths: number): void {
  app.zoom.value = panBy(app.scale.peek(), tenths);
  app.isFollowing.value = false;
}

/** Everything is seen. */
export function fit(app: TraceApp): void {
  app.zoom.value = undefined;
}

/** What the wheel does over the time column, which spans `left` to `left + width`; false where the list is to scroll. */
export function turnWheel(app: TraceApp, event: WheelEvent, left: number, width: number): boolean {
  const scale = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? 20 : 1;
  const [x, y] = [event.deltaX * scale, event.deltaY * scale];
  if (event.ctrlKey || event.metaKey) {
    const share = Math.max(0, Math.min(1, (event.clientX - left) / Math.max(1, width)));
    zoom(app, zoomStep ** (y / notchPixels), share);
    return true;
  }
  const sideways = event.shiftKey && x === 0 ? y : x;
  if (sideways === 0 || Math.abs(sideways) < Math.abs(event.shiftKey ? 0 : y)) {
    if (y < 0) app.isFollowing.value = false;
    return false;
  }
  pan(app, (sideways / Math.max(1, width)) * 10);
  return true;
}

/** What a key does in the tree; `pageRows` is how many rows are seen. True when it did something. */
export function pressKey(app: TraceApp, event: KeyboardEvent, pageRows: number): boolean {
  if (event.ctrlKey || event.metaKey) return false;
  if (event.altKey) {
    const tenths = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (tenths !== undefined) pan(app, tenths);
    return tenths !== undefined;
  }
  return walk(app, event.key, pageRows) || pressBranch(app, event.key) || pressDeed(app, event.key);
}

function walk(app: TraceApp, key: string, pageRows: number): boolean {
  const { rows } = app;
  const row = Math.max(0, rows.rowOf(app.cursor.peek()));
  const target = rowAfterKey(key, row, { count: rows.count, pageRows });
  if (target === undefined) return false;
  moveTo(app, rows.at(target));
  return true;
}

function moveTo(app: TraceApp, place: number): void {
  if (place < 0) return;
  app.cursor.value = place;
  app.isFollowing.value = false;
  app.reveals.value++;
}

/** Opens or closes what is below a span. */
export function setBranch(app: TraceApp, place: number, isOpen: boolean): void {
  if (place === root) return;
  app.branches.set(place, isOpen);
  app.redraw();
}

// Left closes a branch or goes to what it hangs on, Right opens it or goes into it.
function pressBranch(app: TraceApp, key: string): boolean {
  const { table } = app;
  const place = app.cursor.peek();
  const child = table.firstChild(place);
  const isOpen = child >= 0 && !app.branches.isClosed(place);
  if (key === "ArrowRight") {
    if (child >= 0 && !isOpen) setBranch(app, place, true);
    else if (isOpen) moveTo(app, app.rows.at(app.rows.rowOf(place) + 1));
  } else if (key === "ArrowLeft") {
    if (isOpen && place !== root) setBranch(app, place, false);
    else moveTo(app, table.parent(place));
  } else if (key === "*") {
    app.branches.openBelow(table, place);
    app.redraw();
  } else return false;
  return true;
}

function pressDeed(app: TraceApp, key: string): boolean {
  const place = app.cursor.peek();
  switch (key) {
    case "Enter":
      app.isDetailOpen.value = true;
      return true;
    case "Escape":
      if (app.range.peek() !== undefined) app.range.value = undefined;
      else if (app.isDetailOpen.peek()) app.isDetailOpen.value = false;
      else return false;
      return true;
    case "+":
    case "=":
      zoom(app, 1 / zoomStep);
      return true;
    case "-":
      zoom(app, zoomStep);
      return true;
    case "0":
      fit(app);
      return true;
    case "z":
      app.zoomToSpan(place);
      return true;
    case "r":
      app.range.value = {
        from: app.table.startedAt(place === root ? app.table.firstChild(root) : place),
        to: place === root ? app.now.peek() : app.table.endedAt(place, app.now.peek()),
      };
      return true;
    default:
      return false;
  }
}

/** The keyboard goes back to the rows. */
export function focusTree(): void {
  document.querySelector<HTMLElement>(".trace-tree")?.focus();
}
