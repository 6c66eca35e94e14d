import assert from "node:assert/strict";
import { titleOf } from "#core/session/summary.ts";

describe("a session's title", () => {
  const check = (name: string, text: string, title: string): unknown =>
    it(`is ${name}`, () => assert.equal(titleOf({ text }), title));

  check(
    "the first line that says something",
    "\n## \n> - How high is the tide?\nToday",
    "How high is the tide?",
  );
  check("a stand-in where nothing is said", " \n\t", "New session");
  check("cut at a word", "word ".repeat(30), `${"word ".repeat(12).trim()}…`);
  check("cut in the middle of a long word", "x".repeat(90), `${"x".repeat(60)}…`);
  check("never half a character", `${"x".repeat(59)}😀${"x".repeat(30)}`, `${"x".repeat(59)}…`);
  check("one line, whatever ends it", "One\rTwo\u2028Three", "One");
  check("without what is not seen", "a\0b\u001B[31mc", "a b [31mc");
  check("without what turns text around", "abc\u202Etxt.exe", "abc txt.exe");
});
