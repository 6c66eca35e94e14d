import assert from "node:assert/strict";
import type { Operation } from "#protocol/permissions.ts";
import type { Judgement, Verdict, World } from "#core/permissions/judgement.ts";
import { judgeRequest } from "#core/permissions/judge-request.ts";
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

describe("policy of files", () => {
  const check = (operation: "read" | "write", path: string, expected: Verdict, change?: Partial<World>) =>
    it(`${operation} ${path}${change ? ` with ${JSON.stringify(change)}` : ""}`, () =>
      assert.equal(file(operation, path, change).verdict, expected));

  check("read", "/ws/src/a.ts", "allow");
  check("write", "/ws/src/a.ts", "allow");
  check("write", "/ws/src/new/file.ts", "allow");
  check("read", "/ws", "allow");
  check("read", "/ws/.env", "allow");
  check("read", "/ws/server.pem", "allow");
  check("read", "/ws/.git/config", "allow");
  check("read", "/etc/hosts", "ask");
  check("write", "/etc/hosts", "ask");
  check("read", "/ws2/a", "ask");
  check("read", "/ws-evil/a", "ask");
  check("read", "/home/me/notes.txt", "ask");
  check("read", "/ws/../etc/passwd", "ask");
  check("read", "/ws/leak/passwd", "ask");
  check("write", "/ws/evilfile", "ask");
  check("read", "/ws/src/root/../etc/passwd", "ask");
  check("read", "/ws/inlink", "allow");
  check("write", "/ws/inlink", "allow");
  check("read", "/ws/hard.txt", "ask");
  check("write", "/ws/hard.txt", "ask");
  check("read", "/ws/pipe", "ask");
  check("read", "/dev/sda", "ask");
  check("read", "/proc/self/environ", "ask");
  check("write", "/tmp/new.txt", "ask");
  check("write", "/tmp/new.txt", "allow", { isConfined: true });
  check("read", "/tmp/old/file.txt", "ask", { isConfined: true });
  check("write", "/var/session/x", "allow", { temporary: ["/var/session"] });

  for (const path of [
    ...[".git/config", ".git/hooks/x", ".git", "nested/.git/config", ".vscode/settings.json", ".vscode"],
    ...[".boocode/workflows/x.js", ".claude/settings.json", ".husky/pre-commit", "boocode.yaml"],
    ...["dispatch.yaml", ".bashrc", ".profile", ".zshrc", ".envrc", "a/.bash_profile", "server.pem"],
    ...[
      "keys/id_rsa",
      "id_ed25519",
      ".env",
      ".env.production",
      "cert.key",
      "x.code-workspace",
      ".ssh/config",
    ],
  ])
    check("write", `/ws/${path}`, "ask");
  for (const path of [
    ".gitignore",
    ".env.example",
    "src/boocode.yaml",
    ".github/workflows/ci.yml",
    "git",
    "x.git",
  ])
    check("write", `/ws/${path}`, "allow");
  for (const path of [".GIT/config", ".Vscode/x", "BooCode.yaml", ".BASHRC"]) {
    check("write", `/ws/${path}`, "allow");
    check("write", `/ws/${path}`, "ask", { ignoresCase: true });
  }

  it("knows Windows' other names of protected folders", () => {
    const world: Partial<World> = { folders: ["C:\\ws"], isWindows: true, ignoresCase: true };
    const verdicts = [
      "C:\\ws\\src\\a",
      "C:\\ws\\GIT~1\\x",
      "C:\\ws\\.git.\\x",
      "C:\\ws\\.git::$INDEX\\x",
      "c:\\WS\\.VSCODE\\x",
      "D:\\ws\\a",
    ].map((path) => judge({ operation: "write", path, kind: "missing", links: 1 }, worldWith(world)).verdict);
    assert.deepEqual(verdicts, ["allow", "ask", "ask", "ask", "ask", "ask"]);
  });

  it("offers a rule for what lies around, never for what is protected, has two names or is a device", () => {
    const offers = (operation: "read" | "write", path: string): readonly string[] =>
      file(operation, path).offers.map((offer) => `${offer.operation} ${offer.pattern}`);
    assert.deepEqual(offers("read", "/etc/hosts"), ["read /etc/**"]);
    const part = { folders: ["/home/me/other/packages/one"] };
    const offered = (operation: "read" | "write", path: string, change: object) =>
      file(operation, path, change).offers.map(({ pattern }) => pattern);
    assert.deepEqual(offered("read", "/home/me/other", part), ["/home/me/other/**"]);
    assert.deepEqual(offered("read", "/home/me/other/secret.txt", part), ["/home/me/other/secret.txt"]);
    assert.deepEqual(offered("write", "/home/me/other", part), []);
    assert.deepEqual(offered("read", "/outside", { folders: ["/outside/one"] }), []);
    assert.deepEqual(offered("read", "/home/me", part), []);
    assert.deepEqual(offers("read", "/etc"), ["read /etc/**"]);
    assert.deepEqual(offers("read", "/home/me/notes.txt"), ["read /home/me/notes.txt"]);
    assert.deepEqual(offers("read", "/home/me/other/secret.txt"), ["read /home/me/other/**"]);
    assert.deepEqual(offers("write", "/home/me/other/x"), ["write /home/me/other/x"]);
    for (const path of [
      "/home/me/.ssh/id_rsa",
      "/home/me/.aws/credentials",
      "/home/me",
      "/",
      "/ws/hard.txt",
      "/ws/pipe",
    ])
      assert.deepEqual(offers("read", path), [], path);
    for (const path of ["/ws/.git/config", "/ws/.vscode/x", "/ws/boocode.yaml"])
      assert.deepEqual(offers("write", path), [], path);
  });
});

