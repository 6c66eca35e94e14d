import type { VNode } from "preact";
import { bodyPreview, type ToolCall, type ToolTitle } from "#protocol/session.ts";
import { callDurationMs } from "#protocol/turn-parts.ts";
import { formatDuration } from "#protocol/words.ts";
import { commandOf, hasFailed, isShellCall } from "../terminal/shell-call.ts";
import { Elapsed } from "./elapsed.tsx";

type Ended = Extract<ToolCall, { status: "ended" }>;

/** A call in words: what was done to what, how long it took, and how it ended. */
export function CallText({ call }: { readonly call: ToolCall }): VNode {
  const { verb, object, detail } = titleOf(call);
  return (
    <span class="line-text call" title={[verb, object, detail].filter(Boolean).join(" ")}>
      <span class="call-what">
        <span class="verb">{verb}</span>
        {object !== "" && <span class={isShellCall(call) ? "object command" : "object"}>{` ${object}`}</span>}
        {detail !== undefined && <span class="figure">{` ${detail}`}</span>}
      </span>
      <span class="call-how">
        {call.status === "running" && <Elapsed since={call.startedAt} />}
        {call.status === "ended" && <Outcome call={call} />}
      </span>
    </span>
  );
}

// A command is known before it is allowed to run, stands in one line, and has been run once it has ended.
function titleOf(call: ToolCall): ToolTitle {
  const { title } = call;
  if (!isShellCall(call)) return title;
  const isUntold = title.object === "" && title.verb === call.name;
  const verb = isUntold ? "Run" : title.verb;
  return {
    ...title,
    verb: call.status === "ended" && call.outcome !== "denied" && verb === "Run" ? "Ran" : verb,
    object: (isUntold ? commandOf(call).line : title.object).replaceAll(/\s+/g, " ").trim(),
  };
}

// What went wrong comes before how long it took: a narrow line is cut at its end.
function Outcome({ call }: { readonly call: Ended }): VNode {
  const duration = formatDuration(callDurationMs(call, 0));
  const { outcome } = call;
  const note = noteOf(call);
  if (outcome === "ok") {
    const isFailed = hasFailed(call);
    return (
      <>
        {isFailed && <span class="failed">{` · ${note}`}</span>}
        <span class="figure">{` · ${note === undefined || isFailed ? duration : `${duration} · ${note}`}`}</span>
      </>
    );
  }
  return (
    <>
      <span class={outcome === "error" ? "failed" : "figure"}>
        {` · ${note === undefined ? outcomeWord[outcome] : `${outcomeWord[outcome]}, ${note}`}`}
      </span>
      {outcome !== "denied" && <span class="figure">{` · ${duration}`}</span>}
    </>
  );
}

// What an edit counts stands beside its diff already.
function noteOf(call: Ended): string | undefined {
  if (call.outcome === "denied") return reasonOf(call);
  if (!isShellCall(call)) return call.files.length > 0 ? undefined : call.note;
  return call.note ?? (commandOf(call).isInBackground ? "running in background" : undefined);
}

/** Why a call was denied, in its own words. */
export function reasonOf({ note, output }: Ended): string | undefined {
  const reason = note ?? bodyPreview(output).split("\n", 1)[0]?.trim() ?? "";
  return reason === "" ? undefined : reason;
}

const outcomeWord = {
  error: "failed",
  denied: "denied",
  cancelled: "cancelled",
  interrupted: "interrupted",
} as const;
