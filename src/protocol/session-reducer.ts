/** The reducer of the `session` channel, run by the host and by views. */
import { addCost } from "./costs.ts";
import type { Item, SessionEvent, SessionState, ToolCall, Turn } from "./session.ts";
import { scriptedFinish } from "./turn-parts.ts";
import type { ModelChoice } from "./header.ts";
import { addUsage, noUsage, type Usage } from "./usage.ts";

/** So much of a running command's output is drawn (UTF-16 units). */
export const tailCharacters = 8_000;

type EventOf<T extends SessionEvent["type"]> = Extract<SessionEvent, { type: T }>;

/** Applies one event; pure, and the same object when nothing changes. */
export function reduceSession(state: SessionState, event: SessionEvent): SessionState {
  switch (event.type) {
    case "session-start":
      return {
        ...state,
        id: event.id,
        folder: event.folder,
        startedAt: event.at,
        choice: event.choice,
        ...(event.summary && { summary: event.summary }),
        ...(event.forkOf && { forkOf: event.forkOf }),
        ...(event.task && { task: event.task }),
      };
    case "owner-change":
      return state.owner === event.owner ? state : { ...state, owner: event.owner };
    case "strays-change":
      return { ...state, hasStrays: event.hasStrays };
    case "title-change":
      return { ...state, title: event.title };
    case "model-change":
      return { ...state, choice: event.choice };
    case "header-pin":
      return state;
    case "turn-start":
      return startTurn(state, event);
    case "queue-add":
      return { ...state, queue: [...state.queue, event.message] };
    case "queue-edit":
      return {
        ...state,
        queue: state.queue.map((entry) => (entry.id === event.message.id ? event.message : entry)),
      };
    case "queue-remove":
      return { ...state, queue: state.queue.filter((entry) => entry.id !== event.id) };
    case "question-asked":
      return state.questions.some(({ id }) => id === event.question.id)
        ? state
        : { ...state, questions: [...state.questions, event.question] };
    case "question-answered":
      return state.questions.some(({ id }) => id === event.id)
        ? { ...state, questions: state.questions.filter(({ id }) => id !== event.id) }
        : state;
    case "permission-decided":
      return state;
    case "mode-change":
      return { ...state, mode: event.mode };
    case "waiting":
      return event.waiting === null ? without(state, "waiting") : { ...state, waiting: event.waiting };
    case "turn-revert":
      return changeTurn(state, event.turn, (turn) => ({
        ...turn,
        revert: { reverted: event.reverted, refused: event.refused },
      }));
    case "turn-end":
      return endTurn(state, event);
    default:
      return reduceStep(state, event);
  }
}

type StepEvent = EventOf<
  | "user-message"
  | "step-start"
  | "reasoning-delta"
  | "text-delta"
  | "tool-input"
  | "step-reset"
  | "step-end"
  | "tool-start"
  | "tool-output"
  | "tool-end"
>;

function reduceStep(state: SessionState, event: StepEvent): SessionState {
  switch (event.type) {
    case "user-message": {
      const { id, text } = event.message;
      return changeTurn(state, event.turn, (turn) => addItem(turn, { kind: "user", id, text }));
    }
    case "step-start":
      return changeTurn(state, event.turn, (turn) => ({
        ...turn,
        steps: turn.steps + 1,
        choice: event.choice,
      }));
    case "reasoning-delta":
    case "text-delta":
    case "tool-input":
      return changeLastTurn(without(state, "waiting"), (turn) => applyDelta(turn, event));
    case "step-reset":
      return changeLastTurn(state, (turn) => ({ ...turn, items: withoutStep(turn.items, event.step) }));
    case "step-end":
      return endStep(state, event);
    case "tool-start":
      return changeTurn(state, event.turn, (turn) =>
        changeCall(turn, event.call, (call) => ({
          ...baseOf(call),
          title: event.title,
          ...(event.isReadOnly && { isReadOnly: event.isReadOnly }),
          startedAt: event.at,
          status: "running",
        })),
      );
    case "tool-output":
      return changeLastTurn(state, (turn) =>
        changeCall(turn, event.call, (call) =>
          call.status === "running"
            ? { ...call, tail: `${call.tail ?? ""}${event.text}`.slice(-tailCharacters) }
            : call,
        ),
      );
    case "tool-end":
      return changeTurn(withoutQuestionsOf(state, event.call), event.turn, (turn) =>
        changeCall(turn, event.call, (call) => endCall(call, event)),
      );
    // What a newer version has written and this one does not know.
    default:
      return state;
  }
}

