/** The spans of one turn: the turn itself, and each question that it asked the user. */
import type { ToolOutcome, Turn, TurnEndReason, TurnError } from "#protocol/session.ts";
import { bodyPreview } from "#protocol/session.ts";
import type { SpanStart, TraceRecorder } from "./recorder.ts";

const titleCharacters = 80;

const outcomes: Readonly<Record<TurnEndReason, ToolOutcome>> = {
  done: "ok",
  "step-limit": "ok",
  stopped: "cancelled",
  interrupted: "interrupted",
  error: "error",
  "context-full": "error",
};

/** Tells a turn's spans as they begin and end. */
export class TurnTrace {
  readonly #recorder: TraceRecorder;
  readonly #now: () => number;
  readonly #turn: SpanStart;
  #waitingMs = 0;
  #isUsageWhole = true;

  constructor(
    recorder: TraceRecorder,
    turn: Pick<Turn, "id" | "number" | "items" | "startedAt">,
    now: () => number,
  ) {
    this.#recorder = recorder;
    this.#now = now;
    const message = turn.items.find((item) => item.kind === "user");
    const title = message === undefined ? "" : bodyPreview(message.text).replaceAll(/\s+/g, " ").trim();
    this.#turn = {
      id: turn.id,
      turn: turn.number,
      kind: "turn",
      name: "invoke_agent main",
      ...(title !== "" && { title: title.slice(0, titleCharacters) }),
      startedAt: turn.startedAt,
    };
    recorder.start(this.#turn);
  }

  /** A question is asked; the returned function is called when it is answered, or no more open. */
  asked(id: string, text: string): (outcome: ToolOutcome) => void {
    const { id: parent, turn } = this.#turn;
    const startedAt = this.#now();
    const title = text.slice(0, titleCharacters);
    const span: SpanStart = { id, parent, turn, kind: "question", name: "question", title, startedAt };
    this.#recorder.start(span);
    return (outcome) => {
      const endedAt = this.#now();
      this.#waitingMs += endedAt - startedAt;
      const timings = { waitingForUserMs: endedAt - startedAt };
      this.#recorder.end({ ...span, endedAt, outcome, timings });
    };
  }

  /** The server did not tell what a call used. */
  missedUsage(): void {
    this.#isUsageWhole = false;
  }

  /** The turn is over; `turn` is its state then. */
  end(reason: TurnEndReason, error: TurnError | undefined, turn: Turn | undefined): void {
    this.#recorder.end({
      ...this.#turn,
      endedAt: this.#now(),
      outcome: outcomes[reason],
      timings: this.#waitingMs === 0 ? {} : { waitingForUserMs: this.#waitingMs },
      ...(turn && { usage: turn.usage }),
      ...(!this.#isUsageWhole && { isUsageWhole: false }),
      ...(turn?.costUsd !== undefined && { costUsd: turn.costUsd }),
      ...(error && { error: { code: error.code, message: error.message } }),
    });
  }
}
