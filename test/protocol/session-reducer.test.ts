import assert from "node:assert/strict";
import { emptySession, type SessionEvent, type SessionState } from "#protocol/session.ts";
import { changedFiles } from "#protocol/changed-files.ts";
import { sessionWindow } from "#protocol/session-window.ts";
import { reduceSession } from "#protocol/session-reducer.ts";

const choice = { provider: "deepseek", model: "m", effort: "high" } as const;
const message = { id: "u1", text: { text: "hi" } };
const begin: readonly SessionEvent[] = [
  { type: "session-start", at: 1, id: "s", folder: "/p", choice },
  { type: "turn-start", at: 2, turn: "t1", number: 1, message },
  { type: "step-start", at: 3, turn: "t1", step: "a", choice },
];
const stepEnd = {
  type: "step-end",
  turn: "t1",
  step: "a",
  reasoning: "",
  text: "",
  calls: [],
  finish: "stop",
  usage: {},
} as const;

function after(...events: readonly SessionEvent[]): SessionState {
  return [...begin, ...events].reduce(reduceSession, emptySession);
}

describe("session reducer: a turn's items", () => {
  const check = (name: string, events: readonly SessionEvent[], expected: readonly string[]): void => {
    it(name, () => {
      const items = after(...events).turns[0]?.items ?? [];
      assert.deepEqual(
        items.map((item) =>
          "text" in item && typeof item.text === "string" ? `${item.kind} ${item.text}` : item.kind,
        ),
        ["user", ...expected],
      );
    });
  };
  const text = (said: string, at = 4): SessionEvent => ({ type: "text-delta", at, step: "a", text: said });
  const thought = (said: string): SessionEvent => ({ type: "reasoning-delta", at: 4, step: "a", text: said });

  check("deltas add up", [text("He"), text("llo")], ["text Hello"]);
  check("thinking comes before text", [thought("Hm"), text("Hi"), text("!")], ["reasoning Hm", "text Hi!"]);
  check(
    "the end says the whole again, once",
    [thought("Hm"), text("Hi"), { ...stepEnd, at: 9, reasoning: "Hm", text: "Hi" }],
    ["reasoning Hm", "text Hi"],
  );
  check("without deltas the end is enough", [{ ...stepEnd, at: 9, text: "Hi" }], ["text Hi"]);
  check(
    "a reset takes back what a cut stream said",
    [text("Half"), { type: "step-reset", at: 5, step: "a", reason: "cut" }, text("Whole")],
    ["text Whole"],
  );
  check(
    "writing arguments is shown until the call is there",
    [
      { type: "tool-input", step: "a", index: 0, name: "x", bytes: 1 },
      { type: "tool-input", step: "a", index: 0, name: "x", bytes: 9 },
    ],
    ["writing"],
  );
  check(
    "calls come with the end",
    [
      { type: "tool-input", step: "a", index: 0, name: "x", bytes: 1 },
      { ...stepEnd, at: 9, calls: [{ id: "a.0", callId: "c", name: "x", arguments: "{}" }] },
    ],
    ["tool"],
  );
  check(
    "a message delivered in the middle",
    [
      { ...stepEnd, at: 9, text: "Hi" },
      { type: "user-message", at: 10, turn: "t1", message: { id: "u2", text: { text: "more" } } },
    ],
    ["text Hi", "user"],
  );
});

