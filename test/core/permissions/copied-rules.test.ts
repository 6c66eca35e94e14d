import assert from "node:assert/strict";
import { patternInCopy } from "#core/permissions/rule-match.ts";

const check = (pattern: string, expected: string | undefined, folder = "/home/me/app", ignoresCase = false) =>
  it(`${pattern} in ${folder}`, () =>
    assert.equal(patternInCopy(pattern, folder, "/trees/1", ignoresCase), expected));

describe("a rule in a copy of the project", () => {
  check("/home/me/app/secret/**", "/trees/1/secret/**");
  check("/home/me/app/*.key", "/trees/1/*.key");
  check("/home/me/app/**", "/trees/1/**");
  check("/home/me/app", "/trees/1");
  check("/home/me/**", "/trees/1/**");
  check("/home/*/app/.env", "/trees/1/.env");
  check("/home/me/*/secret/**", "/trees/1/secret/**");
  check("/**", "/trees/1/**");
  check("/home/me", undefined);
  check("/home/me/application/x", undefined);
  check("/home/you/app/x", undefined);
  check("/home/me/other/**", undefined);
  check("/Users/Me/App/x", "/trees/1/x", "/Users/me/app", true);
  check("/Users/Me/App/x", undefined, "/Users/me/app");
  check("C:\\code\\app\\x\\**", "/trees/1/x/**", "C:\\code\\app");
  check("C:/code/app/x", "/trees/1/x", "C:\\code\\app");
});
