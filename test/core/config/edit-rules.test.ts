import assert from "node:assert/strict";
import { ruleText, withoutRule, withRule, type NewRule } from "#core/config/edit-rules.ts";
import { readPermissions, type ConfigSource } from "#core/config/permission-section.ts";
import { BooError } from "#core/errors.ts";

const source: ConfigSource = { file: "/home/me/.boocode/config.yaml", scope: "user", home: "/home/me" };
const rule: NewRule = { operation: "execute", pattern: "npm test" };

/** The text with "npm test" allowed in a project, or "code: message". */
async function add(text: string, project = "/p", what = rule): Promise<string> {
  try {
    return (await withRule(text, source, what, project)).text;
  } catch (error) {
    if (error instanceof BooError) return `${error.code}: ${error.message}`;
    throw error;
  }
}

/** The text without its rule of a pattern, or "code: message". */
async function remove(text: string, pattern: string): Promise<string> {
  const { rules } = await readPermissions(text, source);
  const found = rules.find((one) => one.pattern === pattern);
  assert.ok(found, `"${pattern}" is in the text`);
  try {
    return await withoutRule(text, source, found.id);
  } catch (error) {
    if (error instanceof BooError) return `${error.code}: ${error.message}`;
    throw error;
  }
}

const whole = "permissions:\n  projects:\n    /p:\n      allow:\n        - run: npm test\n";

const full = `# My configuration
models:      # untouched
   heavy: [ a,b ]   # odd blanks

permissions:
   # for all projects
   allow: [ {run: npm test}, {read: /etc/**} ,]   # two
   deny:
   - {run: git push}   # never

   # keys
   - write: ~/.ssh/**
   projects:
      # the shop
      /code/shop: { allow: [{run: make}] }   # flow
      ~/app:   # block
         allow:
         # first
         - run: x   # y
         # last

agents: |
   # no comment
   permissions: none
`;

