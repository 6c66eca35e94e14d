import type { VNode } from "preact";
import type { Turn, TurnAction, TurnError } from "#protocol/session.ts";
import { changedFiles, unlistedFiles } from "#protocol/changed-files.ts";
import { turnAnswer, turnTotals } from "#protocol/turn-parts.ts";
import { formatCount } from "#protocol/words.ts";
import { useApp, type App } from "../app.ts";
import { useOwnState } from "../own-state.ts";
import { CacheButton } from "./cache-button.tsx";
import { ChangedFile, MoreFiles } from "./changed-file.tsx";
import { CopyButton } from "./copy-button.tsx";
import { Icon } from "./icon.tsx";

/** The end of a turn: why it ended if not by itself, what it changed, and its figures. */
export function EndingRow({ turn, isLast }: { readonly turn: Turn; readonly isLast: boolean }): VNode {
  const outcome = outcomeOf(turn);
  const answer = turnAnswer(turn);
  return (
    <div class="ending">
      {outcome !== undefined && <Outcome outcome={outcome} turn={turn} isLast={isLast} />}
      <ChangedFiles turn={turn} />
      <div class="totals">
        <Figures figures={turnTotals(turn)} />
        <CacheButton usage={turn.usage} turn={turn.number} />
        {answer !== "" && <CopyButton label="Copy answer" text={() => answer} />}
      </div>
    </div>
  );
}

// Each figure stays on one line, with its unit.
function Figures({ figures }: { readonly figures: readonly string[] }): VNode {
  return (
    <span class="figure">
      {figures.map((figure, index) => (
        <>
          <span>{index === figures.length - 1 ? figure : `${figure} ·`}</span>{" "}
        </>
      ))}
    </span>
  );
}

function outcomeOf(turn: Turn): TurnError | undefined {
  const { end } = turn;
  if (end === undefined || end.reason === "done") return undefined;
  if (end.error !== undefined) return end.error;
  switch (end.reason) {
    case "stopped":
      return { code: "stopped", message: "Stopped.", actions: ["continue"] };
    case "interrupted":
      return { code: "interrupted", message: "Interrupted before it was done.", actions: ["continue"] };
    case "step-limit":
      return {
        code: "step-limit",
        message: `Paused after ${formatCount(turn.steps, "step")}.`,
        actions: ["continue"],
      };
    case "context-full":
      return {
        code: "context-full",
        message: "The context is full.",
        actions: ["new-with-summary", "switch-model"],
      };
    case "error":
      return { code: "error", message: "Something went wrong.", actions: ["retry", "show-log"] };
  }
}

const labels: Readonly<Record<TurnAction, string>> = {
  retry: "Try again",
  continue: "Continue",
  "set-key": "Set API key",
  "switch-model": "Switch model",
  "new-with-summary": "New session with summary",
  "show-log": "Show log",
  settings: "Open settings",
};

// Going on is only possible from the end of the session.
const onlyLast: readonly TurnAction[] = ["retry", "continue", "new-with-summary"];

function Outcome({
  outcome,
  turn,
  isLast,
}: {
  readonly outcome: TurnError;
  readonly turn: Turn;
  readonly isLast: boolean;
}): VNode {
  const app = useApp();
  const isError = turn.end?.reason === "error" || turn.end?.reason === "context-full";
  const actions = outcome.actions.filter((action) => isLast || !onlyLast.includes(action));
  return (
    <div class={isError ? "notice error" : "notice"}>
      <Icon
        name={isError ? "error" : turn.end?.reason === "interrupted" ? "debug-disconnect" : "debug-pause"}
      />
      <p class="notice-text">{outcome.message}</p>
      {actions.length > 0 && (
        <div class="notice-actions">
          {actions.map((action, index) => (
            <button
              type="button"
              key={action}
              data-testid={action === "continue" ? "continue" : undefined}
              class={index === 0 ? "button" : "button secondary"}
              onClick={() => run(app, action)}
            >
              {labels[action]}
            </button>
          ))}
        </div>
      )}
    </div>
  );
}

function run(app: App, action: TurnAction): void {
  const session = app.sessionId.value;
  switch (action) {
    case "retry":
    case "continue":
      return void app.act("session.continue", { session });
    case "new-with-summary":
      return void app.copySession("session.summarize", { session });
    case "set-key":
    case "show-log":
      return void app.act("ui.run", { action });
    case "switch-model":
      return void app.act("ui.run", { action: "select-model" });
    case "settings":
      return void app.act("ui.run", { action: "open-settings" });
  }
}

function ChangedFiles({ turn }: { readonly turn: Turn }): VNode | null {
  const app = useApp();
  const [isReverting, setReverting] = useOwnState(false);
  const files = changedFiles(turn);
  const more = unlistedFiles(turn);
  if (files.length === 0) return null;
  const session = app.sessionId.value;
  const revert = async () => {
    setReverting(true);
    await app.act("turn.revert", { session, turn: turn.id });
    setReverting(false);
  };
  const diff = (path: string) => void app.act("turn.diff", { session, turn: turn.id, path });
  const reverted = new Set(turn.revert?.reverted);
  return (
    <div class="changes" role="group" aria-label="Changed files">
      <div class="changes-head">
        <span>{formatCount(files.length + more, "changed file")}</span>
        {reverted.size < files.length && (
          <button type="button" class="button secondary" disabled={isReverting} onClick={() => void revert()}>
            {isReverting ? "Reverting" : "Revert turn"}
          </button>
        )}
      </div>
      <ul>
        {files.map((file) => (
          <li key={file.path}>
            <ChangedFile file={file} isReverted={reverted.has(file.path)} onOpen={() => diff(file.path)} />
          </li>
        ))}
        {more > 0 && <MoreFiles count={more} />}
      </ul>
      {turn.revert !== undefined && turn.revert.refused.length > 0 && <Refused turn={turn} onDiff={diff} />}
    </div>
  );
}

function Refused({ turn, onDiff }: { readonly turn: Turn; readonly onDiff: (path: string) => void }): VNode {
  const refused = turn.revert?.refused ?? [];
  return (
    <div class="refused">
      <p>
        <Icon name="warning" /> {formatCount(refused.length, "file")} left as{" "}
        {refused.length === 1 ? "it is" : "they are"}:
      </p>
      <ul>
        {refused.map(({ path, reason }) => (
          <li key={path}>
            <button type="button" class="link" onClick={() => onDiff(path)}>
              {path}
            </button>
            <p>{reason}</p>
          </li>
        ))}
      </ul>
    </div>
  );
}
