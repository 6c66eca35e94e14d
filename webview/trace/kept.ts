/** What the editor keeps of the trace while its page is closed. */
export interface Kept {
  readonly session?: string;
  readonly title?: string;
  readonly tab: Tab;
  readonly skipsIdle: boolean;
  /** The width of the column of names, a share of the tree's width. */
  readonly labelShare: number;
  /** The size of the detail, a share of the page's width beside the tree, of its height below. */
  readonly detailShare: number;
}

/** What is shown: calls on an axis of time, or what the cache did for each. */
export type Tab = "time" | "cache";

/** How much the column of names may take. */
export const labelShares = { least: 0.15, usual: 0.34, most: 0.7 } as const;
/** How much the detail may take. */
export const detailShares = { least: 0.2, usual: 0.38, most: 0.75 } as const;

/** Reads what an earlier page kept; what is not as it should be is as if it was never kept. */
export function readKept(state: unknown): Kept {
  const kept = typeof state === "object" && state !== null ? (state as Record<string, unknown>) : {};
  const { session, title, tab, skipsIdle, labelShare, detailShare } = kept;
  return {
    ...(typeof session === "string" && { session }),
    ...(typeof title === "string" && { title }),
    tab: tab === "cache" ? "cache" : "time",
    skipsIdle: skipsIdle !== false,
    labelShare: shareWithin(labelShare, labelShares),
    detailShare: shareWithin(detailShare, detailShares),
  };
}

/** A share within its limits; the usual one for what is no number. */
function shareWithin(
  value: unknown,
  { least, usual, most }: { readonly least: number; readonly usual: number; readonly most: number },
): number {
  return typeof value === "number" && Number.isFinite(value) ? Math.max(least, Math.min(most, value)) : usual;
}

/** The session, or the run, whose trace is shown. */
export interface ShownSession {
  readonly id: string;
  readonly title: string;
}
