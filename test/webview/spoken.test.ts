import assert from "node:assert/strict";
import { spokenText } from "../../webview/spoken.ts";

describe("an answer that is read out", () => {
  const check = (markdown: string, spoken: string) =>
    it(JSON.stringify(markdown), () => assert.equal(spokenText(markdown), spoken));
  check("Put it in the `<style>` element.", "Put it in the <style> element.");
  check("List<String> is > than that", "List<String> is > than that");
  check("## **Bold** and *soft* _too_", "Bold and soft too");
  check("call `snake_case_name` and other_name_here", "call snake_case_name and other_name_here");
  check("> quoted\n> - item\n\n- item", "quoted\nitem\nitem");
  check("2 * 3 * 4, a | b, #5", "2 * 3 * 4, a | b, #5");
  check("| a | b |\n| --- | --: |\n| 1 | 2 |", "a, b\n1, 2");
  check("so:\n\n```ts\nconst a = 1;\n```\n", "so:\nconst a = 1;");
});
