import assert from "node:assert/strict";
import { Axis, busyTime, type Interval } from "../../../webview/trace/axis.ts";
import { TurnFold } from "../../../webview/trace/turn-fold.ts";
import { tickLabel, tickStep, ticksBetween } from "../../../webview/trace/ticks.ts";
import { followTo, panBy, scaleOf, shareOf, zoomBy, zoomTo } from "../../../webview/trace/zoom.ts";
import { begun, span, tableOf } from "./world.ts";

const hourMs = 3_600_000;
/** Two turns of ten seconds with an hour between them. */
const busy: readonly Interval[] = [
  { from: 1_000, to: 11_000 },
  { from: hourMs, to: hourMs + 10_000 },
];

describe("the axis of time", () => {
  const skipping = new Axis(busy, true);
  const whole = new Axis(busy, false);
  const mark = skipping.gaps[0];

  it("is as long as what ran, and the mark of what did not", () => {
    assert.equal(whole.length, hourMs + 9_000);
    assert.equal(skipping.length, 20_000 + (mark === undefined ? 0 : mark.markTo - mark.markFrom));
    assert.deepEqual([mark?.from, mark?.to, mark?.markFrom], [11_000, hourMs, 10_000]);
    assert.equal(whole.gaps.length, 0);
  });

  const place = (axis: Axis, moment: number, expected: number) =>
    it(`${moment} is at ${expected}`, () => assert.equal(axis.placeOf(moment), expected));
  place(skipping, 1_000, 0);
  place(skipping, 6_000, 5_000);
  place(skipping, 500, -500);
  place(skipping, hourMs + 10_000, skipping.length);
  place(skipping, hourMs + 11_000, skipping.length + 1_000);
  place(whole, hourMs, hourMs - 1_000);

  for (const moment of [1_000, 4_321, 11_000, 500_000, hourMs, hourMs + 7, hourMs + 12_000, 0])
    it(`finds ${moment} again`, () =>
      assert.ok(Math.abs(skipping.momentAt(skipping.placeOf(moment)) - moment) < 1e-3));

  const worked = (moment: number, expected: number) =>
    it(`${expected} ms were worked before ${moment}`, () =>
      assert.equal(skipping.workedBefore(moment), expected));
  worked(1_000, 0);
  worked(11_000, 10_000);
  worked(1_000_000, 10_000);
  worked(hourMs + 3_000, 13_000);

  it("begins with nothing", () => {
    const empty = new Axis([], true);
    assert.deepEqual(
      [empty.length, empty.placeOf(5), empty.momentAt(5), empty.workedBefore(5)],
      [0, 0, 0, 0],
    );
    assert.deepEqual(ticksBetween(empty, { from: 0, to: 1 }, 8), []);
  });

  /** Turns of so many seconds each, with pauses of so many seconds between them. */
  const skips = (turnSeconds: number, pauses: readonly number[], expected: readonly number[]) =>
    it(`of turns of ${turnSeconds} s leaves out the pauses of ${expected.join(", ") || "none"} of ${pauses.join(", ")} s`, () => {
      let at = 0;
      const turns = [0, ...pauses].map((pause) => {
        const from = at + pause * 1_000;
        at = from + turnSeconds * 1_000;
        return { from, to: at };
      });
      const { gaps } = new Axis(turns, true);
      assert.deepEqual(
        gaps.map(({ from, to }) => (to - from) / 1_000),
        expected,
      );
    });
  skips(0.01, [0.9], []);
  skips(0.01, [30], [30]);
  skips(4, [20, 20], [20, 20]);
  skips(4, [0.5, 20, 0.3], [20]);
  skips(60, [2, 5, 90], [90]);
  skips(3_600, [60, 300, 30], []);
  skips(3_600, [60, 7_200], [7_200]);
  skips(5, [8, 8, 8, 8, 8, 8], [8, 8, 8, 8, 8, 8]);

  it("gives many marks little room", () => {
    const many = Array.from({ length: 100 }, (_, index) => ({
      from: index * hourMs,
      to: index * hourMs + 1_000,
    }));
    const axis = new Axis(many, true);
    assert.equal(axis.gaps.length, 99);
    assert.ok(axis.length <= 100_000 * 1.2);
  });

  it("joins turns that overlap, and goes on to now", () => {
    const table = tableOf(
      span("a", "turn", [0, 10]),
      span("b", "turn", [5, 20]),
      span("c", "turn", [30, 40]),
      begun("d", "turn", 50),
    );
    assert.deepEqual(new TurnFold(busyTime).of(table, 99), [
      { from: 0, to: 20 },
      { from: 30, to: 40 },
      { from: 50, to: 99 },
    ]);
  });
});

