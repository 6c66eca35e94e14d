import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

const root = join(import.meta.dirname, "../..");
const oxlint = join(root, "node_modules/oxlint/bin/oxlint");

type Finding = { readonly code: string; readonly filename: string; readonly message: string };

describe("layers", () => {
  const house = mkdtempSync(join(tmpdir(), "boocode-house-"));
  const cases: { readonly file: string; readonly complaint: string | undefined }[] = [];
  let findings: readonly Finding[] = [];

  before(() => {
    cpSync(join(root, ".oxlintrc.json"), join(house, ".oxlintrc.json"));
    mkdirSync(join(house, "test/lint"), { recursive: true });
    cpSync(join(root, "test/lint/layers.js"), join(house, "test/lint/layers.js"));
    writeFileSync(join(house, "package.json"), `{ "type": "module" }`);
    const run = spawnSync(process.execPath, [oxlint, "-f", "json"], { cwd: house, encoding: "utf8" });
    assert.equal(run.status, 1, run.stdout + run.stderr);
    findings = JSON.parse(run.stdout).diagnostics.filter(
      (found: Finding) => found.code === "boocode(layers)",
    );
  });
  after(() => rmSync(house, { recursive: true }));

  // Every file is written while the suite is described, so that one run of the linter sees all of them.
  const check = (folder: string, source: string, complaint?: string) => {
    const file = folder.endsWith(".ts") ? folder : join(folder, `case-${cases.length}.ts`);
    mkdirSync(join(house, dirname(file)), { recursive: true });
    writeFileSync(join(house, file), `${source}\n`);
    cases.push({ file, complaint });
    it(`${folder}: ${source}`, () => {
      const here = findings.filter((found) => found.filename === file);
      assert.deepEqual(
        here.map((found) => found.message),
        complaint ? [complaint] : [],
      );
    });
  };

  check("src/protocol", `import { x } from "./trace.ts"; x();`);
  check("src/protocol", `import { z } from "zod"; z();`);
  check("src/protocol", `import { x } from "#core/x.ts"; x();`, "protocol may not import core");
  check("src/protocol", `import type { X } from "#core/x.ts"; let x: X;`, "protocol may not import core");
  check(
    "src/protocol",
    `import { join } from "node:path"; join();`,
    `protocol may not import Node's "node:path"`,
  );
  check("src/protocol", `export * from "../node/x.ts";`, "protocol may not import node");

  check("src/core", `import { x } from "#protocol/x.ts"; x();`);
  check("src/core/agent", `import { x } from "../channel.ts"; x();`);
  check("src/core", `import { streamText } from "ai"; streamText();`);
  check("src/core", `void import("@ai-sdk/deepseek");`);
  check("src/core", `import { x } from "#node/x.ts"; x();`, "core may not import node");
  check("src/core", `void import("#editor/x.ts");`, "core may not import editor");
  check("src/core", `export { x } from "#editor/x.ts";`, "core may not import editor");
  check("src/core", `let x: import("#editor/x.ts").X;`, "core may not import editor");
  check("src/core", `void import("fs/promises");`, `core may not import Node's "fs/promises"`);
  check(
    "src/core",
    `import type * as vscode from "vscode"; let x: vscode.X;`,
    `"vscode" belongs to editor, extension.ts, not to core`,
  );
  check(
    "src/core",
    `import "#core/x.ts";`,
    `write a relative path instead of "#core/x.ts": it is the same layer`,
  );
  check("src/core", `import "left-pad";`, `"left-pad" has no layer: give it one in test/lint/layers.js`);
  check(
    "src/core/agent",
    `import "../../protocol/x.ts";`,
    `write "#protocol/…" instead of "../../protocol/x.ts": relative imports stay in their layer`,
  );
  check(
    "src/core",
    `import "../../test/support/clock.ts";`,
    `core may not import "../../test/support/clock.ts", which is in no layer`,
  );

  check("src/node", `import { x } from "#core/ports.ts"; import "node:fs"; import "sql.js"; x();`);
  check("src/node", `import "vscode";`, `"vscode" belongs to editor, extension.ts, not to node`);
  check("src/node", `import "ai";`, `"ai" belongs to core, not to node`);
  check("src/node", `import "#editor/x.ts";`, "node may not import editor");

  check("src/editor", `import "vscode"; import "#node/x.ts"; import "#core/x.ts"; import "node:path";`);
  check("src/editor", `import "preact/hooks";`, `"preact/hooks" belongs to webview, not to editor`);
  check("src/editor", `import "../extension.ts";`, "editor may not import extension.ts");
  check("src/editor", `import "../../webview/main.tsx";`, "editor may not import webview");

  check("webview/views", `import { h } from "preact"; import "#protocol/x.ts"; import "../parts/x.ts"; h();`);
  check("webview/views", `import "#core/x.ts";`, "webview may not import core");
  check("webview/views", `import "../../src/core/x.ts";`, "webview may not import core");
  check(
    "webview",
    `import "zod";`,
    `"zod" belongs to protocol, core, node, editor, headless.ts, not to webview`,
  );
  check("webview", `import "path";`, `webview may not import Node's "path"`);

  check(
    "src/extension.ts",
    `import "vscode"; import "#editor/x.ts"; import "#core/x.ts"; import "#node/x.ts";`,
  );
  check("src/headless.ts", `import "#editor/x.ts";`, "headless.ts may not import editor");
  check("src/shared", `export const x = 1;`, "src/shared is not a layer of the house");
  check("src/main.ts", `export const x = 1;`, "src/main.ts is not a layer of the house");
  check("test/core", `import "vscode"; import "../../src/core/x.ts";`);

  it("is switched on for this repository", () => {
    const config = execFileSync(process.execPath, [oxlint, "--print-config"], {
      cwd: root,
      encoding: "utf8",
    });
    assert.equal(JSON.parse(config).rules["boocode/layers"], "deny");
  });
});
