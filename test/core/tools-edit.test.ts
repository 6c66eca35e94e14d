import assert from "node:assert/strict";
import type { FileAccess } from "#core/permissions/guard.ts";
import {
  diagnostic,
  fakePorts,
  guardOfFiles,
  runTool,
  tellModel,
  type FakePorts,
} from "../support/fake-ports.ts";

describe("edit_file: finding the text", () => {
  const text = "function one() {\n\treturn 1;\n}\n\nfunction two() {\n\treturn 2;\n}\n";
  const check = (name: string, input: object, expected: string | RegExp, content = text) =>
    it(name, async () => {
      const files = { "src/a.ts": content, "img.png": new Uint8Array(3), "/out/b.ts": "a" };
      const ports = fakePorts({ files });
      const told = await tellModel(ports, "edit_file", { path: "src/a.ts", ...input });
      if (typeof expected === "string") assert.equal(told, expected);
      else assert.match(told, expected);
    });
  const notFound = (line: number, difference: string, place: string): string =>
    `not-found: "old" is not in src/a.ts. Nearest is src/a.ts:${line}, which differs ${difference}:\n${place}\nCopy the text exactly and try again.`;

  check("replaces", { old: "return 1;", new: "return 3;" }, "ok +1 −1");
  check("replaces over lines", { old: "1;\n}\n\nfunction two", new: "1; }\nfunction two" }, "ok +1 −3");
  check("deletes", { old: "\treturn 1;\n", new: "" }, "ok +0 −1");
  check("takes $ as it is", { old: "1", new: "$&$1" }, "ok +1 −1");
  check("takes CRLF for LF", { old: "one() {\r\n\treturn 1;", new: "one() {\r\n\treturn 4;" }, "ok +1 −1");
  check("replaces all", { old: "return", new: "yield", all: true }, "ok +2 −2");
  check(
    "says where a text occurs more than once",
    { old: "return", new: "x" },
    `not-unique: "old" occurs 2 times in src/a.ts, in lines 2, 6. Add lines around it until it occurs once, or pass "all": true.`,
  );
  check("counts lines of long texts", { old: ") {\n\treturn", new: "x" }, /in lines 1, 5\./);
  check(
    "shows indentation",
    { old: "  return 1;", new: "x" },
    notFound(2, "in indentation (the file uses tabs)", "\treturn 1;"),
  );
  check(
    "shows inner whitespace",
    { old: "return  2;", new: "x" },
    notFound(6, "in whitespace", "\treturn 2;"),
  );
  check(
    "shows whitespace at line ends",
    { old: "two() { \n\treturn 2;", new: "x" },
    /:5, which differs in whitespace at the end of a line:\nfunction two\(\) \{\n\treturn 2;\n/,
  );
  check(
    "shows case",
    { old: "Function One() {", new: "x" },
    notFound(1, "in upper and lower case", "function one() {"),
  );
  check(
    "shows another text",
    { old: "return 22;", new: "x" },
    /:6, which differs in its text:\n\treturn 2;\n/,
  );
  check(
    "shows the first differing line",
    { old: "function two() {\n\treturn 5;\n}", new: "x" },
    /:5, which differs first in line 6:\nfunction two\(\) \{\n\treturn 2;\n\}\n/,
  );
  check(
    "shows line ends",
    { old: "a\nb", new: "x" },
    /:1, which differs in line ends \(the file mixes CRLF and LF\)/,
    "a\r\nb\nc\n",
  );
  check(
    "says when nothing is like it",
    { old: "zebra crossing", new: "x" },
    /^not-found: "old" is not in src\/a.ts, nor anything like it\. Read/,
  );
  check("refuses an empty text", { old: "", new: "x" }, /^bad-edit: /);
  check("says that nothing changes", { old: "a", new: "a" }, /^no-change: /);
  check(
    "names near files",
    { path: "src/b.ts", old: "a", new: "b" },
    `file-missing: No file "src/b.ts". Did you mean src/a.ts?`,
  );
  check("refuses binary files", { path: "img.png", old: "a", new: "b" }, /^file-binary: /);
  check("refuses directories", { path: "src", old: "a", new: "b" }, /^not-a-file: /);
  check("reaches outside", { path: "../out/b.ts", old: "a", new: "b" }, "ok +1 −1");

  it("finds the nearest place in a long file", async () => {
    const long = Array.from(
      { length: 20_000 },
      (_, index) => `const value${index} = compute(${index});`,
    ).join("\n");
    const ports = fakePorts({ files: { "src/a.ts": long } });
    const told = await tellModel(ports, "edit_file", {
      path: "src/a.ts",
      old: "const value777 = compute (777);",
      new: "",
    });
    assert.match(told, /Nearest is src\/a\.ts:778, which differs in whitespace/);
  });
});

describe("write_file", () => {
  const check = (name: string, input: object, expected: string | RegExp) =>
    it(name, async () => {
      const ports = fakePorts({
        files: {
          ...{ "a.txt": "one\ntwo\n", "img.png": new Uint8Array(3), ".git/config": "" },
          ...{ ".gitignore": ".env\nbuilt/\n", ".env": "KEY=1\n" },
        },
      });
      const told = await tellModel(ports, "write_file", { path: "a.txt", ...input });
      if (typeof expected === "string") assert.equal(told, expected);
      else assert.match(told, expected);
    });

  check("creates", { path: "new/b.txt", content: "1\n2\n3" }, "ok +3 −0, created");
  check("creates empty files", { path: "b.txt", content: "" }, "ok +0 −0, created");
  check("replaces", { content: "one\n2\n" }, "ok +1 −1");
  check("takes CRLF for LF", { content: "one\r\ntwo\r\n" }, "no change: the file already has this text");
  check("refuses to overwrite binary files", { path: "img.png", content: "x" }, /^file-binary: /);
  check("refuses a directory", { path: ".", content: "x" }, /^not-a-file: /);
  check(
    "refuses to overwrite what is ignored",
    { path: ".env", content: "x" },
    /^ignored: .*"ignored": true/,
  );
  check("overwrites it where that is meant", { path: ".env", content: "x\n", ignored: true }, "ok +1 −1");
  check("creates what is ignored", { path: "built/a.js", content: "x" }, "ok +1 −0, created");

  it("asks leave for the change, once, by the real path", async () => {
    const ports = fakePorts({ files: { "src/a.ts": "one\n" } });
    ports.workspace.links.set("/project/link", "/project/src");
    const asked: FileAccess[] = [];
    const guard = guardOfFiles(async (access) => void asked.push(access));
    await runTool(ports, "write_file", { path: ".git/hooks/pre-commit", content: "x" }, undefined, guard);
    await runTool(ports, "edit_file", { path: "link/a.ts", old: "one", new: "two" }, undefined, guard);
    await runTool(
      ports,
      "edit_file",
      { path: "src/a.ts", old: "two", new: "3" },
      undefined,
      guardOfFiles(async (access) => {
        await guard.file(access);
        ports.workspace.disk.set("/project/src/a.ts", "two, typed\n");
      }),
    );
    const write = { operation: "write", kind: "file", links: 1 } as const;
    assert.deepEqual(asked, [
      { ...write, path: "/project/.git/hooks/pre-commit", kind: "missing", change: { after: "x" } },
      { ...write, path: "/project/src/a.ts", change: { before: "one\n", after: "two\n" } },
      { ...write, path: "/project/src/a.ts", change: { before: "two\n", after: "3\n" } },
      // What was typed meanwhile makes it another change, which is asked again.
      { ...write, path: "/project/src/a.ts", change: { before: "two, typed\n", after: "3, typed\n" } },
    ]);
  });

  it("gives whole texts before and after", async () => {
    const ports = fakePorts({ files: { "a.txt": "one\n" } });
    assert.deepEqual(await runTool(ports, "write_file", { path: "a.txt", content: "two\n" }), {
      output: "ok +1 −1",
      note: "+1 −1",
      changes: [{ path: "a.txt", before: "one\n", after: "two\n" }],
    });
    assert.deepEqual((await runTool(ports, "write_file", { path: "b.txt", content: "b" })).changes, [
      { path: "b.txt", before: undefined, after: "b" },
    ]);
  });

  it("refuses in a workspace that is not trusted", async () => {
    const ports = fakePorts({ files: { "a.txt": "a" }, isTrusted: false });
    for (const [name, input] of [
      ["write_file", { path: "a.txt", content: "b" }],
      ["edit_file", { path: "a.txt", old: "a", new: "b" }],
    ] as const) {
      assert.match(await tellModel(ports, name, input), /^not-trusted: /);
    }
    assert.equal(ports.workspace.text("a.txt"), "a");
  });
});

describe("what an edit reports", () => {
  const edit = { path: "src/a.ts", old: "one", new: "two" };
  const setup = (prepare: (ports: FakePorts) => void): FakePorts => {
    const ports = fakePorts({ files: { "src/a.ts": "one\nrest\n", "src/b.ts": "b\n" } });
    prepare(ports);
    return ports;
  };
  const check = (name: string, prepare: (ports: FakePorts) => void, expected: string | RegExp) =>
    it(name, async () => {
      const told = await tellModel(setup(prepare), "edit_file", edit);
      if (typeof expected === "string") assert.equal(told, expected);
      else assert.match(told, expected);
    });
  const afterWrite = (ports: FakePorts, problems: FakePorts["workspace"]["problems"]) => {
    ports.workspace.settle = async () => void (ports.workspace.problems = problems);
  };

  check(
    "a document that stays unsaved",
    (ports) => ports.workspace.dirty.set("/project/src/a.ts", "one more"),
    "ok +1 −1, unsaved",
  );
  check(
    "what format-on-save changed",
    (ports) => (ports.workspace.formatOnSave = (text) => `${text.replace("two", "two;")}end\n`),
    "ok +2 −1\nformatted on save, now:\n1: two;\n3: end",
  );
  check(
    "that format-on-save changed much",
    (ports) => (ports.workspace.formatOnSave = () => "x\n".repeat(50)),
    "ok +50 −2\nformatted on save in 50 lines: read it again before the next edit",
  );
  check(
    "new problems, also in other files, errors first",
    (ports) =>
      afterWrite(ports, [
        diagnostic("src/a.ts", 1, "Unused", { severity: "warning", source: "eslint", code: "no-unused" }),
        diagnostic("src/b.ts", 12, "Type\n  'x' is wrong.", { code: "2322", column: 5 }),
        diagnostic("src/a.ts", 2, "a hint", { severity: "hint" }),
        diagnostic("/lib/lib.d.ts", 2, "elsewhere"),
      ]),
    "ok +1 −1\nnew problems:\nsrc/b.ts:12:5 error TS2322 Type 'x' is wrong.\nsrc/a.ts:1:1 warning eslint(no-unused) Unused",
  );
  check(
    "fixed problems",
    (ports) => {
      ports.workspace.problems = [diagnostic("src/a.ts", 1, "bad"), diagnostic("src/b.ts", 3, "stays")];
      afterWrite(ports, [diagnostic("src/b.ts", 3, "stays")]);
    },
    "ok +1 −1\nfixed:\nsrc/a.ts:1:1 error ts bad",
  );
  check(
    "nothing of problems that only moved",
    (ports) => {
      ports.workspace.problems = [diagnostic("src/a.ts", 1, "bad")];
      afterWrite(ports, [diagnostic("src/a.ts", 7, "bad")]);
    },
    "ok +1 −1",
  );
  check(
    "the new one of equal problems",
    (ports) => {
      ports.workspace.problems = [diagnostic("src/a.ts", 5, "bad")];
      afterWrite(ports, [diagnostic("src/a.ts", 5, "bad"), diagnostic("src/a.ts", 9, "bad")]);
    },
    "ok +1 −1\nnew problems:\nsrc/a.ts:9:1 error ts bad",
  );
  check(
    "no problems where there is no editor",
    (ports) => (ports.workspace.hasCodeIntel = false),
    "ok +1 −1",
  );

  it("keeps to 20 lines about problems", async () => {
    const ports = setup((made) => {
      const many = (word: string) =>
        Array.from({ length: 40 }, (_, index) => diagnostic("src/a.ts", index + 1, `${word} ${index}`));
      made.workspace.problems = many("old");
      afterWrite(made, many("new"));
    });
    const told = await tellModel(ports, "edit_file", edit);
    assert.equal(told.split("\n").length, 21);
    assert.match(
      told,
      /^ok \+1 −1\nnew problems:\n[^]*\nand 28 more: get_diagnostics\nfixed:\n[^]*\nand 36 more: get_diagnostics$/,
    );
  });

  it("looks at a file before it changes it, so that old problems are no news", async () => {
    const ports = setup(() => {});
    await runTool(ports, "edit_file", edit);
    await runTool(ports, "write_file", { path: "new.ts", content: "x" });
    assert.deepEqual(ports.workspace.checked, ["/project/src/a.ts"]);
  });

  it("tries again on what the user typed meanwhile, once", async () => {
    const ports = setup((made) => {
      let isFirst = true;
      made.workspace.beforeWrite = (path) => {
        if (isFirst) made.workspace.disk.set(path, "one\nrest\ntyped\n");
        isFirst = false;
      };
    });
    assert.equal(await tellModel(ports, "edit_file", edit), "ok +1 −1");
    assert.equal(ports.workspace.text("src/a.ts"), "two\nrest\ntyped\n");
    let count = 0;
    ports.workspace.beforeWrite = (path) => void ports.workspace.disk.set(path, `two ${count++}`);
    assert.match(
      await tellModel(ports, "edit_file", { path: "src/a.ts", old: "two", new: "x" }),
      /^file-changed: "src\/a.ts" keeps/,
    );
  });

  it("says when diagnostics take too long to settle", async () => {
    const ports = setup(() => {});
    ports.workspace.isSettled = false;
    const { output } = await runTool(ports, "edit_file", edit);
    assert.equal(output, "ok +1 −1\ndiagnostics did not settle: took too long, check later");
  });

  it("gives the edit's result at once when stopped while diagnostics settle", async () => {
    const ports = setup(() => {});
    const stop = new AbortController();
    ports.workspace.settle = async () => {
      stop.abort();
      await new Promise(() => {});
    };
    const result = await runTool(ports, "edit_file", edit, stop.signal);
    assert.equal(result.output, "ok +1 −1\ndiagnostics did not settle: stopped");
    assert.equal(result.changes?.[0]?.after, "two\nrest\n");
  });

  it("changes nothing when stopped before the write", async () => {
    const ports = setup(() => {});
    await assert.rejects(runTool(ports, "edit_file", edit, AbortSignal.abort()), { name: "AbortError" });
    assert.equal(ports.workspace.text("src/a.ts"), "one\nrest\n");
  });
});
