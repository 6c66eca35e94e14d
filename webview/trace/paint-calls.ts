import { callColumns, callTexts } from "./call-texts.ts";
import { rowHeight } from "./input.ts";
import type { Look } from "./look.ts";
import type { PaintedRow } from "./row-canvas.ts";
import type { SpanTable } from "./table.ts";

const cellPadding = 8;

/** Paints model calls with what their cells read, each below the head of its column. */
export function paintCalls(
  table: SpanTable,
  places: readonly number[],
  head: HTMLElement | null,
  context: CanvasRenderingContext2D,
  rows: readonly PaintedRow[],
  look: Look,
): void {
  context.font = look.figureFont;
  context.fillStyle = look.text;
  const { fontBoundingBoxAscent: ascent, fontBoundingBoxDescent: descent } = context.measureText("x");
  for (const [index, [column]] of callColumns.entries()) {
    const cell = head?.children[index];
    // A column that is hidden has no width.
    if (!(cell instanceof HTMLElement) || cell.offsetWidth === 0) continue;
    const { offsetLeft: left, offsetWidth: width } = cell;
    const isText = column === "cause";
    const { paddingLeft } = getComputedStyle(cell);
    context.textAlign = isText ? "left" : "right";
    const at = isText ? left + Number.parseFloat(paddingLeft) : left + width - cellPadding;
    for (const { row, top } of rows) {
      const place = places[row];
      if (place === undefined) continue;
      const baseline = Math.floor(top + (rowHeight + ascent - descent) / 2);
      context.fillText(callTexts(table, place, row)[column], at, baseline);
    }
  }
  context.textAlign = "left";
}
