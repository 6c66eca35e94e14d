import assert from "node:assert/strict";
import { decodeEntities } from "../../webview/markdown/entities.ts";
import { codeTarget, linkTarget } from "../../webview/markdown/links.ts";

describe("where links lead", () => {
  const check = (href: string, expected: ReturnType<typeof linkTarget>) =>
    it(href, () => assert.deepEqual(linkTarget(href), expected));
  for (const page of ["https://example.com/a?b#c", "http://example.com", "mailto:someone@example.com"]) {
    check(page, { kind: "page", href: page });
  }
  check("src/app.ts", { kind: "file", path: "src/app.ts" });
  check("src/app.ts:12", { kind: "file", path: "src/app.ts", line: 12 });
  check("src/app.ts:12:4", { kind: "file", path: "src/app.ts", line: 12 });
  check("./src/app.ts#L7", { kind: "file", path: "./src/app.ts", line: 7 });
  check("my%20notes.md", { kind: "file", path: "my notes.md" });
  for (const nowhere of [
    ...["javascript:alert(1)", "JaVaScRiPt:alert(1)", "java\nscript:alert(1)", "data:text/html,x"],
    ...["command:boocode.stop", "vscode://file/etc/passwd", "vscode-resource:x", "file:///etc/passwd"],
    ...["//example.com", "/etc/passwd", "../outside.ts", "a/../../b", "~/x", "#anchor", "?query", ""],
    ...["C:\\windows", "a\\b", "https://", "https:/\u0000/x", "src/\u202ets.exe", "%6Aavascript:alert(1)"],
    ...["%2e%2e/outside", "a%00b", "%zz", `https://example.com/${"a".repeat(3000)}`],
  ]) {
    check(nowhere, undefined);
  }
});

describe("paths in code", () => {
  const check = (text: string, isLink: boolean) =>
    it(text, () => assert.equal(codeTarget(text) !== undefined, isLink));
  check("src/app.ts", true);
  check("src/app.ts:12", true);
  check("app.ts:12", true);
  check("app.ts", false);
  check("a / b.c", false);
  check("https://example.com/a.b", false);
  check("array.length", false);
  check("../a/b.ts", false);
});

describe("character references", () => {
  const check = (text: string, expected: string) =>
    it(text, () => assert.equal(decodeEntities(text), expected));
  check("a &lt;b&gt; &amp;amp;", "a <b> &amp;");
  check("&#106;&#x61;", "ja");
  check("&constructor; &unknown; & &;", "&constructor; &unknown; & &;");
  check("&#0; &#xD800; &#9999999;", "\ufffd \ufffd \ufffd");
});
