import type { RowKind } from "./kinds.ts";
import type { SpanTable } from "./table.ts";
import { labelOf, outcomeWords } from "./words.ts";

/** What stands in the label of a span's row. */
export interface SpanLabel {
  readonly name: string;
  /** What it is about, quieter. */
  readonly about: string;
  /** The codicon before it. */
  readonly icon: string;
  /** What its icon says of its state, where that is not that all went well. */
  readonly state: string | undefined;
  /** Whether it stands above others. */
  readonly isHeading: boolean;
}

const icons: Readonly<Record<RowKind, string>> = {
  session: "list-tree",
  run: "run-all",
  phase: "layers",
  agent: "hubot",
  turn: "comment",
  step: "debug-step-over",
  model: "chip",
  tool: "tools",
  question: "question",
};

/** What stands in the label of a span's row. */
export function spanLabel(table: SpanTable, place: number, session: string): SpanLabel {
  const kind = table.kind(place);
  const state = stateOf(table, place);
  return {
    ...labelOf(table, place, session),
    icon: state?.icon ?? icons[kind],
    state: state?.words,
    isHeading: kind === "session" || kind === "run" || kind === "phase" || kind === "turn",
  };
}

function stateOf(
  table: SpanTable,
  place: number,
): { readonly icon: string; readonly words: string } | undefined {
  if (table.isOpen(place)) return { icon: "loading", words: "running" };
  const outcome = table.outcome(place);
  if (outcome === undefined || outcome === "ok") return undefined;
  return { icon: outcome === "error" ? "error" : "circle-slash", words: outcomeWords[outcome].toLowerCase() };
}
