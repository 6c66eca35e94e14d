import type { VNode } from "preact";
import { useEffect } from "preact/hooks";
import type { ResumePreview } from "#protocol/workflows.ts";
import { formatCount, formatMoney, formatTokens } from "#protocol/words.ts";
import type { RunState } from "#protocol/run-state.ts";
import { RequestError } from "../client.ts";
import { useOwnState } from "../own-state.ts";
import { useRuns } from "../runs/app.ts";
import { Icon } from "./icon.tsx";

/** What going on with the script as it was edited would run and cost; nothing where it was not. */
export function RunResumeEstimate({ state }: { readonly state: RunState }): VNode {
  const { client, isFileChanged, list } = useRuns();
  const [found, setFound] = useOwnState<ResumePreview | { readonly problem: string } | undefined>(undefined);
  const isOpen = state.status === "running" || state.status === "paused";
  const isWanted = isFileChanged.value && !isOpen;
  const changes = list.value?.scriptChanges;
  const { run, attempt } = state;
  useEffect(() => {
    setFound(undefined);
    if (!isWanted) return undefined;
    const abort = new AbortController();
    client.request("run.previewResume", { run }, abort.signal).then(setFound, (error: unknown) => {
      // What is wrong with the script is worth knowing before it runs.
      const isAbout = error instanceof RequestError && error.code !== "not-trusted" && !abort.signal.aborted;
      if (isAbout) setFound({ problem: error.message });
    });
    return () => abort.abort();
  }, [isWanted, changes, run, attempt]);
  // There from the start, so that it is heard when it says something.
  if (!isWanted || found === undefined) return <p class="quiet-line none" role="status" />;
  return (
    <p class="quiet-line" role="status" data-testid="run-resume-estimate">
      <Icon name={found.problem === undefined ? "info" : "warning"} />
      {"agents" in found && found.problem === undefined ? wordsOf(found) : found.problem}
    </p>
  );
}

function wordsOf({ agents, known, estimate }: ResumePreview): string {
  const cost = `about ${formatTokens(estimate.tokens)}, about ${formatMoney(estimate.usd)}`;
  const run = agents === 0 ? "no agent would run" : `${formatCount(agents, "agent")} would run: ${cost}`;
  return `With the edited script ${run}. ${formatCount(known, "answer")} ${known === 1 ? "is" : "are"} known.`;
}
