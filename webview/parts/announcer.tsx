import { useSignal, useSignalEffect } from "@preact/signals";
import type { VNode } from "preact";
import { useRef } from "preact/hooks";
import {
  runningTurn,
  type Question,
  type SessionState,
  type Turn,
  type TurnEndReason,
} from "#protocol/session.ts";
import { turnAnswer } from "#protocol/turn-parts.ts";
import { useApp } from "../app.ts";
import { spokenQuestions } from "../permissions/words.ts";
import { spokenText } from "../spoken.ts";

/** As much of a reply as is read out by itself; the rest is read in the conversation. */
const longestReply = 600;

/** Tells assistive technology what happened: how each turn ended, once, and at once what needs the user. */
export function Announcer(): VNode {
  const app = useApp();
  const polite = useSignal("");
  const urgent = useSignal("");
  const earlier = useRef<SessionState | undefined>(undefined);
  useSignalEffect(() => {
    const session = app.session.value;
    const before = earlier.current?.id === session?.id ? earlier.current : undefined;
    earlier.current = session;
    // What was said of another session, or of the turn before, would be found here as if it were true now.
    if (session === undefined || before === undefined || isNewTurn(before, session))
      polite.value = urgent.value = "";
    if (session === undefined) return;
    const ended = before && newEnd(before, session);
    if (ended?.end?.error !== undefined) urgent.value = ended.end.error.message;
    else if (ended !== undefined) polite.value = endText(ended);
    const asked = newQuestions(before, session);
    const wereQuestions = before !== undefined && before.questions.length > 0;
    if (asked.length > 0) urgent.value = spokenQuestions(asked);
    else if (session.questions.length === 0 && wereQuestions && ended === undefined) urgent.value = "";
  });
  useSignalEffect(() => {
    urgent.value = app.problem.value;
  });
  return (
    <>
      <div class="hidden" aria-live="polite">
        {polite.value}
      </div>
      <div class="hidden" role="alert">
        {urgent.value}
      </div>
    </>
  );
}

function isNewTurn(before: SessionState, session: SessionState): boolean {
  return numberOf(session) > numberOf(before);
}

// A turn may begin and end between two frames.
function newEnd(before: SessionState, session: SessionState): Turn | undefined {
  const last = session.turns.at(-1);
  const isNew =
    runningTurn(before)?.id === last?.id || (before.turns.length > 0 && isNewTurn(before, session));
  return isNew && last?.end !== undefined ? last : undefined;
}

function numberOf({ turns, olderTurns }: SessionState): number {
  return turns.at(-1)?.number ?? olderTurns;
}

const endWords: Readonly<Record<TurnEndReason, string>> = {
  done: "finished",
  stopped: "stopped",
  error: "failed",
  "step-limit": "paused",
  "context-full": "ended: the context is full",
  interrupted: "was interrupted",
};

function endText(turn: Turn): string {
  const reason = turn.end?.reason ?? "done";
  const answer = reason === "done" ? spokenText(turnAnswer(turn)) : "";
  const reply = answer.length > longestReply ? `${answer.slice(0, longestReply)}…` : answer;
  return `Turn ${turn.number} ${endWords[reason]}. ${reply}`.trimEnd();
}

// Each is told once; those that waited when the session was opened, too.
function newQuestions(before: SessionState | undefined, session: SessionState): readonly Question[] {
  const known = new Set(before?.questions.map(({ id }) => id));
  return session.questions.filter(({ id }) => !known.has(id));
}
