/** The session list's line of a session, and its title by rule. */
import { bodyPreview, type SessionEvent, type SessionState } from "#protocol/session.ts";
import type { SessionSummary } from "#protocol/sessions.ts";

const titleCharacters = 60;

/** A session's line after an event; `state` is the state before it, as far as the event itself does not say. */
export function summarize(state: SessionState, event: SessionEvent): SessionSummary {
  const isStart = event.type === "session-start";
  const messages = state.turns.reduce(
    (sum, turn) => sum + turn.items.filter((item) => item.kind === "user" || item.kind === "text").length,
    0,
  );
  const adds =
    (event.type === "turn-start" && event.message !== undefined && !event.isContinued) ||
    event.type === "user-message"
      ? 1
      : 0;
  return {
    id: isStart ? event.id : state.id,
    folder: isStart ? event.folder : state.folder,
    title: event.type === "title-change" ? event.title : state.title,
    startedAt: isStart ? event.at : state.startedAt,
    updatedAt: "at" in event ? event.at : state.startedAt,
    messages: messages + adds,
    ...(state.costUsd !== undefined && { costUsd: state.costUsd }),
    ...(state.forkOf !== undefined && { forkOf: state.forkOf }),
    ...(state.task !== undefined && { task: state.task }),
    state: stateAfter(event),
  };
}

function stateAfter(event: SessionEvent): SessionSummary["state"] {
  if (event.type === "turn-start" || event.type === "user-message") return "running";
  if (event.type !== "turn-end") return "idle";
  if (event.reason === "interrupted") return "interrupted";
  return event.reason === "error" || event.reason === "context-full" ? "error" : "idle";
}

/** A title from the first message: its first line that says something, cut at a word, without what is not seen or turns text around. */
export function titleOf(message: Parameters<typeof bodyPreview>[0]): string {
  const line = bodyPreview(message)
    .split(/[\r\n\u2028\u2029]/)
    .map((entry) =>
      entry
        .replaceAll(/[\p{Cc}\p{Bidi_Control}]/gu, " ")
        .replace(/^[#>*\-\s]+/, "")
        .trim(),
    )
    .find((entry) => entry !== "");
  if (line === undefined) return "New session";
  if (line.length <= titleCharacters) return line;
  const cut = line.slice(0, titleCharacters).replace(/[\uD800-\uDBFF]$/, "");
  const space = cut.lastIndexOf(" ");
  return `${space > titleCharacters / 2 ? cut.slice(0, space) : cut}…`;
}
