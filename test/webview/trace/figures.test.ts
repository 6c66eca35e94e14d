import assert from "node:assert/strict";
import type { OpenSpan, Span } from "../../../src/protocol/trace.ts";
import { partsOf } from "../../../webview/trace/bar-parts.ts";
import { Blends } from "../../../webview/trace/blend.ts";
import { cacheCalls } from "../../../webview/trace/cache-calls.ts";
import { criticalPath } from "../../../webview/trace/critical-path.ts";
import { cutAtDifference } from "../../../webview/trace/differing.ts";
import { readKept } from "../../../webview/trace/kept.ts";
import { SessionTotals, turnTotals, type Totals } from "../../../webview/trace/totals.ts";
import { begun, span, tableOf } from "./world.ts";

const usage = { promptTokens: 100, cacheHitTokens: 60, cacheMissTokens: 40, outputTokens: 10 };

describe("parts of a bar", () => {
  const check = (name: string, one: Span | OpenSpan, expected: string) =>
    it(name, () => {
      const parts = partsOf(tableOf(one), 1, 500);
      assert.equal(parts.map(({ kind, from, to }) => `${kind} ${from}–${to}`).join(", "), expected);
    });
  const model = (timings: Span["timings"], change: Partial<Span> = {}) =>
    span("m", "model", [0, 100], { timings, ...change });
  check(
    "a model call",
    model({ queuedMs: 10, firstTokenMs: 30, generatingMs: 60 }),
    "queued 0–10, first-token 10–40, generating 40–100",
  );
  check("a call without timings", model({}), "running 0–100");
  check(
    "one that failed",
    model({ queuedMs: 10, firstTokenMs: 90 }, { outcome: "error" }),
    "queued 0–10, error 10–100",
  );
  check("timings that say too little", model({ queuedMs: 10 }), "queued 0–10, running 10–100");
  check(
    "timings that say too much",
    model({ firstTokenMs: 60, generatingMs: 90 }),
    "first-token 0–60, generating 60–100",
  );
  check("an open model call", begun("m", "model", 0), "running 0–500");
  check(
    "a tool call",
    span("c", "tool", [0, 100], { timings: { waitingForUserMs: 70, toolMs: 30 } }),
    "waiting 0–70, tool 70–100",
  );
  check("an open tool call", begun("c", "tool", 400), "tool 400–500");
  check("a question", span("q", "question", [0, 9]), "waiting 0–9");
  check("a turn", span("t", "turn", [0, 9], { timings: { waitingForUserMs: 5 } }), "frame 0–9");
  check("a failed step", span("t", "step", [0, 9], { outcome: "error" }), "failed 0–9");
  check("nothing long", span("c", "tool", [5, 5]), "tool 5–5");
});

