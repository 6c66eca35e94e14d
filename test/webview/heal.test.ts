import assert from "node:assert/strict";
import { healInline } from "../../webview/markdown/heal.ts";

describe("a text whose end is not written yet", () => {
  const check = (text: string, expected: string) => it(text, () => assert.equal(healInline(text), expected));
  check("plain", "plain");
  check("a **bold", "a **bold**");
  check("a **bold*", "a **bold**");
  check("a **bold**", "a **bold**");
  check("a **", "a ");
  check("a `code", "a `code`");
  check("a `code` b", "a `code` b");
  check("a `**` **b", "a `**` **b**");
  check("a\n``", "a\n");
  check("see [the file", "see the file");
  check("see [the file](src/a", "see the file");
  check("see [the file](src/a.ts)", "see [the file](src/a.ts)");
  check("- [", "- [");
  check("- [ ", "- [ ");
  check("**a\n\nb", "**a\n\nb");
});
