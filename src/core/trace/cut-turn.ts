/** The spans of a turn that its window left open: nobody ended them, so the session's log tells what became of them. */
import type { SessionEvent, ToolOutcome, Turn } from "#protocol/session.ts";
import type { Store } from "../store-ports.ts";
import type { SpanFact, TraceRecorder } from "./recorder.ts";

type Logged<T extends SessionEvent["type"]> = Extract<SessionEvent, { type: T }>;

interface CutStep {
  readonly start: Logged<"step-start">;
  readonly number: number;
  readonly inputEvent: number;
  end?: { readonly event: Logged<"step-end">; readonly place: number };
  tries: number;
  readonly tools: Map<string, { readonly start: Logged<"tool-start">; end?: Logged<"tool-end"> }>;
}

interface CutTurn {
  readonly start: Logged<"turn-start">;
  readonly steps: CutStep[];
  /** When it was last heard of. */
  cutAt: number;
}

/** Writes the spans that a cut turn lacks, once the log has its end; rejects where the store can not be read. */
export async function traceCutTurn(
  { store, recorder }: { readonly store: Store; readonly recorder: TraceRecorder },
  session: string,
  turn: Pick<Turn, "id" | "number">,
): Promise<void> {
  const kept = await keptSpans(store, session, turn.number);
  const spans = cutSpans(await store.events(session), turn.id, (id) => kept.has(id));
  for (const span of spans) recorder.end(span);
}

// Those below others first.
function cutSpans(
  events: readonly SessionEvent[],
  turn: string,
  isKept: (span: string) => boolean,
): readonly SpanFact[] {
  const cut = readCut(events, turn);
  if (cut === undefined) return [];
  const all = [...cut.steps.flatMap((step) => spansOfStep(cut, step)), turnSpan(cut)];
  return all.filter(({ id }) => !isKept(id));
}

// The ids of a turn's spans that the store has, and of the turn before it.
async function keptSpans(store: Store, session: string, turn: number): Promise<ReadonlySet<string>> {
  const kept = new Set<string>();
  let before: string | undefined;
  do {
    const page = await store.spans(session, { limit: 500, ...(before !== undefined && { before }) });
    for (const { id } of page.spans) kept.add(id);
    before = page.spans.some((span) => span.turn < turn) ? undefined : page.before;
  } while (before !== undefined);
  return kept;
}

// From the turn's start to where its window wrote no more.
function readCut(events: readonly SessionEvent[], turn: string): CutTurn | undefined {
  const first = events.findLastIndex((event) => event.type === "turn-start" && event.turn === turn);
  const start = events[first];
  if (start?.type !== "turn-start") return undefined;
  const cut: CutTurn = { start, steps: [], cutAt: start.at };
  for (const [index, event] of events.slice(first).entries()) {
    // What ended it came later, from another window.
    const isEnding =
      event.type === "turn-end" ||
      (event.type === "tool-end" && event.outcome === "interrupted") ||
      (event.type === "step-end" && event.finish === "interrupted");
    if (isEnding) break;
    if ("at" in event) cut.cutAt = Math.max(cut.cutAt, event.at);
    take(cut, event, first + index);
  }
  return cut;
}

function take({ steps }: CutTurn, event: SessionEvent, place: number): void {
  const step = steps.at(-1);
  if (event.type === "step-start") {
    steps.push({
      ...{ start: event, number: steps.length + 1, inputEvent: place, tries: 1, tools: new Map() },
    });
  } else if (event.type === "step-reset" && step !== undefined) step.tries += 1;
  else if (event.type === "step-end" && step !== undefined) step.end = { event, place };
  else if (event.type === "tool-start") step?.tools.set(event.call, { start: event });
  else if (event.type === "tool-end") {
    const tool = step?.tools.get(event.call);
    if (tool !== undefined) tool.end = event;
  }
}

function spansOfStep(cut: CutTurn, step: CutStep): readonly SpanFact[] {
  const turn = cut.start.number;
  const { start, end, number } = step;
  const isWhole = end !== undefined && end.event.calls.every(({ id }) => step.tools.get(id)?.end);
  const { usage, costUsd } = end?.event ?? {};
  const money = { ...(usage && { usage }), ...(costUsd !== undefined && { costUsd }) };
  const ends = [...step.tools.values()].map((tool) => tool.end?.at ?? 0);
  return [
    callSpan(cut, step),
    ...(end?.event.calls ?? []).map(({ id, name }) => {
      const { start: began, end: ended } = step.tools.get(id) ?? {};
      const { verb = name, object, detail } = began?.title ?? {};
      const startedAt = ended?.startedAt ?? began?.at ?? cut.cutAt;
      return {
        ...{ id, parent: start.step, turn, kind: "tool" as const },
        name: `execute_tool ${name.slice(0, 60)}`,
        title: [verb, object, detail].filter(Boolean).join(" ").slice(0, 200),
        ...closed(startedAt, ended?.at ?? cut.cutAt, ended?.outcome ?? "interrupted"),
      };
    }),
    {
      ...{ id: start.step, parent: start.turn, turn, kind: "step", name: `step ${number}`, ...money },
      ...(usage === undefined && { isUsageWhole: false as const }),
      ...closed(
        start.at,
        isWhole ? Math.max(end.event.at, ...ends) : cut.cutAt,
        isWhole ? "ok" : "interrupted",
      ),
    },
  ];
}

function callSpan(cut: CutTurn, { start, end, tries, inputEvent }: CutStep): SpanFact {
  const { provider, model } = start.choice;
  const attempt = end?.event.attempt ?? tries;
  const { usage, costUsd } = end?.event ?? {};
  return {
    ...{ id: `${start.step}/${attempt}`, parent: start.step, turn: cut.start.number, kind: "model" },
    ...{ name: `chat ${model}`, provider, model, attempt, inputEvent },
    ...(usage && { usage }),
    ...(costUsd !== undefined && { costUsd }),
    ...(end && { outputEvent: end.place }),
    ...closed(start.at, end?.event.at ?? cut.cutAt, end === undefined ? "interrupted" : "ok"),
  };
}

function turnSpan({ start, cutAt }: CutTurn): SpanFact {
  return {
    ...{ id: start.turn, turn: start.number, kind: "turn", name: "invoke_agent main" },
    ...closed(start.at, cutAt, "interrupted"),
  };
}

function closed(
  startedAt: number,
  endedAt: number,
  outcome: ToolOutcome,
): Pick<SpanFact, "startedAt" | "endedAt" | "outcome" | "timings"> {
  return { startedAt, endedAt, outcome, timings: {} };
}
