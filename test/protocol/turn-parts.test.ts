import assert from "node:assert/strict";
import type { Item, ToolCall, Turn } from "../../src/protocol/session.ts";
import {
  exploredText,
  pastPrompts,
  turnAnswer,
  turnHeading,
  turnParts,
  turnStatus,
  turnTotals,
} from "../../src/protocol/turn-parts.ts";

const call = (id: string, name: string, status: "running" | "ended" = "ended"): ToolCall => ({
  ...{ id, name, arguments: "{}", title: { verb: "Read", object: `${id}.ts` }, startedAt: 0 },
  ...(name !== "edit_file" && { isReadOnly: true }),
  ...(status === "running"
    ? { status }
    : { status, endedAt: 10, outcome: "ok", output: { text: "" }, files: [] }),
});
const tool = (id: string, name: string, status?: "running"): Item => ({
  kind: "tool",
  id,
  call: call(id, name, status),
});
const thought = (id: string, durationMs?: number): Item => ({
  ...{ kind: "reasoning", id, text: "…", startedAt: 0 },
  ...(durationMs !== undefined && { durationMs }),
});
const text = (id: string): Item => ({ kind: "text", id, text: `text ${id}`, isStreaming: false });
const user: Item = { kind: "user", id: "u", text: { text: "Fix  the\nerror" } };
const turnOf = (...items: readonly Item[]): Turn => ({
  ...{ id: "t", number: 3, startedAt: 0, items, usage: {}, steps: 1 },
});

describe("parts of a turn", () => {
  const check = (name: string, items: readonly Item[], expected: readonly string[]) =>
    it(name, () =>
      assert.deepEqual(
        turnParts(turnOf(...items)).map((part) => `${part.kind} ${part.id}`),
        expected,
      ),
    );
  check("one read stands alone", [user, tool("a", "read_file")], ["user u", "tool a"]);
  check("neighbouring reads fold", [tool("a", "read_file"), tool("b", "search")], ["explored a:group"]);
  check("an edit does not fold", [tool("a", "edit_file"), tool("b", "read_file")], ["tool a", "tool b"]);
  check(
    "thoughts between reads fold with them",
    [thought("x", 1), tool("a", "read_file"), thought("y", 2), tool("b", "list_files"), text("c")],
    ["reasoning x", "explored a:group", "text c"],
  );
  check(
    "a live thought after reads stands alone",
    [tool("a", "read_file"), tool("b", "more"), thought("y")],
    ["explored a:group", "reasoning y"],
  );
  check(
    "text divides reads",
    [tool("a", "read_file"), text("c"), tool("b", "read_file")],
    ["tool a", "text c", "tool b"],
  );
  check("what is being written is no part", [{ kind: "writing", id: "w", name: "edit_file", bytes: 1 }], []);
});

describe("a folded group in words", () => {
  const check = (calls: readonly ToolCall[], expected: string) =>
    it(expected, () => assert.equal(exploredText(calls), expected));
  check([call("a", "read_file"), call("a", "read_file"), call("b", "read_file")], "Explored 2 files");
  check([call("a", "read_file"), call("b", "search")], "Explored 1 file, 1 search");
  check([call("a", "list_files"), call("b", "search", "running")], "Exploring 1 listing, 1 search");
  check([call("a", "get_diagnostics"), call("b", "more")], "Explored 2 checks");
});

describe("what a running turn does", () => {
  const check = (item: Item | undefined, expected: string) =>
    it(expected, () =>
      assert.equal(turnStatus(turnOf(...(item === undefined ? [] : [item])), undefined).text, expected),
    );
  check(undefined, "Working");
  check(
    { kind: "writing", id: "w", name: "edit_file", bytes: 3277 },
    "Writing arguments of edit_file · 3.2 KB",
  );
  check(thought("x"), "Thinking");
  check({ kind: "text", id: "x", text: "", isStreaming: true }, "Answering");
  check(tool("src/app", "read_file", "running"), "Read src/app.ts");
  it("waits first", () =>
    assert.deepEqual(
      turnStatus(turnOf(thought("x")), { kind: "retry", text: "Busy.", until: 5, attempt: 2 }),
      {
        text: "Busy.",
        until: 5,
        attempt: 2,
      },
    ));
});

describe("a turn's figures", () => {
  it("are time, tokens and cost", () => {
    const usage = { promptTokens: 48_000, cacheHitTokens: 47_999, cacheMissTokens: 1, outputTokens: 300 };
    const turn = {
      ...turnOf(),
      usage,
      costUsd: 0.0042,
      end: { at: 12_400, reason: "done" },
    } as const satisfies Turn;
    assert.deepEqual(turnTotals(turn), ["12.4 s", "48.3k tokens", "$0.0042"]);
  });
  it("leave out what is unknown", () => assert.deepEqual(turnTotals(turnOf()), []));
});

it("joins the answer for the clipboard", () =>
  assert.equal(turnAnswer(turnOf(text("a"), tool("b", "search"), text("c"))), "text a\n\ntext c"));
it("names a turn by its message", () => assert.equal(turnHeading(turnOf(user)), "Turn 3: Fix the error"));
it("names a turn that goes on", () => assert.equal(turnHeading(turnOf()), "Turn 3, continued"));
it("recalls prompts, newest first, each once", () => {
  const prompt = (value: string): Turn => turnOf({ kind: "user", id: value, text: { text: value } });
  assert.deepEqual(pastPrompts([prompt("a"), prompt("b"), prompt("a")]), ["a", "b"]);
});
