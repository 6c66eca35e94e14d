import type { VNode } from "preact";
import { useEffect } from "preact/hooks";
import type { WorkflowEntry } from "#protocol/workflows.ts";
import type { RunEntry } from "#protocol/run-state.ts";
import { runWords } from "#protocol/run-words.ts";
import { formatWhen } from "#protocol/words.ts";
import { Icon } from "../parts/icon.tsx";
import { useRuns } from "../runs/app.ts";
import { runLooks } from "../runs/words.ts";

/** What can be run, and what has run here, newest first. */
export function RunList(): VNode {
  const { list } = useRuns();
  const runs = list.value?.runs ?? [];
  return (
    <div class="runs-scroll">
      <Workflows />
      <section aria-labelledby="runs-title">
        <h2 id="runs-title">Runs</h2>
        {list.value?.isLoaded !== true ? (
          <p class="quiet-line" role="status">
            <Icon name="loading" /> Loading runs
          </p>
        ) : runs.length === 0 ? (
          <p class="quiet-line">Runs of this folder will be listed here, with what they cost and gave.</p>
        ) : (
          <ul class="run-entries">
            {runs.map((entry) => (
              <RunItem key={entry.run} entry={entry} />
            ))}
          </ul>
        )}
      </section>
    </div>
  );
}

function RunItem({ entry }: { readonly entry: RunEntry }): VNode {
  const { go } = useRuns();
  const { icon, label, tone } = runLooks[entry.status];
  return (
    <li>
      <button
        type="button"
        class="run-entry"
        data-testid="run-entry"
        onClick={() => go({ kind: "run", run: entry.run })}
      >
        <span class={`tone ${tone}`}>
          <Icon name={icon} label={label} />
        </span>
        <span class="run-entry-name">{entry.workflow}</span>
        <span class="figure">{runWords(entry)}</span>
        <span class="figure run-entry-when">{formatWhen(entry.startedAt, Date.now())}</span>
      </button>
    </li>
  );
}

function Workflows(): VNode {
  const { act, list, workflows: found } = useRuns();
  const changes = list.value?.scriptChanges;
  const workflows = found.value;
  useEffect(() => {
    void act("workflow.list", {}).then((listed) => (found.value = listed?.workflows ?? []));
  }, [changes]);
  return (
    <section aria-labelledby="workflows-title">
      <h2 id="workflows-title">Workflows</h2>
      {workflows?.length === 0 && (
        <p class="quiet-line">
          Scripts in .boocode/workflows will be listed here. BooCode: New Workflow makes the first.
        </p>
      )}
      <ul class="run-entries">
        {(workflows ?? []).map((entry) => (
          <WorkflowItem key={entry.file} entry={entry} />
        ))}
      </ul>
    </section>
  );
}

function WorkflowItem({ entry }: { readonly entry: WorkflowEntry }): VNode {
  const { go } = useRuns();
  const { name, title, description, file, problem, shadowedBy } = entry;
  const note = problem ?? (shadowedBy === undefined ? "" : `The name means ${shadowedBy} instead.`);
  return (
    <li>
      <button
        type="button"
        class="workflow-entry"
        data-testid="workflow-entry"
        title={file}
        onClick={() => go({ kind: "preview", workflow: file, args: "" })}
      >
        <span class={problem === undefined ? "tone quiet" : "tone bad"}>
          <Icon name={problem === undefined ? "play" : "error"} />
        </span>
        <span class="workflow-text">
          <span class="workflow-name">{title ?? name}</span>
          <span class="figure">{description}</span>
          {note !== "" && <span class={problem === undefined ? "figure" : "failed"}>{note}</span>}
        </span>
      </button>
    </li>
  );
}
