import type { VNode } from "preact";
import { isOver, type RunState } from "#protocol/run-state.ts";
import { formatDuration } from "#protocol/words.ts";
import { useOwnState } from "../own-state.ts";
import { useRuns, type RunsApp } from "../runs/app.ts";
import { runLooks } from "../runs/words.ts";
import { IconButton } from "./icon-button.tsx";
import { Icon } from "./icon.tsx";
import { Menu, type MenuItem } from "./menu.tsx";
import { Running } from "./run-step-row.tsx";

/** A run's name, how it stands, and what can be done with it. */
export function RunHead({ state }: { readonly state: RunState }): VNode {
  const { icon, label, tone } = runLooks[state.status];
  const agents = state.steps.filter(({ kind }) => kind === "agent");
  return (
    <header class="run-head">
      <span class={`tone ${tone}`}>
        <Icon name={icon} />
      </span>
      <h1 class="run-title">{state.workflow}</h1>
      <p class="figure run-figures" role="status">
        {label} · {agents.filter(isOver).length}/{agents.length} ·{" "}
        {state.durationMs === undefined ? (
          <Running since={state.startedAt} />
        ) : (
          formatDuration(state.durationMs)
        )}
        {state.attempt > 1 && ` · attempt ${state.attempt}`}
        {state.synthetic !== undefined && " · made-up answers"}
        {` · ${state.engine}${state.runtime === "host" ? "" : " in another Node"}`}
      </p>
      <Controls state={state} />
    </header>
  );
}

function Controls({ state }: { readonly state: RunState }): VNode {
  const app = useRuns();
  const { run } = state;
  const tell = (action: "pause" | "continue" | "stop") => () => void app.act("run.control", { run, action });
  const isLive = state.status === "running" || state.status === "paused";
  return (
    <span class="run-controls">
      {state.status === "running" && <IconButton icon="debug-pause" label="Pause" onClick={tell("pause")} />}
      {state.status === "paused" && (
        <IconButton icon="debug-continue" label="Go on" onClick={tell("continue")} />
      )}
      {isLive && <IconButton icon="debug-stop" label="Stop" data-testid="run-stop" onClick={tell("stop")} />}
      {!isLive && <Resume state={state} app={app} />}
      <IconButton
        icon="graph"
        label="Open trace"
        data-testid="run-trace"
        onClick={() => void app.act("trace.open", { session: run })}
      />
      <IconButton
        icon="go-to-file"
        label="Open script"
        onClick={() => void app.act("run.openScript", { run, ...lineOf(state) })}
      />
      <More state={state} app={app} />
    </span>
  );
}

function lineOf({ error }: RunState): { readonly line?: number } {
  return error?.place === undefined ? {} : { line: error.place.line };
}

// A script that was edited is what one wants to go on with.
function Resume({ state, app }: { readonly state: RunState; readonly app: RunsApp }): VNode | null {
  const isChanged = app.isFileChanged.value;
  if (state.status === "done" && !isChanged) return null;
  return (
    <button
      type="button"
      class="button"
      data-testid="run-resume"
      title={
        isChanged
          ? "Goes on with the script as it is now; only calls that changed run again"
          : "What is done stays done; only the rest runs"
      }
      onClick={() => void app.act("run.resume", { run: state.run, takesFile: isChanged })}
    >
      {isChanged ? "Resume with the edited script" : "Resume"}
    </button>
  );
}

function More({ state, app }: { readonly state: RunState; readonly app: RunsApp }): VNode {
  const [point, setPoint] = useOwnState<{ readonly x: number; readonly y: number } | undefined>(undefined);
  return (
    <>
      <IconButton
        icon="ellipsis"
        label="More"
        aria-haspopup="menu"
        onClick={(event) => {
          const { left, bottom } = event.currentTarget.getBoundingClientRect();
          setPoint({ x: left, y: bottom });
        }}
      />
      {point !== undefined && (
        <Menu label="Run" items={menuOf(state, app)} {...point} onClose={() => setPoint(undefined)} />
      )}
    </>
  );
}

function menuOf(
  { run, status, file, hasResult, startedAt, budget, before: spentBefore }: RunState,
  { act, go, list }: RunsApp,
): readonly MenuItem[] {
  const isLive = status === "running" || status === "paused";
  // What this attempt was given.
  const fresh = {
    ...(budget.tokens !== undefined && { tokens: budget.tokens - spentBefore.tokens }),
    ...(budget.usd !== undefined && { usd: budget.usd - spentBefore.usd }),
  };
  const again: readonly MenuItem[] = isLive
    ? []
    : [
        {
          label: "Run again with other arguments",
          run: () => go({ kind: "preview", workflow: file, args: "" }),
        },
        {
          label: "Run all agents again",
          run: () => void act("run.resume", { run, rerun: "all" }),
        },
        ...(budget.tokens === undefined && budget.usd === undefined
          ? []
          : [
              {
                label: "Resume with the same budget again",
                run: () => void act("run.resume", { run, budget: fresh }),
              },
            ]),
      ];
  const before = list.value?.runs.find((entry) => entry.file === file && entry.startedAt < startedAt);
  const compare: readonly MenuItem[] =
    before === undefined
      ? []
      : [
          {
            label: "Compare with the run before",
            run: () => go({ kind: "compare", run, other: before.run }),
          },
        ];
  const close: readonly MenuItem[] =
    status === "interrupted"
      ? [{ label: "Close this run", run: () => void act("run.control", { run, action: "close" }) }]
      : [];
  const keep: readonly MenuItem[] = hasResult
    ? [{ label: "Export the result as Markdown", run: () => void act("run.exportResult", { run }) }]
    : [];
  const save = (): void => {
    const plain = file.slice(file.lastIndexOf("/") + 1).replace(/\.m?js$/, "");
    const name = `${plain.replaceAll(/[^\w-]/g, "-").slice(0, 50)}-${run.slice(0, 4)}`;
    void act("run.saveScript", { run, name });
  };
  return [
    ...again,
    ...compare,
    ...close,
    ...keep,
    { label: "Save its script as a workflow", run: save, movesFocus: true },
  ];
}
