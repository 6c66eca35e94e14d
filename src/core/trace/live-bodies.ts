/** What a span's call was given and gave, as the open session shows it: its log need not be read for each span that ends. */
import type { Body, Item, Turn } from "#protocol/session.ts";
import type { Span } from "#protocol/trace.ts";
import type { Session } from "../session/session.ts";
import type { SpanBodies } from "./exported-trace.ts";

/** The bodies of a span that has just ended; undefined where its session is not open any more, or shows nothing of it. */
export async function liveBodies(session: Session | undefined, span: Span): Promise<SpanBodies | undefined> {
  const turn = session?.state.turns.find(({ number }) => number === span.turn);
  if (session === undefined || turn === undefined) return undefined;
  const read = (body: Body): Promise<string> => session.read(body);
  switch (span.kind) {
    case "turn": {
      const said = turn.items.find((item) => item.kind === "user");
      return said && { input: await read(said.text) };
    }
    case "model":
      return span.outcome === "ok" ? answerOf(turn, span) : undefined;
    case "tool": {
      const item = turn.items.find(({ id }) => id === span.id);
      if (item?.kind !== "tool") return undefined;
      const { call } = item;
      return { input: call.arguments, ...(call.status === "ended" && { output: await read(call.output) }) };
    }
    case "run":
    case "phase":
    case "agent":
    case "step":
    case "question":
      return undefined;
  }
}

// A step's items go by its id: "STEP:text", "STEP:thought", its calls "STEP.0" and so on.
function answerOf({ items }: Turn, { parent = "" }: Span): SpanBodies {
  const own = items.filter(({ id }) => id.startsWith(`${parent}:`) || id.startsWith(`${parent}.`));
  const output = own.map(wordsOf).filter((words) => words !== "");
  const thinking = own.find((item) => item.kind === "reasoning")?.text;
  return { output: output.join("\n\n"), ...(thinking !== undefined && { thinking }) };
}

function wordsOf(item: Item): string {
  switch (item.kind) {
    case "text":
      return item.text;
    case "tool":
      return `${item.call.name} ${item.call.arguments}`;
    case "user":
    case "reasoning":
    case "writing":
      return "";
  }
}
