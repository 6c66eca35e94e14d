import assert from "node:assert/strict";
import { runClass } from "../../webview/class-names.ts";

describe("a run of characters without a space", () => {
  const run = "A".repeat(1_001);
  for (const [name, text] of [
    ["alone", run],
    ["at the end", `${"word ".repeat(999)}${run}`],
    ["at the beginning", `${run} ${"word ".repeat(999)}`],
    ["between lines", `a\n${run}\nb`],
  ] as const)
    it(`is seen ${name}`, () => assert.equal(runClass(text), "run"));
  it("is no concern where it is short", () =>
    assert.equal(runClass(`${"A".repeat(1_000)} `.repeat(50)), undefined));
  it("is not in what is empty", () => assert.equal(runClass(""), undefined));
});
