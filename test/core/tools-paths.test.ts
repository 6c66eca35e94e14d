import assert from "node:assert/strict";
import { relativePath, resolvePath } from "#core/tools/paths.ts";
import type { WorkspaceFolder } from "#core/ports.ts";
import { BooError } from "#core/errors.ts";
import { fakePorts } from "../support/fake-ports.ts";

const one = [{ name: "project", path: "/project" }];
const two = [
  { name: "api", path: "/code/api" },
  { name: "web", path: "/code/web" },
];
const windows = [{ name: "app", path: "c:\\code\\app" }];

describe("paths of tools", () => {
  const resolve = async (
    folders: readonly WorkspaceFolder[],
    said: string,
    links: Record<string, string> = {},
  ) => {
    const ports = fakePorts({ folders, files: { "src/a.ts": "a", "/outside/secret.txt": "s" } });
    for (const [link, target] of Object.entries(links)) ports.workspace.links.set(link, target);
    try {
      const { path, label } = await resolvePath(ports, said);
      return `${path} ${label}`;
    } catch (error) {
      assert.ok(error instanceof BooError);
      return error.code;
    }
  };
  const check = (
    folders: readonly WorkspaceFolder[],
    said: string,
    expected: string,
    links?: Record<string, string>,
  ) =>
    it(`${said} in ${folders.map((folder) => folder.path).join(", ")}${links ? " with links" : ""}`, async () =>
      assert.equal(await resolve(folders, said, links), expected));

  check(one, "src/a.ts", "/project/src/a.ts src/a.ts");
  check(one, "./src//a.ts", "/project/src/a.ts src/a.ts");
  check(one, " src/x/../a.ts ", "/project/src/a.ts src/a.ts");
  check(one, "/project/src/a.ts", "/project/src/a.ts src/a.ts");
  check(one, ".", "/project .");
  check(one, "src/", "/project/src src");
  check(one, "new/file.ts", "/project/new/file.ts new/file.ts");
  check(one, "..config/a", "/project/..config/a ..config/a");
  check(one, "a\\b", "/project/a\\b a\\b");
  check(one, "..", "/ /");
  check(one, "../outside/secret.txt", "/outside/secret.txt /outside/secret.txt");
  check(one, "src/../../project2/a", "/project2/a /project2/a");
  check(one, "/project2/a", "/project2/a /project2/a");
  check(one, "/etc/passwd", "/etc/passwd /etc/passwd");
  check(one, "C:\\Windows\\a", "bad-path");
  check(one, "~/a", "/home/me/a ~/a");
  check(one, "~", "/home/me ~");
  check(one, "~/../you/a", "/home/you/a /home/you/a");
  check(one, "~you/a", "/project/~you/a ~you/a");
  check(one, "/home/me/x/../a", "/home/me/a ~/a");
  check(one, "~/a", "/vault/me/a ~/a", { "/home/me": "/vault/me" });
  check(one, "~/p/src/a.ts", "/project/src/a.ts src/a.ts", { "/home/me/p": "/project" });
  check(one, "//server/share/a", "outside-workspace");
  check(one, "a\0b", "bad-path");
  check(one, "n".repeat(256), "bad-path");
  check(one, "ü".repeat(128), "bad-path");
  check([], "a", "no-folder");
  check([], "~/a", "/home/me/a ~/a");

  check(one, "link/secret.txt", "/outside/secret.txt /outside/secret.txt", { "/project/link": "/outside" });
  check(one, "link/new.txt", "/outside/new.txt /outside/new.txt", { "/project/link": "/outside" });
  check(one, "link/a.ts", "/project/link/a.ts link/a.ts", { "/project/link": "/project/src" });
  check(one, "src/a.ts", "/project/src/a.ts src/a.ts", { "/project": "/private/project" });
  check(one, "/private/project/src/a.ts", "/project/src/a.ts src/a.ts", { "/project": "/private/project" });

  check(two, "api/src/a.ts", "/code/api/src/a.ts api/src/a.ts");
  check(two, "web/b.ts", "/code/web/b.ts web/b.ts");
  check(two, "/code/web/b.ts", "/code/web/b.ts web/b.ts");
  check(two, "web", "/code/web web");
  check(two, "api/../web/b.ts", "/code/web/b.ts web/b.ts");
  check(two, "api/../c.ts", "/code/c.ts /code/c.ts");
  check(two, "src/a.ts", "unknown-folder");
  check(
    [
      { name: "app", path: "/a/app" },
      { name: "app", path: "/b/app" },
    ],
    "app~2/x",
    "/b/app/x app~2/x",
  );

  check(windows, "src\\a.ts", "c:\\code\\app\\src\\a.ts src/a.ts");
  check(windows, "src/a.ts", "c:\\code\\app\\src\\a.ts src/a.ts");
  check(windows, "C:\\Code\\App\\src\\a.ts", "c:\\code\\app\\src\\a.ts src/a.ts");
  check(windows, "d:\\code\\app\\a.ts", "d:/code/app/a.ts d:/code/app/a.ts");
  check(windows, "..\\other\\a.ts", "c:/code/other/a.ts c:/code/other/a.ts");
  check(windows, "\\\\server\\share\\a", "outside-workspace");
  check(windows, "\\\\?\\C:\\code\\app\\a.ts", "outside-workspace");
  check(windows, "\\\\.\\PhysicalDrive0", "outside-workspace");
  check(windows, "src\\nul.txt", "bad-path");
  check(windows, "src\\a.ts::$DATA", "bad-path");
  check(windows, "C:a.ts", "bad-path");

  it("names a path by its innermost folder", () => {
    const nested = [...one, { name: "core", path: "/project/src/core" }];
    assert.equal(relativePath(nested, "/project/src/core/a.ts"), "core/a.ts");
    assert.equal(relativePath(nested, "/project/src/a.ts"), "project/src/a.ts");
    assert.equal(relativePath(one, "/elsewhere/a.ts"), undefined);
  });
});
