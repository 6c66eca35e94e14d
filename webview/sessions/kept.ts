import { usualFilters, type Filters } from "./finder.ts";
import type { Period } from "./when.ts";

/** What the user arranged in the list of sessions; the editor keeps it while the view is closed. */
export interface Kept {
  readonly filters: Filters;
  /** Sessions whose forks are not shown. */
  readonly closed: readonly string[];
  /** The session whose timeline is shown. */
  readonly timeline?: string;
}

/** Sessions with closed forks that are kept. */
const maxClosed = 200;

/** Reads what the editor kept, which may be of an earlier version. */
export function readKept(state: unknown): Kept {
  if (!isObject(state)) return { filters: usualFilters, closed: [] };
  const { filters, closed, timeline } = state;
  return {
    filters: isObject(filters) ? readFilters(filters) : usualFilters,
    closed: Array.isArray(closed)
      ? closed.filter((id): id is string => typeof id === "string").slice(-maxClosed)
      : [],
    ...(typeof timeline === "string" && { timeline }),
  };
}

function readFilters({ text, scope, show, period }: Record<string, unknown>): Filters {
  return {
    text: typeof text === "string" ? text : "",
    scope: scope === "all" ? "all" : "folder",
    show: show === "archived" || show === "trash" || show === "all" ? show : "active",
    period: isObject(period) ? readPeriod(period) : usualFilters.period,
  };
}

function readPeriod({ kind, from, to }: Record<string, unknown>): Period {
  if (kind === "today" || kind === "week" || kind === "month") return { kind };
  if (kind === "range" && typeof from === "string" && typeof to === "string") return { kind, from, to };
  return { kind: "any" };
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}
