/** Tells a run how the agent of one of its steps is getting on: signs of life, waits, what was spent. */
import { addSpent, noSpent, type Spent } from "#protocol/run.ts";
import type { SessionEvent } from "#protocol/session.ts";
import type { Session } from "../../session/session.ts";
import type { AgentEvents } from "./workflow-agents.ts";

/** A server that does not count is charged by length, or a budget would never be spent; DeepSeek's rule of thumb is 0.3 tokens a character. */
const charactersPerToken = 4;

type StepEnd = Extract<SessionEvent, { type: "step-end" }>;

/** Listens to a session until it is disposed of. */
export class AgentMeter implements Disposable {
  readonly #session: Session;
  readonly #events: AgentEvents;
  readonly #stop: () => void;
  #spent: Spent = noSpent;
  #working = 0;

  constructor(session: Session, events: AgentEvents) {
    this.#session = session;
    this.#events = events;
    this.#stop = session.channel.listen((event) => this.#take(event));
  }

  /** Spent since the beginning of this meter. */
  get spent(): Spent {
    return this.#spent;
  }

  [Symbol.dispose](): void {
    this.#stop();
  }

  #take(event: SessionEvent): void {
    switch (event.type) {
      case "waiting":
        if (event.waiting?.kind === "retry") this.#events.waiting(event.waiting.text, event.waiting.until);
        else this.#live();
        return;
      case "question-asked":
        return this.#events.waiting(`It asks: ${event.question.text}`);
      case "tool-start":
        this.#working += 1;
        // A tool has a time limit of its own.
        return this.#events.busy();
      case "tool-end":
        this.#working -= 1;
        return this.#live();
      case "tool-output":
      case "permission-decided":
        return;
      case "step-end":
        this.#spent = addSpent(this.#spent, costOf(event, this.#session));
        this.#events.spent(this.#spent);
        return this.#events.progress();
      default:
        this.#live();
    }
  }

  // While a tool runs its own limit holds.
  #live(): void {
    if (this.#working > 0) this.#events.busy();
    else this.#events.progress();
  }
}

function costOf({ usage, costUsd = 0, text, reasoning, calls }: StepEnd, session: Session): Spent {
  const said = text.length + reasoning.length + calls.reduce((sum, call) => sum + call.arguments.length, 0);
  const {
    promptTokens = Math.ceil(session.transcript.bytes().length / charactersPerToken),
    outputTokens = Math.ceil(said / charactersPerToken),
  } = usage;
  return { tokens: promptTokens + outputTokens, usd: costUsd };
}
