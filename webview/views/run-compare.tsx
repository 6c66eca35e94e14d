import type { VNode } from "preact";
import { useEffect } from "preact/hooks";
import type { RunDifference } from "#protocol/run-requests.ts";
import { spentWords } from "#protocol/run-words.ts";
import { formatCount } from "#protocol/words.ts";
import { useOwnState } from "../own-state.ts";
import { Icon } from "../parts/icon.tsx";
import { useRuns } from "../runs/app.ts";
import { visibleText } from "../visible-text.ts";

interface Props {
  readonly run: string;
  readonly other: string;
}

const kinds: Readonly<Record<RunDifference["kind"], { readonly icon: string; readonly label: string }>> = {
  same: { icon: "check", label: "The same" },
  changed: { icon: "edit", label: "Changed" },
  added: { icon: "add", label: "New" },
  removed: { icon: "close", label: "Gone" },
};

/** What became of each call from one run to the next: what changed, what ran again, and what that cost. */
export function RunCompare({ run, other }: Props): VNode {
  const { act, go } = useRuns();
  const [differences, setDifferences] = useOwnState<readonly RunDifference[] | undefined>(undefined);
  useEffect(() => {
    void act("run.compare", { run, other }).then((found) => setDifferences(found?.differences));
  }, [run, other]);
  return (
    <div class="runs-scroll" data-testid="run-compare">
      <h1 class="run-title">Compared with the run before</h1>
      <p class="run-actions">
        <button type="button" class="link" onClick={() => go({ kind: "run", run })}>
          This run
        </button>
        <button type="button" class="link" onClick={() => go({ kind: "run", run: other })}>
          The run before
        </button>
      </p>
      {differences !== undefined && <Summary differences={differences} />}
      <ul class="compare-rows">
        {(differences ?? []).map((difference, index) => (
          <Row key={index} difference={difference} />
        ))}
      </ul>
    </div>
  );
}

function Summary({ differences }: { readonly differences: readonly RunDifference[] }): VNode {
  const count = (kind: RunDifference["kind"]): number =>
    differences.filter((difference) => difference.kind === kind).length;
  const again = differences.filter(({ kind, isCached }) => kind !== "removed" && !isCached).length;
  return (
    <p class="figure">
      {formatCount(count("same"), "call")} the same · {count("changed")} changed · {count("added")} new ·{" "}
      {count("removed")} gone · {again} ran
    </p>
  );
}

function Row({ difference }: { readonly difference: RunDifference }): VNode {
  const { label, phase, kind, changes, isCached, before, after } = difference;
  const { icon, label: word } = kinds[kind];
  const costs = [before, after].map((spent) => (spent === undefined ? "" : spentWords(spent)));
  const cost = isCached
    ? "cached"
    : kind === "removed"
      ? (costs[0] ?? "")
      : costs.filter(Boolean).join(" → ");
  return (
    <li class="compare-row">
      <Icon name={icon} label={word} />
      <span class="compare-label">{visibleText(label)}</span>
      <span class="figure">{[phase, ...changes].filter(Boolean).join(" · ")}</span>
      <span class="figure run-step-cost">{cost}</span>
    </li>
  );
}
