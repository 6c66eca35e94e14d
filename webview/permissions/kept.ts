import { usualFilters, type LogFilters } from "./log.ts";

/** Reads the filters that the editor kept, which may be of an earlier version. */
export function readKept(state: unknown): LogFilters {
  if (typeof state !== "object" || state === null || !("filters" in state)) return usualFilters;
  const { filters } = state;
  if (typeof filters !== "object" || filters === null) return usualFilters;
  const { text, verdict, scope } = filters as Readonly<Record<string, unknown>>;
  return {
    text: typeof text === "string" ? text : "",
    verdict: verdict === "allowed" || verdict === "denied" ? verdict : "all",
    scope: scope === "session" ? "session" : "all",
  };
}
