import type { VNode } from "preact";
import { IconButton } from "../parts/icon-button.tsx";
import { Icon } from "../parts/icon.tsx";
import { useRuns, type RunsPlace } from "../runs/app.ts";
import { RunCompare } from "./run-compare.tsx";
import { RunList } from "./run-list.tsx";
import { RunPreview } from "./run-preview.tsx";
import { Run } from "./run.tsx";

/** The whole page: the list of runs, one run, or a script before it is run. */
export function Runs(): VNode {
  const { place, go } = useRuns();
  const { kind } = place.value;
  return (
    <main class="runs">
      {kind === "list" && <h1 class="hidden">Workflows and runs</h1>}
      {kind !== "list" && (
        <button type="button" class="runs-back link" onClick={() => go({ kind: "list" })}>
          <Icon name="arrow-left" /> All runs
        </button>
      )}
      <Problem />
      <Shown place={place.value} />
    </main>
  );
}

function Shown({ place }: { readonly place: RunsPlace }): VNode {
  switch (place.kind) {
    case "list":
      return <RunList />;
    case "run":
      return <Run />;
    case "preview":
      return <RunPreview />;
    case "compare":
      return <RunCompare run={place.run} other={place.other} />;
  }
}

function Problem(): VNode {
  const { problem } = useRuns();
  const text = problem.value;
  return (
    <div role="alert">
      {text !== "" && (
        <div class="notice error runs-notice">
          <Icon name="error" />
          <p class="notice-text">{text}</p>
          <IconButton icon="close" label="Dismiss" onClick={() => (problem.value = "")} />
        </div>
      )}
    </div>
  );
}
