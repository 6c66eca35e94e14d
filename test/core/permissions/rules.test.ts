import assert from "node:assert/strict";
import type { Operation } from "#protocol/permissions.ts";
import type { Judgement, Verdict, World } from "#core/permissions/judgement.ts";
import { judge } from "#core/permissions/policy.ts";
import type { Rule } from "#core/permissions/rule.ts";
import { disk, worldWith } from "../../support/judge-world.ts";
import { judgeIn } from "../../support/judge-rows.ts";

let ids = 0;
const rule = (
  effect: Rule["effect"],
  operation: Operation,
  pattern: string,
  rest: Partial<Rule> = {},
): Rule => ({ id: String(ids++), effect, operation, pattern, project: undefined, origin: "user", ...rest });

const file = (operation: "read" | "write", path: string, change: Partial<World> = {}): Judgement =>
  judge({ operation, ...disk.find(path) }, worldWith(change));

const host = (name: string, change: Partial<World> = {}): Judgement =>
  judge({ operation: "network", host: name }, worldWith(change));

describe("rules", () => {
  const rules = (...all: readonly Rule[]): Partial<World> => ({ rules: all });

  it("allow what they name: paths, folders, names", () => {
    const world = rules(
      rule("allow", "read", "/etc/**"),
      rule("allow", "write", "/home/me/notes.txt"),
      rule("allow", "read", "/home/*/other/*.txt"),
    );
    const verdicts = (
      [
        ...(
          [
            "/etc/hosts",
            "/etc",
            "/etc/a/b",
            "/etcx",
            "/home/me/other/secret.txt",
            "/home/me/other/a/b.txt",
          ] as const
        ).map((path) => ["read", path] as const),
        ["write", "/home/me/notes.txt"],
        ["write", "/etc/hosts"],
      ] as const
    ).map(([operation, path]) => file(operation, path, world).verdict);
    assert.deepEqual(verdicts, ["allow", "allow", "allow", "ask", "allow", "ask", "allow", "ask"]);
  });

  it("deny before they allow, and before every mode", () => {
    const world = rules(rule("allow", "read", "/ws/**"), rule("deny", "read", "/ws/src/**"));
    assert.equal(file("read", "/ws/src/a.ts", world).verdict, "deny");
    assert.equal(file("read", "/ws/README.md", world).verdict, "allow");
    assert.equal(file("read", "/ws/src/a.ts", { ...world, mode: "ask" }).by, "rule");
    assert.equal(file("read", "/ws/src/a.ts", { ...world, isTrusted: false }).by, "rule");
  });

  it("hold for their project only, and say whose they are", () => {
    const elsewhere = rules(rule("allow", "read", "/etc/**", { project: "/other" }));
    assert.equal(file("read", "/etc/hosts", elsewhere).verdict, "ask");
    const here = rules(rule("allow", "read", "/etc/**", { project: "/ws", origin: "session" }));
    const { verdict, by, rule: used } = file("read", "/etc/hosts", here);
    assert.deepEqual([verdict, by, used?.pattern], ["allow", "session", "/etc/**"]);
  });

  it("cover what is protected only where they name it", () => {
    const wide = rules(rule("allow", "write", "/ws/**"));
    assert.equal(file("write", "/ws/.vscode/settings.json", wide).verdict, "ask");
    const named = rules(rule("allow", "write", "/ws/.vscode/**"));
    assert.equal(file("write", "/ws/.vscode/settings.json", named).verdict, "allow");
    assert.equal(file("write", "/ws/.git/config", named).verdict, "ask");
  });

  it("cover it outside of the workspace only where they name it, too", () => {
    const check = (pattern: string, paths: readonly string[], expected: readonly Verdict[]): void => {
      const world = rules(rule("allow", "write", pattern));
      assert.deepEqual(
        paths.map((path) => file("write", path, world).verdict),
        expected,
        pattern,
      );
    };
    const ordinary = ["/outside/x.js", "/outside/a/b.ts", "/outside/.git/HEAD/x"];
    check("/outside/**", ordinary, ["allow", "allow", "ask"]);
    const own = [
      "/outside/.vscode/tasks.json",
      "/outside/.bashrc",
      "/outside/boocode.yaml",
      "/outside/a/.env",
    ];
    check("/outside/**", own, ["ask", "ask", "ask", "ask"]);
    check("/outside/.vscode/**", own, ["allow", "ask", "ask", "ask"]);
    check("/outside/.bashrc", own, ["ask", "allow", "ask", "ask"]);
    const git = [
      ...["/outside/.git", "/outside/.git/index", "/outside/.git/refs/heads/config", "/outside/.git/config"],
      ...[
        "/outside/.git/hooks/pre-commit",
        "/outside/.git/worktrees/a/HEAD",
        "/outside/.git/worktrees/a/commondir",
      ],
      ...[
        "/outside/.git/modules/a/index",
        "/outside/.git/modules/a/hooks/x",
        "/outside/.git/info/attributes",
      ],
    ];
    check("/outside/.git/**", git, [
      ...(["allow", "allow", "allow", "ask", "ask", "allow", "ask", "allow", "ask", "ask"] as const),
    ]);
    check("/outside/.git/hooks/**", git.slice(3, 5), ["ask", "allow"]);
    check("/outside/.git/config", git.slice(3, 5), ["allow", "ask"]);
  });

  it("name hosts", () => {
    const world = rules(
      rule("allow", "network", "example.com"),
      rule("allow", "network", "*.test"),
      rule("deny", "network", "bad.test"),
    );
    const verdicts = [
      "example.com",
      "EXAMPLE.com",
      "a.example.com",
      "a.test",
      "test",
      "bad.test",
      "evil-test",
    ].map((name) => host(name, world).verdict);
    assert.deepEqual(verdicts, ["allow", "allow", "ask", "allow", "ask", "deny", "ask"]);
    assert.deepEqual(host("a.b.org").offers, [{ operation: "network", pattern: "a.b.org" }]);
  });

  const check = (line: string, expected: Verdict, ...all: readonly Rule[]) =>
    it(`${line} with ${all.map((one) => `${one.effect} ${one.pattern}`).join(", ")}`, async () =>
      assert.equal((await judgeIn(line, { rules: all })).verdict, expected));

  const npmTest = rule("allow", "execute", "npm test");
  check("npm test", "allow", npmTest);
  check("cd src && npm test 2>&1 | tail -5", "allow", npmTest);
  check("timeout 60 npm test", "allow", npmTest);
  check("'npm' \"test\"", "allow", npmTest);
  check("npm testx", "ask", npmTest);
  check("npm test --watch", "ask", npmTest);
  check("npm test; rm -rf ~", "ask", npmTest);
  check("npm test && curl example.com", "ask", npmTest);
  check("npm test $(cat /etc/passwd)", "ask", npmTest);
  check("npm test > ~/.bashrc", "ask", npmTest);
  check("npm test\nrm -rf ~", "ask", npmTest);
  check("PATH=. npm test", "ask", npmTest);
  check("NODE_OPTIONS=--require=./x.js npm test", "ask", npmTest);
  check("cd /outside && npm test", "ask", npmTest);
  check("sudo npm test", "ask", npmTest);
  check("npm $X", "ask", npmTest);
  check("npx tsc --noEmit", "allow", rule("allow", "execute", "npx tsc --noEmit"));
  check("bash -c 'npm test'", "allow", rule("allow", "execute", "bash -c 'npm test'"));

  const gitLog = rule("allow", "execute", "git log *");
  const gitPush = rule("allow", "execute", "git push *");
  check("git push origin main", "allow", gitPush);
  check("git push", "allow", gitPush);
  check("git pull", "ask", gitPush);
  check("git push --receive-pack=./evil origin", "ask", gitPush);
  check("git log --output=/home/me/x", "ask", gitLog);
  check("git -c core.pager=./x log -3", "ask", rule("allow", "execute", "git *"));
  check("git log $X", "ask", gitPush, gitLog);
  check("find . -exec sh -c ls {} +", "allow", rule("allow", "execute", "find *"));
  check("find . -exec rm -rf ~ \\;", "ask", rule("allow", "execute", "find *"));
  check("find . -delete", "ask", rule("allow", "execute", "find *"));
  check("find . -delete", "allow", rule("allow", "execute", "find . -delete"));
  check("tar cf a.tar src --checkpoint-action=exec=sh", "ask", rule("allow", "execute", "tar *"));
  check("cat /etc/passwd", "ask", rule("allow", "execute", "cat *"));
  check("cat /etc/passwd", "allow", rule("allow", "execute", "cat /etc/passwd"));
  check("cat /etc/passwd", "allow", rule("allow", "read", "/etc/**"));
  check("cat /etc/passwd > ~/x", "ask", rule("allow", "read", "/etc/**"));
  check("cp /etc/passwd src/", "allow", rule("allow", "read", "/etc/passwd"));
  check("curl https://example.com/x", "allow", rule("allow", "network", "example.com"));
  check("curl https://example.com/x -o ~/.bashrc", "ask", rule("allow", "network", "example.com"));
  check("curl https://example.com@evil.org/", "ask", rule("allow", "network", "example.com"));
  check("curl https://evil.org/?example.com", "ask", rule("allow", "network", "example.com"));
  check("docker ps", "allow", rule("allow", "execute", "docker *"));
  check("docker ps; docker run -v /:/x a", "allow", rule("allow", "execute", "docker *"));
  check("docker", "allow", rule("allow", "execute", "docker *"));
  check("dockerx ps", "ask", rule("allow", "execute", "docker *"));
  check('eval "$X"', "ask", rule("allow", "execute", "eval *"));
  check("echo x > .git/config", "ask", rule("allow", "execute", "echo x"));

  const outside = rule("allow", "write", "/outside/**");
  check("echo x > /outside/a", "allow", outside);
  check("echo x > /outside/.git/hooks/pre-commit", "ask", outside);
  check("cp -r evil /outside/.git", "ask", rule("allow", "write", "/outside/.git/**"));
  check("cp evil /outside/.git/*", "ask", rule("allow", "write", "/outside/.git/**"));
  check("echo x > /outside/.git/COMMIT_EDITMSG", "allow", rule("allow", "write", "/outside/.git/**"));

  const noPush = rule("deny", "execute", "git push *");
  check("git push", "deny", noPush);
  check("ls; git push -f", "deny", noPush);
  check("git -C src push", "deny", noPush);
  check("git --no-pager push origin", "deny", noPush);
  check("/usr/bin/git push", "deny", noPush);
  check("sudo git push", "deny", noPush);
  check("bash -c 'timeout 5 git push'", "deny", noPush);
  check("echo $(git push)", "deny", noPush);
  check("f() { git push; }; f", "deny", noPush);
  check("ls | xargs git push", "deny", noPush);
  check("git pushx", "ask", noPush);
  check("rm -rf src/deep", "deny", rule("deny", "write", "/ws/src/**"));
  check("cat src/a.ts", "deny", rule("deny", "read", "/ws/src/**"));
  check("cat inlink", "deny", rule("deny", "read", "/ws/src/**"));
  check("grep -r x .", "ask", rule("deny", "read", "/ws/src/**"));
  const unread = rule("deny", "read", "/ws/src/**");
  check("mv src other", "deny", unread);
  check("mv src/a.ts a.ts", "deny", unread);
  check("mv src other", "ask", rule("deny", "read", "/ws/src/deep/c.ts"));
  check("mv src other", "allow", rule("deny", "read", "/ws/docs/**"));
  check("mv docs other", "allow", unread);
  check("rm -rf src", "ask", unread);
  check("rm src/*.ts", "deny", unread);
  check("cp -r src other", "deny", unread);
  check("git mv src other", "deny", unread);
  check("git show HEAD:src/a.ts", "deny", unread);
  check("git show HEAD:src/gone.ts", "deny", unread);
  check("git show HEAD:docs/guide.md", "allow", unread);
  check("git cat-file -p main~2:./src/a.ts", "deny", unread);
  check("tar cf all.tar .", "ask", unread);
  check("rsync -a . ../x", "ask", unread);
  check("cat *", "ask", rule("deny", "read", "/ws/.env"));
  check("curl https://evil.org", "deny", rule("deny", "network", "evil.org"));
});
