import assert from "node:assert/strict";
import { markCode } from "../../webview/code/grammar.ts";
import { CodeMarker, type Mark } from "../../webview/code/tint.ts";

const code = Array.from(
  { length: 200 },
  (_, index) =>
    `/* a comment\n   over lines */\nexport function f${index}(value: string): number {\n  const text = \`a\n\${value}\`;\n  return ${index};\n}\n`,
).join("\n");

function markAll(text: string, step: number): readonly Mark[] {
  const marker = new CodeMarker("ts", markCode);
  const settled: Mark[] = [];
  let open: readonly Mark[] = [];
  for (let end = Math.min(step, text.length); ; end = Math.min(end + step, text.length)) {
    const isOpen = end < text.length;
    do {
      const { marks, isSettled } = marker.next(text.slice(0, end), isOpen);
      open = isSettled ? [] : marks;
      if (isSettled) settled.push(...marks);
    } while (marker.isBehind(text.slice(0, end)));
    if (!isOpen) return [...settled, ...open];
  }
}

describe("colours of code", () => {
  it("mark what highlight.js marks", () => {
    const { marks } = markCode("const a = 'b'; // c", "js");
    const words = marks.map(({ start, end, tint }) => [tint, "const a = 'b'; // c".slice(start, end)]);
    assert.deepEqual(words, [
      ["keyword", "const"],
      ["string", "'b'"],
      ["comment", "// c"],
    ]);
  });
  it("mark style sheets, nested ones too", () => {
    const text = `@media print { a:hover, .b { margin: -1px !important } } .c { &:hover { --x: calc(2 * $y) } }`;
    const words = markCode(text, "scss").marks.map(
      ({ start, end, tint }) => `${tint} ${text.slice(start, end)}`,
    );
    assert.deepEqual(words, [
      ...["keyword @media", "type a", "property :hover", "type .b", "property margin", "number -1px"],
      ...["keyword !important", "type .c", "type &", "property :hover", "property --x", "type calc"],
      ...["number 2", "property $y"],
    ]);
  });
  it("are none for a language that is not known", () =>
    assert.deepEqual(markCode("x", "klingon"), { marks: [], isWhole: true }));
  it("are the same in pieces as whole", () =>
    assert.deepEqual(markAll(code, code.length), markCode(code, "ts").marks));
  it("are the same for code that arrives bit by bit", () =>
    assert.deepEqual(markAll(code.slice(0, 8000), 333), markCode(code.slice(0, 8000), "ts").marks));
  it("never read much for one piece", () => {
    const read: number[] = [];
    const marker = new CodeMarker("ts", (piece, language) => {
      read.push(piece.length);
      return markCode(piece, language);
    });
    marker.next(code, false);
    read.length = 0;
    marker.next(`const text = \`${"x ".repeat(50_000)}`, false);
    assert.ok(read.length <= 5 && Math.max(...read) <= 20_000, read.join(", "));
  });
});
