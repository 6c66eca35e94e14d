/** How what is in a trace reads. */
import type { ToolOutcome } from "#protocol/session.ts";
import type { PinReason } from "#protocol/header.ts";
import type { CacheCause, CacheFinding, Segment } from "#protocol/trace.ts";
import { formatMoney, formatShare, formatShort } from "#protocol/words.ts";
import type { PartKind } from "./bar-parts.ts";
import type { RowKind } from "./kinds.ts";
import type { SpanTable } from "./table.ts";

/** What each kind of row is called. */
export const kindWords: Readonly<Record<RowKind, string>> = {
  session: "Session",
  run: "Run",
  phase: "Phase",
  agent: "Agent",
  turn: "Turn",
  step: "Step",
  model: "Model call",
  tool: "Tool call",
  question: "Question",
};

/** What became of something, in a word. */
export const outcomeWords: Readonly<Record<ToolOutcome, string>> = {
  ok: "Done",
  error: "Failed",
  denied: "Denied",
  cancelled: "Cancelled",
  interrupted: "Interrupted",
};

/** What the time of a part of a bar went to. */
export const partWords: Readonly<Record<PartKind, string>> = {
  frame: "",
  failed: "Failed",
  queued: "Queued",
  waiting: "Waiting for you",
  "first-token": "To first token",
  generating: "Generating",
  tool: "Tool",
  error: "Failed",
  running: "Waiting for the model",
};

/** Why a prompt was not in the cache, in a few words. */
export const causeWords: Readonly<Record<CacheCause, string>> = {
  none: "Nothing missed",
  declared: "Begun anew",
  drift: "Prefix changed",
  expired: "Expired",
  "too-soon": "Too soon",
  small: "Too small",
  unknown: "Not known",
};

const causeSentences: Readonly<Record<CacheCause, string>> = {
  none: "Everything that could be reused came from the cache.",
  declared: "The prompt was begun anew on purpose.",
  drift: "The beginning of the prompt changed although it should not have. This is a defect of BooCode.",
  expired: "The time since the last request was longer than the provider keeps a prompt.",
  "too-soon": "The request was sent before the provider had stored the last one.",
  small: "The prompt was too short for the provider to store.",
  unknown: "Nothing on this side explains it; the provider gave no reason.",
};

const reasonWords: Readonly<Record<PinReason, string>> = {
  first: "It is the first request of the session.",
  model: "The model was changed.",
  effort: "The effort was changed.",
  clear: "The conversation was cleared.",
  fork: "The session is a fork.",
  compaction: "The conversation was summarized.",
  edit: "An earlier message was edited.",
  upgrade: "BooCode was updated.",
};

/** Why a prompt was not in the cache, in sentences. */
export function causeSentence({ cause, reason }: CacheFinding): string {
  return reason === undefined ? causeSentences[cause] : `${causeSentences[cause]} ${reasonWords[reason]}`;
}

/** What the parts of a request are called. */
export const segmentWords: Readonly<Record<Segment["kind"], string>> = {
  system: "System",
  tool: "Tool",
  user: "User",
  assistant: "Assistant",
  result: "Result",
};

/** What a row is called: its name and, quieter, what it is about. */
export function labelOf(
  table: SpanTable,
  place: number,
  session: string,
): { readonly name: string; readonly about: string } {
  const title = table.title(place);
  const name = table.name(place);
  switch (table.kind(place)) {
    case "session":
      return { name: session === "" ? "Session" : session, about: "" };
    case "run":
      return { name: `Attempt ${table.turn(place)}`, about: "" };
    case "phase":
      return { name: title ?? name, about: "" };
    case "agent":
      return { name: title ?? name, about: table.model(place) ?? "" };
    case "turn":
      return { name: `Turn ${table.turn(place)}`, about: title ?? "" };
    case "step": {
      const retries = table.retries(place);
      const about = retries === 0 ? "" : `${retries} ${retries === 1 ? "retry" : "retries"}`;
      return { name: capitalized(name), about };
    }
    case "model": {
      const attempt = table.attempt(place);
      return { name: table.model(place) ?? name, about: attempt > 1 ? `try ${attempt}` : "" };
    }
    case "tool":
      return { name: title ?? name.replace(/^execute_tool /, ""), about: "" };
    case "question":
      return { name: "Question", about: title ?? "" };
  }
}

function capitalized(text: string): string {
  return text.slice(0, 1).toUpperCase() + text.slice(1);
}

/** The share of a span's prompt that came from the cache, undefined where the server did not say. */
export function cachedShareOf(table: SpanTable, place: number): number | undefined {
  return shareOfHits(table.figure(place, "cacheHitTokens"), table.figure(place, "cacheMissTokens"));
}

/** The share of hits among tokens; undefined where there are none or they are not told. */
export function shareOfHits(hit: number | undefined, miss: number | undefined): number | undefined {
  return hit === undefined || miss === undefined || hit + miss === 0 ? undefined : hit / (hit + miss);
}

/** Money that may be a lower bound, "unknown" where there is none. */
export function moneyWords(usd: number | undefined, isWhole: boolean): string {
  if (usd === undefined) return "unknown";
  return `${isWhole ? "" : "≥ "}${formatMoney(usd)}`;
}

/** Tokens, "unknown" where the server did not say. */
export function tokenWords(count: number | undefined, isWhole = true): string {
  if (count === undefined) return "unknown";
  return `${isWhole ? "" : "≥ "}${formatShort(count)}`;
}

/** A cached share for a narrow place: "92%", "–" where it is not known. */
export function shareWords(share: number | undefined): string {
  return share === undefined ? "–" : formatShare(share);
}
