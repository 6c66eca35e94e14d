import assert from "node:assert/strict";
import { Slots, type Pace } from "../../../webview/trace/slots.ts";

const window = (first: number, pool = 4) => ({ first, end: first + pool, pool });
const slow: Pace = { most: 2, urgent: -1 };
const fast: Pace = { most: 0, urgent: -1 };
/** Each row is about ten times its number, unless said otherwise. */
const tens = (row: number): number => row * 10;

describe("rows that have elements", () => {
  const check = (
    name: string,
    settle: (slots: Slots) => unknown,
    expected: { readonly rows: readonly number[]; readonly missing: readonly number[] },
  ) =>
    it(name, () => {
      const slots = new Slots();
      settle(slots);
      const drawn = slots.drawn.map(({ row }) => row);
      assert.deepEqual({ rows: drawn, missing: slots.missing }, expected);
      const keys = slots.drawn.map(({ key }) => key);
      assert.equal(new Set(keys).size, keys.length);
      assert.ok(keys.every((key) => key < 4));
    });

  check("so many in one frame", (slots) => slots.settle(window(0), tens, slow), {
    rows: [0, 1],
    missing: [2, 3],
  });
  check(
    "and the others in the next",
    (slots) => {
      slots.settle(window(0), tens, slow);
      slots.settle(window(0), tens, slow);
    },
    { rows: [0, 1, 2, 3], missing: [] },
  );
  check(
    "the one that is asked for in any case",
    (slots) => slots.settle(window(0), tens, { ...fast, urgent: 3 }),
    {
      rows: [3],
      missing: [0, 1, 2],
    },
  );
  check(
    "where what is seen moves a little",
    (slots) => {
      slots.settle(window(0), tens, { ...slow, most: 4 });
      slots.settle(window(2), tens, slow);
    },
    { rows: [2, 3, 4, 5], missing: [] },
  );
  check(
    "where what is seen moves quickly, those that were there wait",
    (slots) => {
      slots.settle(window(0), tens, { ...slow, most: 4 });
      slots.settle(window(50), tens, fast);
    },
    { rows: [0, 1, 2, 3], missing: [50, 51, 52, 53] },
  );
  check(
    "and none of them is left when all are there",
    (slots) => {
      slots.settle(window(0), tens, { ...slow, most: 4 });
      slots.settle(window(50), tens, fast);
      slots.settle(window(50), tens, { ...slow, most: 4 });
    },
    { rows: [50, 51, 52, 53], missing: [] },
  );
  check(
    "where rows go on coming, the last ones, and nothing waits",
    (slots) => {
      slots.settle(window(0), tens, { ...slow, most: 4 });
      slots.settle(window(50), tens, { ...slow, most: 1, isLong: true });
    },
    { rows: [53], missing: [52, 51, 50] },
  );
  check(
    "where other rows come above, each keeps its own",
    (slots) => {
      slots.settle(window(0), tens, { ...slow, most: 4 });
      slots.settle(window(100), (row) => tens(row - 100), fast);
    },
    { rows: [100, 101, 102, 103], missing: [] },
  );
  check(
    "where a row becomes about something else, it goes",
    (slots) => {
      slots.settle(window(0), tens, { ...slow, most: 4 });
      slots.settle(window(0), (row) => (row === 1 ? 99 : tens(row)), fast);
    },
    { rows: [0, 2, 3], missing: [1] },
  );
  check(
    "of a list that has become shorter",
    (slots) => {
      slots.settle(window(0), tens, { ...slow, most: 4 });
      slots.settle({ first: 0, end: 2, pool: 4 }, (row) => (row < 2 ? tens(row) : -1), fast);
    },
    { rows: [0, 1], missing: [] },
  );

  it("keep their elements while they are seen", () => {
    const slots = new Slots();
    slots.settle(window(0), tens, { ...slow, most: 4 });
    const keyOf = (row: number) => slots.drawn.find((slot) => slot.row === row)?.key;
    const before = [2, 3].map(keyOf);
    slots.settle(window(2), tens, { ...slow, most: 4 });
    assert.deepEqual([2, 3].map(keyOf), before);
  });
});
