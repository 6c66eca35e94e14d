import type { VNode } from "preact";
import { formatDuration } from "#protocol/words.ts";
import { useTrace } from "../trace/app.ts";
import { partsOf, type Part } from "../trace/bar-parts.ts";
import { root } from "../trace/table.ts";
import { partWords } from "../trace/words.ts";
import { shareOf, type Scale } from "../trace/zoom.ts";

interface Props {
  readonly place: number;
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

/** A span on the axis of time: its kinds of time one after another. */
export function TraceBar({ place, isClosed, isCritical, now }: Props): VNode | null {
  const app = useTrace();
  const scale = app.scale.value;
  const { table } = app;
  const parts = place === root ? sessionParts(app) : partsOf(table, place, now);
  const first = parts[0];
  const last = parts.at(-1);
  if (first === undefined || last === undefined) return null;
  const whole = seen(scale, first.from, last.to);
  if (whole === undefined) return null;
  const [begin, end] = whole;
  const classes = ["trace-bar"];
  if (isClosed) classes.push("closed");
  if (isCritical) classes.push("critical");
  if (table.isOpen(place)) classes.push("open");
  return (
    <div
      class={classes.join(" ")}
      data-testid="trace-bar"
      style={{ left: `${begin * 100}%`, width: `${(end - begin) * 100}%` }}
      title={barTitle(parts)}
    >
      {parts.map((part, index) => {
        const range = seen(scale, part.from, part.to);
        if (range === undefined) return null;
        return (
          <i key={index} class={`part bar-${part.kind}`} style={{ flexGrow: (range[1] - range[0]) * 1e4 }} />
        );
      })}
    </div>
  );
}

function sessionParts({ axis }: ReturnType<typeof useTrace>): readonly Part[] {
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
