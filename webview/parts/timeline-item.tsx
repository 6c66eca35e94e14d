import { useComputed, type ReadonlySignal } from "@preact/signals";
import { Fragment, type VNode } from "preact";
import type { TimelineTurn } from "#protocol/sessions.ts";
import { cachedShare } from "#protocol/usage.ts";
import {
  formatCount,
  formatDuration,
  formatMoney,
  formatShare,
  formatShort,
  formatTokens,
} from "#protocol/words.ts";
import { formatAge, formatMoment } from "../sessions/when.ts";
import { Icon } from "./icon.tsx";

const outcomes = {
  running: { icon: "loading", label: "Running" },
  done: { icon: "check", label: undefined },
  stopped: { icon: "debug-pause", label: "Stopped" },
  error: { icon: "error", label: "Failed" },
  interrupted: { icon: "debug-disconnect", label: "Interrupted" },
} as const;

/** A turn in the timeline: its message, when and how long, by which model, and what it took. */
export function TimelineItem({
  id,
  turn,
  cursor,
}: {
  readonly id: string;
  readonly turn: TimelineTurn;
  /** The key of the row with the cursor. */
  readonly cursor: ReadonlySignal<string | undefined>;
}): VNode {
  const isCursor = useComputed(() => cursor.value === id).value;
  const { icon, label } = outcomes[turn.outcome];
  return (
    <div
      id={id}
      class={`timeline-item ${turn.outcome}${isCursor ? " cursor" : ""}`}
      data-testid="timeline-turn"
      role="option"
      aria-selected={isCursor}
      title={formatMoment(turn.startedAt)}
    >
      <Icon name={icon} />
      <span class="timeline-message">
        <span class="figure">{turn.number}</span>{" "}
        {turn.message === "" ? "Went on without a message" : turn.message}
      </span>{" "}
      {turn.costUsd !== undefined && <span class="session-cost">{formatMoney(turn.costUsd)}</span>}{" "}
      <Figures figures={[label, ...placeOf(turn)]} /> <Figures figures={takenBy(turn)} />
    </div>
  );
}

// Each figure stays on one line, with its unit.
function Figures({ figures }: { readonly figures: readonly (string | undefined)[] }): VNode {
  const known = figures.filter((figure) => figure !== undefined && figure !== "");
  return (
    <span class="timeline-figures">
      {known.map((figure, index) => (
        <Fragment key={index}>
          <span>{index === known.length - 1 ? figure : `${figure} ·`}</span>{" "}
        </Fragment>
      ))}
    </span>
  );
}

function placeOf({ startedAt, durationMs, model }: TimelineTurn): readonly (string | undefined)[] {
  return [
    formatAge(startedAt, Date.now(), ""),
    durationMs === undefined ? undefined : formatDuration(durationMs),
    model,
  ];
}

function takenBy(turn: TimelineTurn): readonly (string | undefined)[] {
  const { promptTokens, cachedTokens, outputTokens } = turn;
  const share =
    promptTokens === undefined || cachedTokens === undefined
      ? undefined
      : cachedShare({ cacheHitTokens: cachedTokens, cacheMissTokens: promptTokens - cachedTokens });
  return [
    promptTokens === undefined ? undefined : `${formatTokens(promptTokens)} in`,
    share === undefined ? undefined : `${formatShare(share)} cached`,
    outputTokens === undefined ? undefined : `${formatShort(outputTokens)} out`,
    turn.toolCalls === 0 ? undefined : formatCount(turn.toolCalls, "tool call"),
    turn.filesChanged === 0 ? undefined : `${formatCount(turn.filesChanged, "file")} changed`,
  ];
}