describe("adding a rule", () => {
  const check = (name: string, text: string, expected: string, project?: string, what?: NewRule) =>
    it(name, async () => assert.equal(await add(text, project, what), expected));

  check("to no file", "", whole);
  check("to comments", "# a\n", `# a\n${whole}`);
  check("behind other sections", "a: 1\n\n# end\n", `a: 1\n${whole}\n# end\n`);
  check("where the last line does not end", "a: 1", `a: 1\n${whole}`);
  check("behind a block of text", "a: |\n  b\n\n  c\n\n", `a: |\n  b\n\n  c\n${whole}\n`);
  check("behind a block with its last lines", "a: |+\n  b\n\n", `a: |+\n  b\n\n${whole}`);
  check("behind a block without an end", "a: |\n  b", `a: |\n  b\n${whole}`);
  check("to an empty section", "permissions:\nb: 1\n", `${whole}b: 1\n`);
  check("to a null, which goes", "permissions: ~  # none\n", whole.replace(":", ":  # none"));
  check(
    "to empty brackets",
    "permissions: {}\n",
    "permissions: {projects: {/p: {allow: [{run: npm test}]}}}\n",
  );
  check(
    "to empty projects",
    "permissions:\n  deny: []\n  projects: # c\n",
    `permissions:\n  deny: []\n${whole.slice(13).replace("projects:", "projects: # c")}`,
  );
  check(
    "to another project",
    "permissions:\n  projects:\n    /q:\n      deny: [run: x]\n",
    "permissions:\n  projects:\n    /q:\n      deny: [run: x]\n    /p:\n      allow:\n        - run: npm test\n",
  );
  check(
    "to a project with denials",
    "permissions:\n  projects:\n    /p:\n      deny: [run: x] # c\n",
    "permissions:\n  projects:\n    /p:\n      deny: [run: x] # c\n      allow:\n        - run: npm test\n",
  );
  check(
    "to an empty list",
    "permissions:\n  projects:\n    /p:\n      allow: [] # c\n",
    "permissions:\n  projects:\n    /p:\n      allow: [{run: npm test}] # c\n",
  );
  check(
    "to a list in lines",
    "permissions:\n  projects:\n    /p:\n      allow:\n      - run: a # c\n      # d\n",
    "permissions:\n  projects:\n    /p:\n      allow:\n      - run: a # c\n      - run: npm test\n      # d\n",
  );
  check(
    "to a list in brackets in lines",
    "permissions:\n  projects:\n    /p:\n      allow:\n        - {run: a}\n",
    "permissions:\n  projects:\n    /p:\n      allow:\n        - {run: a}\n        - {run: npm test}\n",
  );
  check(
    "to a list in brackets",
    "permissions:\n  projects:\n    /p:\n      allow: [\n        {run: a}, # c\n      ]\n",
    "permissions:\n  projects:\n    /p:\n      allow: [\n        {run: a}, {run: npm test} # c\n      ]\n",
  );
  check(
    "to JSON",
    '{"permissions": {"deny": []}}',
    '{"permissions": {"deny": [], projects: {/p: {allow: [{run: npm test}]}}}}',
  );
  check("with a byte order mark", "\uFEFFa: 1\n", `\uFEFFa: 1\n${whole}`);
  check("with CRLF", "a: 1\r\n", `a: 1\r\n${whole.replaceAll("\n", "\r\n")}`);
  check("below a document's mark", "---\na: 1\n", `---\na: 1\n${whole}`);
  check(
    "to a project with ~",
    "permissions:\n  projects:\n    ~/a/: {allow: []}\n",
    "permissions:\n  projects:\n    ~/a/: {allow: [{run: npm test}]}\n",
    "/home/me/a",
  );
  check("that is there already", whole, whole);
  check("with words in quotes", "", whole.replace("npm test", `"echo 'a # b' \\"it's\\""`), "/p", {
    operation: "execute",
    pattern: `echo 'a # b' "it's"`,
  });
  check("of a host", "", whole.replace("run: npm test", 'network: "*.example.com"'), "/p", {
    operation: "network",
    pattern: "*.example.com",
  });
  check(
    "of a path in a strange project",
    "",
    'permissions:\n  projects:\n    "/p: # {q}":\n      allow:\n        - write: "/a: b #c/**"\n',
    "/p: # {q}",
    { operation: "write", pattern: "/a: b #c/**" },
  );

  const addition = (name: string, project: string, line: string, lines: string) =>
    it(`${name} leaves every other byte as it is`, async () => {
      for (const [text, end] of [
        [full, "\n"],
        [full.replaceAll("\n", "\r\n"), "\r\n"],
      ] as const) {
        const expected = text.replace(line, () => lines.replaceAll("\n", end));
        assert.notEqual(expected, text);
        assert.equal(await add(text, project), expected);
      }
    });
  addition("in brackets", "/code/shop", "[{run: make}]", "[{run: make}, {run: npm test}]");
  addition("in lines", "/home/me/app", "- run: x   # y", "- run: x   # y\n         - run: npm test");
  addition(
    "of a project",
    "/new",
    "- run: x   # y",
    "- run: x   # y\n      /new:\n         allow:\n            - run: npm test",
  );

  const refused = (name: string, text: string, expected: RegExp) =>
    it(`is refused ${name}`, async () => assert.match(await add(text), expected));
  const noPlace =
    /^config-form: .*config\.yaml was not changed\. .* Add \{run: npm test\} to it yourself, below permissions, projects, \/p, allow\.$/;
  refused(
    "where the file is no valid YAML",
    "a: [\nb: 1\n",
    /^config-broken: .*config\.yaml has an error in line 2: This is no valid YAML: .* Mend it, then \{run: npm test\} can be written down\.$/,
  );
  refused(
    "where the file has another error",
    "permissions:\n  allow:\n    - read: /**\n  deny: x\n",
    /^config-broken: .* has an error in line 4: "deny" must be a list/,
  );
  refused(
    "in a project that another one repeats",
    "permissions:\n  projects:\n    /p: &p {allow: []}\n    /q: *p\n",
    noPlace,
  );
  refused(
    "in a project that repeats another one",
    "permissions:\n  projects:\n    /q: &q {allow: []}\n    /p: *q\n",
    noPlace,
  );
  refused("behind the end of a document", "a: 1\n...\n", /^a: 1\npermissions:/);
  refused("behind the end of an empty document", "# c\n...\n", noPlace);
  refused(
    "where there are 1,000",
    `permissions:\n  deny:\n${Array.from({ length: 1_000 }, (_, at) => `    - run: r${at}\n`).join("")}`,
    /^config-form: .* A file can hold 1,000 rules: remove some\./,
  );
});

