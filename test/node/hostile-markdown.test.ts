import assert from "node:assert/strict";
import { hostileCommand, hostileHost, hostileMarkdown, spoofedNames } from "../support/hostile-markdown.ts";

describe("hostile Markdown", () => {
  it("has at least 40 cases of distinct names", () => {
    assert.ok(hostileMarkdown.length >= 40);
    assert.equal(new Set(hostileMarkdown.map(({ name }) => name)).size, hostileMarkdown.length);
  });

  const check = (aim: string, marks: readonly string[]) =>
    it(`marks every case that aims at a ${aim}`, () => {
      const aimed = hostileMarkdown.filter(({ aims }) => aims.some((one) => one === aim));
      const unmarked = aimed.filter(({ markdown }) => !marks.some((mark) => markdown.includes(mark)));
      assert.ok(aimed.length > 0);
      assert.deepEqual(unmarked, []);
    });
  check("script", ["__pwned", "getElementById", hostileHost]);
  check("request", [hostileHost]);
  check("link", [hostileHost, hostileCommand, "vscode", "javascript:", "vbscript:", "data:"]);
  check("spoof", [...spoofedNames, "<button", "<dialog", "position:fixed", "\u202E", "\u001B["]);

  it("has stalling cases of real size", () => {
    const stalls = hostileMarkdown.filter(({ aims }) => aims.some((aim) => aim === "stall"));
    assert.ok(stalls.every(({ markdown }) => markdown.length > 4_000));
  });
});
