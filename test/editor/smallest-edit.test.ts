import assert from "node:assert/strict";
import { smallestEdit } from "#editor/smallest-edit.ts";

describe("smallest edit", () => {
  const check = (before: string, after: string, expected: string | undefined) =>
    it(`${JSON.stringify(before)} → ${JSON.stringify(after)}`, () => {
      const edit = smallestEdit(before, after);
      const place = ({ line, character }: { line: number; character: number }) => `${line}:${character}`;
      assert.equal(edit && `${place(edit.start)}-${place(edit.end)} ${JSON.stringify(edit.text)}`, expected);
    });
  check("same\n", "same\n", undefined);
  check("", "new\n", '0:0-0:0 "new\\n"');
  check("old\n", "", '0:0-1:0 ""');
  check("one\ntwo\nthree\n", "one\nTWO\nthree\n", '1:0-1:3 "TWO"');
  check("one\nthree\n", "one\ntwo\nthree\n", '1:1-1:1 "wo\\nt"');
  check("aaa", "aa", '0:2-0:3 ""');
  check("aa", "aaa", '0:2-0:2 "a"');
  check("a😀b", "a😁b", '0:1-0:3 "😁"');
  check("a\uD83D\uDE00", "a\uD83E\uDE00", '0:1-0:3 "\uD83E\uDE00"');
});
