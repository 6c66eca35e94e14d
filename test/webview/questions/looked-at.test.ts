import assert from "node:assert/strict";
import { lookAt, lookFurther } from "../../../webview/questions/looked-at.ts";

const of = (ids: string) => ids.split("").map((id) => ({ id }));

describe("which of several questions is read", () => {
  const check = (name: string, ids: string, earlier: string, expected: string | undefined) =>
    it(name, () => {
      const found = lookAt(
        of(ids),
        earlier === "" ? undefined : { id: earlier[0] ?? "", index: Number(earlier[1]) },
      );
      assert.equal(found && `${found.id}${found.index}`, expected);
    });
  check("none where none waits", "", "", undefined);
  check("none when the last was answered", "", "a0", undefined);
  check("the oldest first", "abc", "", "a0");
  check("the same while others come", "abc", "a0", "a0");
  check("the same while others come before it", "xab", "a0", "a1");
  check("the same while others are answered", "c", "c2", "c0");
  check("the next when it is answered", "acd", "b1", "c1");
  check("the last when the last is answered", "ab", "c2", "b1");

  const further = (name: string, ids: string, from: string, step: number, expected: string) =>
    it(name, () => {
      const found = lookFurther(of(ids), { id: from[0] ?? "", index: Number(from[1]) }, step);
      assert.equal(found?.id, expected);
    });
  further("the next on demand", "abc", "a0", 1, "b");
  further("the one before", "abc", "b1", -1, "a");
  further("around the end", "abc", "c2", 1, "a");
  further("around the beginning", "abc", "a0", -1, "c");
  further("the same where there is one", "a", "a0", 1, "a");
});
