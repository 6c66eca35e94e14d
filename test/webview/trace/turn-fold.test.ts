import assert from "node:assert/strict";
import { Random } from "#core/workflow/schema/random.ts";
import type { OpenSpan, Span } from "../../../src/protocol/trace.ts";
import type { SpanTable } from "../../../webview/trace/table.ts";
import { TurnFold } from "../../../webview/trace/turn-fold.ts";
import { begun, span, tableOf } from "./world.ts";

/** Turns with their ends as they are added, and how many had to be. */
function listed(): { readonly fold: TurnFold<string[]>; readonly added: () => number } {
  let added = 0;
  const fold = new TurnFold<string[]>({
    none: () => [],
    copy: (sum) => [...sum],
    add: (sum, table, turn, now) => {
      added += 1;
      sum.push(`${table.idOf(turn)}–${table.endedAt(turn, now)}`);
    },
  });
  return { fold, added: () => added };
}

const three = () =>
  tableOf(span("a", "turn", [0, 10]), span("b", "turn", [20, 30]), span("c", "turn", [40, 50]));

describe("what turns come to", () => {
  const check = (
    name: string,
    change: readonly (Span | OpenSpan)[],
    expected: { readonly all: string; readonly added: number },
  ) =>
    it(name, () => {
      const table = three();
      const { fold, added } = listed();
      fold.of(table, 99);
      const before = added();
      for (const one of change) fold.forget(table.turnPlace(table.put(one)));
      assert.equal(fold.of(table, 99).join(" "), expected.all);
      assert.equal(added() - before, expected.added);
    });
  check("nothing changed", [], { all: "a–10 b–30 c–50", added: 0 });
  check("another one ran", [span("d", "turn", [60, 70])], { all: "a–10 b–30 c–50 d–70", added: 1 });
  check("another one runs", [begun("d", "turn", 60)], { all: "a–10 b–30 c–50 d–99", added: 1 });
  check("one that began with the last", [span("d", "turn", [40, 45])], {
    all: "a–10 b–30 c–50 d–45",
    added: 4,
  });
  check("an earlier one", [span("d", "turn", [-9, -5])], { all: "d–-5 a–10 b–30 c–50", added: 4 });
  check("one between", [span("d", "turn", [33, 34])], { all: "a–10 b–30 d–34 c–50", added: 4 });
  check("something in an earlier one", [span("x", "step", [1, 2], { parent: "a" })], {
    all: "a–10 b–30 c–50",
    added: 3,
  });
  check("one that began later than was said", [span("a", "turn", [70, 80])], {
    all: "b–30 c–50 a–80",
    added: 3,
  });

  it("what runs is added until it has ended", () => {
    const { fold, added } = listed();
    const table = tableOf(span("a", "turn", [0, 10]), begun("b", "turn", 20));
    assert.deepEqual([...fold.of(table, 30), ...fold.of(table, 40)], ["a–10", "b–30", "a–10", "b–40"]);
    fold.forget(table.put(span("b", "turn", [20, 45])));
    assert.deepEqual([fold.of(table, 99).at(-1), fold.of(table, 100).at(-1)], ["b–45", "b–45"]);
    assert.equal(added(), 4);
  });

  it("another session is not added to the one before", () => {
    const { fold } = listed();
    fold.of(three(), 99);
    assert.deepEqual(fold.of(tableOf(span("z", "turn", [0, 1])), 99), ["z–1"]);
  });

  it("whatever happens, they are as if all were gone through", () => {
    const random = new Random("turns");
    const { fold } = listed();
    const table = tableOf();
    for (let round = 0; round < 400; round++) {
      const id = `t${random.between(0, 60)}`;
      const startedAt = random.between(0, 1_000);
      const isOpen = random.between(0, 2) === 0;
      const one = isOpen ? begun(id, "turn", startedAt) : span(id, "turn", [startedAt, startedAt + 5]);
      fold.forget(table.turnPlace(table.put(one)));
      const fresh: (table: SpanTable) => string[] = (of) => listed().fold.of(of, 2_000);
      assert.deepEqual(fold.of(table, 2_000), fresh(table));
    }
  });
});
