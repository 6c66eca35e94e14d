import { useComputed } from "@preact/signals";
import type { VNode } from "preact";
import { isOver, type RunStep } from "#protocol/run-state.ts";
import { spentWords } from "#protocol/run-words.ts";
import { formatDuration, formatElapsed } from "#protocol/words.ts";
import { useSecond } from "../own-state.ts";
import { useRuns } from "../runs/app.ts";
import { stepLook } from "../runs/words.ts";
import { visibleText } from "../visible-text.ts";
import { IconButton } from "./icon-button.tsx";
import { Icon } from "./icon.tsx";
import { RunStepDetail } from "./run-step-detail.tsx";

/** An agent, command or question of a run in one line; it opens to what it gave. */
export function RunStepRow({ step }: { readonly step: RunStep }): VNode {
  const { selected } = useRuns();
  const isOpen = useComputed(() => selected.value === step.step).value || step.question !== undefined;
  const { icon, label, tone } = stepLook(step);
  const why = step.waiting?.why ?? (step.status === "done" && !step.isCached ? "" : step.reason);
  return (
    <div
      class={isOpen ? "run-step open" : "run-step"}
      data-testid="run-agent"
      data-status={step.status}
      data-cached={step.isCached}
    >
      <div class="run-step-line">
        <button
          type="button"
          class="run-step-main"
          data-row={step.step}
          aria-expanded={isOpen}
          onClick={() => (selected.value = isOpen ? "" : step.step)}
        >
          <span class={`tone ${tone}`}>
            <Icon name={icon} label={label} />
          </span>
          <span class="run-step-label">
            {step.kind === "sh" && <Icon name="terminal" label="Command" />} {visibleText(step.label)}
          </span>
          <span class="figure run-step-why" title={why}>
            {why}
          </span>
          <span class="figure run-step-model">
            {[step.agentType, step.model]
              .filter((word) => word !== undefined && word !== "general")
              .join(" · ")}
          </span>
          <span class="figure run-step-time">
            <Duration step={step} />
          </span>
          <span class="figure run-step-cost">{step.isCached ? "cached" : spentWords(step.spent)}</span>
        </button>
        <Actions step={step} />
      </div>
      {isOpen && <RunStepDetail step={step} />}
    </div>
  );
}

/** Whether a person can end its wait: the others end with an answer, or by the request's own count. */
function isNap({ waiting }: RunStep): boolean {
  return waiting?.why === "rate limit" || waiting?.why === "another try";
}

function Duration({ step }: { readonly step: RunStep }): VNode {
  if (step.isCached) return <></>;
  return <>{isOver(step) ? formatDuration(step.durationMs ?? 0) : <Running since={step.startedAt} />}</>;
}

/** How long something has been going on; ticks once a second. */
export function Running({ since }: { readonly since: number }): VNode {
  const { clock } = useRuns();
  useSecond();
  return <>{formatElapsed(clock.now() - since)}</>;
}

function Actions({ step }: { readonly step: RunStep }): VNode {
  const { act, run } = useRuns();
  const id = run.value?.run ?? "";
  const isLive = run.value?.status === "running" || run.value?.status === "paused";
  const tell = (action: "skip" | "retry" | "restart") => () =>
    void act("run.step", { run: id, step: step.step, action });
  const canControl = isLive && step.kind === "agent" && !isOver(step);
  const { session } = step;
  return (
    <span class="run-step-actions">
      {canControl && isNap(step) && (
        <IconButton icon="debug-continue" label="Try again now" onClick={tell("retry")} />
      )}
      {canControl && <IconButton icon="debug-restart" label="Begin anew" onClick={tell("restart")} />}
      {canControl && (
        <IconButton
          icon="debug-step-over"
          label="Skip"
          hint="Skip: the script goes on with null"
          onClick={tell("skip")}
        />
      )}
      {session !== undefined && (
        <>
          <IconButton
            icon="comment-discussion"
            label="Open transcript"
            onClick={() => void act("session.open", { session, takesFocus: true })}
          />
          <IconButton icon="graph" label="Open trace" onClick={() => void act("trace.open", { session })} />
        </>
      )}
    </span>
  );
}
