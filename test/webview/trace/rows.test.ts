import assert from "node:assert/strict";
import type { OpenSpan, Span } from "../../../src/protocol/trace.ts";
import { Branches } from "../../../webview/trace/branches.ts";
import { Findings, isFiltering, noFilters, type Filters } from "../../../webview/trace/filters.ts";
import { FlatRows } from "../../../webview/trace/flat-rows.ts";
import { RowLister } from "../../../webview/trace/row-lister.ts";
import { begun, span, tableOf } from "./world.ts";

const makeTable = () =>
  tableOf(
    span("t", "turn", [0, 5_000], { name: "invoke_agent main", title: "Fix the tides" }),
    span("a", "step", [0, 3_000], { parent: "t", name: "step 1" }),
    span("m", "model", [0, 2_000], { parent: "a", name: "chat flash" }),
    span("c", "tool", [2_000, 2_050], {
      parent: "a",
      title: "Read tides.ts",
      outcome: "error",
      error: { code: "e", message: "Gone fishing" },
    }),
    span("b", "step", [3_000, 5_000], { parent: "t", name: "step 2" }),
    begun("o", "model", 3_000, { parent: "b", name: "chat pro" }),
    span("u", "turn", [9_000, 9_100], { turn: 2, name: "invoke_agent main", title: "Then the moon" }),
  );

describe("agents of a run", () => {
  it("are a line each where there are many, also those that are read later", () => {
    const table = tableOf(
      span("r", "run", [0, 9_000]),
      span("x", "agent", [5_000, 9_000], { parent: "r" }),
      span("xm", "model", [5_000, 9_000], { parent: "x" }),
    );
    const branches = new Branches(() => table);
    branches.closeTurns(table.placeOf("r") ?? -1);
    table.put(span("w", "agent", [0, 5_000], { parent: "r" }));
    table.put(span("wm", "model", [0, 5_000], { parent: "w" }));
    const closed = ["r", "x", "w"].filter((id) => branches.isClosed(table.placeOf(id) ?? -1));
    assert.deepEqual(closed, ["x", "w"]);
  });
});

describe("rows of the tree", () => {
  const check = (
    name: string,
    arrange: (branches: Branches, place: (id: string) => number) => void,
    expected: string,
  ) =>
    it(name, () => {
      const table = makeTable();
      const branches = new Branches(() => table);
      arrange(branches, (id) => table.placeOf(id) ?? 0);
      const rows = new FlatRows();
      rows.fill(table, (place) => branches.isClosed(place));
      const shown = Array.from(
        { length: rows.count },
        (_, row) => `${rows.depth(row)}${table.idOf(rows.at(row))}`,
      );
      assert.equal(shown.join(" "), expected);
    });

  check("all open", () => {}, "0 1t 2a 3m 3c 2b 3o 1u");
  check("one closed", (branches, place) => branches.set(place("a"), false), "0 1t 2a 2b 3o 1u");
  check(
    "closed and opened",
    (branches, place) => {
      branches.set(place("a"), false);
      branches.set(place("a"), true);
    },
    "0 1t 2a 3m 3c 2b 3o 1u",
  );
  check("all closed", (branches) => branches.setAll(false), "0 1t 1u");
  check(
    "all closed but one",
    (branches, place) => {
      branches.setAll(false);
      branches.set(place("t"), true);
    },
    "0 1t 2a 2b 1u",
  );
  check("turns closed but the last", (branches, place) => branches.closeTurns(place("u")), "0 1t 1u");
  check(
    "turns closed but the first",
    (branches, place) => branches.closeTurns(place("t")),
    "0 1t 2a 3m 3c 2b 3o 1u",
  );
  check(
    "all below opened",
    (branches, place) => {
      branches.setAll(false);
      branches.openBelow(makeTable(), place("t"));
    },
    "0 1t 2a 3m 3c 2b 3o 1u",
  );
  check(
    "opened down to one",
    (branches, place) => {
      branches.setAll(false);
      branches.openTo(makeTable(), place("m"));
    },
    "0 1t 2a 3m 3c 2b 1u",
  );
  check("the session does not close", (branches) => branches.set(0, false), "0 1t 2a 3m 3c 2b 3o 1u");

  it("knows the row of a span", () => {
    const table = makeTable();
    const rows = new FlatRows();
    rows.fill(table, () => false);
    assert.deepEqual(
      [rows.rowOf(table.placeOf("c") ?? 0), rows.rowOf(99), rows.at(99), rows.at(-1)],
      [4, -1, -1, -1],
    );
  });
});

