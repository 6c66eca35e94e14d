/** Brings a session that was cut off in the middle of a turn into a state that can go on. */
import { runningTurn, type Turn } from "#protocol/session.ts";
import type { Session } from "./session.ts";

/** What a model is told of a call whose result is not known. */
export const interruptedOutput =
  "Interrupted: BooCode ended before this call did. It may have had part of its effect; check before you repeat it.";

/** Ends a cut turn: keeps what was said, gives unanswered calls a result that says so, marks the turn interrupted. Does nothing where no turn is open. */
export async function recover(session: Session, now: number): Promise<void> {
  const turn = runningTurn(session.state);
  if (turn === undefined) return;
  const said = saidByStep(turn);
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

// What was streamed and not ended: the state has it as items of a step that no step-end replaced.
function saidByStep(turn: Turn): { step: string; text: string; reasoning: string } | undefined {
  const said = { step: "", text: "", reasoning: "" };
  for (const item of turn.items) {
    if (item.kind === "text" && item.isStreaming) {
      said.step = stepOf(item.id);
      said.text = item.text;
    }
  }
  for (const item of turn.items) {
    if (item.kind !== "reasoning") continue;
    const isOpen = item.durationMs === undefined || stepOf(item.id) === said.step;
    if (!isOpen || (said.step !== "" && stepOf(item.id) !== said.step)) continue;
    said.step = stepOf(item.id);
    said.reasoning = item.text;
  }
  return said.step === "" ? undefined : said;
}

function stepOf(item: string): string {
  return item.slice(0, item.lastIndexOf(":"));
}
