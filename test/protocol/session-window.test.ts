import assert from "node:assert/strict";
import { emptySession, type Item, type SessionState, type ToolCall, type Turn } from "#protocol/session.ts";
import { lastTurns, lastWords } from "#protocol/session-window.ts";
import { noUsage } from "#protocol/usage.ts";

/** A turn of a message and so many calls with so much output each. */
function turn(number: number, calls: number, characters: number): Turn {
  const items = Array.from({ length: calls }, (_, at): Item => {
    const id = `${number}-${at}`;
    const called = {
      id,
      name: "read_file",
      arguments: "",
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

function session(count: number, calls: number, characters: number): SessionState {
  return {
    ...emptySession,
    turns: Array.from({ length: count }, (_, at) => turn(at + 1, calls, characters)),
  };
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
  check("has half a million characters", session(10, 10, 16_000), "7 | 8:11 9:11 10:11");
  check(
    "has the last turn whole, and in copies its message and its end",
    session(3, 300, 16_000),
    "2 | 3:301",
    "2 | 3:33",
  );

  it("in copies is small", () => {
    for (const size of [1, 100, 5_000])
      assert.ok(JSON.stringify(lastWords(session(30, size, 16_000))).length < 600_000, `${size} calls`);
  });
});
