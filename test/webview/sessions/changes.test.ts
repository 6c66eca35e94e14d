import assert from "node:assert/strict";
import type { SessionEntry } from "../../../src/protocol/sessions.ts";
import { SessionChanges } from "../../../webview/sessions/changes.ts";

const entry = (id: string, change: Partial<SessionEntry> = {}): SessionEntry => ({
  ...{ id, folder: "/a", title: `Title ${id}`, startedAt: 1, updatedAt: 1, messages: 1, state: "idle" },
  ...{ isPinned: false, isElsewhere: false, ...change },
});

function setUp(isRefused = false) {
  const said: unknown[] = [];
  const changes = new SessionChanges(async ({ sessions, change }) => {
    said.push([sessions.join(), change]);
    return !isRefused;
  });
  return { said, changes, text: () => changes.done.value?.text };
}

describe("what is decided about sessions", () => {
  it("is told, and taken back one after the other", async () => {
    const { said, changes, text } = setUp();
    await changes.archive([entry("a"), entry("b")], true);
    assert.equal(text(), "Archived 2 sessions");
    await changes.rename(entry("a"), "  Tides  ");
    assert.equal(text(), "Renamed to “Tides”");
    await changes.undo();
    assert.equal(text(), "Undone: Renamed to “Tides”");
    await changes.undo();
    await changes.undo();
    assert.deepEqual(said, [
      ["a,b", { isArchived: true }],
      ["a", { title: "Tides" }],
      ["a", { title: "Title a" }],
      ["a,b", { isArchived: false }],
    ]);
    assert.equal(changes.done.value?.isUndoable, false);
  });

  it("concerns only what it changes", async () => {
    const { said, changes, text } = setUp();
    await changes.pin([entry("a", { isPinned: true }), entry("b")], true);
    await changes.trash([entry("c", { trashedAt: 5 }), entry("d")], true);
    assert.equal(text(), "Moved to the trash: “Title d”");
    await changes.rename(entry("a"), "Title a");
    await changes.rename(entry("a"), " ");
    await changes.archive([entry("e", { archivedAt: 5 })], true);
    assert.deepEqual(said, [
      ["b", { isPinned: true }],
      ["d", { isTrashed: true }],
    ]);
  });

  it("is not told where the host refused it", async () => {
    const { changes, text, said } = setUp(true);
    await changes.trash([entry("a")], true);
    assert.equal(text(), undefined);
    await changes.undo();
    assert.equal(said.length, 1);
  });

  it("asks for a thousand sessions at a time", async () => {
    const { said, changes } = setUp();
    await changes.trash(
      Array.from({ length: 2_500 }, (_, index) => entry(`s${index}`)),
      true,
    );
    assert.equal(said.length, 3);
    await changes.undo();
    assert.equal(said.length, 6);
  });
});
