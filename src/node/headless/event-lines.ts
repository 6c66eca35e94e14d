/** Tells a session's events as JSON lines; each but deltas only after it is on disk, or with `isSaved: false` once the disk has refused it. */
import { once } from "node:events";
import { setImmediate } from "node:timers/promises";
import type { Session } from "#core/session/session.ts";
import type { Question, SessionEvent } from "#protocol/session.ts";

/** A line of output. */
export type Line = { readonly type: string } & Readonly<Record<string, unknown>>;

/** Puts a line in order behind those before it. */
export type Print = (line: Line) => void;

/** Begins to tell; `flushed` resolves when all lines so far are written. */
export function printEvents(
  session: Session,
  redact: (text: string) => string,
): { readonly print: Print; readonly flushed: () => Promise<void> } {
  const out = new LineWriter();
  const textOf = (line: Line): string => `${redact(JSON.stringify(line))}\n`;
  const write = (line: Line, durable: Promise<unknown>): void =>
    out.write(textOf(line), durable, () => textOf({ ...line, isSaved: false }));
  session.channel.listen((event, _seq, durable) => {
    for (const line of toLines(session, event)) write(line, durable);
  });
  return { print: (line) => write(line, Promise.resolve()), flushed: () => out.flushed() };
}

/** Writes lines in order, each when it is durable; what is ready at one time goes out in one piece, after more urgent work. */
class LineWriter {
  readonly #waiting: { text: string; isReady: boolean }[] = [];
  #running: Promise<void> | undefined;

  /** Writes a text once it is durable, or what `refused` makes of it where it can not be. */
  write(text: string, durable: Promise<unknown>, refused: () => string): void {
    const entry = { text, isReady: false };
    this.#waiting.push(entry);
    void durable.then((isKept) => {
      entry.isReady = true;
      if (isKept === false) entry.text = refused();
      if (this.#waiting[0]?.isReady === true) this.#running ??= this.#run();
    });
  }

  /** Resolves when every line so far is written. */
  async flushed(): Promise<void> {
    while (this.#waiting.length > 0) await (this.#running ?? setImmediate());
  }

  async #run(): Promise<void> {
    while (this.#waiting[0]?.isReady === true) {
      await setImmediate();
      const end = this.#waiting.findIndex(({ isReady }) => !isReady);
      const ready = this.#waiting.splice(0, end < 0 ? this.#waiting.length : end);
      if (!process.stdout.write(ready.map(({ text }) => text).join("")))
        await once(process.stdout, "drain").catch(() => {});
    }
    this.#running = undefined;
  }
}

function toLines(session: Session, event: SessionEvent): readonly Line[] {
  switch (event.type) {
    case "step-end":
      return [withoutBodies(event)];
    case "tool-start": {
      const item = session.state.turns.at(-1)?.items.find((entry) => entry.id === event.call);
      const call = item?.kind === "tool" ? { name: item.call.name, arguments: item.call.arguments } : {};
      return [{ ...event, id: event.call, ...call }];
    }
    case "tool-end":
      return [{ ...event, id: event.call }];
    case "question-asked":
      return [questionLine(event.question)];
    case "turn-end": {
      const turn = session.state.turns.find((entry) => entry.id === event.turn);
      const line = {
        ...event,
        usage: turn?.usage ?? {},
        ...(turn?.costUsd !== undefined && { costUsd: turn.costUsd }),
      };
      return event.error === undefined ? [line] : [{ type: "error", ...event.error }, line];
    }
    case "header-pin":
      return [{ type: event.type, at: event.at, reason: event.reason, hash: event.header.hash }];
    default:
      return [event];
  }
}

/** A question as a line: what a question for leave is about stands beside the question itself. */
export function questionLine(question: Question): Line {
  const { agent, operation, target } = question.permission ?? {};
  return { type: "question", ...question, ...(agent !== undefined && { agent, operation, target }) };
}

// The answer was told as deltas already.
function withoutBodies(event: Extract<SessionEvent, { type: "step-end" }>): Line {
  const { text, reasoning, ...rest } = event;
  return { ...rest, textLength: text.length, reasoningLength: reasoning.length };
}
