import assert from "node:assert/strict";
import type { FoundSession, SessionEntry } from "../../../src/protocol/sessions.ts";
import { projectName, rowsOf, type Row } from "../../../webview/sessions/rows.ts";
import {
  chooseAll,
  indexAfter,
  moveTo,
  noSelection,
  settle,
  targetsOf,
  toggle,
} from "../../../webview/sessions/selection.ts";

const now = new Date("2025-11-20T14:30:00").getTime();
const hourMs = 3_600_000;

function found(id: string, hoursAgo: number, change: Partial<SessionEntry> = {}, hits = 0): FoundSession {
  const updatedAt = now - hoursAgo * hourMs;
  return {
    entry: {
      ...{ id, folder: "/a", title: id, startedAt: updatedAt, updatedAt, messages: 1, state: "idle" },
      ...{ isPinned: false, isElsewhere: false, ...change },
    },
    hits: Array.from({ length: hits }, (_, index) => ({
      ...{ turn: index + 1, role: "user", excerpt: "x", ranges: [] },
    })),
  };
}

const fork = (session: string) => ({ forkOf: { session, turn: 1 } });
const rows = (sessions: readonly FoundSession[], closed: readonly string[] = [], hasMore = false) =>
  rowsOf({ found: sessions, closed: new Set(closed), hasMore, now, locale: "en-GB" });
// One word a row: "# Today", "a", "·b" for a level deeper, "·a?" for a hit, "…".
const sketch = (list: readonly Row[]) =>
  list.map((row) => {
    if (row.kind === "heading") return `# ${row.text}`;
    if (row.kind === "more") return "…";
    const inset = "·".repeat(row.level - 1);
    return row.kind === "hit" ? `${inset}${row.session}?` : `${inset}${row.entry.id}`;
  });

describe("the rows of the list of sessions", () => {
  const check = (
    name: string,
    sessions: readonly FoundSession[],
    expected: readonly string[],
    closed?: readonly string[],
  ) => it(name, () => assert.deepEqual(sketch(rows(sessions, closed)), expected));

  check("are none without sessions", [], []);
  check(
    "are in groups: pinned, then by day",
    [found("p", 300, { isPinned: true }), found("a", 1), found("b", 2), found("c", 20), found("d", 50)],
    ["# Pinned", "p", "# Today", "a", "b", "# Yesterday", "c", "# Tuesday", "d"],
  );
  check(
    "have forks below what they come from, on the day of the newest",
    [found("b", 1, fork("a")), found("c", 2, fork("b")), found("x", 3), found("a", 200)],
    ["# Today", "a", "·b", "··c", "x"],
  );
  check(
    "have no forks where they are closed",
    [found("b", 1, fork("a")), found("a", 2)],
    ["# Today", "a"],
    ["a"],
  );
  check("have a fork by itself whose origin is not here", [found("b", 1, fork("gone"))], ["# Today", "b"]);
  check(
    "have a pinned fork at the top",
    [found("b", 1, { ...fork("a"), isPinned: true }), found("a", 2)],
    ["# Pinned", "b", "# Today", "a"],
  );
  check(
    "show what hangs on itself or in a circle once",
    [found("a", 1, fork("b")), found("b", 2, fork("a")), found("c", 3, fork("c"))],
    ["# Today", "a", "·b", "c"],
  );
  check(
    "have hits below their session, before its forks",
    [found("a", 2, {}, 2), found("b", 3, fork("a"), 1)],
    [...["# Today", "a", "·a?", "·a?", "·b", "··b?"]],
  );

  it("end where more can be asked for", () =>
    assert.deepEqual(sketch(rows([found("a", 1)], [], true)), ["# Today", "a", "…"]));

  it("tell their place among their siblings", () => {
    const places = rows([found("a", 1, {}, 1), found("b", 2, fork("a")), found("c", 3)]).flatMap((row) =>
      "level" in row ? [[row.key, row.level, row.position, row.siblings]] : [],
    );
    assert.deepEqual(places, [
      ["session/a", 1, 1, 2],
      ["hit/0/a", 2, 1, 2],
      ["session/b", 2, 2, 2],
      ["session/c", 1, 2, 2],
    ]);
  });

  const name = (folder: string, expected: string) =>
    it(`calls ${JSON.stringify(folder)} ${expected}`, () => assert.equal(projectName(folder), expected));
  name("/home/me/tides", "tides");
  name("/home/me/tides/", "tides");
  name("C:\\work\\tides", "tides");
  name("/home/me/all.code-workspace", "all");
  name("/a/one\n/a/two", "one, two");
  name("", "");
});

describe("the selection in the list of sessions", () => {
  // # Today, a, a?, b, # Yesterday, c
  const list = rows([found("a", 1, {}, 1), found("b", 2), found("c", 20)]);
  const key = (press: string, from: number, expected: number | undefined) =>
    it(`${press} goes from ${from} to ${expected}`, () =>
      assert.equal(indexAfter(press, list, from), expected));
  key("ArrowDown", 1, 2);
  key("ArrowDown", 3, 5);
  key("ArrowDown", 5, 5);
  key("ArrowUp", 5, 3);
  key("ArrowUp", 1, 1);
  key("Home", 5, 1);
  key("End", 1, 5);
  key("PageDown", 1, 5);
  key("PageUp", 5, 1);
  key("x", 1, undefined);
  it("has nowhere to go in an empty list", () => assert.equal(indexAfter("ArrowDown", [], 0), undefined));

  const at = (index: number) => moveTo(noSelection, list, index, "alone");
  const ids = (selection: typeof noSelection) => [...selection.chosen];
  it("extends from where it began, over hits and headings", () => {
    const down = moveTo(at(1), list, 5, "extending");
    assert.deepEqual(ids(down), ["a", "b", "c"]);
    assert.deepEqual(ids(moveTo(down, list, 3, "extending")), ["a", "b"]);
    assert.deepEqual(ids(moveTo(down, list, 3, "alone")), []);
  });
  it("toggles one, chooses all, and leaves headings alone", () => {
    const one = toggle(at(1), list, 3);
    assert.deepEqual(ids(one), ["b"]);
    assert.deepEqual(ids(toggle(one, list, 3)), []);
    assert.deepEqual(ids(chooseAll(one, list)), ["a", "b", "c"]);
    assert.equal(toggle(one, list, 0), one);
    assert.equal(moveTo(one, list, 0, "alone"), one);
  });
  it("is about the chosen ones, or about the row alone", () => {
    const chosen = moveTo(at(1), list, 3, "extending");
    const about = (index: number) => targetsOf(chosen, list, list[index]).map(({ entry }) => entry.id);
    assert.deepEqual([about(1), about(2), about(5)], [["a", "b"], ["a", "b"], ["c"]]);
    assert.deepEqual(targetsOf(noSelection, list, undefined), []);
  });
  it("stays where it was when its row goes", () => {
    const fewer = rows([found("a", 1, {}, 1), found("c", 20)]);
    const settled = settle(moveTo(at(1), list, 3, "extending"), fewer);
    assert.deepEqual([settled.cursor, ids(settled)], ["session/c", ["a"]]);
    assert.equal(settle(at(3), []).cursor, undefined);
    const same = at(3);
    assert.equal(settle(same, list), same);
  });
});
