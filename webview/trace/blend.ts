import type { Interval } from "./axis.ts";
import { partsOf, type PartKind } from "./bar-parts.ts";
import type { SpanTable } from "./table.ts";
import { forEachBelow } from "./totals.ts";

/** Into how many slices a bar is cut. */
const slices = 48;
/** Into how many what is remembered of a branch is cut, and the share of it below which that is too coarse. */
const profileSlices = 1_024;
const nearShare = 16;
/** Branches of which something is remembered, a kilobyte each. */
const mostProfiles = 500;
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

/** What ran below spans, for bars that stand for all that is below them; remembered, since every step of a zoom asks again. */
export class Blends {
  /** By span, those asked for longest ago first. */
  readonly #profiles = new Map<number, { readonly turn: number; readonly ranks: Uint8Array }>();

  /** Another session is shown. */
  clear(): void {
    this.#profiles.clear();
  }

  /** Something in a turn changed. */
  forget(turn: number): void {
    for (const [place, profile] of this.#profiles) if (profile.turn === turn) this.#profiles.delete(place);
  }

  /** What ran below a span between two moments, in slices; nothing where there is too much of it. */
  of(table: SpanTable, place: number, now: number, { from, to }: Interval): readonly Slice[] {
    if (!(to > from)) return [];
    const start = table.startedAt(place);
    const length = table.endedAt(place, now) - start;
    const isNear = to - from < length / nearShare;
    const profile = isNear
      ? undefined
      : this.#profileOf(table, place, now, { from: start, to: start + length });
    const found =
      profile === undefined
        ? ranksBelow(table, place, now, { from, to }, slices)
        : coarser(profile, { from: (from - start) / length, to: (to - start) / length });
    return found === undefined ? [] : runsOf(found);
  }

  // A turn that runs changes with every drawing.
  #profileOf(table: SpanTable, place: number, now: number, whole: Interval): Uint8Array | undefined {
    const turn = table.turnPlace(place);
    if (table.isOpen(turn)) return undefined;
    const ranks = this.#profiles.get(place)?.ranks ?? ranksBelow(table, place, now, whole, profileSlices);
    if (ranks === undefined) return undefined;
    this.#profiles.delete(place);
    this.#profiles.set(place, { turn, ranks });
    const [oldest] = this.#profiles.keys();
    if (this.#profiles.size > mostProfiles && oldest !== undefined) this.#profiles.delete(oldest);
    return ranks;
  }
}

/** The most telling of what ran below a span in each of so many slices of a stretch; undefined where there is too much. */
function ranksBelow(
  table: SpanTable,
  place: number,
  now: number,
  { from, to }: Interval,
  count: number,
): Uint8Array | undefined {
  const found = new Uint8Array(count);
  const width = (to - from) / count;
  let spans = 0;
  if (!(width > 0)) return undefined;
  forEachBelow(table, place, (one) => {
    if (++spans > mostSpans || table.isFrame(one)) return;
    if (table.startedAt(one) > to || table.endedAt(one, now) < from) return;
    for (const part of partsOf(table, one, now)) {
      const first = Math.max(0, Math.floor((part.from - from) / width));
      const last = Math.min(count - 1, Math.floor((part.to - from) / width - 1e-9));
      const rank = ranks.indexOf(part.kind);
      for (let index = first; index <= last; index++) found[index] = Math.max(found[index] ?? 0, rank);
    }
  });
  return spans > mostSpans ? undefined : found;
}

// A stretch of a profile, given as shares of it, in fewer slices.
function coarser(profile: Uint8Array, { from, to }: Interval): Uint8Array {
  const found = new Uint8Array(slices);
  const width = ((to - from) * profile.length) / slices;
  for (let index = 0; index < slices; index++) {
    const begin = from * profile.length + index * width;
    const first = Math.max(0, Math.floor(begin + 1e-6));
    const end = Math.min(profile.length, Math.max(first + 1, Math.floor(begin + width + 1e-6)));
    for (let at = first; at < end; at++) found[index] = Math.max(found[index] ?? 0, profile[at] ?? 0);
  }
  return found;
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
