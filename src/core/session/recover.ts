/** Brings a session that was cut off in the middle of a turn into a state that can go on. */
import { runningTurn, type SessionEvent } from "#protocol/session.ts";
import type { Session } from "./session.ts";

const interruptedOutput =
  "Interrupted: BooCode ended before this call did. It may have had part of its effect; check before you repeat it.";

/** Ends a cut turn: keeps what was said, gives unanswered calls a result that says so, marks the turn interrupted. Does nothing where no turn is open. */
export async function recover(session: Session, events: readonly SessionEvent[], now: number): Promise<void> {
  const turn = runningTurn(session.state);
  if (turn === undefined) return;
  const said = saidByStep(events);
  if (said !== undefined) {
    const { step, text, reasoning } = said;
    void session.emit({
      type: "step-end",
      at: now,
      turn: turn.id,
      step,
      text,
      reasoning,
      calls: [],
      finish: "interrupted",
      usage: {},
    });
  }
  for (const call of session.transcript.openCalls) {
    void session.emit({
      type: "tool-end",
      at: now,
      turn: turn.id,
      call,
      outcome: "interrupted",
      output: { text: interruptedOutput },
    });
  }
  await session.emit({ type: "turn-end", at: now, turn: turn.id, reason: "interrupted" });
}

function saidByStep(
  events: readonly SessionEvent[],
): { step: string; text: string; reasoning: string } | undefined {
  const ended = events.findLastIndex(
    (event) => event.type === "step-end" || event.type === "step-reset" || event.type === "turn-start",
  );
  const said = { step: "", text: "", reasoning: "" };
  for (const event of events.slice(ended + 1)) {
    if (event.type !== "text-delta" && event.type !== "reasoning-delta") continue;
    said.step = event.step;
    said[event.type === "text-delta" ? "text" : "reasoning"] += event.text;
  }
  return said.step === "" ? undefined : said;
}
