import assert from "node:assert/strict";
import { emptySession, type SessionState, type Turn } from "../../src/protocol/session.ts";
import { addOlderTurns, keepOlderTurns } from "../../webview/older-turns.ts";

const turns = (from: number, to: number): Turn[] =>
  Array.from({ length: to - from + 1 }, (_, index) => ({
    ...{ id: `t${from + index}`, number: from + index, startedAt: 0, items: [], usage: {}, steps: 0 },
  }));
const state = (from: number, to: number, id = "s"): SessionState => ({
  ...emptySession,
  ...{ id, turns: turns(from, to), olderTurns: from - 1 },
});
const numbers = ({ turns: list, olderTurns }: SessionState) => [
  olderTurns,
  ...list.map(({ number }) => number),
];

describe("older turns", () => {
  it("go before those at hand", () =>
    assert.deepEqual(numbers(addOlderTurns(state(5, 6), turns(3, 4))), [2, 3, 4, 5, 6]));
  it("are not doubled", () =>
    assert.deepEqual(numbers(addOlderTurns(state(3, 4), turns(2, 4))), [1, 2, 3, 4]));
  it("are dropped over a hole", () =>
    assert.deepEqual(numbers(addOlderTurns(state(9, 9), turns(1, 3))), [8, 9]));
  it("survive a new snapshot of the session", () =>
    assert.deepEqual(numbers(keepOlderTurns(state(1, 4), state(4, 6))), [0, 1, 2, 3, 4, 5, 6]));
  it("are not taken over from another session", () =>
    assert.deepEqual(numbers(keepOlderTurns(state(1, 4), state(4, 5, "other"))), [3, 4, 5]));
});
