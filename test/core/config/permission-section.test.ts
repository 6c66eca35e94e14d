import assert from "node:assert/strict";
import { readPermissions, type ConfigSource } from "#core/config/permission-section.ts";

const user: ConfigSource = { file: "/home/me/.boocode/config.yaml", scope: "user", home: "/home/me" };
const project: ConfigSource = {
  file: "/code/app/boocode.yaml",
  scope: "project",
  home: "/home/me",
  folder: "/code/app",
};

/** The rules of a text: "line effect operation pattern [project]". */
async function rulesOf(text: string, source: ConfigSource): Promise<readonly string[]> {
  const { rules } = await readPermissions(text, source);
  return rules.map(({ line, effect, operation, pattern, project: folder }) =>
    [line, effect, operation, pattern, ...(folder === undefined ? [] : [folder])].join(" "),
  );
}

/** What is wrong with a text: "line: message". */
async function problemsOf(text: string, source: ConfigSource): Promise<readonly string[]> {
  const { problems } = await readPermissions(text, source);
  return problems.map(({ line, message }) => `${line}: ${message}`);
}

describe("configuration files that are fine", () => {
  const check = (name: string, text: string, expected: readonly string[], source = user) =>
    it(name, async () => {
      assert.deepEqual(
        { rules: await rulesOf(text, source), problems: await problemsOf(text, source) },
        { rules: expected, problems: [] },
      );
    });

  check("empty", "", []);
  check("only comments", "# a\n\n# b\n", []);
  check("other sections", "models:\n  heavy: [a, b]\nagents: {x: {y: !tag z}}\n", []);
  check("an empty section", "permissions:\n", []);
  check("empty lists", "permissions:\n  allow:\n  deny: []\n  projects:\n    /a:\n    /b: {allow: }\n", []);
  check(
    "everything",
    `permissions:
  allow: [ {run: npm test}, {read: /etc/**}, {write: ~/notes/**}, {network: example.com} ]
  deny:
    - run: git push *
    - {network: "*.example.com"}
  projects:
    ~/app/: { allow: [{run: make}], deny: [write: ~/app/secret] }
    "/code/b":
      allow:
        -
          run: "x 'y z'"
`,
    [
      "2 allow execute npm test",
      "2 allow read /etc/**",
      "2 allow write /home/me/notes/**",
      "2 allow network example.com",
      "4 deny execute git push *",
      "5 deny network *.example.com",
      "7 allow execute make /home/me/app",
      "7 deny write /home/me/app/secret /home/me/app",
      "11 allow execute x 'y z' /code/b",
    ],
  );
  check(
    "a project's file",
    "permissions:\n  deny:\n    - write: dist/**\n  auto_allow:\n    - run: npm test\n",
    ["3 deny write /code/app/dist/**", "5 allow execute npm test"],
    project,
  );
  check("CRLF", "permissions:\r\n  deny:\r\n    - run: a\r\n    - run: b\r\n", [
    "3 deny execute a",
    "4 deny execute b",
  ]);
  check("a byte order mark", "\uFEFFpermissions: {deny: [run: a]}", ["1 deny execute a"]);
  check("a document's marks", "%YAML 1.2\n---\npermissions: {deny: [run: a]}\n...\n", ["3 deny execute a"]);
  check("JSON", '{"permissions": {"deny": [{"run": "a"}]}}', ["1 deny execute a"]);
  check(
    "anchors",
    "permissions:\n  projects:\n    /a: &both\n      allow: [&one {run: x}, *one]\n    /b: *both\n",
    ["4 allow execute x /a", "4 allow execute x /a", "4 allow execute x /b", "4 allow execute x /b"],
  );
  check("a list that is named elsewhere", "shared: &s\n  - run: a\npermissions:\n  deny: *s\n", [
    "2 deny execute a",
  ]);
});

