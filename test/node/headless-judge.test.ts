import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { linkSync, mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { findRealPath } from "#node/find-real-path.ts";
import { root } from "../support/setup.mjs";

describe("headless --judge", function () {
  this.timeout(30_000);
  let top = "";
  let folder = "";
  before(() => {
    top = realpathSync(mkdtempSync(join(tmpdir(), "boocode-judge-")));
    folder = join(top, "project");
    mkdirSync(join(folder, "src/deep"), { recursive: true });
    mkdirSync(join(top, "home"));
    mkdirSync(join(top, "outside"));
    writeFileSync(join(top, "outside/secret"), "s");
    writeFileSync(join(folder, "src/a.ts"), "a");
    writeFileSync(join(folder, "two"), "2");
    linkSync(join(folder, "two"), join(folder, "names"));
    symlinkSync(join(top, "outside"), join(folder, "leak"));
    symlinkSync("../outside/new", join(folder, "dangling"));
    symlinkSync("..", join(folder, "src/up"));
    symlinkSync("loop", join(folder, "loop"));
  });
  after(() => rmSync(top, { recursive: true, force: true }));

  const judge = (...lines: readonly unknown[]): readonly Record<string, unknown>[] => {
    const input = lines.map((line) => (typeof line === "string" ? line : JSON.stringify(line))).join("\n");
    const { stdout, stderr } = spawnSync(
      process.execPath,
      [join(root, "src/headless.ts"), "--judge", "--folder", folder],
      { input, encoding: "utf8" },
    );
    assert.equal(stderr, "");
    return stdout
      .split("\n")
      .filter((line) => line !== "")
      .map((line) => JSON.parse(line) as Record<string, unknown>);
  };

  it("judges lines in their order, and goes on after one that it does not understand", () => {
    const home = join(top, "home");
    const told = judge(
      { command: "npm test", isConfined: true },
      { command: "npm test", isConfined: false },
      {
        operation: "execute",
        target: "npm test; rm -rf ~",
        rules: ["allow run: npm test"],
        home,
        isConfined: false,
      },
      "{nonsense",
      { operation: "read", target: "src/a.ts" },
      { operation: "read", target: "leak/secret" },
      { operation: "read", target: "src/up/../outside/secret" },
      { operation: "write", target: "dangling" },
      { operation: "write", target: "names" },
      { operation: "write", target: ".vscode/settings.json" },
      { operation: "network", target: "example.com" },
      {
        operation: "network",
        target: "example.com",
        rules: [{ effect: "allow", operation: "network", pattern: "*" }],
      },
      { command: "cat a.ts", cwd: "src" },
      { command: "touch x", mode: "plan" },
      { command: "ls", isTrusted: false },
      { command: "cat le*/secret l*" },
      { command: "npm test", rules: ["nonsense"] },
      { command: "cat src/a.ts", rules: ["deny read: src/**"] },
    );
    assert.deepEqual(
      told.map(({ verdict }) => verdict ?? "error"),
      [
        ...["allow", "ask", "ask", "error", "allow", "ask", "ask", "ask", "ask", "ask", "ask", "allow"],
        ...["allow", "deny", "deny", "ask", "error", "deny"],
      ],
    );
    assert.equal(told[17]?.["rule"], `deny read: ${folder}/src/**`);
    const commands = told[2]?.["commands"] as { words: unknown; verdict: unknown; rule?: unknown }[];
    assert.deepEqual(
      commands.map(({ words, verdict, rule }) => [words, verdict, rule]),
      [
        [["npm", "test"], "allow", "allow run: npm test"],
        [["rm", "-rf", home], "ask", undefined],
      ],
    );
    assert.equal(typeof told[3]?.["error"], "string");
  });

  it("finds real places as the system does", async () => {
    const find = async (path: string): Promise<string> => {
      const { path: real, kind, links } = await findRealPath(join(folder, "/") + path);
      return `${real.replace(top, "")} ${kind} ${links}`;
    };
    assert.equal(await find("src/a.ts"), "/project/src/a.ts file 1");
    assert.equal(await find("names"), "/project/names file 2");
    assert.equal(await find("src/up/two"), "/project/two file 2");
    assert.equal(await find("src/up/.."), " directory 1");
    assert.equal(await find("leak/.."), " directory 1");
    assert.equal(await find("leak/new"), "/outside/new missing 1");
    assert.equal(await find("dangling"), "/outside/new missing 1");
    assert.equal(await find("none/../x"), "/project/x missing 1");
    assert.equal(await find("loop"), "/project/loop other 1");
    assert.equal(await find("src/a.ts/x"), "/project/src/a.ts/x missing 1");
    assert.equal((await findRealPath("/proc/self/cwd")).kind, "other");
    assert.equal((await findRealPath("/dev/null")).kind, "other");
  });
});