describe("taking back a rule", () => {
  const check = (name: string, text: string, pattern: string, expected: string) =>
    it(name, async () => assert.equal(await remove(text, pattern), expected));

  const list = (lines: string) => `permissions:\n  deny:\n${lines}`;
  check("the only one", whole, "npm test", "");
  check("the only one below a comment", `# a\n\n${whole}# b\n`, "npm test", "# a\n\n# b\n");
  check(
    "the only one, comments stay",
    "permissions:\n  # a\n  allow: # b\n    # c\n    - run: x # d\n    # e\nf: 1\n",
    "x",
    "  # a\n    # c\n    # e\nf: 1\n",
  );
  check(
    "below a text, which comments could become part of",
    "a: |\n  b\n\npermissions:\n    # c\n    deny:\n    - run: x\n\n    # d\n\n# e\n",
    "x",
    "a: |\n  b\n\n# c\n# d\n# e\n",
  );
  check("the first", list("    - run: a\n    - run: b\n"), "a", list("    - run: b\n"));
  check("the last", list("    - run: a\n    - run: b # c\n"), "b", list("    - run: a\n"));
  check(
    "one of several lines",
    list("    - run:\n        a\n    - {run: b,\n       }\n"),
    "b",
    list("    - run:\n        a\n"),
  );
  check(
    "one that stands twice",
    list("    - run: a\n    - run: b\n    - {run: a}\n"),
    "a",
    list("    - run: b\n"),
  );
  check(
    "one in brackets",
    "permissions: {deny: [{run: a}, {run: b}, {run: c}]}",
    "b",
    "permissions: {deny: [{run: a}, {run: c}]}",
  );
  check(
    "the first in brackets",
    "permissions: {deny: [{run: a}, {run: b}]}",
    "a",
    "permissions: {deny: [{run: b}]}",
  );
  check(
    "the last in brackets",
    "permissions: {deny: [{run: a}, {run: b}]}",
    "b",
    "permissions: {deny: [{run: a}]}",
  );
  check(
    "before a last comma",
    "permissions:\n  deny: [ {run: a}, {run: b}, ]\n",
    "b",
    "permissions:\n  deny: [ {run: a}, ]\n",
  );
  check(
    "the only one in brackets",
    "permissions: {deny: [{run: a}], allow: [{run: b}]}",
    "a",
    "permissions: {allow: [{run: b}]}",
  );
  check("the only one of a file in brackets", "{permissions: {deny: [{run: a}]}, b: 1}", "a", "{b: 1}");
  check(
    "between comments in brackets",
    "permissions:\n  deny: [\n    {run: a}, # one, or\n    {run: b}, # two\n    {run: c} # three\n  ]\n",
    "b",
    "permissions:\n  deny: [\n    {run: a} # one, or\n    , # two\n    {run: c} # three\n  ]\n",
  );
  check(
    "while there are mistakes elsewhere",
    list("    - run: a\n    - rum: b\n"),
    "a",
    list("    - rum: b\n"),
  );
  check(
    "with CRLF",
    list("    - run: a\n    - run: b\n").replaceAll("\n", "\r\n"),
    "a",
    list("    - run: b\n").replaceAll("\n", "\r\n"),
  );

  const removal = (pattern: string, from: string, to: string) =>
    it(`"${pattern}" leaves every other byte as it is`, async () => {
      const expected = full.replace(from, () => to);
      assert.notEqual(expected, full);
      assert.equal(await remove(full, pattern), expected);
    });
  removal("npm test", "[ {run: npm test}, {read", "[ {read");
  removal("/etc/**", ", {read: /etc/**} ,", " ,");
  removal("git push", "   - {run: git push}   # never\n", "");
  removal("/home/me/.ssh/**", "   - write: ~/.ssh/**\n", "");
  removal("make", "      /code/shop: { allow: [{run: make}] }   # flow\n", "");
  removal(
    "x",
    "      ~/app:   # block\n         allow:\n         # first\n         - run: x   # y\n",
    "         # first\n",
  );

  const refused = (name: string, text: string, pattern: string, expected: RegExp) =>
    it(`is refused ${name}`, async () => assert.match(await remove(text, pattern), expected));
  refused(
    "where the file is no valid YAML",
    list("    - run: a\n  x: [\n"),
    "a",
    /^config-broken: .* in line \d+: .* Mend it\.$/,
  );
  refused(
    "where an alias repeats it",
    "permissions:\n  projects:\n    /a: &a {allow: [{run: x}]}\n    /b: *a\n",
    "x",
    /^config-form: .* Remove \{run: x\} in line 3 yourself\.$/,
  );
  refused(
    "where it is named for an alias",
    "permissions:\n  deny: [&x {run: a}]\n  allow: [*x]\n",
    "a",
    /^config-form: /,
  );
});

describe("adding and taking back", () => {
  it("gives the file as it was", async () => {
    for (const text of [full, full.replaceAll("\n", "\r\n"), `\uFEFF${full}`, "a: 1\n", "# x\n", ""]) {
      for (const project of ["/new", "/code/shop", "/home/me/app"]) {
        const added = await withRule(text, source, rule, project);
        assert.notEqual(added.text, text);
        assert.equal(await withoutRule(added.text, source, added.id), text);
      }
    }
  });
  it("many rules, one after the other, in any file", async () => {
    for (const start of [
      full,
      "",
      "{}",
      "permissions: {projects: {/p: {allow: []}}}",
      "permissions:\n  projects:\n    /p:\n",
    ]) {
      let text = start;
      const ids: string[] = [];
      for (let at = 0; at < 12; at++) {
        const next = await withRule(
          text,
          source,
          { operation: "execute", pattern: `run ${at}` },
          `/p${at % 3}`,
        );
        text = next.text;
        ids.push(next.id);
      }
      for (const id of ids.toReversed()) text = await withoutRule(text, source, id);
      const { rules } = await readPermissions(start, source);
      assert.deepEqual(
        (await readPermissions(text, source)).rules.map((one) => one.id),
        rules.map((one) => one.id),
      );
    }
  });
});

describe("rules as they read", () => {
  it("have the word of their operation", () => {
    const texts = (["execute", "read", "write", "network"] as const).map((operation) =>
      ruleText({ operation, pattern: "x" }),
    );
    assert.deepEqual(texts, ["run: x", "read: x", "write: x", "network: x"]);
  });
});