describe("totals", () => {
  const turn = span("t", "turn", [0, 1_000]);
  const check = (
    name: string,
    spans: readonly Span[],
    expected: Partial<Totals>,
    within?: { from: number; to: number },
  ) =>
    it(name, () => {
      const table = tableOf(turn, ...spans.map((one) => ({ ...one, parent: "t" })));
      const totals = turnTotals(table, 1, 1_000, within);
      assert.deepEqual({ ...totals, ...expected }, totals);
    });
  check("nothing below", [], { wallMs: 1_000, modelMs: 0, modelCalls: 0, isWhole: true });
  check("calls side by side count once", [span("a", "tool", [0, 100]), span("b", "tool", [50, 150])], {
    toolMs: 150,
    toolCalls: 2,
  });
  check(
    "waiting is not working",
    [span("a", "tool", [0, 100], { timings: { waitingForUserMs: 80, toolMs: 20 } })],
    { toolMs: 20, waitingMs: 80 },
  );
  check(
    "a question within a waiting tool counts once",
    [
      span("a", "tool", [0, 100], { timings: { waitingForUserMs: 80, toolMs: 20 } }),
      span("q", "question", [0, 80]),
    ],
    { waitingMs: 80 },
  );
  check(
    "queued is not the model's time",
    [span("m", "model", [0, 100], { timings: { queuedMs: 40 }, usage, costUsd: 0.1 })],
    {
      ...{
        modelMs: 60,
        modelCalls: 1,
        costUsd: 0.1,
        hitTokens: 60,
        missTokens: 40,
        outputTokens: 10,
        isWhole: true,
      },
    },
  );
  check("a call without usage", [span("m", "model", [0, 100])], { isWhole: false });
  check("a call without a price", [span("m", "model", [0, 100], { usage })], { isWhole: false });
  check("a call that was refused costs nothing", [span("m", "model", [0, 100], { outcome: "error" })], {
    isWhole: true,
  });
  check("one that was cut off", [span("m", "model", [0, 100], { outcome: "error", isUsageWhole: false })], {
    isWhole: false,
  });
  check(
    "a stretch of it",
    [span("a", "tool", [0, 400]), span("b", "tool", [500, 600])],
    { wallMs: 200, toolMs: 200, toolCalls: 1 },
    { from: 200, to: 400 },
  );

  it("of a session are the sum of its turns, as far as they are in the stretch", () => {
    const table = tableOf(
      turn,
      span("m", "model", [0, 100], { parent: "t", usage, costUsd: 0.1 }),
      span("u", "turn", [5_000, 6_000], { turn: 2 }),
      span("n", "model", [5_000, 5_100], { parent: "u", usage, costUsd: 0.2 }),
    );
    const totals = new SessionTotals();
    const whole = totals.whole(table, 9_000);
    assert.deepEqual([whole.wallMs, whole.modelMs, whole.hitTokens], [2_000, 200, 120]);
    assert.ok(Math.abs((whole.costUsd ?? 0) - 0.3) < 1e-9);
    assert.equal(totals.between(table, 9_000, { from: 4_000, to: 9_000 }).costUsd, 0.2);
    table.put(span("n", "model", [5_000, 5_200], { parent: "u", usage, costUsd: 0.4 }));
    assert.equal(totals.whole(table, 9_000).modelMs, 200);
    totals.forget(3);
    assert.equal(totals.whole(table, 9_000).modelMs, 300);
  });
});

describe("the critical path", () => {
  const check = (name: string, spans: readonly Span[], expected: string) =>
    it(name, () => {
      const table = tableOf(span("t", "turn", [0, 100]), ...spans);
      const path = criticalPath(table, 1, 0).map((place) => table.idOf(place));
      assert.equal(path.toSorted().join(" "), expected);
    });
  const below = (parent: string) => (id: string, from: number, to: number) =>
    span(id, "tool", [from, to], { parent });
  const inTurn = below("t");
  check("a turn alone", [], "t");
  check("one after another", [inTurn("a", 0, 40), inTurn("b", 40, 100)], "a b t");
  check("the longest of several", [inTurn("a", 0, 40), inTurn("b", 0, 100), inTurn("c", 0, 90)], "b t");
  check(
    "what ran beside is not on it",
    [inTurn("a", 0, 50), inTurn("b", 10, 45), inTurn("c", 50, 100)],
    "a c t",
  );
  check("with gaps", [inTurn("a", 0, 20), inTurn("b", 60, 90)], "a b t");
  check(
    "below as well",
    [inTurn("a", 0, 50), inTurn("b", 50, 100), below("a")("c", 0, 49), below("a")("d", 0, 10)],
    "a b c t",
  );
  check("clocks that differ a little", [inTurn("a", 0, 50.4), inTurn("b", 50, 100)], "a b t");
  check(
    "a question that held a step up",
    [
      inTurn("a", 0, 100),
      below("a")("b", 0, 20),
      span("q", "question", [20, 90], { parent: "t" }),
      below("a")("c", 90, 100),
    ],
    "a b c q t",
  );
  check(
    "a question beside which something ran",
    [inTurn("a", 0, 100), span("q", "question", [20, 90], { parent: "t" })],
    "a t",
  );
  check("one that outlives its parent", [inTurn("a", 0, 130)], "a t");
});

