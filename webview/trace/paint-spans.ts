import { formatDuration } from "#protocol/words.ts";
import type { TraceApp } from "./app.ts";
import { leastBar, partsOf, type Part } from "./bar-parts.ts";
import { rowHeight } from "./input.ts";
import type { Look } from "./look.ts";
import type { PaintedRow } from "./row-canvas.ts";
import { spanLabel, type SpanLabel } from "./span-label.ts";
import { root } from "./table.ts";
import { shareOf } from "./zoom.ts";

/** Where the columns of the rows are, in pixels from the left. */
export interface Places {
  readonly bars: number;
  readonly barsWidth: number;
}

/** How far its text is from the left edge of a label whose branch stands out furthest, as in the style of the rows. */
const labelLeft = 4;
const iconWidth = 20;
const durationWidth = 92;
const cellPadding = 8;

interface Drawn extends PaintedRow {
  readonly place: number;
  readonly label: SpanLabel;
  readonly left: number;
  readonly baseline: number;
}

/** Paints spans with their names, bars and durations; what is finer is seen when they have elements. */
export function paintSpans(
  app: TraceApp,
  places: Places,
  context: CanvasRenderingContext2D,
  rows: readonly PaintedRow[],
  look: Look,
): void {
  const title = app.session.peek()?.title ?? "";
  const isNarrow = app.isNarrow.peek();
  context.font = look.font;
  const { fontBoundingBoxAscent: ascent, fontBoundingBoxDescent: descent } = context.measureText("x");
  const drawn = rows.map(({ row, top }): Drawn => {
    const place = app.rows.at(row);
    const left = labelLeft + Math.min(app.rows.depth(row), 12) * look.indent;
    const baseline = Math.floor(top + (rowHeight + ascent - descent) / 2);
    return { row, top, place, left, baseline, label: spanLabel(app.table, place, title) };
  });
  paintLabels(app, { places, isNarrow }, context, drawn, look);
  for (const one of drawn) paintBar(app, places, context, one, look);
  if (isNarrow) return;
  context.font = look.figureFont;
  context.fillStyle = look.text;
  context.textAlign = "right";
  const right = places.bars + places.barsWidth + durationWidth - cellPadding;
  for (const { place, baseline } of drawn) context.fillText(durationOf(app, place), right, baseline);
  context.textAlign = "left";
}

function durationOf(app: TraceApp, place: number): string {
  const { table } = app;
  const isSession = place === root;
  const now = app.now.peek();
  return formatDuration(
    isSession ? app.whole.peek().wallMs : table.endedAt(place, now) - table.startedAt(place),
  );
}

function paintLabels(
  app: TraceApp,
  { places, isNarrow }: { readonly places: Places; readonly isNarrow: boolean },
  context: CanvasRenderingContext2D,
  drawn: readonly Drawn[],
  look: Look,
): void {
  const { table, branches } = app;
  context.save();
  context.beginPath();
  context.rect(0, 0, places.bars - (isNarrow ? 4 : cellPadding), context.canvas.height);
  context.clip();
  context.fillStyle = look.text;
  context.font = look.twistieFont;
  for (const { place, left, top } of drawn) {
    if (table.firstChild(place) < 0) continue;
    const icon = branches.isClosed(place) ? "chevron-right" : "chevron-down";
    context.fillText(look.glyphOf(icon), left, top + 19);
  }
  const isIconSeen = ({ label }: Drawn) => !isNarrow || label.state !== undefined;
  context.font = look.iconFont;
  for (const one of drawn.filter(isIconSeen)) {
    context.fillStyle = one.label.icon === "error" ? look.error : look.text;
    context.fillText(look.glyphOf(one.label.icon), one.left + iconWidth + 1, one.top + 18);
  }
  for (const isHeading of [false, true]) {
    context.font = isHeading ? look.headingFont : look.font;
    for (const one of drawn) {
      const { label, left, baseline } = one;
      if (label.isHeading !== isHeading) continue;
      const at = left + iconWidth * (isIconSeen(one) ? 2 : 1);
      context.fillStyle = look.text;
      context.fillText(label.name, at, baseline);
      if (label.about === "") continue;
      context.fillStyle = look.quiet;
      const width = context.measureText(`${label.name} `).width;
      if (isHeading) context.font = look.font;
      context.fillText(label.about, at + width, baseline);
      if (isHeading) context.font = look.headingFont;
    }
  }
  context.restore();
}

function paintBar(
  app: TraceApp,
  { bars, barsWidth }: Places,
  context: CanvasRenderingContext2D,
  { place, top }: Drawn,
  look: Look,
): void {
  const scale = app.scale.peek();
  const xOf = (moment: number) => bars + Math.max(0, Math.min(1, shareOf(scale, moment))) * barsWidth;
  const { table } = app;
  const parts: readonly Part[] =
    place === root ? [{ kind: "frame", ...app.axis.peek().span }] : partsOf(table, place, app.now.peek());
  const [first, last] = [parts[0], parts.at(-1)];
  if (first === undefined || last === undefined) return;
  if (shareOf(scale, last.to) < 0 || shareOf(scale, first.from) > 1) return;
  const isClosed = table.firstChild(place) >= 0 && app.branches.isClosed(place);
  const from = xOf(first.from);
  // At least as wide as an element's bar, and within the axis.
  const stretch = Math.max(1, leastBar / Math.max(xOf(last.to) - from, 0.01));
  const begin = Math.min(from, bars + barsWidth - leastBar);
  for (const part of parts) {
    const left = begin + (xOf(part.from) - from) * stretch;
    const width = Math.max(parts.length === 1 ? leastBar : 0.5, (xOf(part.to) - xOf(part.from)) * stretch);
    context.fillStyle = look.parts[part.kind];
    paintPart(context, part, { left, top, width }, isClosed);
  }
}

function paintPart(
  context: CanvasRenderingContext2D,
  { kind }: Part,
  { left, top, width }: { readonly left: number; readonly top: number; readonly width: number },
  isClosed: boolean,
): void {
  if (kind === "frame" || kind === "failed") {
    context.fillRect(left, top + (isClosed ? 7 : 8), width, isClosed ? 8 : 2);
    if (isClosed) return;
    context.fillRect(left, top + 8, 1, 6);
    context.fillRect(left + width - 1, top + 8, 1, 6);
  } else if (kind === "queued") context.fillRect(left, top + 9, width, 4);
  else context.fillRect(left, top + 5, width, 12);
}
