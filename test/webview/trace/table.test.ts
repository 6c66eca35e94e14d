import assert from "node:assert/strict";
import type { OpenSpan, Span } from "../../../src/protocol/trace.ts";
import { begun, drawn, span, tableOf } from "./world.ts";

const turn = span("t", "turn", [0, 100]);
const step = span("a", "step", [0, 50], { parent: "t" });
const model = span("m", "model", [0, 20], { parent: "a" });
const tool = span("c", "tool", [20, 50], { parent: "a" });
const later = span("b", "step", [50, 100], { parent: "t" });

describe("the table of spans", () => {
  const check = (name: string, spans: readonly (Span | OpenSpan)[], expected: string) =>
    it(name, () => assert.equal(drawn(tableOf(...spans)), expected));

  check("nothing", [], "");
  check("parents first", [turn, step, model, tool, later], "t(a(m c) b)");
  check("children first", [model, tool, step, later, turn], "t(a(m c) b)");
  check("newest first", [turn, later, step, tool, model], "t(a(m c) b)");
  check("the same twice", [turn, step, turn, step], "t(a)");
  check("siblings in order of their start", [later, turn, step], "t(a b)");
  check("what has no parent hangs on the session", [step, model], "a(m)");
  check("turns in order", [span("u", "turn", [200, 300]), turn], "t u");
  check(
    "a circle is cut",
    [span("x", "step", [0, 1], { parent: "y" }), span("y", "step", [0, 1], { parent: "x" })],
    "x(y)",
  );
  check("its own parent", [span("x", "step", [0, 1], { parent: "x" })], "x");
  check("an open one", [begun("t", "turn", 0), begun("a", "step", 1, { parent: "t" })], "t(a)");
  check(
    "one that ended with another start",
    [begun("b", "turn", 5), begun("a", "turn", 6), span("b", "turn", [9, 10])],
    "a b",
  );

  it("keeps what a span says", () => {
    const whole = span("m", "model", [1.5, 20.25], {
      ...{ title: "Title", model: "flash", provider: "deepseek", attempt: 2, retries: 1, outcome: "error" },
      timings: { queuedMs: 1, firstTokenMs: 2.5, generatingMs: 15.25 },
      usage: { promptTokens: 10, cacheHitTokens: 0 },
      isUsageWhole: false,
      costUsd: 0.000001,
      error: { code: "cut-off", message: "Cut off." },
      cache: {
        ...{ cause: "drift", isInferred: true, reason: "model", reusableTokens: 3, missedTokens: 2 },
        ...{ savedUsd: 0.1, lostUsd: 0.2, drift: { place: "tools", before: "a", after: "b" } },
      },
    });
    const table = tableOf(whole);
    const { cache, error } = whole;
    assert.deepEqual(
      {
        ...{ id: table.idOf(1), kind: table.kind(1), title: table.title(1), model: table.model(1) },
        ...{ attempt: table.attempt(1), retries: table.retries(1), outcome: table.outcome(1) },
        ...{ startedAt: table.startedAt(1), endedAt: table.endedAt(1, 99), isWhole: table.isUsageWhole(1) },
        ...{ queued: table.figure(1, "queuedMs"), tool: table.figure(1, "toolMs") },
        ...{ prompt: table.figure(1, "promptTokens"), hit: table.figure(1, "cacheHitTokens") },
        ...{ miss: table.figure(1, "cacheMissTokens"), cost: table.figure(1, "costUsd") },
        ...{ cache: table.cache(1), error: table.error(1) },
      },
      {
        ...{
          id: "m",
          kind: "model",
          title: "Title",
          model: "flash",
          attempt: 2,
          retries: 1,
          outcome: "error",
        },
        ...{ startedAt: 1.5, endedAt: 20.25, isWhole: false, queued: 1, tool: undefined },
        ...{ prompt: 10, hit: 0, miss: undefined, cost: 0.000001, cache, error },
      },
    );
  });

  it("an open span grows, ends once, and does not begin again", () => {
    const table = tableOf(begun("t", "turn", 10));
    assert.deepEqual([table.isOpen(1), table.endedAt(1, 25), table.outcome(1)], [true, 25, undefined]);
    table.put(span("t", "turn", [10, 30], { outcome: "cancelled" }));
    table.put(begun("t", "turn", 10));
    assert.deepEqual([table.isOpen(1), table.endedAt(1, 99), table.outcome(1)], [false, 30, "cancelled"]);
  });

  it("no span ends before it begins", () => {
    const table = tableOf(span("t", "turn", [30, 10]));
    assert.deepEqual([table.startedAt(1), table.endedAt(1, 99)], [30, 30]);
  });

  it("knows the turn of what is below it", () => {
    const table = tableOf(turn, step, model);
    assert.equal(table.idOf(table.turnPlace(table.placeOf("m") ?? 0)), "t");
  });

  it("holds more than it had room for", () => {
    const table = tableOf(
      ...Array.from({ length: 5_000 }, (_, index) => span(`s${index}`, "tool", [index, index + 1])),
    );
    assert.deepEqual([table.count, table.startedAt(4_321), table.idOf(4_321)], [5_001, 4_320, "s4320"]);
  });
});
