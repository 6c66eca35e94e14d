/** What a new session is told of an old one. */
import { bodyPreview, type SessionState, type Turn } from "#protocol/session.ts";
import { changedFiles } from "#protocol/changed-files.ts";

/** Asks for the summary as one more message on the existing prefix, so that almost all of it is read from the cache. */
export const summaryRequest = `Summarise this session for a successor who sees nothing of it. Call no tools. Say in under 600 words: what the user wants, in their words where it matters; what was decided and why; what was done, by file; what is open; what was tried and failed.`;

const quoted = 500;

/** A summary by rule, for a session whose model can not write one: the user's messages, the files changed, the last answer. */
export function summaryByRule(state: SessionState): string {
  const asked = state.turns.flatMap((turn) =>
    turn.items.flatMap((item) => (item.kind === "user" ? [cut(bodyPreview(item.text))] : [])),
  );
  const files = new Set(state.turns.flatMap((turn) => changedFiles(turn).map((change) => change.path)));
  const parts = [
    `The user asked, in order:\n${asked
      .slice(-20)
      .map((text) => `- ${text}`)
      .join("\n")}`,
  ];
  if (files.size > 0) parts.push(`Files changed: ${[...files].slice(0, 100).join(", ")}`);
  const answer = lastAnswer(state.turns);
  if (answer !== undefined) parts.push(`The last answer began:\n${answer.slice(0, 2_000)}`);
  return parts.join("\n\n");
}

/** The text of the last answer in a list of turns. */
export function lastAnswer(turns: readonly Turn[]): string | undefined {
  for (const turn of turns.toReversed()) {
    const item = turn.items.findLast((entry) => entry.kind === "text");
    if (item?.kind === "text") return item.text;
  }
  return undefined;
}

function cut(text: string): string {
  const line = text.replace(/\s+/g, " ").trim();
  return line.length <= quoted ? line : `${line.slice(0, quoted)}…`;
}
