import assert from "node:assert/strict";
import type { Token } from "marked";
import { makeLexer } from "../../webview/markdown/lexer.ts";
import { pairTags, readTag, splitHtml } from "../../webview/markdown/tags.ts";

/** The types and sources of all tokens without tokens of their own. */
function leaves(tokens: readonly Token[]): readonly string[] {
  return tokens.flatMap((token) => {
    const inner = token.type === "list" ? (token.items as Token[]) : "tokens" in token ? token.tokens : [];
    return inner === undefined || inner.length === 0 ? [`${token.type}: ${token.raw}`] : leaves(inner);
  });
}

describe("tags of a text", () => {
  const check = (text: string, expected: readonly string[]) =>
    it(JSON.stringify(text), () => assert.deepEqual(leaves(makeLexer().lex(text)), expected));
  check("the <style> element", ["text: the ", "escape: <style>", "text:  element"]);
  check("<script>*a*</script>", ["escape: <script>", "text: a", "escape: </script>"]);
  check("<noscript>\na\n\n**b**", ["escape: <noscript>", "text: \na", "space: \n\n", "text: b"]);
  check("- item <style>\n- next", ["text: item ", "escape: <style>", "text: next"]);
  check("List<String>", ["text: List", "escape: <String>"]);
  check("a <!-- b --> c", ["text: a ", "escape: <!-- b -->", "text:  c"]);
  check("a <b>c</b>", ["text: a ", "html: <b>", "text: c", "html: </b>"]);
  check("<a> and https://a.example/", ["escape: <a>", "text:  and ", "text: https://a.example/"]);
  check("<div>\na\n</div>", ["html: <div>\na\n</div>"]);

  it("after a script that does not end are still Markdown", () => {
    const types = makeLexer()
      .lex("<script> begins\n\n# Heading\n\n- item")
      .map(({ type }) => type)
      .filter((type) => type !== "space");
    assert.deepEqual(types, ["paragraph", "heading", "list"]);
  });
});

describe("a tag", () => {
  it("keeps only attributes that say nothing of how it looks", () => {
    const source = `<A Href='x' class=y id="z" onclick="w" OPEN>`;
    assert.deepEqual(readTag(source, "inline"), {
      name: "a",
      kind: "open",
      attributes: { href: "x", open: "" },
    });
  });
  for (const source of [
    "<script>",
    "<img src=x>",
    "<b",
    "<b a=<>",
    "</b x>",
    "<b/>",
    "<svg/onload=x>",
    "<x-y>",
  ])
    it(`${source} is none`, () => assert.equal(readTag(source, "block"), undefined));
  for (const source of ["<div>", "<table>", "<h1>"])
    it(`${source} is none within a sentence`, () => assert.equal(readTag(source, "inline"), undefined));
});

describe("a block of HTML", () => {
  it("is all of its pieces", () => {
    const source = `<div>\n<img src=x> a < b <b title=">">c</b><!-- <i>d</i> -->\n</div`;
    const pieces = splitHtml(source);
    assert.equal(pieces.map(({ raw }) => raw).join(""), source);
    assert.deepEqual(
      pieces.flatMap(({ tag }) => (tag === undefined ? [] : [tag.name])),
      ["div", "b", "b", "i", "i"],
    );
  });

  const pairs = (source: string) => [...pairTags(splitHtml(source).map(({ tag }) => tag))];
  it("pairs what begins and ends", () =>
    assert.deepEqual(pairs("<b>x<i>y</i></b>"), [
      [2, 4],
      [0, 5],
    ]));
  it("leaves what crosses", () => assert.deepEqual(pairs("<b><i></b></i>"), [[0, 2]]));
  it("leaves what has no end, or no beginning", () => assert.deepEqual(pairs("</i><b>x<i>"), []));
  it("pairs no deeper than anyone reads", () => {
    const found = pairs(`${"<b>".repeat(5000)}${"</b>".repeat(5000)}`);
    assert.equal(found.length, 32);
    assert.deepEqual(found.at(-1), [0, 9999]);
  });
});
