import { useComputed } from "@preact/signals";
import type { VNode } from "preact";
import type { Turn, Waiting } from "#protocol/session.ts";
import { turnStatus } from "#protocol/turn-parts.ts";
import { useApp } from "../app.ts";
import { useSecond } from "../own-state.ts";
import { Elapsed } from "./elapsed.tsx";
import { Icon } from "./icon.tsx";

/** What a running turn is doing, in its last line; the line stays and becomes the turn's figures. */
export function StatusRow({
  turn,
  waiting,
}: {
  readonly turn: Turn;
  readonly waiting: Waiting | undefined;
}): VNode {
  const app = useApp();
  const isAsking = useComputed(() => (app.session.value?.questions.length ?? 0) > 0).value;
  if (app.owner.value === "gone") return <CutOff />;
  const status = turnStatus(turn, waiting);
  if (status.until !== undefined)
    return <Countdown text={status.text} until={status.until} attempt={status.attempt} />;
  return (
    <div class="line status">
      <Icon name={isAsking ? "question" : "loading"} />
      <span class="line-text">
        {isAsking ? "Waiting for you" : status.text}
        <Elapsed since={turn.startedAt} />
      </span>
    </div>
  );
}

// Nobody works on it any more, so nothing moves and no clock runs.
function CutOff(): VNode {
  return (
    <div class="line status">
      <Icon name="debug-disconnect" />
      <span class="line-text">Cut off</span>
    </div>
  );
}

function Countdown({
  text,
  until,
  attempt,
}: {
  readonly text: string;
  readonly until: number;
  readonly attempt: number | undefined;
}): VNode {
  const { clock } = useApp();
  useSecond();
  const seconds = Math.max(0, Math.ceil((until - clock.now()) / 1000));
  const sentence = /[.!?]$/.test(text) ? text : `${text}.`;
  return (
    <div class="line status waiting">
      <Icon name="history" />
      <span class="line-text">
        {sentence} Trying again {seconds === 0 ? "now" : `in ${seconds} s`}
        {attempt !== undefined && <span class="figure">{` · attempt ${attempt}`}</span>}
      </span>
    </div>
  );
}
