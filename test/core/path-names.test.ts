import assert from "node:assert/strict";
import { innermost, joinBelow, pathProblem, resolveDots, restIn } from "#core/tools/path-names.ts";

describe("names of Windows", () => {
  const check = (path: string, expected: RegExp | undefined) =>
    it(JSON.stringify(path), () => {
      const problem = pathProblem(path, true);
      if (expected === undefined) assert.equal(problem, undefined);
      else assert.match(problem ?? "", expected);
    });
  const device = /name of a device/;
  const stream = /holds a colon/;
  const end = /ends in a dot or a space/;
  check("c:/code/app/a.ts", undefined);
  check("c:/code/app/.gitignore", undefined);
  check("c:/code/app/console.ts", undefined);
  check("c:/code/app/com10.txt", undefined);
  check("c:/code/app/nullable/nul-x.ts", undefined);
  check("c:/PROGRA~1/a.ts", undefined);
  check("c:/code/app/a.ts::$DATA", stream);
  check("c:/code/app/a.ts:hidden", stream);
  check("c:/code/app/.git::$INDEX_ALLOCATION/hooks", stream);
  check("c:/code/app/C:a.ts", stream);
  check("c:/code/app/con", device);
  check("c:/code/app/NUL", device);
  check("c:/code/app/nul.txt", device);
  check("c:/code/app/Aux.tar.gz", device);
  check("c:/code/app/com1", device);
  check("c:/code/app/LPT¹.txt", device);
  check("c:/code/app/CONOUT$", device);
  check("c:/code/app/nul .txt", device);
  check("c:/code/app/prn/a.ts", device);
  check("c:/code/app/.git./config", end);
  check("c:/code/app/.git /config", end);
  check("c:/code/app/a.ts...", end);
  check("c:/code/app/a?.ts", /a character that Windows has in no name/);
  check("c:/code/app/a\tb.ts", /a character that Windows has in no name/);
});

describe("names of other systems", () => {
  const check = (path: string, expected: RegExp | undefined) =>
    it(JSON.stringify(path.slice(0, 60)), () => {
      const problem = pathProblem(path, false);
      if (expected === undefined) assert.equal(problem, undefined);
      else assert.match(problem ?? "", expected);
    });
  check("/project/nul", undefined);
  check("/project/a:b", undefined);
  check("/project/a.", undefined);
  check("/project/a\nb", undefined);
  check("c:/code/a.ts", /a path of Windows/);
  check(`/project/${"n".repeat(255)}`, undefined);
  check(`/project/${"n".repeat(256)}`, /longer than a file's can be/);
  check(`/project/${"ß".repeat(128)}`, /longer than a file's can be/);
  check(`/${"d/".repeat(300)}`, /deeper than any/);
  check(`/${"dddddddddddddddddddd/".repeat(200)}`, /longer than one can be/);
});

describe("what lies in a folder", () => {
  const check = (path: string, root: string, comparison: "said" | "real", expected: string | undefined) =>
    it(`${path} in ${root}, ${comparison}`, () => assert.equal(restIn(path, root, comparison), expected));
  check("/project/src/a.ts", "/project", "real", "src/a.ts");
  check("/project", "/project", "real", "");
  check("/project2/a.ts", "/project", "real", undefined);
  check("/a.ts", "/", "real", "a.ts");
  check("/Project/a.ts", "/project", "said", undefined);
  // Names that the system gave are compared as they are: another case or another form of an umlaut is another place, which asks.
  check("/Project/a.ts", "/project", "real", undefined);
  check("/projekte/gru\u0308n/a.ts", "/projekte/gr\u00fcn", "real", undefined);
  check("C:/Code/App/a.ts", "c:\\code\\app", "said", "a.ts");
  check("C:/Code/App/a.ts", "c:\\code\\app", "real", undefined);
  check("C:/code/app/a.ts", "c:\\code\\app", "real", "a.ts");

  it("is named by the deepest", () => {
    const roots = [{ path: "/p" }, { path: "/p/src" }, { path: "/p/s" }];
    assert.deepEqual(innermost("/p/src/a.ts", roots, "real"), { root: roots[1], rest: "a.ts" });
  });

  const join = (directory: string, rest: string, expected: string) =>
    it(`${directory} and ${rest}`, () => assert.equal(joinBelow(directory, rest), expected));
  join("/p", "a/b.ts", "/p/a/b.ts");
  join("/", "a", "/a");
  join("c:\\p", "a/b.ts", "c:\\p\\a\\b.ts");
  join("c:\\p\\", "a", "c:\\p\\a");

  const dots = (path: string, expected: string) =>
    it(`${path} is ${expected}`, () => assert.equal(resolveDots(path), expected));
  dots("/a/./b/../c", "/a/c");
  dots("/../../a", "/a");
  dots("c:/../a", "c:/a");
  dots("//server/share/../../a", "//server/share/a");
});
