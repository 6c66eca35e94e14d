import assert from "node:assert/strict";
import type { Operation } from "#protocol/permissions.ts";
import { judgeRequest } from "#core/permissions/judge-request.ts";
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

describe("judgements of lines", () => {
  it("tell each command with its words, its verdict and what it would need", async () => {
    const { commands, needs, verdict, offers } = await judgeIn(
      "cat 'two words.txt' | docker run x; cat /etc/hosts > /home/me/y",
      {
        isConfined: true,
      },
    );
    assert.deepEqual(
      commands.map(({ words, redirections, verdict: each }) => ({ words, redirections, verdict: each })),
      [
        { words: ["cat", "two words.txt"], redirections: [], verdict: "allow" },
        { words: ["docker", "run", "x"], redirections: [], verdict: "ask" },
        {
          words: ["cat", "/etc/hosts"],
          redirections: [{ operator: ">", target: "/home/me/y" }],
          verdict: "ask",
        },
      ],
    );
    assert.deepEqual(needs, {
      reads: ["/etc/hosts"],
      writes: ["/home/me/y"],
      hasNetwork: false,
      gitWrite: false,
    });
    assert.equal(verdict, "ask");
    assert.deepEqual(
      offers.map(({ operation, pattern }) => `${operation}: ${pattern}`),
      ["execute: docker run x", "read: /etc/**", "write: /home/me/y"],
    );
  });

  it("say what a sandbox must give", async () => {
    const needs = async (line: string) => (await judgeIn(line, { isConfined: true })).needs;
    const none = { reads: [], writes: [], hasNetwork: false, gitWrite: false };
    assert.deepEqual(await needs("npm test"), none);
    assert.deepEqual(await needs("git add -A && git commit -m x"), { ...none, gitWrite: true });
    assert.deepEqual(await needs("git status"), none);
    assert.deepEqual(await needs("npm install"), { ...none, hasNetwork: true });
    assert.deepEqual(await needs("npm test > /tmp/out.txt"), none);
    assert.deepEqual(await needs("touch .vscode/x"), { ...none, writes: ["/ws/.vscode/x"] });
    assert.deepEqual(await needs("cp leak/passwd src"), { ...none, reads: ["/etc/passwd"] });
  });

  it("offer no rule where none may be", async () => {
    for (const line of [
      "sudo ls",
      "echo 'x",
      "rm -rf ~",
      "echo x > .git/config",
      "cat hard.txt",
      "git -c core.pager=x log",
      "$X",
      "cat ~/.ssh/id_rsa",
      'eval "$X"',
      "find . -delete",
      "LD_PRELOAD=x ls",
      "unknown $X",
    ])
      assert.deepEqual((await judgeIn(line)).offers, [], line);
  });

  it("let nobody share what was allowed for another", async () => {
    const world = {
      isConfined: true,
      rules: [rule("allow", "network", "example.com"), rule("allow", "write", "/home/me/out/**")],
    };
    assert.equal((await judgeIn("curl https://example.com", world)).verdict, "allow");
    assert.equal((await judgeIn("curl https://example.com | jq .", world)).verdict, "allow");
    const shared = await judgeIn("curl https://example.com; node scripts/x.js", world);
    assert.deepEqual([shared.verdict, shared.offers], ["ask", []]);
    assert.equal((await judgeIn("npm test && cp file /home/me/out/x", world)).verdict, "ask");
    assert.equal((await judgeIn("cp file /home/me/out/x", world)).verdict, "allow");
  });

  it("let the project's code run without a sandbox where the settings say so", async () => {
    const world = { isConfined: false, runsUnconfined: true };
    for (const line of ["npm test", "node -e 1", "git commit -m x", "bash scripts/x.sh"])
      assert.equal((await judgeIn(line, world)).verdict, "allow", line);
    for (const line of [
      "npm install",
      "node /outside/x.js",
      "unknown",
      "curl x.org",
      "sudo npm test",
      "npx eslint .",
    ])
      assert.equal((await judgeIn(line, world)).verdict, "ask", line);
  });

  it("know where a workspace has more than one folder", async () => {
    const world = { folders: ["/ws", "/outside"], isConfined: true };
    assert.equal((await judgeIn("cp src/a.ts ../outside/y", world)).verdict, "allow");
    assert.equal((await judgeIn("rm -rf ../outside", world)).verdict, "ask");
    assert.equal((await judgeIn("ls ..", world)).verdict, "ask");
  });

  it("look at what a pattern matches, where they are told", async () => {
    const verdicts: string[] = [];
    for (const line of [
      "cat l*",
      "cat le*",
      "cat src/*.ts",
      "cat hard*",
      "rm ev*",
      "cat link.d/*",
      "wc -l pack*",
    ]) {
      const request = { operation: "execute", line, folder: "/ws" } as const;
      const { verdict } = await judgeRequest(
        request,
        worldWith({ isConfined: true }),
        disk.resolve,
        disk.list,
      );
      verdicts.push(`${line}: ${verdict}`);
    }
    assert.deepEqual(verdicts, [
      ...["cat l*: ask", "cat le*: ask", "cat src/*.ts: allow", "cat hard*: ask", "rm ev*: allow"],
      ...["cat link.d/*: ask", "wc -l pack*: allow"],
    ]);
  });
});
