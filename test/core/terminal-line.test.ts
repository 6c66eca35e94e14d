import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { terminalLine } from "#core/shell/terminal-line.ts";

const isHidden = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u;

describe("a line for a terminal", () => {
  const check = (line: string, expected?: string) =>
    it(JSON.stringify(line), () => {
      const put = terminalLine(line);
      assert.doesNotMatch(put, isHidden);
      if (expected !== undefined) return assert.equal(put, expected);
      const run = (text: string): string => execFileSync("bash", ["-c", text], { encoding: "utf8" });
      assert.equal(run(put), run(line));
    });
  check("npm test", "npm test");
  check(" ls \n", "ls");
  check("echo 'a\\b' \"c\"\necho $((1 + 2))");
  check("cat <<'E'\n\tit's \\n $HOME\nE\necho end");
  check("printf %s 'a\u0003b\u001b]0;title\u0007' | od -c");
  check("printf %s 'a\u202eb\u200bc\u{e0041}' | od -c");
  check("printf %s 'a\rb' | od -c");
});