// A call that went on without an answer, since a rule came to give one, asks no more.
function withoutQuestionsOf(state: SessionState, call: string): SessionState {
  const left = state.questions.filter(({ permission }) => permission?.call !== call);
  return left.length === state.questions.length ? state : { ...state, questions: left };
}

function startTurn(state: SessionState, event: EventOf<"turn-start">): SessionState {
  const { message, isContinued } = event;
  const items: Item[] =
    message === undefined || isContinued ? [] : [{ kind: "user", id: message.id, text: message.text }];
  const turn: Turn = {
    id: event.turn,
    number: event.number,
    startedAt: event.at,
    ...(isContinued && { isContinued }),
    items,
    usage: noUsage,
    steps: 0,
  };
  return { ...without(state, "waiting"), turns: [...state.turns, turn] };
}

function endTurn(state: SessionState, event: EventOf<"turn-end">): SessionState {
  const end = { at: event.at, reason: event.reason, ...(event.error && { error: event.error }) };
  const ended = changeTurn(state, event.turn, (turn) => ({
    ...turn,
    items: turn.items.map((item) => settle(item, event.at)),
    end,
  }));
  return { ...without(ended, "waiting"), questions: ended.questions.length === 0 ? ended.questions : [] };
}

function settle(item: Item, at: number): Item {
  if (item.kind === "text" && item.isStreaming) return { ...item, isStreaming: false };
  return item.kind === "reasoning" && item.durationMs === undefined
    ? { ...item, durationMs: at - item.startedAt }
    : item;
}

// A delta belongs to the item of its step; thinking ends where text begins.
function applyDelta(turn: Turn, event: EventOf<"reasoning-delta" | "text-delta" | "tool-input">): Turn {
  if (event.type === "tool-input") {
    const id = `${event.step}:w${event.index}`;
    const item: Item = { kind: "writing", id, name: event.name, bytes: event.bytes };
    return turn.items.at(-1)?.id === id
      ? { ...turn, items: [...turn.items.slice(0, -1), item] }
      : addItem(turn, item);
  }
  const id = `${event.step}:${event.type === "text-delta" ? "text" : "thought"}`;
  const index = turn.items.findLastIndex((item) => item.id === id);
  const found = turn.items[index];
  if (found?.kind === "text" || found?.kind === "reasoning") {
    return { ...turn, items: turn.items.with(index, { ...found, text: found.text + event.text }) };
  }
  if (event.type === "reasoning-delta")
    return addItem(turn, { kind: "reasoning", id, text: event.text, startedAt: event.at });
  const items = turn.items.map((item) => settle(item, event.at));
  return { ...turn, items: [...items, { kind: "text", id, text: event.text, isStreaming: true }] };
}