describe("configuration files with mistakes", () => {
  const check = (
    name: string,
    text: string,
    problems: readonly string[],
    rules: readonly string[] = [],
    source = user,
  ) =>
    it(name, async () => {
      assert.deepEqual(
        { problems: await problemsOf(text, source), rules: await rulesOf(text, source) },
        { problems, rules },
      );
    });

  check("a list as file", "- a\n- b\n", ['1: This file must hold sections, such as "permissions:".']);
  check("a text as file", "hello", ['1: This file must hold sections, such as "permissions:".']);
  check("a section that is a list", "a: 1\npermissions: [{run: a}]\n", [
    '2: "permissions" must hold "allow", "deny", "projects".',
  ]);
  check(
    "a misspelt key",
    "permissions:\n  alow: []\n  deny:\n    - run: a\n",
    ['2: "alow" has no meaning here. Did you mean "allow"?'],
    ["4 deny execute a"],
  );
  check("an unknown key", "permissions:\n  zebra: 1\n", [
    '2: "zebra" has no meaning here. There are "allow", "deny", "projects".',
  ]);
  check("auto_allow in the user's file", "permissions:\n  auto_allow: []\n", [
    '2: The user\'s own file calls this "allow".',
  ]);
  check(
    "allow in a project's file",
    "permissions:\n  allow:\n    - run: a\n",
    [
      '2: A project can not allow by itself: call it "auto_allow", which counts once the user has approved it.',
    ],
    [],
    project,
  );
  check(
    "projects in a project's file",
    "permissions:\n  projects:\n    /a: {deny: [run: x]}\n",
    ['2: "projects" belongs into the user\'s own file.'],
    [],
    project,
  );
  check(
    "a misspelt word in a rule",
    "permissions:\n  deny:\n    - run: a\n    - rum: b\n",
    ['4: "rum" has no meaning here. Did you mean "run"?'],
    ["3 deny execute a"],
  );
  check(
    "a rule of two",
    "permissions:\n  deny:\n    - {run: a, read: /b}\n    - {}\n    - run: c\n",
    [
      '3: A rule names exactly one of "run", "read", "write", "network".',
      '4: A rule names exactly one of "run", "read", "write", "network".',
    ],
    ["5 deny execute c"],
  );
  check(
    "a text as rule",
    "permissions:\n  deny:\n    - git push\n    - run: c\n",
    ["3: A rule says what it is about: {run: …}, {read: …}, {write: …} or {network: …}."],
    ["4 deny execute c"],
  );
  check("a number as pattern", "permissions:\n  deny: [{run: 12}]\n", [
    '2: "run" must be a text: put quotes around it.',
  ]);
  check("a truth as pattern", "permissions:\n  deny:\n    - {run: true}\n    - {run: }\n", [
    '3: "run" must be a text: put quotes around it.',
    '4: "run" must be a text: put quotes around it.',
  ]);
  check("a mapping as list", "permissions:\n  deny:\n    run: a\n", [
    '2: "deny" must be a list of rules, such as [{run: npm test}].',
  ]);
  check("projects as a list", "permissions:\n  projects:\n    - /a\n", [
    '2: "projects" must hold folders, each with rules of its own.',
  ]);
  check("a project as a list", "permissions:\n  projects:\n    /a: [{run: x}]\n", [
    '3: "/a" must hold "allow", "deny".',
  ]);
  check(
    "projects that are no folders",
    "permissions:\n  projects:\n    app: {deny: [run: x]}\n    /a/**: {}\n    /ok: {deny: [run: y]}\n",
    ['3: "app" must begin with / or ~.', '4: "/a/**" must be the folder of one project, without "*".'],
    ["5 deny execute y /ok"],
  );
  check(
    "a bad pattern",
    "permissions:\n  deny:\n    - run: a; b\n    - run: c\n",
    ['3: A rule names one simple command, without ";". Put quotes around a word that holds it.'],
    ["4 deny execute c"],
  );
  check(
    "a key that stands twice",
    "permissions:\n  deny: [run: a]\n  deny: [run: b]\n",
    ['3: "deny" is already in line 2: put both together.'],
    ["2 deny execute a", "3 deny execute b"],
  );
  check(
    "a section that stands twice",
    "permissions: {deny: [run: a]}\nx: 1\npermissions: {deny: [run: b]}\n",
    ['3: "permissions" is already in line 1: put both together.'],
    ["1 deny execute a", "3 deny execute b"],
  );
  check("a host without quotes", "permissions:\n  deny:\n    - network: *.example.com\n", [
    '3: "*.example.com" repeats something that nothing before it is named. For a text that begins with *, put quotes around it.',
  ]);
  check(
    "a tag",
    "permissions:\n  deny: [{run: !!js/function x}]\n",
    ["2: A tag (!…) has no meaning here: remove it."],
    ["2 deny execute x"],
  );
  check("a key that is a list", "permissions:\n  ? [a]\n  : b\n", ["2: A key must be a text."]);
  check("merging keys", "x: &x {deny: []}\npermissions:\n  <<: *x\n", [
    '3: "<<" has no meaning here. There are "allow", "deny", "projects".',
  ]);
  check(
    "wide allowances, which count",
    "permissions:\n  allow:\n    - read: /**\n    - run: '*'\n",
    ['3: "/**" allows the whole disk.', '4: "*" allows every command.'],
    ["3 allow read /**", "4 allow execute *"],
  );

  check("tabs", "permissions:\n\tdeny:\n", [
    "2: This is no valid YAML: Tabs are not allowed as indentation.",
  ]);
  check(
    "an open bracket",
    "permissions:\n  deny: [{run: a}, {run: b\nmodels: 1\n",
    [
      "3: This is no valid YAML: Flow map in block collection must be sufficiently indented and end with a }.",
      "3: This is no valid YAML: Flow sequence in block collection must be sufficiently indented and end with a ].",
    ],
    ["2 deny execute a", "2 deny execute b"],
  );
  check(
    "a bad indent behind what can be read",
    "permissions:\n  deny:\n    - run: a\n x: 1\n",
    ["4: This is no valid YAML: All mapping items must start at the same column."],
    ["3 deny execute a"],
  );
  check("an open quote", "permissions:\n  deny: ['a\n", [
    "3: This is no valid YAML: Missing closing 'quote.",
    "3: This is no valid YAML: Flow sequence in block collection must be sufficiently indented and end with a ].",
  ]);
  check(
    "two documents",
    "permissions: {deny: [run: a]}\n---\npermissions: {deny: [run: b]}\n",
    ["2: A second document begins here: put everything into one, without a line of ---."],
    ["1 deny execute a"],
  );
  check("a control character", "a: 1\nb: \u0007\n", [
    "2: A character that can not be seen stands here: remove it.",
  ]);
});

