import assert from "node:assert/strict";
import { BlockSplitter, type Block } from "../../webview/markdown/blocks.ts";
import { markdownWithMarkers } from "../bench/markdown-sample.ts";

const show = (block: Block) =>
  `${block.isJoined ? "+" : ""}${block.kind} ${JSON.stringify(block.kind === "code" ? `${block.language}|${block.code}` : block.source)}${block.isOpen ? " …" : ""}`;

function streamed(text: string, step = 1): readonly Block[] {
  const splitter = new BlockSplitter();
  for (let end = 1; end < text.length; end += step) splitter.update(text.slice(0, end), true);
  return splitter.update(text, false);
}

describe("blocks of a text", () => {
  const check = (text: string, ...expected: readonly string[]) =>
    it(JSON.stringify(text), () => {
      const whole = new BlockSplitter().update(text, false);
      assert.deepEqual(whole.map(show), expected);
      assert.deepEqual(streamed(text), whole);
    });
  check("a\n\nb", 'prose "a"', 'prose "b"');
  check("# a\nb", 'heading "# a"', 'prose "b"');
  check("a\n---", 'heading "a\\n---"');
  check("```ts\nx\n```\ny", 'code "ts|x"', 'prose "y"');
  check("```\n\nx\n\n```", 'code "|\\nx\\n"');
  check("```a\n```\n```b\ny\n```", 'code "a|"', 'code "b|y"');
  check("````md\n```ts\nx\n```\n````", 'code "md|```ts\\nx\\n```"');
  check("~~~\n```\n~~~", 'code "|```"');
  check("a ```b``` c", 'prose "a ```b``` c"');
  check("    indented\n\nb", 'code "|indented"', 'prose "b"');
  check("- a\n- b\n\n1. c", 'prose "- a\\n- b"', 'prose "1. c"');
  check("- a\n\n  ```\n  x\n  ```\n- b", 'prose "- a\\n\\n  ```\\n  x\\n  ```\\n- b"');
  check("a\r\n\r\nb", 'prose "a"', 'prose "b"');
  check("| a |\n| - |\n| b |\n\nc", 'prose "| a |\\n| - |\\n| b |"', 'prose "c"');
  check("[a]: https://example.com\n\n[a]", 'prose "[a]"');
});

describe("a text that grows", () => {
  const check = (text: string, ...expected: readonly string[]) =>
    it(JSON.stringify(text), () =>
      assert.deepEqual(new BlockSplitter().update(text, true).map(show), expected),
    );
  check("a\n\nb", 'prose "a"', 'prose "b" …');
  check("```ts\nx\ny", 'code "ts|x\\ny" …');
  check("```ts\nx\n``", 'code "ts|x\\n" …');
  check("```ts\nx\n```", 'code "ts|x\\n" …');
  check("```t", 'code "|" …');

  it("keeps blocks that did not change", () => {
    const splitter = new BlockSplitter();
    const [before] = splitter.update("a\n\nb", true);
    const [after, open] = splitter.update("a\n\nbc", true);
    assert.equal(after, before);
    assert.equal(open?.source, "bc");
  });

  it("begins again with another text", () => {
    const splitter = new BlockSplitter();
    splitter.update("a\n\nb", true);
    assert.deepEqual(splitter.update("x", true).map(show), ['prose "x" …']);
  });

  it("divides a long list and keeps its beginning", () => {
    const splitter = new BlockSplitter();
    const item = (index: number) => `- item ${index}\n`;
    let text = "";
    for (let index = 0; index < 100; index++) splitter.update((text += item(index)), true);
    const blocks = splitter.update(`${text}\nend`, false);
    assert.deepEqual(
      blocks.map(({ isJoined }) => isJoined),
      [false, true, true, true, true, false],
    );
    assert.equal(
      blocks
        .slice(0, -1)
        .map(({ source }) => `${source}\n`)
        .join(""),
      text,
    );
  });

  it("reads a streamed text as it reads it whole", () => {
    const { text } = markdownWithMarkers(8000, 0);
    assert.deepEqual(streamed(text, 7), new BlockSplitter().update(text, false));
  });

  it("reads 200 KB of open code without reading it again and again", () => {
    const splitter = new BlockSplitter();
    const line = `const value = "${"x".repeat(180)}";\n`;
    let text = "```ts\n";
    for (let index = 0; index < 1000; index++) splitter.update((text += line), true);
  });
});