describe("lines of the ruler", () => {
  const step = (length: number, most: number, expected: number) =>
    it(`${length} ms with at most ${most} lines: every ${expected} ms`, () =>
      assert.equal(tickStep(length, most), expected));
  step(10_000, 10, 1_000);
  step(9_999, 5, 2_000);
  step(70_000, 7, 10_000);
  step(3 * hourMs, 9, 30 * 60_000);
  step(5, 10, 1);
  step(0.5, 5, 0.1);
  step(480 * hourMs, 10, 48 * hourMs);

  const label = (ms: number, every: number, expected: string) =>
    it(`${ms} every ${every} is ${expected}`, () => assert.equal(tickLabel(ms, every), expected));
  label(0, 1_000, "0");
  label(250, 50, "250 ms");
  label(0.2, 0.1, "0.2 ms");
  label(500, 500, "500 ms");
  label(1_500, 500, "1.5 s");
  label(1_000, 500, "1 s");
  label(30_000, 15_000, "30 s");
  label(60_000, 15_000, "1 min");
  label(75_000, 15_000, "1 min 15 s");
  label(60_050, 50, "1 min 0.05 s");
  label(hourMs, 60_000, "1 h");
  label(hourMs + 240_000, 60_000, "1 h 4 min");

  it("count work, and what is skipped is not counted", () => {
    const axis = new Axis(busy, true);
    const ticks = ticksBetween(axis, { from: 1_000, to: hourMs + 10_000 }, 5);
    assert.deepEqual(
      ticks.map((tick) => tick.label),
      ["0", "5 s", "10 s", "15 s", "20 s"],
    );
    assert.deepEqual(
      ticks.map((tick) => tick.at),
      [1_000, 6_000, hourMs, hourMs + 5_000, hourMs + 10_000],
    );
  });
});

describe("zooming", () => {
  const axis = new Axis([{ from: 1_000, to: 11_000 }], true);
  const all = scaleOf(axis, undefined);
  const check = (name: string, actual: Interval | undefined, expected: Interval | undefined) =>
    it(name, () => assert.deepEqual(actual, expected));
  check("keeps what is under the pointer", zoomBy(all, 0.5, 0.5), { from: 3_500, to: 8_500 });
  check("at the left edge", zoomBy(all, 0.1, 0), { from: 1_000, to: 2_000 });
  check("out of everything is everything", zoomBy(all, 2, 0.5), undefined);
  const half = scaleOf(axis, { from: 3_500, to: 8_500 });
  check("moves right", panBy(half, 2), { from: 4_500, to: 9_500 });
  check("stops at the end", panBy(half, 100), { from: 6_000, to: 11_000 });
  check("stops at the beginning", panBy(half, -100), { from: 1_000, to: 6_000 });
  check("follows what runs", followTo(half, 10_000), { from: 5_000, to: 10_000 });
  check("to a stretch with air around it", zoomTo(axis, { from: 2_000, to: 3_000 }), {
    from: 1_980,
    to: 3_020,
  });
  it("shares of the width", () =>
    assert.deepEqual([shareOf(half, 3_500), shareOf(half, 6_000), shareOf(half, 8_500)], [0, 0.5, 1]));
});