function endStep(state: SessionState, event: EventOf<"step-end">): SessionState {
  const next = changeTurn(state, event.turn, (turn) => {
    const items = [...withoutStep(turn.items, event.step)];
    if (event.reasoning !== "") {
      const durationMs = event.thinkingMs ?? 0;
      items.push({
        kind: "reasoning",
        id: `${event.step}:thought`,
        text: event.reasoning,
        startedAt: event.at - durationMs,
        durationMs,
      });
    }
    if (event.text !== "")
      items.push({ kind: "text", id: `${event.step}:text`, text: event.text, isStreaming: false });
    for (const call of event.calls) {
      const title = { verb: call.name, object: "" };
      items.push({
        kind: "tool",
        id: call.id,
        call: {
          id: call.id,
          name: call.name,
          arguments: call.arguments,
          title,
          startedAt: event.at,
          status: "waiting",
        },
      });
    }
    const costUsd = event.costUsd === undefined ? turn.costUsd : (turn.costUsd ?? 0) + event.costUsd;
    return {
      ...turn,
      items,
      usage: addUsage(turn.usage, event.usage),
      ...(costUsd !== undefined && { costUsd }),
    };
  });
  if (event.finish === scriptedFinish) return next;
  const choice = next.turns.findLast((turn) => turn.id === event.turn)?.choice ?? next.choice;
  const totals = addTotals(without(next, "waiting"), event, choice);
  if (event.contextTokens === undefined) return totals;
  return {
    ...totals,
    context: {
      usedTokens: event.contextTokens,
      ...(event.contextWindow !== undefined && { windowTokens: event.contextWindow }),
    },
  };
}

function endCall(call: ToolCall, event: EventOf<"tool-end">): ToolCall {
  return {
    ...baseOf(call),
    startedAt: event.startedAt ?? call.startedAt,
    status: "ended",
    endedAt: event.at,
    outcome: event.outcome,
    output: event.output,
    files: event.files ?? [],
    ...(event.moreFiles !== undefined && { moreFiles: event.moreFiles }),
    ...(event.note !== undefined && { note: event.note }),
    ...(event.full && { full: event.full }),
  };
}

type CallBase = Pick<ToolCall, "id" | "name" | "arguments" | "title" | "isReadOnly" | "startedAt">;

function baseOf(call: ToolCall): CallBase {
  const { id, name, title, isReadOnly, startedAt } = call;
  return { id, name, arguments: call.arguments, title, ...(isReadOnly && { isReadOnly }), startedAt };
}

function changeCall(turn: Turn, id: string, change: (call: ToolCall) => ToolCall): Turn {
  const index = turn.items.findLastIndex((item) => item.id === id);
  const item = turn.items[index];
  return item?.kind === "tool"
    ? { ...turn, items: turn.items.with(index, { ...item, call: change(item.call) }) }
    : turn;
}

function withoutStep(items: readonly Item[], step: string): readonly Item[] {
  return items.filter(
    (item) => item.kind === "tool" || item.kind === "user" || !item.id.startsWith(`${step}:`),
  );
}

function addItem(turn: Turn, item: Item): Turn {
  return { ...turn, items: [...turn.items, item] };
}

function changeLastTurn(state: SessionState, change: (turn: Turn) => Turn): SessionState {
  const last = state.turns.at(-1);
  return last === undefined ? state : { ...state, turns: state.turns.with(-1, change(last)) };
}

function changeTurn(state: SessionState, id: string, change: (turn: Turn) => Turn): SessionState {
  const index = state.turns.findLastIndex((turn) => turn.id === id);
  const turn = state.turns[index];
  return turn === undefined ? state : { ...state, turns: state.turns.with(index, change(turn)) };
}

function without<K extends "waiting">(state: SessionState, key: K): SessionState {
  if (state[key] === undefined) return state;
  const { [key]: _, ...rest } = state;
  return rest as SessionState;
}

// A model call's usage and price, added to the session's totals.
function addTotals(
  state: SessionState,
  call: { readonly usage: Usage; readonly costUsd?: number; readonly key?: string },
  choice: ModelChoice,
): SessionState {
  const { usage, costUsd, key } = call;
  return {
    ...state,
    usage: addUsage(state.usage, usage),
    modelCalls: state.modelCalls + 1,
    costs: addCost(state.costs, { choice, key: key ?? "", usage, costUsd }),
    isCostWhole: state.isCostWhole && costUsd !== undefined,
    ...(costUsd === undefined ? {} : { costUsd: (state.costUsd ?? 0) + costUsd }),
  };
}