describe("modes", () => {
  const line = async (text: string, change: Partial<World>) => {
    const { verdict, by, reason } = await judgeIn(text, change);
    return { verdict, by, reason };
  };

  it("Ask asks for every write and every command, and only narrows", async () => {
    const world = { mode: "ask", isConfined: true, rules: [rule("allow", "execute", "ls")] } as const;
    assert.equal(file("read", "/ws/src/a.ts", world).verdict, "allow");
    assert.deepEqual(file("write", "/ws/src/a.ts", world), {
      verdict: "ask",
      reason: "The session is in Ask mode: every write and every command is asked.",
      by: "mode",
      offers: [],
    });
    assert.equal((await line("ls", world)).by, "mode");
    assert.equal((await line("npm test", world)).verdict, "ask");
    assert.equal((await line("cat /etc/passwd", world)).by, "policy");
  });

  it("Plan reads only, and tells the model so", async () => {
    const world = { mode: "plan", isConfined: true } as const;
    assert.equal(file("read", "/ws/src/a.ts", world).verdict, "allow");
    assert.equal(file("read", "/etc/hosts", world).verdict, "ask");
    assert.match(file("write", "/ws/src/a.ts", world).reason, /Plan mode/);
    assert.equal(host("example.com", world).verdict, "deny");
    for (const text of [
      "ls -la",
      "cat src/a.ts | grep x",
      "git status",
      "git log -3",
      "cd src && ls",
      "rg x > /dev/null",
      "find . -name '*.ts' -exec wc -l {} +",
    ])
      assert.equal((await line(text, world)).verdict, "allow", text);
    assert.equal((await line("cat /etc/hosts", world)).verdict, "ask");
    for (const text of [
      "npm test",
      "touch x",
      "echo x > y",
      "git commit -m x",
      "curl example.com",
      "unknown",
      "sed -i s/a/b/ file",
      "$X",
      "ls > list",
      "node -e 1",
    ])
      assert.deepEqual(
        await line(text, world),
        {
          verdict: "deny",
          by: "mode",
          reason: "The session is in Plan mode: it reads only. Say what you would do instead of doing it.",
        },
        text,
      );
  });

  it("Restricted Mode reads inside only", async () => {
    const world = { isTrusted: false, isConfined: true, rules: [rule("allow", "read", "/etc/**")] } as const;
    assert.equal(file("read", "/ws/src/a.ts", world).verdict, "allow");
    assert.equal(file("read", "/etc/hosts", world).verdict, "deny");
    assert.match(file("write", "/ws/src/a.ts", world).reason, /Restricted Mode/);
    assert.equal((await line("ls", world)).verdict, "deny");
    assert.equal(host("example.com", world).verdict, "deny");
  });
});

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
      removes: [],
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
    const none = { reads: [], writes: [], removes: [], hasNetwork: false, gitWrite: false };
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
      "cat */passwd",
      "cat */a.ts",
      "cat */*.ts",
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
      ...[
        "cat link.d/*: ask",
        "cat */passwd: ask",
        "cat */a.ts: ask",
        "cat */*.ts: ask",
        "wc -l pack*: allow",
      ],
    ]);
  });
});
