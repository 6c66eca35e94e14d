import type { VNode } from "preact";
import { useRuns } from "../runs/app.ts";
import type { RunRow } from "../runs/rows.ts";
import { Icon } from "./icon.tsx";

/** The head of a phase; it folds its agents away. */
export function RunPhaseRow({ row }: { readonly row: Extract<RunRow, { kind: "phase" }> }): VNode {
  const { folded } = useRuns();
  const { phase, isFolded, count } = row;
  const toggle = (): void => {
    const titles = new Set(folded.value);
    if (!titles.delete(phase.title)) titles.add(phase.title);
    folded.value = titles;
  };
  return (
    <button
      type="button"
      class="run-phase"
      data-testid="run-phase"
      data-row={row.key}
      aria-expanded={!isFolded}
      title={phase.detail}
      onClick={toggle}
    >
      <Icon name={isFolded ? "chevron-right" : "chevron-down"} />
      <span class="run-phase-title">{phase.title}</span>
      <span class="figure">
        {count.all === 0 ? "not begun" : `${count.over}/${count.all}`}
        {count.cached > 0 && ` · ${count.cached} cached`}
        {count.failed > 0 && <span class="failed">{` · ${count.failed} failed`}</span>}
        {!phase.isDeclared && " · not announced"}
      </span>
    </button>
  );
}
