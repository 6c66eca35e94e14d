/** Long work in slices: the extension host runs other extensions, too. */
import type { Span } from "#protocol/trace.ts";

// A frame of the editor is 16 ms; a pause may come one step late.
const sliceMs = 5;
const runLength = 512;

/** Measures how long a piece of work has gone on without letting others run. */
export class Pace {
  #since = performance.now();

  /** Whether it is time for a pause: after 5 ms. */
  get isDue(): boolean {
    return performance.now() - this.#since > sliceMs;
  }

  /** Lets everything else run. */
  async pause(): Promise<void> {
    await new Promise((resolve) => setTimeout(resolve));
    this.#since = performance.now();
  }
}

/** Spans in the order of their starts, those that hold others first; sorted in slices, where one sort of 100,000 takes 100 ms. */
export async function byStart(spans: readonly Span[], pace: Pace): Promise<readonly Span[]> {
  let runs: (readonly Span[])[] = [];
  for (let at = 0; at < spans.length; at += runLength) {
    runs.push(spans.slice(at, at + runLength).sort(compare));
    if (pace.isDue) await pace.pause();
  }
  while (runs.length > 1) {
    const longer: (readonly Span[])[] = [];
    for (let at = 0; at < runs.length; at += 2)
      longer.push(await merge(runs[at] ?? [], runs[at + 1] ?? [], pace));
    runs = longer;
  }
  return runs[0] ?? [];
}

async function merge(left: readonly Span[], right: readonly Span[], pace: Pace): Promise<readonly Span[]> {
  const merged: Span[] = [];
  let a = left[0];
  let b = right[0];
  for (let i = 0, j = 0; a !== undefined || b !== undefined;) {
    if (a !== undefined && (b === undefined || compare(a, b) <= 0)) {
      merged.push(a);
      a = left[(i += 1)];
    } else if (b !== undefined) {
      merged.push(b);
      b = right[(j += 1)];
    }
    if (merged.length % runLength === 0 && pace.isDue) await pace.pause();
  }
  return merged;
}

const ranks: Readonly<Record<Span["kind"], number>> = {
  ...{ run: 0, phase: 1, agent: 2, turn: 3, step: 4 },
  ...{ question: 5, model: 5, tool: 5 },
};

function compare(a: Span, b: Span): number {
  return a.startedAt - b.startedAt || b.endedAt - a.endedAt || ranks[a.kind] - ranks[b.kind];
}
