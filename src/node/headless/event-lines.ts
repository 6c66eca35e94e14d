/** Tells a session's events as JSON lines; each but deltas only after it is on disk. */
import type { Session } from "#core/session/session.ts";
import type { SessionEvent } from "#protocol/session.ts";

/** A line of output. */
export type Line = { readonly type: string } & Readonly<Record<string, unknown>>;

/** Puts a line in order behind those before it. */
export type Print = (line: Line) => void;

/** Begins to tell; `flushed` resolves when all lines so far are written. */
export function printEvents(
  session: Session,
  redact: (text: string) => string,
): { readonly print: Print; readonly flushed: () => Promise<void> } {
  let tail: Promise<void> = Promise.resolve();
  const write = (line: Line, durable: Promise<unknown>): void => {
    const text = `${redact(JSON.stringify(line))}\n`;
    tail = tail.then(async () => {
      await durable;
      if (!process.stdout.write(text)) await new Promise((resolve) => process.stdout.once("drain", resolve));
    });
  };
  session.channel.listen((event, _seq, durable) => {
    for (const line of toLines(session, event)) write(line, durable);
  });
  return { print: (line) => write(line, Promise.resolve()), flushed: () => tail };
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
      return [{ type: "question", ...event.question }];
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

// The answer was told as deltas already.
function withoutBodies(event: Extract<SessionEvent, { type: "step-end" }>): Line {
  const { text, reasoning, ...rest } = event;
  return { ...rest, textLength: text.length, reasoningLength: reasoning.length };
}
