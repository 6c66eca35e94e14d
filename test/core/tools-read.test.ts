import assert from "node:assert/strict";
import { fakePorts, runTool, tellModel } from "../support/fake-ports.ts";

const lines = (count: number): string =>
  Array.from({ length: count }, (_, index) => `line ${index + 1}\n`).join("");

describe("read_file", () => {
  const files = {
    ".gitignore": "dist/\n.env\n",
    "src/app.ts": "const a = 1;\nconst b = 2;\n",
    "src/api.ts": "x",
    "docs/read me.md": "hi",
    "dist/out.js": "built",
    ".env": "KEY=1",
    "empty.txt": "",
    "image.png": new Uint8Array(5_000),
    "huge.log": "x",
    "ten.txt": lines(10),
    "long.txt": lines(3_000),
    "wide.txt": `${`${"w".repeat(99)}\n`.repeat(1_000)}`,
    "minified.js": `${"ab".repeat(30_000)}\nend\n`,
    "no-end.txt": "one\ntwo",
  };
  const check = (input: object, expected: string | RegExp) =>
    it(JSON.stringify(input), async () => {
      const ports = fakePorts({ files });
      ports.workspace.huge.add("/project/huge.log");
      const told = await tellModel(ports, "read_file", input);
      if (typeof expected === "string") assert.equal(told, expected);
      else assert.match(told, expected);
    });

  check({ path: "src/app.ts" }, files["src/app.ts"]);
  check({ path: "no-end.txt" }, "one\ntwo");
  check({ path: "empty.txt" }, "[empty file]");
  check({ path: "ten.txt", offset: 9 }, "line 9\nline 10\n");
  check({ path: "ten.txt", offset: 2, limit: 2 }, "line 2\nline 3\n[of 10 lines]");
  check({ path: "ten.txt", offset: "2", limit: 1 }, "line 2\n[of 10 lines]");
  check({ path: "ten.txt", offset: null, limit: 50 }, lines(10));
  check({ path: "no-end.txt", offset: 2 }, "two");
  check({ path: "ten.txt", offset: 11 }, `past-end: "ten.txt" has 10 lines. Use an offset up to 10.`);
  check({ path: "long.txt" }, /^line 1\n[^]*\nline 2000\n\[lines 1–2000 of 3,000; go on with offset 2001\]$/);
  check({ path: "long.txt", offset: 2_001 }, /^line 2001\n[^]*\nline 3000\n$/);
  check({ path: "long.txt", limit: 2_500 }, /\[lines 1–2000 of 3,000; go on with offset 2001\]$/);
  check({ path: "wide.txt" }, /\[lines 1–491 of 1,000; go on with offset 492\]$/);
  check(
    { path: "minified.js" },
    /^(?:ab)+\n\[line 1 of 2, characters 1–49,152 of 60,000; go on with "offset":1,"column":49153, or search in it\]$/,
  );
  check(
    { path: "minified.js", offset: 1, column: 59_999 },
    "ab\n[line 1 of 2, characters 59,999–60,000; go on with offset 2]",
  );
  check({ path: "src/ap.ts" }, `file-missing: No file "src/ap.ts". Did you mean src/app.ts or src/api.ts?`);
  check({ path: "app.ts" }, `file-missing: No file "app.ts". Did you mean src/app.ts?`);
  check(
    { path: "lib/zebra.ts" },
    `file-missing: No file "lib/zebra.ts". Find it with list_files {"glob":"*zebra*"}.`,
  );
  check({ path: "src" }, `not-a-file: "src" is a directory. Use list_files {"path":"src"}.`);
  check({ path: "image.png" }, /^file-binary: "image.png" is binary \(5,000 bytes\), not text\. Look for/);
  check(
    { path: "huge.log" },
    /^file-huge: "huge.log" is too big to read.*search \{"pattern":…,"path":"huge.log"\}/,
  );
  check({ path: "dist/out.js" }, /^ignored: "dist\/out.js" is ignored .*pass "ignored": true/);
  check({ path: "dist/out.js", ignored: true }, "built");
  check({ path: "../x" }, `file-missing: No file "/x".`);
  check(
    { path: "//server/x" },
    /^outside-workspace: "\/\/server\/x" is on the network, which file tools do not reach\./,
  );

  it("reads unsaved text", async () => {
    const ports = fakePorts({ files });
    ports.workspace.dirty.set("/project/src/app.ts", "unsaved");
    assert.equal(await tellModel(ports, "read_file", { path: "src/app.ts" }), "unsaved");
  });

  it("does not cut a character in two", async () => {
    const ports = fakePorts({ files: { "a.txt": "😀".repeat(20_000) } });
    const told = await tellModel(ports, "read_file", { path: "a.txt" });
    assert.match(told, /^😀+\n\[line 1 of 1, characters 1–24,576 of 40,000;/u);
  });

  it("reads the parts of a file so that they join to the whole", async () => {
    const ports = fakePorts({ files });
    const parts: string[] = [];
    for (let offset = 1; offset !== 0;) {
      const told = await tellModel(ports, "read_file", { path: "wide.txt", offset });
      parts.push(told.replace(/\[lines .*\]$/, ""));
      offset = Number(/go on with offset (\d+)/.exec(told)?.[1] ?? 0);
    }
    assert.equal(parts.join(""), files["wide.txt"]);
  });

  it("says nothing to a stopped turn", async () => {
    const ports = fakePorts({ files });
    await assert.rejects(runTool(ports, "read_file", { path: "ten.txt" }, AbortSignal.abort()), {
      name: "AbortError",
    });
  });
});
