import type { VNode } from "preact";
import type { RunState } from "#protocol/run-state.ts";
import { formatCount } from "#protocol/words.ts";
import { visibleText } from "../visible-text.ts";
import { Icon } from "./icon.tsx";

const levelIcons = { info: "info", warning: "warning", error: "error" } as const;

/** What the script said, and which of its thunks and stages threw. */
export function RunLog({ state }: { readonly state: RunState }): VNode | null {
  const { log, failures } = state;
  if (log.length === 0 && failures.length === 0) return null;
  return (
    <details class="run-log" open={failures.length > 0 || log.length <= 20}>
      <summary>
        Log · {formatCount(log.length, "line")}
        {failures.length > 0 && <span class="failed">{` · ${formatCount(failures.length, "failure")}`}</span>}
      </summary>
      <ul class="run-lines" tabIndex={0} aria-label="Log">
        {failures.map(({ message, place }, index) => (
          <li key={`failure ${index}`} class="failed">
            <Icon name="error" label="Failure:" />
            <span>
              {place !== undefined && `Line ${place.line}: `}
              {visibleText(message)}
            </span>
          </li>
        ))}
        {log.map(({ level, text }, index) => (
          <li key={index} class={level === "info" ? undefined : level}>
            <Icon name={levelIcons[level]} {...(level !== "info" && { label: `${level}:` })} />
            <span>{visibleText(text)}</span>
          </li>
        ))}
      </ul>
    </details>
  );
}
