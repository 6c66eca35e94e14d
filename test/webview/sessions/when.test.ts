import assert from "node:assert/strict";
import { formatAge, formatDay, formatTime, periodOf } from "../../../webview/sessions/when.ts";

const at = (text: string) => new Date(text).getTime();
const now = at("2025-11-20T14:30:00");

describe("moments in the list of sessions", () => {
  const day = (moment: string, expected: string) =>
    it(`${moment} is ${expected}`, () => assert.equal(formatDay(at(moment), now, "en-GB"), expected));
  day("2025-11-20T00:00:00", "Today");
  day("2025-11-20T23:59:00", "Today");
  day("2025-11-19T23:59:59", "Yesterday");
  day("2025-11-18T12:00:00", "Tuesday");
  day("2025-11-14T00:00:00", "Friday");
  day("2025-11-13T23:59:59", "13 November");
  day("2024-11-20T12:00:00", "20 November 2024");

  const age = (moment: string, heading: string, expected: string) =>
    it(`${moment} below ${heading} is ${expected}`, () =>
      assert.equal(formatAge(at(moment), now, heading, "en-GB"), expected));
  age("2025-11-20T14:29:30", "Today", "now");
  age("2025-11-20T14:31:00", "Today", "now");
  age("2025-11-20T14:25:00", "Today", "5 min ago");
  age("2025-11-20T11:00:00", "Today", "3 h ago");
  age("2025-11-19T11:05:00", "Yesterday", "11:05");
  age("2025-11-19T11:05:00", "Pinned", "Yesterday, 11:05");
  age("2025-11-20T00:10:00", "Pinned", "14 h ago");

  const time = (moment: string, expected: string) =>
    it(`${moment} in a log is ${expected}`, () =>
      assert.equal(formatTime(at(moment), now, "en-GB"), expected));
  time("2025-11-20T14:02:07", "14:02:07");
  time("2025-11-19T14:02:07", "19 Nov, 14:02");

  it("turns periods into moments", () => {
    assert.deepEqual(periodOf({ kind: "any" }, now), {});
    assert.deepEqual(periodOf({ kind: "today" }, now), { from: at("2025-11-20T00:00:00") });
    assert.deepEqual(periodOf({ kind: "week" }, now), { from: at("2025-11-14T00:00:00") });
    assert.deepEqual(periodOf({ kind: "month" }, now), { from: at("2025-10-22T00:00:00") });
    assert.deepEqual(periodOf({ kind: "range", from: "2025-11-01", to: "2025-11-02" }, now), {
      from: at("2025-11-01T00:00:00"),
      to: at("2025-11-02T23:59:59.999"),
    });
    assert.deepEqual(periodOf({ kind: "range", from: "", to: "" }, now), {});
  });
});
