import type { VNode } from "preact";
import type { RunStep } from "#protocol/run-state.ts";
import { formatTokens } from "#protocol/words.ts";
import { useOwnState } from "../own-state.ts";
import { useRuns } from "../runs/app.ts";
import { RunText } from "./run-text.tsx";

/** What a step gave, why, and what it asks. */
export function RunStepDetail({ step }: { readonly step: RunStep }): VNode {
  const { act, run } = useRuns();
  const { reason, error, worktree, result, spent, place, retries } = step;
  return (
    <div class="run-detail">
      {step.question !== undefined && <Question step={step} />}
      <p class="figure">
        {[
          reason,
          retries > 0 ? `tried again ${retries === 1 ? "once" : `${retries} times`}` : "",
          spent.tokens > 0 ? formatTokens(spent.tokens) : "",
        ]
          .filter(Boolean)
          .join(" · ")}
        {place !== undefined && (
          <>
            {" · "}
            <button
              type="button"
              class="link"
              onClick={() => void act("run.openScript", { run: run.value?.run ?? "", line: place.line })}
            >
              line {place.line}
            </button>
          </>
        )}
      </p>
      {error !== undefined && <p class="failed run-error">{error}</p>}
      {worktree !== undefined && (
        <div>
          <p class="figure">
            Changes stay in a worktree on the branch {worktree.branch}: {worktree.path}
          </p>
          <pre class="run-text" tabIndex={0}>
            {worktree.changes}
          </pre>
        </div>
      )}
      {result !== undefined && <Answer step={step} beginning={result} />}
    </div>
  );
}

function Answer({ step, beginning }: { readonly step: RunStep; readonly beginning: string }): VNode {
  const { client, run } = useRuns();
  const [whole, setWhole] = useOwnState<{ readonly text: string; readonly isMarkdown: boolean } | undefined>(
    undefined,
  );
  const read = (): void =>
    void client
      .request("run.result", { run: run.value?.run ?? "", step: step.step })
      .then(setWhole, () => setWhole({ text: beginning, isMarkdown: false }));
  if (whole !== undefined) return <RunText {...whole} />;
  return (
    <>
      <pre class="run-text" tabIndex={0}>
        {beginning}
      </pre>
      {beginning.endsWith("…") && (
        <button type="button" class="link" onClick={read}>
          Show all
        </button>
      )}
    </>
  );
}

function Question({ step }: { readonly step: RunStep }): VNode {
  const { act, run } = useRuns();
  const [text, setText] = useOwnState("");
  const { question } = step;
  const answer = (value: string): void =>
    void act("run.answer", { run: run.value?.run ?? "", step: step.step, value });
  return (
    <form
      class="run-question"
      aria-label="Question"
      onSubmit={(event) => {
        event.preventDefault();
        answer(text);
      }}
    >
      <p>{question?.text}</p>
      {question?.choices === undefined ? (
        <>
          <textarea
            rows={2}
            aria-label="Your answer"
            value={text}
            onInput={(event) => setText(event.currentTarget.value)}
          />
          <button type="submit" class="button">
            Answer
          </button>
        </>
      ) : (
        <div class="run-actions">
          {question.choices.map((choice) => (
            <button key={choice} type="button" class="button secondary" onClick={() => answer(choice)}>
              {choice}
            </button>
          ))}
        </div>
      )}
    </form>
  );
}