describe("configuration files that mean harm", () => {
  const error = async (text: string, source = project) =>
    (await readPermissions(text, source)).error?.message;

  it("prototypes stay as they are", async () => {
    const text = `__proto__: {polluted: yes}
constructor: {prototype: {polluted: yes}}
permissions:
  __proto__: {deny: [run: a]}
  constructor: 1
  toString: 2
  deny:
    - {run: b, __proto__: {run: c}}
    - {__proto__: d}
    - run: e
  projects: {__proto__: {allow: [run: f]}}
`;
    assert.deepEqual(await rulesOf(text, user), ["10 deny execute e"]);
    assert.deepEqual(await problemsOf(text, user), [
      '4: "__proto__" has no meaning here. There are "allow", "deny", "projects".',
      '5: "constructor" has no meaning here. There are "allow", "deny", "projects".',
      '6: "toString" has no meaning here. There are "allow", "deny", "projects".',
      '8: "__proto__" has no meaning here. There are "run", "read", "write", "network".',
      '9: "__proto__" has no meaning here. There are "run", "read", "write", "network".',
      '11: "__proto__" must begin with / or ~.',
    ]);
    assert.equal("polluted" in {}, false);
  });
  it("1,000 rules are read, one more is refused", async () => {
    const text = (count: number) => `permissions:\n  deny:\n${"    - run: a\n".repeat(count)}`;
    assert.equal(await error(text(1_000)), undefined);
    assert.equal((await rulesOf(text(1_000), project)).length, 1_000);
    assert.match((await error(text(1_001))) ?? "", /1,000 rules/);
    assert.equal((await rulesOf(text(1_001), project)).length, 1_000);
  });
  it("1,000 rules in all lists together", async () => {
    const rules = "[{run: a}]";
    const text = Array.from({ length: 1_001 }, (_, at) => `    /p${at}: {allow: ${rules}}\n`).join("");
    assert.equal(
      await error(`permissions:\n  projects:\n${text}`, user),
      "A file can hold 1,000 rules: remove some.",
    );
  });
  it("a comment makes a file as long as 1 MB, and no longer", async () => {
    const head = "permissions: {deny: [run: a]}\n#";
    const text = head + "x".repeat(1024 * 1024 - head.length);
    assert.equal(await error(text), undefined);
    assert.equal(await error(`${text}x`), "This file has more than 1 MB: shorten it.");
  });

  const lines = (...parts: string[]) => `permissions:\n${parts.join("\n")}\n`;
  const bomb = [
    "a: &a [{run: x}]",
    ..."bcdefgh".split("").map((name, at) => {
      const before = "abcdefg"[at];
      return `${name}: &${name} [${Array(20).fill(`*${before}`).join(", ")}]`;
    }),
  ].join("\n");
  it("aliases of aliases are not expanded", async () => {
    assert.equal(
      await error(`${bomb}\npermissions:\n  deny: *h\n`),
      "Aliases repeat too much here: write the rules out, or fewer of them.",
    );
  });
  it("aliases of aliases in other sections concern nobody", async () => {
    assert.equal(await error(`${bomb}\npermissions:\n  deny: [run: a]\n`), undefined);
  });
  it("a list within itself ends", async () => {
    assert.match(
      (await error(lines("  deny: &d [*d, *d, *d, {run: a}]"))) ?? "",
      /A rule says what it is about/,
    );
  });
  it("a section within itself ends", async () => {
    assert.match((await error("permissions: &p\n  deny: *p\n")) ?? "", /must be a list of rules/);
  });

  const large = (unit: string, head = "", tail = "") =>
    head + unit.repeat(Math.floor((1024 * 1024 - head.length - tail.length) / unit.length)) + tail;
  const check = (name: string, text: string) =>
    it(`1 MB of ${name} is read or refused at once`, async () => {
      let longest = 0;
      let before = process.cpuUsage();
      const look = () => {
        const { user, system } = process.cpuUsage(before);
        longest = Math.max(longest, (user + system) / 1_000);
        before = process.cpuUsage();
      };
      const beat = setInterval(look, 1);
      await readPermissions(text, project);
      look();
      clearInterval(beat);
      // Of the processor's time, which other processes do not lengthen; the reader would need ten times that without limits.
      assert.ok(longest < 1_500, `${Math.round(longest)} ms`);
    });
  check("[", large("["));
  check("]", large("]"));
  check("{a: ", large("{a: "));
  check("[}", large("[}"));
  check("keys", Array.from({ length: 80_000 }, (_, at) => `k${at}: v\n`).join(""));
  check(
    "keys in the section",
    `permissions:\n${Array.from({ length: 7_000 }, (_, at) => `  k${at}: v\n`).join("")}`,
  );
  check("rules", large("    - {run: npm test}\n", "permissions:\n  deny:\n"));
  check("tabs", large("\ta: b\n"));
  check("tags", large("!a "));
  check("anchors", large("&a "));
  check("documents", large("---\na\n"));
  check("comments", large("# hi\n"));
  check("empty lines", large("\n"));
  check("one text", large("a b\n"));
  check("one quoted text", large("a\n", '"'));
  check("one block", large("  x\n", "a: |\n"));
  check("deep blocks", Array.from({ length: 1_400 }, (_, at) => `${" ".repeat(at)}a:`).join("\n"));
  check("one key", large("a", "permissions:\n  ? ", "\n  : 1\n"));
  check("one pattern", large("a ", "permissions:\n  deny:\n    - run: ", "\n"));
  check("unset aliases", large("*a, ", "permissions: {deny: [", "]}"));
});
