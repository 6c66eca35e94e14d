import assert from "node:assert/strict";
import { visibleParts, visibleText } from "../../webview/visible-text.ts";

describe("a text that people decide by", () => {
  const check = (name: string, text: string, expected: string) =>
    it(name, () => assert.equal(visibleText(text), expected));
  check("is as it is", "npm test -- --grep 'a b' | tee ~/log", "npm test -- --grep 'a b' | tee ~/log");
  check("may be of any script", "echo 日本語 Ünïcödé العربية 🎉", "echo 日本語 Ünïcödé العربية 🎉");
  check("shows what turns the direction", "cat \u202etxt.exe\u202c", "cat [U+202E]txt.exe[U+202C]");
  check(
    "shows isolates and marks of direction",
    "\u2066a\u2069\u200e\u061c",
    "[U+2066]a[U+2069][U+200E][U+061C]",
  );
  check("shows what has no width", "rm\u200b -rf\u2060\ufeff", "rm[U+200B] -rf[U+2060][U+FEFF]");
  check("shows spaces that are none", "ls\u00a0-l\u2003\u3000", "ls[U+00A0]-l[U+2003][U+3000]");
  check("shows soft hyphens and fillers", "a\u00adb\u3164\u115f", "a[U+00AD]b[U+3164][U+115F]");
  check("shows tags and selectors", "a\u{e0041}\ufe0f", "a[U+E0041][U+FE0F]");
  check(
    "shows controls by their names",
    "a\u001b[2K\rb\u0000\u007f\u0007",
    "a[ESC][2K[CR]b[NUL][DEL][U+0007]",
  );
  check("shows line and paragraph separators", "a\u2028b\u2029", "a[U+2028]b[U+2029]");
  check("shows lone surrogates", "a\ud800b", "a[U+D800]b");
  check("shows line ends and tabs in one line", "a\nb\tc", "a[LF]b[TAB]c");

  it("keeps line ends and tabs where there are lines", () =>
    assert.deepEqual(visibleParts("a\n\tb\r\n", true), [
      { text: "a\n\tb" },
      { text: "[CR]", code: "U+000D" },
      { text: "\n" },
    ]));
  it("is nothing for nothing", () => assert.deepEqual(visibleParts("", true), []));
});
