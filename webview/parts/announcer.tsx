import { useSignal, useSignalEffect } from "@preact/signals";
import type { VNode } from "preact";
import { useRef } from "preact/hooks";
import type { SessionState } from "#protocol/session.ts";
import { turnAnswer } from "#protocol/turn-parts.ts";
import { useApp } from "../app.ts";

/** As much of a reply as is read out by itself; the rest is read in the conversation. */
const longestReply = 600;

/** Tells assistive technology what happened: each finished reply once, and at once what needs the user. */
export function Announcer(): VNode {
  const app = useApp();
  const polite = useSignal("");
  const urgent = useSignal("");
  const earlier = useRef<SessionState | undefined>(undefined);
  useSignalEffect(() => {
    const session = app.session.value;
    const before = earlier.current?.id === session?.id ? earlier.current : undefined;
    earlier.current = session;
    if (session === undefined || before === undefined) return;
    const reply = finishedReply(before, session);
    if (reply !== undefined) polite.value = reply;
    if (session.question !== undefined && session.question.id !== before.question?.id)
      urgent.value = questionText(session);
    const error = newError(before, session);
    if (error !== undefined) urgent.value = error;
  });
  useSignalEffect(() => {
    if (app.problem.value !== "") urgent.value = app.problem.value;
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

function finishedReply(before: SessionState, session: SessionState): string | undefined {
  const last = session.turns.at(-1);
  const wasRunning = before.turns.some((turn) => turn.id === last?.id && turn.end === undefined);
  if (last?.end === undefined || !wasRunning || last.end.reason === "error") return undefined;
  const answer = turnAnswer(last).replaceAll(/[*_`#>|]/g, "");
  return `Turn ${last.number} finished. ${answer.length > longestReply ? `${answer.slice(0, longestReply)}…` : answer}`;
}

function newError(before: SessionState, session: SessionState): string | undefined {
  const last = session.turns.at(-1);
  const wasRunning = before.turns.some((turn) => turn.id === last?.id && turn.end === undefined);
  return wasRunning ? last?.end?.error?.message : undefined;
}

function questionText({ question }: SessionState): string {
  const choices = question?.choices.map((choice, index) => `${index + 1}, ${choice.label}`).join("; ");
  return `${question?.text ?? ""} ${choices ?? ""}`;
}
