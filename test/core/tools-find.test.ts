import assert from "node:assert/strict";
import type { FakePorts } from "../support/fake-ports.ts";
import { diagnostic, fakePorts, runTool, tellModel } from "../support/fake-ports.ts";

const files = {
  ".gitignore": "dist/\n",
  "package.json": "{}",
  "src/a.ts": "one\ntwo\nOne more\n",
  "src/core/b.ts": "  one\n",
  "src/core/b.md": "one",
  "app/[id]/page.tsx": "one",
  "dist/out.js": "one",
  "nested/package.json": "{ one }",
  "/out/a.ts": "outer",
  "/out/b/c.ts": "outer",
  "/home/me/a.ts": "outer home",
};

const checker =
  (tool: string, make: () => FakePorts) =>
  (input: object, expected: string | RegExp, prepare: (ports: FakePorts) => void = () => {}) =>
    it(`${tool} ${JSON.stringify(input)}`, async () => {
      const ports = make();
      prepare(ports);
      const told = await tellModel(ports, tool, input);
      if (typeof expected === "string") assert.equal(told, expected);
      else assert.match(told, expected);
    });

const twoFolders = () =>
  fakePorts({
    folders: [
      { name: "api", path: "/code/api" },
      { name: "web", path: "/code/web" },
    ],
    files: { "/code/api/src/a.ts": "one", "/code/web/b.ts": "one" },
  });

/** One folder of the workspace inside of another. */
const overlapping = () =>
  fakePorts({
    folders: [
      { name: "code", path: "/code" },
      { name: "web", path: "/code/web" },
    ],
    files: { "/code/a.ts": "one", "/code/web/b.ts": "one" },
  });

describe("list_files", () => {
  const check = checker("list_files", () => fakePorts({ files }));
  const everything =
    ".gitignore, package.json\napp/[id]/: page.tsx\nnested/: package.json\nsrc/: a.ts\nsrc/core/: b.md, b.ts";
  check({}, everything);
  check({ path: "." }, everything);
  check({ glob: "*.ts" }, "src/: a.ts\nsrc/core/: b.ts");
  check({ glob: "./src/*.ts" }, "src/: a.ts");
  check({ path: "src" }, "src/: a.ts\nsrc/core/: b.md, b.ts");
  check({ path: "src", glob: "*.ts" }, "src/: a.ts\nsrc/core/: b.ts");
  check({ path: "src", glob: "core/*.md" }, "src/core/: b.md");
  check({ path: "app/[id]" }, "app/[id]/: page.tsx");
  check({ path: "package.json" }, "package.json");
  check({ path: "dist" }, /^ignored: "dist" is ignored by \.gitignore/);
  check({ path: "dist", ignored: true }, "dist/: out.js");
  check({ path: "nowhere" }, /^file-missing: No file or directory "nowhere"\./);
  check({ path: "../nowhere" }, /^file-missing: No file or directory "\/nowhere"\./);
  check({ path: "../out" }, "/out/: a.ts\n/out/b/: c.ts");
  check({ path: "~", glob: "*.ts" }, "~/: a.ts");
  check({ glob: "*.py" }, `no files match *.py; .gitignore is respected unless "ignored": true`);
  check({ path: "src", glob: "src/x" }, /^no files match src\/x below src \(the glob is relative to it\)/);

  const checkTwo = checker("list_files", twoFolders);
  checkTwo({}, "api/src/: a.ts\nweb/: b.ts");
  checker("list_files", overlapping)({ glob: "*.ts" }, "code/: a.ts\nweb/: b.ts");
  checkTwo({ glob: "web/*.ts" }, "web/: b.ts");
  checkTwo({ path: "api" }, "api/src/: a.ts");

  it("counts deep directories where there are too many files", async () => {
    const many = Array.from(
      { length: 3_000 },
      (_, index) => [`packages/p${index % 40}/src/f${index}.ts`, ""] as const,
    );
    const { output, note } = await runTool(fakePorts({ files: Object.fromEntries(many) }), "list_files", {});
    assert.match(output, /^packages\/p0\/: src\/ \(75 files\)\n/);
    assert.match(output, /\n\[3,000 files; more with path or glob\]$/);
    assert.equal(output.split("\n").length, 41);
    assert.equal(note, "3,000 files");
  });

  it("cuts a directory that is too long by itself", async () => {
    const many = Array.from({ length: 12_000 }, (_, index) => [`f${index}.ts`, ""] as const);
    const { output, note } = await runTool(fakePorts({ files: Object.fromEntries(many) }), "list_files", {});
    assert.ok(output.length < 30_000);
    assert.match(output, /\[cut; more than 10,000 files: narrow with path or glob\]$/);
    assert.equal(note, "more than 10,000 files");
  });
});

