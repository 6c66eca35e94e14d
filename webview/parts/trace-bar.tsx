import type { VNode } from "preact";
import { formatDuration } from "#protocol/words.ts";
import { useTrace, type TraceApp } from "../trace/app.ts";
import { leastBar, partsOf, type Part } from "../trace/bar-parts.ts";
import { root } from "../trace/table.ts";
import { partWords } from "../trace/words.ts";
import { momentAt, shareOf, type Scale } from "../trace/zoom.ts";

interface Props {
  readonly place: number;
  /** Whether what is below is not shown, so that the bar has to tell it. */
  readonly isClosed: boolean;
  readonly isCritical: boolean;
  /** Another number where what the bar shows has changed. */
  readonly revision: number;
  /** The moment that an open span's bar grows to, epoch milliseconds. */
  readonly now: number;
}

/** Where the seen part of a stretch begins and ends, as shares of the width; undefined where nothing of it is seen. */
function seen(scale: Scale, from: number, to: number): readonly [number, number] | undefined {
  const begin = shareOf(scale, from);
  const end = shareOf(scale, to);
  return end < 0 || begin > 1 ? undefined : [Math.max(0, begin), Math.min(1, end)];
}

/** A span on the axis of time: its kinds of time one after another, or what ran below it where that is not shown. */
export function TraceBar({ place, isClosed, isCritical, now }: Props): VNode | null {
  const app = useTrace();
  const scale = app.scale.value;
  const { table } = app;
  const parts = place === root ? sessionParts(app) : partsOf(table, place, now);
  const first = parts[0];
  const last = parts.at(-1);
  const whole = first === undefined || last === undefined ? undefined : seen(scale, first.from, last.to);
  if (first === undefined || last === undefined || whole === undefined) return null;
  const [begin, end] = whole;
  const classes = ["trace-bar"];
  if (isClosed) classes.push("closed");
  if (isCritical) classes.push("critical");
  if (table.isOpen(place)) classes.push("open");
  const duration = formatDuration(place === root ? app.whole.peek().wallMs : last.to - first.from);
  const blend = isClosed ? blended(app, place, now, whole) : undefined;
  return (
    <>
      <div
        class={classes.join(" ")}
        data-testid="trace-bar"
        style={{ left: `min(${begin * 100}%, 100% - ${leastBar}px)`, width: `${(end - begin) * 100}%` }}
        title={barTitle(parts)}
      >
        {blend === undefined ? (
          parts.map((part, index) => (
            <PartOf key={index} part={part} range={seen(scale, part.from, part.to)} />
          ))
        ) : (
          <i class="part blend" style={{ background: blend }} />
        )}
      </div>
      {app.isNarrow.value && <BarLabel begin={begin} end={end} text={duration} />}
    </>
  );
}

interface PartProps {
  readonly part: Part;
  readonly range: readonly [number, number] | undefined;
}

function PartOf({ part, range }: PartProps): VNode | null {
  if (range === undefined) return null;
  return <i class={`part bar-${part.kind}`} style={{ flexGrow: (range[1] - range[0]) * 1e4 }} />;
}

/** A bar that ends before this share of the width leaves room for a duration. */
const labelShare = 0.62;

// Only where there is no room for a column of durations.
function BarLabel({
  begin,
  end,
  text,
}: {
  readonly begin: number;
  readonly end: number;
  readonly text: string;
}): VNode {
  const isLeft = end > 0.6 && begin > 1 - end;
  // Neither before it nor behind it is room: it lies on the bar's end.
  const isOver = !isLeft && end > labelShare;
  const style = isLeft
    ? { right: `${(1 - begin) * 100}%` }
    : isOver
      ? { right: 0 }
      : { left: `${end * 100}%` };
  return (
    <span class={isOver ? "bar-label over" : "bar-label"} style={style} aria-hidden="true">
      {text}
    </span>
  );
}

const colours: Readonly<Record<Part["kind"], string>> = {
  frame: "var(--queued)",
  failed: "var(--queued)",
  queued: "var(--queued)",
  waiting: "var(--waiting)",
  "first-token": "var(--first-token)",
  generating: "var(--generating)",
  tool: "var(--tool)",
  error: "var(--failed)",
  running: "var(--first-token)",
};

// Pieces of one background: an element for each would be too many.
function blended(
  app: TraceApp,
  place: number,
  now: number,
  [begin, end]: readonly [number, number],
): string | undefined {
  const scale = app.scale.value;
  const between = { from: momentAt(scale, begin), to: momentAt(scale, end) };
  const slices = place === root ? [] : app.blends.of(app.table, place, now, between);
  if (slices.length === 0) return undefined;
  const stops = slices.map(({ kind, from, to }) => `${colours[kind]} ${from * 100}% ${to * 100}%`);
  return `linear-gradient(to right, ${stops.join(", ")})`;
}

function sessionParts({ axis }: TraceApp): readonly Part[] {
  const { from, to } = axis.peek().span;
  return to === 0 ? [] : [{ kind: "frame", from, to }];
}

function barTitle(parts: readonly Part[]): string {
  return parts
    .map(({ kind, from, to }) => {
      const words = partWords[kind];
      return words === "" ? formatDuration(to - from) : `${words} ${formatDuration(to - from)}`;
    })
    .join(" · ");
}
