import assert from "node:assert/strict";
import { emptySession, type SessionState } from "../../src/protocol/session.ts";
import { RowMaker, type Row } from "../../webview/rows.ts";
import { scenes, turn } from "../support/webview-harness-scenes.ts";

const show = (rows: readonly Row[]) => rows.map((row) => row.kind);
const session = (change: Partial<SessionState>): SessionState => ({ ...emptySession, id: "s", ...change });

describe("rows of a conversation", () => {
  it("are the parts of each turn, blocks for texts, and an end", () => {
    assert.deepEqual(
      show(new RowMaker().rowsOf(session({ turns: [turn(1)] }), () => undefined)).join(" "),
      `user thinking explored call ${Array(8).fill("block").join(" ")} ending`,
    );
  });

  it("carry a heading on the first of each turn", () => {
    const rows = new RowMaker().rowsOf(session({ turns: [turn(1), turn(2)] }), () => undefined);
    assert.deepEqual(
      rows.flatMap((row) => (row.heading === undefined ? [] : [row.heading])),
      ["Turn 1: Fix the type error", "Turn 2: Fix the type error"],
    );
  });

  it("stay the same objects where nothing changed", () => {
    const maker = new RowMaker();
    const state = scenes.running.session as SessionState;
    const before = maker.rowsOf(state, () => undefined);
    const last = state.turns.at(-1);
    assert.ok(last);
    const items = last.items.map((item) =>
      item.kind === "text" ? { ...item, text: `${item.text} true**` } : item,
    );
    const after = maker.rowsOf(
      { ...state, turns: state.turns.with(-1, { ...last, items }) },
      () => undefined,
    );
    const changed = after.filter((row, index) => row !== before[index]).map((row) => row.kind);
    assert.deepEqual(changed, ["block", "status"]);
  });

  it("open a group to its calls, and open it when one of them was open", () => {
    const maker = new RowMaker();
    const state = session({ turns: [turn(1)] });
    const group = maker.rowsOf(state, () => undefined).find((row) => row.kind === "explored");
    assert.ok(group);
    maker.forgetTurnOf(group.key);
    const opened = show(maker.rowsOf(state, (key) => (key === group.key ? true : undefined)));
    assert.equal(opened.filter((kind) => kind === "call").length, 4);
    maker.forgetTurnOf(group.key);
    const inner = show(maker.rowsOf(state, (key) => (key === "t1/t1c1" ? true : undefined)));
    assert.equal(inner.filter((kind) => kind === "call").length, 4);
  });

  it("end a running turn with what it does, but for live thinking, which says it itself", () => {
    const { end: _, ...running } = turn(1, { items: [] });
    assert.deepEqual(show(new RowMaker().rowsOf(session({ turns: [running] }), () => undefined)), ["status"]);
    const thinking = { kind: "reasoning", id: "s:thought", text: "", startedAt: 0 } as const;
    const state = session({ turns: [{ ...running, items: [thinking] }] });
    assert.deepEqual(show(new RowMaker().rowsOf(state, () => undefined)), ["thinking"]);
  });

  it("say quietly that the agent went on, before what the user says later", () => {
    const words = { kind: "user", id: "a", text: { text: "Continue." } } as const;
    const state = session({ turns: [turn(2, { isContinued: true, items: [words] })] });
    const rows = new RowMaker().rowsOf(state, () => undefined);
    assert.deepEqual(show(rows), ["continued", "user", "ending"]);
    assert.equal(rows[0]?.heading, "Turn 2, continued");
    const asked = session({ turns: [turn(2, { items: [words] })] });
    assert.deepEqual(show(new RowMaker().rowsOf(asked, () => undefined)), ["user", "ending"]);
  });

  it("tell of turns that were not read yet", () => {
    const rows = new RowMaker().rowsOf(session({ turns: [turn(8)], olderTurns: 7 }), () => undefined);
    assert.deepEqual(rows[0], { kind: "older", key: "older", count: 7 });
  });

  it("stay the same objects where older turns come before them, and where turns go", () => {
    const maker = new RowMaker();
    const closed = () => undefined;
    const [one, two, three] = [turn(1), turn(2), turn(3)];
    const before = maker.rowsOf(session({ turns: [two, three], olderTurns: 1 }), closed);
    const again = maker.rowsOf(session({ turns: [two, three], olderTurns: 1 }), closed);
    assert.deepEqual(
      [...again.keys()].filter((at) => again[at] !== before[at]),
      [],
    );
    const all = maker.rowsOf(session({ turns: [one, two, three] }), closed);
    assert.ok(all.slice(1 - before.length).every((row, at) => row === before[at + 1]));
    const left = maker.rowsOf(session({ turns: [one, three] }), closed);
    assert.ok(left.every((row) => all.includes(row)));
    assert.equal(maker.rowsOf(session({ turns: [] }), closed).length, 0);
  });
});
