import type { VNode } from "preact";
import { useRuns } from "../runs/app.ts";
import type { RunRow } from "../runs/rows.ts";
import { IconButton } from "./icon-button.tsx";
import { Icon } from "./icon.tsx";

/** The head of a phase; it folds its agents away. */
export function RunPhaseRow({ row }: { readonly row: Extract<RunRow, { kind: "phase" }> }): VNode {
  const { act, folded, run } = useRuns();
  const { phase, isFolded, count } = row;
  const toggle = (): void => {
    const titles = new Set(folded.value);
    if (!titles.delete(phase.title)) titles.add(phase.title);
    folded.value = titles;
  };
  const { run: id = "", status = "running" } = run.value ?? {};
  const isLive = status === "running" || status === "paused";
  const again = (): void => void act("run.resume", { run: id, rerun: [phase.title] });
  const head = (
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
  return (
    <div class="run-step-line">
      {head}
      {!isLive && count.over > 0 && (
        <span class="run-step-actions">
          <IconButton
            icon="debug-restart"
            label={`Run ${phase.title} again`}
            hint="The agents of this phase run again; other answers stay as they are, where they do not depend on them"
            onClick={again}
          />
        </span>
      )}
    </div>
  );
}
