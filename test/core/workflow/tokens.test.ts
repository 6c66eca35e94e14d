import { parse, type Token as AcornToken } from "acorn";
import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import { completionsAt } from "#core/workflow/language/completion.ts";
import { cursorAt } from "#core/workflow/language/cursor.ts";
import { hoverAt } from "#core/workflow/language/hover.ts";
import { signatureAt } from "#core/workflow/language/signature.ts";
import { isClosed, scan } from "#core/workflow/language/tokens.ts";

describe("tokens of a script", () => {
  const check = (text: string, ...expected: readonly string[]): unknown =>
    it(text.replaceAll("\n", "⏎"), () =>
      assert.deepEqual(
        scan(text).map((token) => `${token.kind} ${token.text}${isClosed(token) ? "" : " …"}`),
        expected,
      ),
    );
  check("a.b", "name a", "sign .", "name b");
  check("a?.b", "name a", "sign ?.", "name b");
  check("a?.5:b", "name a", "sign ?", "sign .", "number 5", "sign :", "name b");
  check("...é #x $", "sign ...", "name é", "name #x", "name $");
  check("1_000n+0x1f", "number 1_000n", "sign +", "number 0x1f");
  check('"a\\"b" c', 'string "a\\"b"', "name c");
  check('"a\\\\" c', 'string "a\\\\"', "name c");
  check('"a\nb', 'string "a …', "name b");
  check("'a\\\nb'", "string 'a\\\nb'");
  check('"', 'string " …');
  check('"a\\', 'string "a …', "sign \\");
  check("// a\nb", "comment // a …", "name b");
  check("/* a */b", "comment /* a */", "name b");
  check("/* a", "comment /* a …");
  check("/*/", "comment /*/ …");
  check("#!/bin/x 'y\nb", "comment #!/bin/x 'y …", "name b");
  check("`a`", "template `a`");
  check("`a", "template `a …");
  check("`a\\`", "template `a\\` …");
  check("`a${b}c`", "template `a${", "name b", "template }c`");
  check("`${{a}}`", "template `${", "sign {", "name a", "sign }", "template }`");
  check("`${`${a}`}`", "template `${", "template `${", "name a", "template }`", "template }`");
  check("`\\${a}$$`", "template `\\${a}$$`");
  check("`\\\\${a}`", "template `\\\\${", "name a", "template }`");
  check("`a${b", "template `a${", "name b");
  check("`a${b}c", "template `a${", "name b", "template }c …");
  check("a / b / c", "name a", "sign /", "name b", "sign /", "name c");
  check('(/[/"]\\//g)', "sign (", 'pattern /[/"]\\//g', "sign )");
  check("return /'/", "name return", "pattern /'/");
  check("x = /a", "name x", "sign =", "sign /", "name a");
  check(") / 2", "sign )", "sign /", "number 2");
  check("a => b", "name a", "sign =>", "name b");
  check("}", "sign }");
});

const scripts = globSync("{test/fixtures/workflows,workflows}/*.js");

describe("scripts that are seen token by token", () => {
  for (const file of scripts) {
    const text = readFileSync(file, "utf8");
    it(`${file}: texts, patterns and comments are where a parser sees them`, () => {
      const seen: number[] = [];
      const onToken = ({ type, start }: AcornToken) => {
        if (["string", "regexp"].includes(type.label)) seen.push(start);
      };
      parse(text, {
        ...{ ecmaVersion: 2023, sourceType: "module", onToken },
        ...{ allowAwaitOutsideFunction: true, allowReturnOutsideFunction: true },
        onComment: (_isBlock, _text, start) => seen.push(start),
      });
      const own = scan(text).filter(({ kind }) => ["string", "pattern", "comment"].includes(kind));
      assert.deepEqual(
        own.map(({ start }) => start),
        seen.toSorted((a, b) => a - b),
      );
      assert.deepEqual(cursorAt(text, text.length).frames, []);
    });
  }

  it("can be cut off anywhere", () => {
    const text = readFileSync("test/fixtures/workflows/review-dimensions.js", "utf8");
    for (let end = 0; end <= text.length; end += 3) {
      const half = text.slice(0, end);
      for (const { start, end: last } of completionsAt(half, end))
        assert.ok(start <= end && end <= last && last <= half.length, `at ${end}`);
      for (const { parameters, active } of [signatureAt(half, end)].filter((one) => one !== undefined))
        assert.ok(active < parameters.length, `at ${end}`);
      assert.doesNotThrow(() => hoverAt(half, end), `at ${end}`);
    }
  });
});
