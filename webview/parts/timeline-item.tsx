import type { VNode } from "preact";
import type { TimelineTurn } from "#protocol/sessions.ts";
import { cachedShare } from "#protocol/usage.ts";
import {
  formatCount,
  formatDuration,
  formatMoney,
  formatShare,
  formatTokens,
  formatWhen,
} from "#protocol/words.ts";
import { formatMoment } from "../sessions/when.ts";
import { Icon } from "./icon.tsx";

const outcomes = {
  running: { icon: "loading", label: "Running" },
  done: { icon: "check", label: undefined },
  stopped: { icon: "debug-pause", label: "Stopped" },
  error: { icon: "error", label: "Ended with an error" },
  interrupted: { icon: "debug-disconnect", label: "Interrupted" },
} as const;

/** A turn in the timeline: its message, when and how long, by which model, and what it took. */
export function TimelineItem({ id, turn }: { readonly id: string; readonly turn: TimelineTurn }): VNode {
  const { icon, label } = outcomes[turn.outcome];
  const figures = figuresOf(turn);
  return (
    <div
      id={id}
      class={`timeline-item ${turn.outcome}`}
      data-testid="timeline-turn"
      role="option"
      aria-selected={false}
      title={formatMoment(turn.startedAt)}
    >
      <Icon name={icon} />
      <span class="timeline-message">
        <span class="figure">{turn.number}</span>{" "}
        {turn.message === "" ? "Went on without a message" : turn.message}
      </span>
      <span class="timeline-figures">
        {[label, ...figures]
          .filter((figure) => figure !== undefined)
          .map((figure, index, all) => (
            <>
              <span key={index}>{index === all.length - 1 ? figure : `${figure} ·`}</span>{" "}
            </>
          ))}
      </span>
    </div>
  );
}

function figuresOf(turn: TimelineTurn): readonly (string | undefined)[] {
  const { promptTokens, cachedTokens, outputTokens, costUsd } = turn;
  const share =
    promptTokens === undefined || cachedTokens === undefined
      ? undefined
      : cachedShare({ cacheHitTokens: cachedTokens, cacheMissTokens: promptTokens - cachedTokens });
  return [
    formatWhen(turn.startedAt, Date.now()),
    turn.durationMs === undefined ? undefined : formatDuration(turn.durationMs),
    turn.model === "" ? undefined : turn.model,
    promptTokens === undefined
      ? undefined
      : `${formatTokens(promptTokens)} in${share === undefined ? "" : `, ${formatShare(share)} cached`}`,
    outputTokens === undefined ? undefined : `${formatTokens(outputTokens)} out`,
    costUsd === undefined ? undefined : formatMoney(costUsd),
    turn.toolCalls === 0 ? undefined : formatCount(turn.toolCalls, "tool call"),
    turn.filesChanged === 0 ? undefined : `${formatCount(turn.filesChanged, "file")} changed`,
  ];
}
