import assert from "node:assert/strict";
import {
  joinLines,
  plainTerminal,
  readTerminal,
  wholeLines,
  type Look,
} from "../../webview/terminal/ansi.ts";

const esc = "\u001b";

describe("text of a terminal", () => {
  const check = (name: string, text: string, expected: string) =>
    it(name, () => assert.equal(plainTerminal(text), expected));
  check("is lines", "one\ntwo\n", "one\ntwo");
  check("keeps tabs and empty lines", "a\tb\n\n\nc", "a\tb\n\n\nc");
  check("knows both line ends", "one\r\ntwo\r\n", "one\ntwo");
  check("is nothing for nothing", "", "");
  check("is written over after a return", "10 %\r55 %\r100 %", "100 %");
  check("keeps what a shorter line leaves", "abcdef\rxy", "xycdef");
  check("goes back by a backspace", "abc\b\bX", "aXc");
  check("erases to the end of the line", `progress 10\r${esc}[Kdone`, "done");
  check("erases the whole line", `progress${esc}[2K\rdone`, "done");
  check("erases from the start", `abcdef\r${esc}[2C${esc}[1KX`, "  Xdef");
  check("moves up and writes over", `one\ntwo\n${esc}[2A${esc}[2KONE\n${esc}[1B`, "ONE\ntwo");
  check("goes to a column", `abc${esc}[6Gf${esc}[2GB`, "aBc  f");
  check("goes no further up than the first line", `a\n${esc}[99Ab`, "b");
  check("makes no lines by going down", `a${esc}[99B${esc}[99Eb`, "b");
  check("pads no further than a screen", `${esc}[999999999Ca`, `${" ".repeat(1000)}a`);
  check("clears only what stands below", `a\nb\n${esc}[1A${esc}[Jc`, "a\nc");
  check("keeps what was there before the screen is cleared", `a\nb\n${esc}[2J${esc}[Hc`, "a\nb\nc");

  describe("without", () => {
    check("titles", `${esc}]0;title\u0007text`, "text");
    check("links, but their text", `${esc}]8;;http://a.example${esc}\\link${esc}]8;;${esc}\\`, "link");
    check("device strings", `${esc}P1$r0m${esc}\\text`, "text");
    check("modes and cursors", `${esc}[?25l${esc}[?1049h${esc}7text${esc}8${esc}(B${esc}=`, "text");
    check("bells and other controls", "a\u0000\u0007\u000b\u000c\u007f\u0085\u009bb", "ab");
    check("a sequence that is not whole", `text${esc}[31`, "text");
    check("a lone escape", `text${esc}`, "text");
    check("a control string that never ends, only its beginning", `${esc}]0;a\nb`, "0;a\nb");
    check("one that is longer than any", `${esc}]${"x".repeat(5_000)}`, "x".repeat(5_000));
    check("odd parameters", `${esc}[>4;2m${esc}[<1mtext`, "text");
  });

  describe("has looks:", () => {
    const looks = (name: string, text: string, ...expected: readonly (readonly [string, Look])[]) =>
      it(name, () =>
        assert.deepEqual(
          joinLines(readTerminal(text)).map((run) => [run.text, run.look]),
          expected,
        ),
      );
    looks("colours", `${esc}[31mred${esc}[0m plain`, ["red", { colour: 1 }], [" plain", {}]);
    looks(
      "bright ones",
      `${esc}[92ma${esc}[104mb`,
      ["a", { colour: 10 }],
      ["b", { background: 12, colour: 10 }],
    );
    looks("several at once", `${esc}[1;4;7;33ma`, [
      "a",
      { colour: 3, isBold: true, isInverse: true, isUnderlined: true },
    ]);
    looks(
      "taken back one by one",
      `${esc}[1;2;3;9;31ma${esc}[22;23;29;39mb`,
      ["a", { colour: 1, isBold: true, isDim: true, isItalic: true, isStruck: true }],
      ["b", {}],
    );
    looks("taken back by nothing", `${esc}[31ma${esc}[mb`, ["a", { colour: 1 }], ["b", {}]);
    looks("over lines", `${esc}[32ma\nb${esc}[0m`, ["a", { colour: 2 }], ["\n", {}], ["b", { colour: 2 }]);
    looks(
      "of 256 colours, the nearest",
      `${esc}[38;5;9ma${esc}[38;5;196mb${esc}[38;5;240mc`,
      ["ab", { colour: 9 }],
      ["c", { colour: 0 }],
    );
    looks(
      "of all colours, the nearest",
      `${esc}[38;2;255;0;0ma${esc}[48;2;0;0;128mb`,
      ["a", { colour: 9 }],
      ["b", { background: 4, colour: 9 }],
    );
    looks(
      "with parts",
      `${esc}[38:2::0:255:0ma${esc}[4:3mb${esc}[4:0mc`,
      ["a", { colour: 10 }],
      ["b", { colour: 10, isUnderlined: true }],
      ["c", { colour: 10 }],
    );
    looks("no colour beyond those there are", `${esc}[38;5;999ma${esc}[31;38mb`, ["ab", {}]);
    looks(
      "that do not stay on what is written over",
      `${esc}[31mabc${esc}[0m\rX`,
      ["X", {}],
      ["bc", { colour: 1 }],
    );
    looks("one run for what looks the same", `${esc}[31ma${esc}[0m${esc}[31mb`, ["ab", { colour: 1 }]);
  });

  it("comes to an end with what is made to take long", () => {
    readTerminal("a\r".repeat(100_000));
    readTerminal(`${"x".repeat(100_000)}${"\ry".repeat(50_000)}`);
    readTerminal(`${esc}[31ma${esc}[32mb`.repeat(20_000));
    readTerminal(`${"ab".repeat(900)}${`\r${esc}[31mx${esc}[5Cy`.repeat(10_000)}`);
    readTerminal(`${esc}]`.repeat(50_000));
    readTerminal(`\n${esc}[1000A`.repeat(20_000));
    assert.ok(readTerminal("a\rb").length > 0);
  });

  it("draws no more than so many pieces", () => {
    const runs = joinLines(readTerminal(`${esc}[31ma${esc}[32mb\n`.repeat(10_000)));
    assert.ok(runs.length < 5_010);
    assert.equal(runs.map(({ text }) => text).join("").length, 29_999);
  });

  describe("of which only the end is at hand", () => {
    it("begins with a whole line", () => {
      assert.equal(wholeLines("34mbc\nnext\nlast", 10), "next\nlast");
      assert.equal(wholeLines("5 %\r6 %\r7 %", 10), "6 %\r7 %");
    });
    it("is as it is where nothing was cut, or where there is one line", () => {
      assert.equal(wholeLines("a\nb", 10), "a\nb");
      assert.equal(wholeLines("abcdefghijk", 10), "abcdefghijk");
    });
  });
});