describe("rows that are listed again", () => {
  const check = (
    name: string,
    change: (table: ReturnType<typeof makeTable>, branches: Branches) => readonly string[],
    expected: string,
  ) =>
    it(name, () => {
      const table = makeTable();
      const branches = new Branches(() => table);
      const [rows, lister] = [new FlatRows(), new RowLister()];
      lister.list(rows, table, branches, new Set());
      const places = change(table, branches).map((id) => table.turnPlace(table.placeOf(id) ?? 0));
      lister.list(rows, table, branches, new Set(places));
      const shown = Array.from(
        { length: rows.count },
        (_, row) => `${rows.depth(row)}${table.idOf(rows.at(row))}`,
      );
      assert.equal(shown.join(" "), expected);
    });
  const put =
    (...spans: readonly (Span | OpenSpan)[]) =>
    (table: ReturnType<typeof makeTable>) =>
      spans.map((one) => table.idOf(table.put(one)));

  check("nothing changed", () => [], "0 1t 2a 3m 3c 2b 3o 1u");
  check(
    "more in the last turn",
    put(span("v", "step", [9_010, 9_020], { parent: "u" })),
    "0 1t 2a 3m 3c 2b 3o 1u 2v",
  );
  check("another turn", put(span("w", "turn", [9_500, 9_600])), "0 1t 2a 3m 3c 2b 3o 1u 1w");
  check(
    "another turn, and more in the one before",
    put(span("w", "turn", [9_500, 9_600]), span("v", "step", [9_010, 9_020], { parent: "u" })),
    "0 1t 2a 3m 3c 2b 3o 1u 2v 1w",
  );
  check("a turn between others", put(span("s", "turn", [7_000, 7_100])), "0 1t 2a 3m 3c 2b 3o 1s 1u");
  check("an earlier turn", put(span("s", "turn", [-7_000, -100])), "0 1s 1t 2a 3m 3c 2b 3o 1u");
  check(
    "more in an earlier turn",
    put(span("x", "tool", [2_100, 2_200], { parent: "a" })),
    "0 1t 2a 3m 3c 3x 2b 3o 1u",
  );
  check(
    "a turn that began at another time",
    put(span("u", "turn", [-1, 9_100], { turn: 2 }), begun("z", "turn", 1e5)),
    "0 1u 1t 2a 3m 3c 2b 3o 1z",
  );
  check(
    "what waited for its parent",
    (table) => {
      table.put(span("late", "tool", [9_050, 9_060], { parent: "p" }));
      return put(span("p", "step", [9_040, 9_070], { parent: "u" }))(table);
    },
    "0 1t 2a 3m 3c 2b 3o 1u 2p 3late",
  );
  check(
    "a branch that was closed",
    (table, branches) => {
      branches.set(table.placeOf("t") ?? 0, false);
      return [];
    },
    "0 1t 1u",
  );
});

describe("filters", () => {
  const check = (filters: Partial<Filters>, expected: string, hidden: number) =>
    it(JSON.stringify(filters), () => {
      const table = makeTable();
      const findings = new Findings();
      findings.find(table, { ...noFilters, ...filters }, 4_000);
      const rows = new FlatRows();
      rows.fill(
        table,
        () => false,
        (place) => findings.isShown(place),
      );
      const shown = Array.from({ length: rows.count - 1 }, (_, row) => {
        const place = rows.at(row + 1);
        return `${findings.isContext(place) ? "-" : ""}${table.idOf(place)}`;
      });
      assert.deepEqual([shown.join(" "), findings.hidden], [expected, hidden]);
    });

  check({}, "t a m c b o u", 0);
  check({ text: "tides" }, "t -a c", 4);
  check({ text: " MOON " }, "u", 6);
  check({ text: "fishing" }, "-t -a c", 4);
  check({ text: "nowhere" }, "", 7);
  check({ kind: "model" }, "-t -a m -b o", 2);
  check({ kind: "model", text: "pro" }, "-t -b o", 4);
  check({ outcome: "error" }, "-t -a c", 4);
  check({ outcome: "running" }, "-t -b o", 4);
  check({ outcome: "denied" }, "", 7);
  check({ outcome: "ok", kind: "turn" }, "t u", 5);
  check({ minMs: 1_500 }, "t a m b", 3);

  it("looks again when another text is looked for", () => {
    const table = makeTable();
    const findings = new Findings();
    findings.find(table, { ...noFilters, text: "moon" }, 0);
    findings.find(table, { ...noFilters, text: "tides" }, 0);
    assert.equal(findings.matches, 2);
  });

  const filters = (change: Partial<Filters>, expected: boolean) =>
    it(`${JSON.stringify(change)} leaves out ${expected ? "something" : "nothing"}`, () =>
      assert.equal(isFiltering({ ...noFilters, ...change }), expected));
  filters({}, false);
  filters({ text: "  " }, false);
  filters({ text: "a" }, true);
  filters({ minMs: 1 }, true);
});
