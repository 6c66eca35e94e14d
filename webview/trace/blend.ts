import type { Interval } from "./axis.ts";
import { partsOf, type PartKind } from "./bar-parts.ts";
import type { SpanTable } from "./table.ts";
import { forEachBelow } from "./totals.ts";

/** Into how many slices a bar is cut. */
const slices = 48;
/** A branch with more spans below it is drawn plain: looking through them takes longer than a frame has. */
const mostSpans = 2_000;

/** What is drawn where several things ran at once, from the least to the most telling. */
const ranks: readonly PartKind[] = [
  ...([
    "frame",
    "failed",
    "queued",
    "first-token",
    "running",
    "generating",
    "tool",
    "error",
    "waiting",
  ] as const),
];

/** A stretch of one kind, as shares of the whole. */
export interface Slice {
  readonly kind: PartKind;
  readonly from: number;
  readonly to: number;
}

/** What ran below a span between two moments, in slices; nothing where there is too much of it. */
export function blendOf(
  table: SpanTable,
  place: number,
  now: number,
  { from, to }: Interval,
): readonly Slice[] {
  const found = new Uint8Array(slices);
  const width = (to - from) / slices;
  let spans = 0;
  if (!(width > 0)) return [];
  forEachBelow(table, place, (one) => {
    const kind = table.kind(one);
    if (++spans > mostSpans || kind === "turn" || kind === "step") return;
    if (table.startedAt(one) > to || table.endedAt(one, now) < from) return;
    for (const part of partsOf(table, one, now)) {
      const first = Math.max(0, Math.floor((part.from - from) / width));
      const last = Math.min(slices - 1, Math.floor((part.to - from) / width - 1e-9));
      const rank = ranks.indexOf(part.kind);
      for (let index = first; index <= last; index++) found[index] = Math.max(found[index] ?? 0, rank);
    }
  });
  return spans > mostSpans ? [] : runsOf(found);
}

function runsOf(found: Uint8Array): readonly Slice[] {
  const runs: Slice[] = [];
  for (const [index, rank] of found.entries()) {
    const kind = ranks[rank] ?? "frame";
    const last = runs.at(-1);
    const to = (index + 1) / slices;
    if (last?.kind === kind) runs[runs.length - 1] = { ...last, to };
    else runs.push({ kind, from: index / slices, to });
  }
  return runs;
}
