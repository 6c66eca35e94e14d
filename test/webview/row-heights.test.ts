import assert from "node:assert/strict";
import { Random } from "#core/workflow/schema/random.ts";
import { RowHeights } from "../../webview/row-heights.ts";

const rows = (...keys: readonly string[]) => keys.map((key) => ({ key }));

function setUp(...keys: readonly string[]) {
  const heights = new RowHeights<{ readonly key: string }>(() => 10);
  heights.setRows(rows(...keys));
  return heights;
}

describe("heights of rows", () => {
  it("are estimated first", () => assert.equal(setUp("a", "b", "c").total, 30));

  it("move what follows when they are measured", () => {
    const heights = setUp("a", "b", "c");
    assert.equal(heights.total, 30);
    heights.measure("b", 25, 1);
    assert.deepEqual([heights.startOf(1), heights.startOf(2), heights.total], [10, 35, 45]);
  });

  it("stay with their rows when others come before them", () => {
    const heights = setUp("a", "b");
    heights.measure("b", 25, 1);
    heights.setRows(rows("x", "y", "a", "b"));
    assert.deepEqual([heights.startOf(3), heights.total], [30, 55]);
    assert.equal(heights.indexOf("b"), 3);
  });

  it("are forgotten but for some", () => {
    const heights = setUp("a", "b");
    heights.measure("a", 20, 0);
    heights.measure("b", 30, 1);
    heights.forget(new Set(["b"]));
    assert.equal(heights.total, 40);
  });

  for (const [top, bottom, expected] of [
    [0, 10, [0, 2]],
    [5, 24, [0, 3]],
    [-50, 5, [0, 1]],
    [25, 999, [2, 3]],
    [999, 1200, [2, 3]],
  ] as const) {
    it(`${top} to ${bottom} touches ${expected.join(" to ")}`, () =>
      assert.deepEqual(setUp("a", "b", "c").range(top, bottom), expected));
  }

  it("of nothing touch nothing", () => assert.deepEqual(setUp().range(0, 100), [0, 0]));

  it("find a row among 100,000 as a scan does", () => {
    const heights = new RowHeights<{ readonly key: string; readonly height: number }>((row) => row.height);
    const many = Array.from({ length: 100_000 }, (_, index) => ({
      key: String(index),
      height: 5 + (index % 7),
    }));
    heights.setRows(many);
    let start = 0;
    for (const [index, row] of many.entries()) {
      if (index % 997 === 0) assert.equal(heights.indexAt(start), index);
      start += row.height;
    }
    assert.equal(heights.total, start);
  });

  it("look only at rows that are others than before", () => {
    let looks = 0;
    const heights = new RowHeights<{ readonly key: string }>(() => ++looks);
    const [a, b, c] = rows("a", "b", "c");
    assert.ok(a && b && c);
    heights.setRows([a, b, c]);
    heights.setRows([...rows("x", "y"), a, b, c]);
    assert.equal(looks, 5);
    heights.setRows([...rows("x", "y"), a, b, ...rows("c")]);
    assert.equal(looks, 10);
  });

  it("whatever comes and goes, are as if each row was looked at", () => {
    const random = new Random("heights");
    const heights = new RowHeights<{ readonly key: string; readonly height: number }>((row) => row.height);
    const measured = new Map<string, number>();
    let made = 0;
    const make = (count: number) =>
      Array.from({ length: count }, () => ({ key: `k${made++}`, height: random.between(1, 50) }));
    let all = make(5);
    for (let round = 0; round < 500; round++) {
      const at = random.between(0, all.length);
      const change = random.between(0, 4);
      if (change === 0) all = [...make(random.between(0, 4)), ...all];
      if (change === 1) all = [...all, ...make(1)];
      if (change === 2) all = all.toSpliced(at, random.between(0, 3), ...make(random.between(0, 2)));
      if (change === 3) all = all.map((row, index) => (index === at ? { ...row, height: 9 } : row));
      heights.setRows(all);
      const row = all[at];
      if (change === 4 && row !== undefined) {
        heights.measure(row.key, round, at);
        measured.set(row.key, round);
      }
      let start = 0;
      for (const [index, { key, height }] of all.entries()) {
        if (random.between(0, 3) === 0) assert.equal(heights.startOf(index), start);
        start += measured.get(key) ?? height;
      }
      assert.equal(heights.total, start);
    }
  });
});
