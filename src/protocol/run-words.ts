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

/** "done 12/12 · 48.0 s · $0.012 · 9 cached"; whether it waits for an answer comes first. */
export function runWords(entry: RunEntry): string {
  const { status, ended, agents, failed, durationMs, spent, cached, synthetic } = entry;
  return [
    entry.isAsking ? "waits for your answer" : "",
    agents === 0 ? statusWords[status] : `${statusWords[status]} ${ended - failed}/${agents}`,
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

/** What a line has room for about runs that go on. */
export interface GoingOn {
  /** The name of a codicon. */
  readonly icon: "question" | "debug-pause" | "sync~spin";
  readonly text: string;
  /** The run that it is about; undefined for several. */
  readonly run?: string;
}

/** "fan 3/12", "2 workflows run", or first of all "choose waits for you"; undefined where nothing goes on. */
export function goingOn(entries: readonly RunEntry[]): GoingOn | undefined {
  const asking = entries.find(({ isAsking }) => isAsking);
  if (asking !== undefined)
    return { icon: "question", text: `${asking.workflow} waits for you`, run: asking.run };
  const [only] = entries;
  if (only === undefined) return undefined;
  const isPaused = entries.every(({ status }) => status === "paused");
  const icon = isPaused ? "debug-pause" : "sync~spin";
  if (entries.length > 1)
    return { icon, text: `${entries.length} workflows ${isPaused ? "are paused" : "run"}` };
  const { workflow, ended, agents, run } = only;
  return { icon, text: agents === 0 ? workflow : `${workflow} ${ended}/${agents}`, run };
}
