/** A session's turns in figures, from its state alone. */
import { bodyPreview, type SessionState, type Turn } from "#protocol/session.ts";
import { changedFiles, unlistedFiles } from "#protocol/changed-files.ts";
import type { TimelineTurn } from "#protocol/sessions.ts";

const messageCharacters = 200;

/** One line for each turn, in order. */
export function timelineOf(state: SessionState): readonly TimelineTurn[] {
  return state.turns.map(lineOf);
}

function lineOf(turn: Turn): TimelineTurn {
  const message = turn.items.find((item) => item.kind === "user");
  const { promptTokens, cacheHitTokens, outputTokens } = turn.usage;
  return {
    id: turn.id,
    number: turn.number,
    startedAt: turn.startedAt,
    ...(turn.end !== undefined && { durationMs: turn.end.at - turn.startedAt }),
    message: message?.kind === "user" ? bodyPreview(message.text).slice(0, messageCharacters) : "",
    model: turn.choice?.model ?? "",
    outcome: outcomeOf(turn),
    ...(promptTokens !== undefined && { promptTokens }),
    ...(cacheHitTokens !== undefined && { cachedTokens: cacheHitTokens }),
    ...(outputTokens !== undefined && { outputTokens }),
    ...(turn.costUsd !== undefined && { costUsd: turn.costUsd }),
    toolCalls: turn.items.filter((item) => item.kind === "tool").length,
    filesChanged: changedFiles(turn).length + unlistedFiles(turn),
  };
}

function outcomeOf({ end }: Turn): TimelineTurn["outcome"] {
  switch (end?.reason) {
    case undefined:
      return "running";
    case "done":
    case "step-limit":
      return "done";
    case "stopped":
      return "stopped";
    case "interrupted":
      return "interrupted";
    case "error":
    case "context-full":
      return "error";
  }
}
