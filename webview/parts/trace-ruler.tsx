import type { VNode } from "preact";
import { useRef } from "preact/hooks";
import { formatDuration } from "#protocol/words.ts";
import { useTrace, type TraceApp } from "../trace/app.ts";
import type { Gap, Interval } from "../trace/axis.ts";
import { ticksBetween } from "../trace/ticks.ts";
import { momentAt, shareOf, type Scale } from "../trace/zoom.ts";

/** The room that a label of the ruler needs, in pixels. */
const labelPixels = 96;
/** The least room between two marks of skipped time, in pixels. */
const gapPixels = 8;
/** A pointer that moved less than this has clicked, in pixels. */
const clickPixels = 3;

function percent(share: number): string {
  return `${share * 100}%`;
}

function shown(scale: Scale): Interval {
  return { from: momentAt(scale, 0), to: momentAt(scale, 1) };
}

/** The labels of the axis; dragging over them chooses a stretch of time, a click gives it up. */
export function TraceRuler({ width }: { readonly width: number }): VNode {
  const app = useTrace();
  const scale = app.scale.value;
  const box = useRef<HTMLDivElement>(null);
  const drag = (event: PointerEvent) => beginRange(app, event, box.current);
  const ticks = ticksBetween(scale.axis, shown(scale), Math.max(1, Math.floor(width / labelPixels)));
  return (
    <div ref={box} class="ruler" title="Drag to choose a stretch of time" onPointerDown={drag}>
      {ticks.map(({ at, ms, label }) => {
        const share = shareOf(scale, at);
        // A label at the right edge would be cut.
        const isCut = (1 - share) * width < labelPixels / 2;
        return share < -0.001 || share > 1 || isCut ? null : (
          <span key={ms} class="tick-label" style={{ left: percent(share) }}>
            {label}
          </span>
        );
      })}
    </div>
  );
}

function beginRange(app: TraceApp, event: PointerEvent, box: HTMLElement | null): void {
  if (box === null || event.button !== 0) return;
  const { left, width } = box.getBoundingClientRect();
  const momentOf = ({ clientX }: PointerEvent) =>
    momentAt(app.scale.peek(), Math.max(0, Math.min(1, (clientX - left) / Math.max(1, width))));
  const anchor = momentOf(event);
  const begin = event.clientX;
  const move = (next: PointerEvent) => {
    if (Math.abs(next.clientX - begin) < clickPixels) return;
    const other = momentOf(next);
    app.range.value = { from: Math.min(anchor, other), to: Math.max(anchor, other) };
  };
  const end = (last: PointerEvent) => {
    box.removeEventListener("pointermove", move);
    box.removeEventListener("pointerup", end);
    if (Math.abs(last.clientX - begin) < clickPixels) app.range.value = undefined;
  };
  box.setPointerCapture(event.pointerId);
  box.addEventListener("pointermove", move);
  box.addEventListener("pointerup", end);
}

// Those that are seen; of many that stand closely side by side only some, so that there is something to be seen between them.
function drawnGaps({ axis, from, to }: Scale, width: number): readonly Gap[] {
  const drawn: Gap[] = [];
  let free = -Infinity;
  for (const gap of axis.gaps) {
    if (gap.markTo < from || gap.markFrom > to || gap.markFrom < free) continue;
    drawn.push(gap);
    free = gap.markTo + (gapPixels / Math.max(1, width)) * (to - from);
  }
  return drawn;
}

/** What lies behind the bars: the lines of the ruler, the marks of skipped time, the chosen stretch. */
export function TraceBackdrop({ width }: { readonly width: number }): VNode {
  const app = useTrace();
  const scale = app.scale.value;
  const range = app.range.value;
  const ticks = ticksBetween(scale.axis, shown(scale), Math.max(1, Math.floor(width / labelPixels)));
  const place = (from: number, to: number) => ({
    left: percent((from - scale.from) / (scale.to - scale.from)),
    width: percent((to - from) / (scale.to - scale.from)),
  });
  return (
    <div class="backdrop" aria-hidden="true">
      {ticks.map(({ at, ms }) => (
        <i key={ms} class="tick" style={{ left: percent(shareOf(scale, at)) }} />
      ))}
      {drawnGaps(scale, width).map(({ from, to, markFrom, markTo }) => (
        <span
          key={from}
          class="gap"
          style={place(markFrom, markTo)}
          title={`${formatDuration(to - from)} without a turn, skipped`}
        />
      ))}
      {range !== undefined && (
        <span
          class="chosen"
          style={place(
            Math.max(scale.from, scale.axis.placeOf(range.from)),
            Math.min(scale.to, scale.axis.placeOf(range.to)),
          )}
        />
      )}
    </div>
  );
}
