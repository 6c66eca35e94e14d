import type { VNode } from "preact";
import { useEffect } from "preact/hooks";
import type { RunState } from "#protocol/run-state.ts";
import { useOwnState } from "../own-state.ts";
import { useRuns } from "../runs/app.ts";
import { CopyButton } from "./copy-button.tsx";
import { Icon } from "./icon.tsx";
import { RunText } from "./run-text.tsx";

/** What a run gave, or why it gave nothing. */
export function RunResult({ state }: { readonly state: RunState }): VNode | null {
  if (state.error !== undefined) return <Failure state={state} />;
  if (!state.hasResult) return null;
  return <Result key={`${state.run} ${state.attempt}`} run={state.run} />;
}

function Failure({ state }: { readonly state: RunState }): VNode {
  const { act } = useRuns();
  const { message = "", place } = state.error ?? {};
  return (
    <div class="notice error runs-notice" data-testid="run-error">
      <Icon name="error" />
      <p class="notice-text">
        {place !== undefined && (
          <>
            <button
              type="button"
              class="link"
              onClick={() => void act("run.openScript", { run: state.run, line: place.line })}
            >
              Line {place.line}
            </button>
            {": "}
          </>
        )}
        {message}
      </p>
    </div>
  );
}

function Result({ run }: { readonly run: string }): VNode {
  const { client } = useRuns();
  const [result, setResult] = useOwnState<
    { readonly text: string; readonly isMarkdown: boolean } | undefined
  >(undefined);
  const [isOpen, setOpen] = useOwnState(true);
  useEffect(() => {
    const abort = new AbortController();
    client.request("run.result", { run }, abort.signal).then(setResult, () => {});
    return () => abort.abort();
  }, [run]);
  return (
    <div class="run-result">
      <details open={isOpen} onToggle={(event) => setOpen(event.currentTarget.open)}>
        <summary>
          <h2 class="run-result-title">Result</h2>
        </summary>
        <div class="run-result-body" data-testid="run-result" tabIndex={0} role="group" aria-label="Result">
          {result !== undefined && <RunText {...result} />}
        </div>
      </details>
      {/* Beside the summary, not in it: what can be pressed can not be in what is pressed. */}
      {result !== undefined && <CopyButton label="Copy the result" text={() => result.text} />}
    </div>
  );
}
