/** The result of a run, or of one of its steps, as a person reads it. */
import type { RunEvent } from "#protocol/run.ts";
import { BooError } from "../errors.ts";

/** Longest text that is given (characters). */
const longest = 2_000_000;

/** A text as Markdown, an object's `report` where it has one, else JSON. Throws BooError "no-result". */
export function resultText(
  events: readonly RunEvent[],
  step: string | undefined,
): { readonly text: string; readonly isMarkdown: boolean } {
  const result = step === undefined ? lastResult(events) : stepResult(events, step);
  if (result === undefined) throw new BooError("no-result", "There is no result.");
  const { report } = (typeof result === "object" && result !== null ? result : {}) as {
    readonly report?: unknown;
  };
  const words = typeof result === "string" ? result : typeof report === "string" ? report : undefined;
  const text = words ?? JSON.stringify(result, undefined, 2);
  return { text: text.slice(0, longest), isMarkdown: words !== undefined };
}

function lastResult(events: readonly RunEvent[]): unknown {
  const end = events.findLast((event) => event.type === "run-end");
  return end?.type === "run-end" ? end.result : undefined;
}

// An answer that was known is written down once, where it was new.
function stepResult(events: readonly RunEvent[], step: string): unknown {
  const ends = events.filter((event) => event.type === "step-end");
  const end = ends.find((one) => one.step === step);
  if (end === undefined || end.result !== undefined) return end?.result;
  return ends.findLast((one) => one.key === end.key && one.result !== undefined)?.result;
}
