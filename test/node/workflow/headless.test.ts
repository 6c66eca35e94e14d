import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { root } from "../../support/setup.mjs";

type Line = Readonly<Record<string, unknown>> & { readonly type: string };

describe("workflows without an editor", function () {
  this.timeout(60_000);
  const folder = mkdtempSync(join(tmpdir(), "boocode-workflow-"));
  after(() => rmSync(folder, { recursive: true, force: true }));
  before(() => {
    mkdirSync(join(folder, ".boocode/workflows"), { recursive: true });
    const text =
      'export const meta = { name: "greet", description: "d" };\nreturn [args, await agent("hello")];';
    writeFileSync(join(folder, ".boocode/workflows/any.js"), text);
    writeFileSync(
      join(folder, "bad.js"),
      'export const meta = { name: "bad", description: "d" };\n  lgo(1);',
    );
    writeFileSync(
      join(folder, "throws.js"),
      'export const meta = { name: "t", description: "d" };\nthrow new Error("x");',
    );
  });
  const host = (
    ...args: readonly string[]
  ): { readonly status: number | null; readonly lines: readonly Line[] } => {
    const common = [
      join(root, "test/support/workflow-host.ts"),
      "--folder",
      folder,
      "--store",
      join(folder, "store"),
    ];
    const { status, stdout } = spawnSync(process.execPath, [...common, ...args], { encoding: "utf8" });
    return {
      status,
      lines: stdout
        .trim()
        .split("\n")
        .map((line) => JSON.parse(line) as Line),
    };
  };

  it("run by name, with args, and are resumed on another engine", () => {
    const first = host("--workflow", "greet", "--stub", "--args", '{"a":1}', "--engine", "isolated-vm");
    assert.deepEqual(
      first.lines.map(({ type }) => type),
      ["run-start", "step-start", "step-end", "run-end"],
    );
    assert.equal(first.status, 0);
    const run = String(first.lines[0]?.["run"]);
    const second = host("--resume", run, "--stub", "--engine", "quickjs");
    assert.deepEqual(
      second.lines.map(({ type }) => type),
      ["run-start", "step-end", "run-end"],
    );
    assert.deepEqual(
      [second.lines[1]?.["cached"], second.lines[2]?.["result"]],
      [true, first.lines[3]?.["result"]],
    );
  });
  it("say so where only real agents would do", () => {
    const { status, lines } = host("--workflow", "greet");
    assert.equal(status, 1);
    assert.match(String(lines[0]?.["message"]), /--dry-run.*--stub/);
  });
  it("are walked through by a dry run", () => {
    const { lines } = host("--workflow", "greet", "--dry-run", "--seed", "7");
    assert.equal(lines.at(-1)?.type, "dry-run-report");
  });
  it("tell an error at its place before anything runs", () => {
    const { status, lines } = host("--workflow", join(folder, "bad.js"), "--stub");
    assert.equal(status, 1);
    assert.match(String(lines[0]?.["message"]), /bad\.js:2:3: "lgo" is not defined/);
  });
  it("tell an uncaught error with its place", () => {
    const { status, lines } = host("--workflow", join(folder, "throws.js"), "--stub");
    const error = lines.at(-1)?.["error"] as { place: object } | undefined;
    assert.deepEqual([status, error?.place], [1, { file: "throws.js", line: 2, column: 7 }]);
  });
  const refuses = (what: string, args: readonly string[], message: RegExp): unknown =>
    it(`refuse ${what}`, () => {
      assert.match(String(host(...args, "--stub").lines[0]?.["message"]), message);
    });
  refuses("an unknown name", ["--workflow", "nope"], /no workflow "nope"\. There are: greet/);
  refuses("an unknown run", ["--resume", "nope"], /no run nope/);
  refuses("an unknown engine", ["--workflow", "greet", "--engine", "v9"], /Unknown engine "v9"/);
  refuses("a budget that is no number", ["--workflow", "greet", "--budget-tokens", "many"], /takes a number/);
});