describe("what ran in a closed branch", () => {
  const spans = [
    span("t", "turn", [0, 480]),
    span("m", "model", [0, 240], { parent: "t", timings: { firstTokenMs: 120, generatingMs: 120 } }),
    span("c", "tool", [120, 360], { parent: "t" }),
  ];
  const check = (name: string, [from, to]: readonly [number, number], expected: readonly object[]) =>
    it(name, () => {
      const [blends, table] = [new Blends(), tableOf(...spans)];
      // The second time it is remembered.
      for (const _ of [1, 2]) assert.deepEqual(blends.of(table, 1, 0, { from, to }), expected);
    });
  check(
    "is told in slices, the most telling where several ran",
    [0, 480],
    [
      { kind: "first-token", from: 0, to: 0.25 },
      { kind: "tool", from: 0.25, to: 0.75 },
      { kind: "frame", from: 0.75, to: 1 },
    ],
  );
  check(
    "as far as it is seen",
    [240, 480],
    [
      { kind: "tool", from: 0, to: 0.5 },
      { kind: "frame", from: 0.5, to: 1 },
    ],
  );
  check(
    "from close by",
    [118, 122],
    [
      { kind: "first-token", from: 0, to: 0.5 },
      { kind: "tool", from: 0.5, to: 1 },
    ],
  );
  check("of no time is nothing", [100, 100], []);

  it("is told anew when something in its turn has changed", () => {
    const [blends, table] = [new Blends(), tableOf(...spans)];
    const look = () => blends.of(table, 1, 0, { from: 0, to: 480 }).length;
    assert.equal(look(), 3);
    table.put(span("d", "tool", [0, 480], { parent: "t" }));
    blends.forget(1);
    assert.equal(look(), 1);
  });

  it("grows while it runs", () => {
    const [blends, table] = [
      new Blends(),
      tableOf(begun("t", "turn", 0), begun("c", "tool", 0, { parent: "t" })),
    ];
    for (const now of [100, 200])
      assert.deepEqual(blends.of(table, 1, now, { from: 0, to: now }), [{ kind: "tool", from: 0, to: 1 }]);
  });
});

describe("the cache call by call", () => {
  const call = (id: string, at: number, cause: "none" | "drift" | "expired") =>
    span(id, "model", [at, at + 1], {
      parent: "t",
      cache: {
        cause,
        isInferred: false,
        reusableTokens: 9,
        missedTokens: 3,
        savedUsd: 1,
        lostUsd: cause === "none" ? 0 : 2,
      },
    });
  const table = tableOf(
    span("t", "turn", [0, 9]),
    call("a", 0, "none"),
    call("b", 2, "drift"),
    call("c", 4, "drift"),
    span("d", "model", [6, 7], { parent: "t" }),
  );
  const ids = (onlyMisses: boolean) => cacheCalls(table, onlyMisses).places.map((place) => table.idOf(place));
  it("lists all in order", () => assert.deepEqual(ids(false), ["a", "b", "c", "d"]));
  it("lists those that missed something", () => assert.deepEqual(ids(true), ["b", "c"]));
  it("counts", () => {
    const { calls, causes, savedUsd, lostUsd } = cacheCalls(table, true);
    assert.deepEqual([calls, [...causes], savedUsd, lostUsd], [4, [["drift", 2]], 3, 4]);
  });
});

describe("two texts", () => {
  const check = (before: string, after: string, expected: readonly [string, string, string, string]) =>
    it(`"${before}" and "${after}"`, () => {
      const { head, tail, ...cut } = cutAtDifference(before, after);
      assert.deepEqual([head, cut.before, cut.after, tail], expected);
    });
  check("at most 400 lines", "at most 800 lines", ["at most ", "4", "8", "00 lines"]);
  check("same", "same", ["same", "", "", ""]);
  check("", "new", ["", "", "new", ""]);
  check("aa", "aaa", ["aa", "", "a", ""]);
  check("abc", "xyz", ["", "abc", "xyz", ""]);
});

describe("what the editor keeps of the trace", () => {
  const check = (state: unknown, expected: Partial<ReturnType<typeof readKept>>) =>
    it(JSON.stringify(state) ?? "nothing", () =>
      assert.deepEqual({ ...readKept(state), ...expected }, readKept(state)),
    );
  check(undefined, { tab: "time", skipsIdle: true, labelShare: 0.34 });
  check({ session: "s", title: "T", tab: "cache" }, { session: "s", title: "T", tab: "cache" });
  check({ session: 5, tab: 7, skipsIdle: false }, { tab: "time", skipsIdle: false });
  check({ labelShare: 99, detailShare: "wide" }, { labelShare: 0.7, detailShare: 0.38 });
});
