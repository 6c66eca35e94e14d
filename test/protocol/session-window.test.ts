import assert from "node:assert/strict";
import { emptySession, type Item, type SessionState, type ToolCall, type Turn } from "#protocol/session.ts";
import { lastTurns, lastWords, outputName, readOutputName } from "#protocol/session-window.ts";
import { noUsage } from "#protocol/usage.ts";

/** A turn of a message and so many calls with so much output (and arguments) each. */
function turn(number: number, calls: number, characters: number, asked = 0): Turn {
  const items = Array.from({ length: calls }, (_, at): Item => {
    const id = `${number}-${at}`;
    const called = {
      id,
      name: "read_file",
      arguments: "x".repeat(asked),
      title: { verb: "Read", object: "" },
      startedAt: 0,
    };
    const output = { text: "x".repeat(characters) };
    const call: ToolCall = { ...called, status: "ended", endedAt: 0, outcome: "ok", files: [], output };
    return { kind: "tool", id, call };
  });
  const user: Item = { kind: "user", id: `m${number}`, text: { text: "Please" } };
  return { id: `t${number}`, number, startedAt: 0, items: [user, ...items], usage: noUsage, steps: 1 };
}

function session(count: number, calls: number, characters: number, asked = 0): SessionState {
  const turns = Array.from({ length: count }, (_, at) => turn(at + 1, calls, characters, asked));
  return { ...emptySession, turns };
}

/** Numbers of the turns with their items, and how many turns are left out. */
function shape({ turns, olderTurns }: SessionState): string {
  return `${olderTurns} | ${turns.map(({ number, items }) => `${number}:${items.length}`).join(" ")}`;
}

describe("the end of a conversation", () => {
  const check = (name: string, state: SessionState, expected: string, inCopies = expected) =>
    it(name, () => {
      assert.equal(shape(lastTurns(state)), expected);
      assert.equal(shape(lastWords(state)), inCopies);
    });

  check("of none is empty", session(0, 0, 0), "0 | ");
  check("of a short one is all", session(2, 3, 100), "0 | 1:4 2:4");
  check(
    "has twenty turns",
    session(25, 0, 0),
    `5 | ${Array.from({ length: 20 }, (_, at) => `${at + 6}:1`).join(" ")}`,
  );
  check("has three hundred items", session(4, 140, 10), "2 | 3:141 4:141");
  check("has half a million characters", session(20, 200, 3_000, 150), "19 | 20:201");
  const large = session(3, 900, 16_000, 1_000);
  check("has the last turn whole, and in copies its message and its end", large, "2 | 3:901", "2 | 3:375");

  it("in copies is small", () => {
    for (const size of [1, 100, 5_000])
      assert.ok(JSON.stringify(lastWords(session(3, size, 16_000))).length < 1_000_000, `${size} calls`);
  });

  it("has the beginnings of long outputs, which are read by their names", () => {
    const [turn] = lastTurns({ ...session(1, 1, 401), id: "a" }).turns;
    const item = turn?.items[1];
    assert.ok(item?.kind === "tool" && item.call.status === "ended");
    const { output } = item.call;
    assert.deepEqual(output, { blob: "call:a/1-0", bytes: 401, preview: "x".repeat(200) });
    assert.deepEqual(readOutputName(outputName("a", "b/c")), { session: "a", call: "b/c" });
    assert.equal(readOutputName("0".repeat(64)), undefined);
  });

  it("has short outputs whole", () => {
    const state = session(1, 1, 400);
    assert.deepEqual(lastTurns(state).turns, state.turns);
  });
});
