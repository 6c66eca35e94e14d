import assert from "node:assert/strict";
import { changeLines } from "../../src/protocol/change-lines.ts";

const signs = { added: "+", removed: "-", same: " ", jump: "@" };

describe("a change in lines", () => {
  const check = (name: string, before: string, after: string, ...expected: readonly string[]) =>
    it(name, () => {
      const { lines } = changeLines(before, after);
      assert.deepEqual(
        lines.map(({ kind, text }) => `${signs[kind]}${text}`),
        expected,
      );
    });
  check("is nothing where nothing changes", "a\n", "a\n");
  check("is what was there and what will be", "a\nb\nc\n", "a\nB\nc\n", " a", "-b", "+B", " c");
  check("is all of a new text", "", "a\nb\n", "+a", "+b");
  check("is all of a text that goes", "a\n", "", "-a");
  check("says that a line end goes", "a\n", "a", "-a", "+a", "@No line end");
  check("keeps hostile text as it is", "", "<img src=x>\n", "+<img src=x>");

  it("jumps over what stays, and counts", () => {
    const before = Array.from({ length: 40 }, (_, index) => `line ${index + 1}`);
    const after = before.with(1, "other").toSpliced(30, 1);
    const { lines, added, removed } = changeLines(before.join("\n"), after.join("\n"));
    assert.deepEqual([added, removed], [1, 2]);
    assert.deepEqual(
      lines.filter(({ kind }) => kind === "jump").map(({ text }) => text),
      ["Line 28"],
    );
    assert.equal(lines.length, 14);
  });

  it("comes to an end for a text that differs everywhere", () => {
    const text = (word: string) =>
      Array.from({ length: 5_000 }, (_, index) => `${word} ${index * 7}`).join("\n");
    const { added, removed } = changeLines(text("a"), text("b"));
    assert.deepEqual([added, removed], [5_000, 5_000]);
  });
});