describe("session reducer: a tool call", () => {
  const call: SessionEvent = {
    ...stepEnd,
    at: 4,
    calls: [{ id: "a.0", callId: "c", name: "read_file", arguments: "{}" }],
  };
  const start: SessionEvent = {
    type: "tool-start",
    at: 5,
    turn: "t1",
    call: "a.0",
    title: { verb: "Read", object: "a.ts" },
  };
  const end: SessionEvent = {
    type: "tool-end",
    at: 8,
    turn: "t1",
    call: "a.0",
    outcome: "ok",
    output: { text: "x" },
  };

  const check = (name: string, events: readonly SessionEvent[], expected: object): void => {
    it(name, () => {
      const item = after(call, ...events).turns[0]?.items.at(-1);
      assert.ok(item?.kind === "tool");
      assert.deepEqual({ ...item.call, ...expected }, item.call);
    });
  };
  check("waits", [], { status: "waiting", title: { verb: "read_file", object: "" } });
  check("runs", [start], { status: "running", startedAt: 5, title: { verb: "Read", object: "a.ts" } });
  check("ends", [start, end], { status: "ended", endedAt: 8, outcome: "ok", files: [] });

  it("changes of one file are told as one", () => {
    const change = { path: "a.ts", kind: "changed", added: 1, removed: 2 } as const;
    const first: SessionEvent = { ...end, files: [{ ...change, before: "h0", after: "h1" }] };
    const again: SessionEvent = { ...end, call: "a.1", files: [{ ...change, before: "h1", after: "h2" }] };
    const two: SessionEvent = {
      ...call,
      calls: [...("calls" in call ? call.calls : []), { id: "a.1", callId: "d", name: "x", arguments: "{}" }],
    };
    const [turn] = after(two, start, first, again).turns;
    assert.ok(turn);
    assert.deepEqual(changedFiles(turn), [{ ...change, added: 2, removed: 4, before: "h0", after: "h2" }]);
  });
});

describe("session reducer: totals", () => {
  const usage = { promptTokens: 10, cacheHitTokens: 4, cacheMissTokens: 6, outputTokens: 2 };

  it("add up over calls", () => {
    const priced: SessionEvent = {
      ...stepEnd,
      at: 5,
      usage,
      costUsd: 0.5,
      contextTokens: 12,
      contextWindow: 100,
    };
    const state = after(priced, priced);
    assert.deepEqual(state.usage, {
      promptTokens: 20,
      cacheHitTokens: 8,
      cacheMissTokens: 12,
      outputTokens: 4,
    });
    assert.deepEqual(
      [state.costUsd, state.isCostWhole, state.modelCalls, state.context],
      [1, true, 2, { usedTokens: 12, windowTokens: 100 }],
    );
  });

  it("are a lower bound where a price is unknown", () => {
    const state = after({ ...stepEnd, at: 5, usage, costUsd: 0.5 }, { ...stepEnd, at: 6 });
    assert.deepEqual([state.costUsd, state.isCostWhole], [0.5, false]);
  });
});

describe("session reducer: queue, question, window", () => {
  const queued: SessionEvent = { type: "queue-add", at: 5, message: { id: "q", text: "later" } };

  it("the queue can be changed and emptied", () => {
    const edited = after(queued, { type: "queue-edit", at: 6, message: { id: "q", text: "sooner" } });
    assert.deepEqual(edited.queue, [{ id: "q", text: "sooner" }]);
    assert.deepEqual(reduceSession(edited, { type: "queue-remove", at: 7, id: "q" }).queue, []);
  });

  it("a question goes with its answer or its turn", () => {
    const asked = after({
      type: "question-asked",
      at: 5,
      turn: "t1",
      question: { id: "q", text: "Go on?", choices: [] },
    });
    const ids = (state: SessionState) => state.questions.map(({ id }) => id);
    const answer = (id: string) =>
      ids(reduceSession(asked, { type: "question-answered", at: 6, id, value: "x" }));
    assert.deepEqual(ids(asked), ["q"]);
    assert.deepEqual(answer("other"), ["q"]);
    assert.deepEqual(answer("q"), []);
    const ended = reduceSession(asked, { type: "turn-end", at: 6, turn: "t1", reason: "stopped" });
    assert.deepEqual(ids(ended), []);
  });

  it("passes over what a newer version has written", () => {
    const unknown = { type: "something-new", at: 1 } as unknown as SessionEvent;
    const state = after();
    assert.equal(reduceSession(state, unknown), state);
  });

  it("a window keeps the last turns and counts the others", () => {
    const turns = [2, 3, 4].map((number): SessionEvent => ({
      type: "turn-start",
      at: number,
      turn: `t${number}`,
      number,
    }));
    const cut = sessionWindow(after(...turns), 2);
    assert.deepEqual([cut.turns.map((turn) => turn.number), cut.olderTurns], [[3, 4], 2]);
  });
});