describe("search", () => {
  const check = checker("search", () => fakePorts({ files }));
  check({ pattern: "^one" }, "app/[id]/page.tsx\n1: one\nsrc/a.ts\n1: one\nsrc/core/b.md\n1: one");
  check({ pattern: "one", path: "src", glob: "*.ts" }, "src/a.ts\n1: one\nsrc/core/b.ts\n1:   one");
  check({ pattern: "one", path: "src/a.ts", ignore_case: true }, "src/a.ts\n1: one\n3: One more");
  check({ pattern: "one", path: "app/[id]/page.tsx" }, "app/[id]/page.tsx\n1: one");
  check({ pattern: "one", path: "package.json" }, /^no matches there/);
  check({ pattern: "zebra" }, `no matches; .gitignore is respected unless "ignored": true`);
  check({ pattern: "one", path: "dist", ignored: true }, "dist/out.js\n1: one");
  check({ pattern: "(" }, /^bad-pattern: /);
  check({ pattern: "unsaved", path: "src" }, "src/a.ts\n2: unsaved", (ports) =>
    ports.workspace.dirty.set("/project/src/a.ts", "x\nunsaved"),
  );
  check({ pattern: "outer", path: "/out" }, "/out/a.ts\n1: outer\n/out/b/c.ts\n1: outer");
  check({ pattern: "outer", path: "~/a.ts" }, "~/a.ts\n1: outer home");
  checker("search", twoFolders)({ pattern: "one" }, "api/src/a.ts\n1: one\nweb/b.ts\n1: one");
  checker("search", overlapping)({ pattern: "one" }, "code/a.ts\n1: one\nweb/b.ts\n1: one");

  it("says how many it found", async () => {
    const { note } = await runTool(fakePorts({ files }), "search", { pattern: "one", path: "src" });
    assert.equal(note, "3 matches in 3 files");
  });

  it("cuts after 200 matches and says how to narrow", async () => {
    const { output, note } = await runTool(fakePorts({ files: { "a.txt": "x\n".repeat(500) } }), "search", {
      pattern: "x",
    });
    assert.match(output, /\n200: x\n\[first 200 matches; narrow with a longer pattern, path or glob\]$/);
    assert.equal(note, "more than 200 matches in 1 file");
  });

  it("shows a long line around its match", async () => {
    const ports = fakePorts({ files: { "a.txt": `${"a".repeat(5_000)}NEEDLE${"b".repeat(5_000)}` } });
    assert.match(
      await tellModel(ports, "search", { pattern: "needle", ignore_case: true }),
      /^a\.txt\n1: …a{100}NEEDLEb{194}…$/,
    );
  });
});

