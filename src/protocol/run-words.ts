/** How a run reads in one line. */
import type { RunEntry, RunStatus } from "./run-state.ts";
import { formatDuration, formatMoney, formatTokens } from "./words.ts";

/** What a status is called. */
const statusWords: Readonly<Record<RunStatus, string>> = {
  running: "running",
  paused: "paused",
  done: "done",
  incomplete: "incomplete",
  failed: "failed",
  stopped: "stopped",
  interrupted: "interrupted",
};

/** "done 12/12 · 48 s · $0.012 · 9 cached". */
export function runWords(entry: RunEntry): string {
  const { status, ended, agents, failed, durationMs, spent, cached, synthetic } = entry;
  return [
    `${statusWords[status]} ${ended - failed}/${agents}`,
    durationMs === undefined ? "" : formatDuration(durationMs),
    spentWords(spent),
    cached > 0 ? `${cached} cached` : "",
    failed > 0 ? `${failed} failed` : "",
    synthetic === undefined ? "" : "made-up answers",
  ]
    .filter(Boolean)
    .join(" · ");
}

/** Money where it is known, else tokens; "" for nothing. */
export function spentWords({ tokens, usd }: RunEntry["spent"]): string {
  if (usd > 0) return formatMoney(usd);
  return tokens > 0 ? formatTokens(tokens) : "";
}
