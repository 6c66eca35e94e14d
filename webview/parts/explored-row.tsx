import type { VNode } from "preact";
import type { ToolCall } from "#protocol/session.ts";
import { callDurationMs, exploredText } from "#protocol/turn-parts.ts";
import { formatDuration } from "#protocol/words.ts";
import { Icon } from "./icon.tsx";

/** Read-only calls folded into one line: "Explored 6 files · 0.4 s". */
export function ExploredRow({
  calls,
  isOpen,
  onToggle,
}: {
  readonly calls: readonly ToolCall[];
  readonly isOpen: boolean;
  readonly onToggle: (isOpen: boolean) => void;
}): VNode {
  const isRunning = calls.some((call) => call.status !== "ended");
  const failed = calls.filter((call) => call.status === "ended" && call.outcome !== "ok").length;
  const duration = calls.reduce(
    (sum, call) => sum + (call.status === "ended" ? callDurationMs(call, 0) : 0),
    0,
  );
  return (
    <button
      type="button"
      class="line"
      data-testid="tool-call"
      aria-expanded={isOpen}
      onClick={() => onToggle(!isOpen)}
    >
      <Icon name={isOpen ? "chevron-down" : isRunning ? "loading" : "telescope"} />
      <span class="line-text">
        <span class="verb">{exploredText(calls)}</span>
        {!isRunning && <span class="figure">{` · ${formatDuration(duration)}`}</span>}
        {failed > 0 && <span class="failed">{` · ${failed} failed`}</span>}
      </span>
    </button>
  );
}
