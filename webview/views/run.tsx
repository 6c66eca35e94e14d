import type { VNode } from "preact";
import { useCallback, useRef } from "preact/hooks";
import { Icon } from "../parts/icon.tsx";
import { RowList, type RowListHandle } from "../parts/row-list.tsx";
import { RunBudget } from "../parts/run-budget.tsx";
import { RunHead } from "../parts/run-head.tsx";
import { RunLog } from "../parts/run-log.tsx";
import { RunPhaseRow } from "../parts/run-phase-row.tsx";
import { RunResumeEstimate } from "../parts/run-resume-estimate.tsx";
import { RunResult } from "../parts/run-result.tsx";
import { RunStepRow } from "../parts/run-step-row.tsx";
import { rowAfterKey } from "../row-keys.ts";
import { useRuns } from "../runs/app.ts";
import { runRows, type RunRow } from "../runs/rows.ts";

const rowHeight = 28;

/** One run: how it stands, its phases with their agents, its log, and what it gave. */
export function Run(): VNode {
  const { run } = useRuns();
  const state = run.value;
  if (state === undefined || state.run === "")
    return (
      <p class="quiet-line" role="status">
        <Icon name="loading" /> Opening the run
      </p>
    );
  return (
    <div class="run" data-testid="run-view" data-status={state.status}>
      <RunHead state={state} />
      <RunResumeEstimate state={state} />
      <RunBudget state={state} />
      <RunResult state={state} />
      <Steps />
      <RunLog state={state} />
    </div>
  );
}

function Steps(): VNode {
  const app = useRuns();
  const list = useRef<RowListHandle>(null);
  const state = app.run.value;
  const rows = state === undefined ? [] : runRows(state, app.folded.value);
  const renderRow = useCallback((row: RunRow) => <Row row={row} />, []);
  if (rows.length === 0)
    return (
      <p class="quiet-line">{state?.status === "running" ? "No agent has begun yet." : "No agent began."}</p>
    );
  return (
    <RowList
      handle={list}
      rows={rows}
      renderRow={renderRow}
      estimate={() => rowHeight}
      label="Agents"
      place={undefined}
      followsEnd={false}
      onKeyDown={(event) => pressKey(rows, event, list.current)}
    />
  );
}

function Row({ row }: { readonly row: RunRow }): VNode {
  return row.kind === "phase" ? <RunPhaseRow row={row} /> : <RunStepRow step={row.step} />;
}

function pressKey(rows: readonly RunRow[], event: KeyboardEvent, list: RowListHandle | null): void {
  const { target } = event;
  const line = target instanceof HTMLElement && target.matches("[data-row]") ? target : undefined;
  const index = rows.findIndex(({ key }) => key === line?.dataset["row"]);
  if (index < 0 || event.altKey || event.ctrlKey || event.metaKey) return;
  const next = rowAfterKey(event.key, index, { count: rows.length, pageRows: 10 });
  const key = next === undefined ? undefined : rows[next]?.key;
  if (next === undefined || key === undefined) return;
  event.preventDefault();
  list?.reveal(next);
  requestAnimationFrame(() =>
    document.querySelector<HTMLElement>(`[data-row="${CSS.escape(key)}"]`)?.focus(),
  );
}