describe("get_diagnostics", () => {
  const problems = [
    diagnostic("src/a.ts", 9, "second", { severity: "warning", source: "eslint", code: "semi" }),
    diagnostic("src/a.ts", 2, "first", { code: "2322", column: 7 }),
    diagnostic("src/core/b.ts", 1, "third"),
    diagnostic("/elsewhere/lib.d.ts", 1, "not ours"),
  ];
  const check = checker("get_diagnostics", () => {
    const ports = fakePorts({ files });
    ports.workspace.problems = problems;
    return ports;
  });
  check({ path: "src/a.ts" }, "src/a.ts:2:7 error TS2322 first\nsrc/a.ts:9:1 warning eslint(semi) second");
  check({ path: "src/core" }, "src/core/b.ts:1:1 error ts third");
  check(
    {},
    "src/a.ts:2:7 error TS2322 first\nsrc/core/b.ts:1:1 error ts third\nsrc/a.ts:9:1 warning eslint(semi) second",
  );
  check({ path: "package.json" }, "no problems");
  check({}, /^no problems known/, (ports) => (ports.workspace.problems = []));
  const unsettled: Parameters<typeof check>[2] = (ports) => (ports.workspace.isSettled = false);
  check({ path: "package.json" }, /^no problems\n\[some files are still being checked/, unsettled);
  check({ path: "src/a.ts" }, /^src\/a[^]*second\n\[some files are still being checked/, unsettled);
  check({ path: "src/x.ts" }, /^file-missing: /);
  check(
    { path: "src/a.ts" },
    /^no-diagnostics: There is no editor here/,
    (ports) => (ports.workspace.hasCodeIntel = false),
  );

  it("looks at the file first", async () => {
    const ports = fakePorts({ files });
    assert.equal((await runTool(ports, "get_diagnostics", { path: "src/a.ts" })).note, "no problems");
    assert.deepEqual(ports.workspace.checked, ["/project/src/a.ts"]);
  });

  it("shows a hundred and says how many there are", async () => {
    const ports = fakePorts({ files });
    ports.workspace.problems = Array.from({ length: 150 }, (_, index) =>
      diagnostic("src/a.ts", index + 1, "bad"),
    );
    assert.match(
      await tellModel(ports, "get_diagnostics", {}),
      /\n\[first 100 of 150 problems \(150 errors\); name a path, or more \{"name":"get_diagnostics_summary"\} for counts\]$/,
    );
  });
});

describe("the gateway", () => {
  const check = checker("more", () => {
    const ports = fakePorts({ files });
    ports.workspace.problems = [
      diagnostic("src/a.ts", 1, "x"),
      diagnostic("src/a.ts", 2, "y", { severity: "warning", source: "eslint" }),
      diagnostic("package.json", 1, "z", { severity: "hint", source: "json" }),
    ];
    return ports;
  });
  check({ name: "help" }, /^get_diagnostics_summary: Counts problems/);
  check({ name: "zebra" }, /^There is no "zebra"\. There is:\nget_diagnostics_summary: /);
  check(
    { name: "get_diagnostics_summary" },
    /^get_diagnostics_summary: [^]*\ninput: \{"type":"object"[^]*\ncall: \{"name":"get_diagnostics_summary","input":\{…\}\}$/,
  );
  check({ name: "get_diagnostics_summary", input: { by: "color" } }, /by\nget_diagnostics_summary: Counts/);
  const byFile = "1 error, 1 warning, 1 hint\nsrc/a.ts: 1 error, 1 warning\npackage.json: 1 hint";
  check({ name: "get_diagnostics_summary", input: {} }, byFile);
  check({ name: "get_diagnostics_summary", input: "{}" }, byFile);
  check(
    { name: "get_diagnostics_summary", input: { by: "folder" } },
    /\nsrc\/: 1 error, 1 warning\n\.\/: 1 hint$/,
  );
  check(
    { name: "get_diagnostics_summary", input: { by: "source" } },
    /\neslint: 1 warning\njson: 1 hint\nts: 1 error$/,
  );
  check(
    { name: "get_diagnostics_summary", input: { path: "src/a.ts" } },
    "1 error, 1 warning\nsrc/a.ts: 1 error, 1 warning",
  );
  checker("get_diagnostics_summary", () => fakePorts({ files }))({}, "no problems");
});
