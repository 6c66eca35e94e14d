import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { findWorkflow, listWorkflows } from "#core/workflow/catalog.ts";
import { dryRun } from "#core/workflow/dry-run.ts";
import { parseScript } from "#core/workflow/script/parse.ts";
import { createSandboxes } from "#node/workflow/sandboxes.ts";
import { createWorkflowFiles } from "#node/workflow/workflow-files.ts";
import { engineNames } from "#protocol/guest.ts";
import { builtInFolder, type BuiltInResult, builtInText } from "../../support/built-in-workflows.ts";
import { root } from "../../support/setup.mjs";
import { shuffledAgents, WorkflowWorld } from "../../support/workflow-world.ts";

/** Each built-in script: args to try it with, and the most agents that it starts by default. */
const scripts = [
  { name: "review-code", args: undefined, bound: 22 },
  { name: "find-issues", args: undefined, bound: 25 },
  { name: "deep-research", args: "How does a message travel?", bound: 19 },
] as const;

/** Calls as the type declarations should see them. */
const typedCalls = `export async function run() {
  const [text, number] = await parallel([() => agent("x"), async () => 7]);
  /** @type {[string | null, number | null]} */
  const both = [text, number];
  /** @type {(number | null)[]} */
  const sums = await pipeline(["a"], (item) => item.length, (length, item, index) => length + item.length + index);
  const answer = await agent("x", { agentType: "own", schema: { type: "object" } });
  const timer = setTimeout((value) => log(value), 10, 4);
  clearTimeout(timer);
  console.warn(answer.anything, args?.anything, budget.remaining() > 0, budget.totalUsd);
  const { stdout } = await sh("ls", { timeoutMs: 10 });
  // @ts-expect-error
  await parallel([agent("x")]);
  // @ts-expect-error
  await agent("x", { lable: "y" });
  // @ts-expect-error
  await agent("x", { effort: "huge" });
  // @ts-expect-error
  await ask();
  return [both, sums, stdout, await ask("?", { choices: ["a"] }), await workflow({ scriptPath: "a.js" }, {})];
}`;

describe("built-in workflows", () => {
  const sandboxes = createSandboxes({ reuses: true });
  const world = new WorkflowWorld("isolated-vm", {}, sandboxes);
  const other = new WorkflowWorld("quickjs", {}, sandboxes);
  after(() => sandboxes[Symbol.asyncDispose]());

  for (const { name, args, bound } of scripts)
    describe(name, () => {
      const dry = (more: object = {}) =>
        dryRun(world.ports, { source: { file: `${name}.js`, text: builtInText(name) }, args, ...more });

      it("reads without a warning, and says when to use it and what its phases do", () => {
        const { diagnostics, meta } = parseScript(builtInText(name));
        assert.deepEqual([diagnostics, meta?.name], [[], name]);
        assert.ok((meta?.whenToUse ?? "").length > 20);
        assert.ok(meta?.phases.every(({ detail = "" }) => detail !== ""));
      });
      for (const engine of engineNames)
        it(`walks through all its phases in a dry run, on ${engine}`, async () => {
          const { end, report } = await dry({ engine });
          assert.deepEqual([end.error, end.outcome], [undefined, "done"]);
          assert.deepEqual([report.undeclaredPhases, report.unusedPhases], [[], []]);
          assert.deepEqual(
            report.unreached.filter((call) => call.name === "agent"),
            [],
          );
          const { phases } = parseScript(builtInText(name)).meta ?? { phases: [] };
          assert.deepEqual(
            [...new Set(report.agents.map(({ phase }) => phase))],
            phases.map(({ title }) => title),
          );
          assert.ok(report.agents.length <= bound && !report.needsPreview);
          assert.match((end.result as BuiltInResult).report, /^# .+\n\n/);
        });
      it("may not change files", async () => {
        const { report } = await dry();
        assert.ok(
          report.agents.every(({ agentType }) => ["explorer", "reviewer", "writer"].includes(agentType)),
        );
      });
      it("tells of agents that failed", async () => {
        const { end } = await dry({ failEvery: 3 });
        const { report, missing } = end.result as BuiltInResult;
        assert.deepEqual([end.error, end.outcome], [undefined, "incomplete"]);
        assert.ok(missing.some((line) => line.includes("no answer")));
        assert.match(report, /## What is missing\n\n- /);
      });
      it("comes to an end when every agent fails", async () => {
        const { end } = await dry({ failEvery: 1 });
        const { report, findings } = end.result as BuiltInResult;
        assert.deepEqual([end.error, findings], [undefined, []]);
        assert.match(report, /\*\*No (reviewer|finder|researcher) answered/);
      });
      it("tells what a small budget left out", async () => {
        const { end, report } = await dry({ budget: { tokens: 12_000 } });
        assert.equal(end.error, undefined);
        assert.match((end.result as BuiltInResult).report, /- .*: left out, since the budget is spent\./);
        assert.ok(report.estimate.agents <= 10);
      });
      it("begins no agent on a budget that is too small for any", async () => {
        for (const budget of [{ tokens: 100 }, { usd: 0 }]) {
          const { end, report } = await dry({ budget });
          assert.deepEqual([end.outcome, report.agents], ["done", []]);
        }
      });
      it("gives equal results in any order, on both engines", async () => {
        const results = [];
        for (const [place, seed] of [
          [world, "one"],
          [world, "two"],
          [other, "three"],
        ] as const)
          results.push(
            (await place.run(builtInText(name), { agents: shuffledAgents(seed), args })).end.result,
          );
        assert.deepEqual([results[1], results[2]], [results[0], results[0]]);
      });
    });

  const refusals: readonly (readonly [string, unknown, RegExp])[] = [
    ["review-code", { path: "src" }, /review-code: there is no arg "path"\.\nArgs of review-code/],
    ["review-code", { lenses: ["security", "beauty"] }, /there is no lens "beauty"\.[\s\S]*correctness/],
    ["review-code", { maxFindings: 41 }, /"maxFindings" is a whole number from 1 to 40, not 41/],
    ["review-code", { range: "HEAD; rm -rf ~" }, /"range" is what git diff takes/],
    ["review-code", { range: "--output=x" }, /"range" is what git diff takes/],
    ["review-code", { paths: [7] }, /"paths" is a text or a list of texts, not \[7\]/],
    ["review-code", 7, /the args are a text or an object, not 7/],
    ["find-issues", { areas: 0 }, /find-issues: "areas" is a whole number from 1 to 12, not 0/],
    ["find-issues", [1], /the args are a text or an object, not \[1\]/],
    ["find-issues", { lenses: "luck" }, /there is no lens "luck"/],
    ["deep-research", undefined, /deep-research: there is no question\.\nArgs of deep-research/],
    ["deep-research", "  ", /there is no question/],
    [
      "deep-research",
      { question: "Why?", parts: "some" },
      /"parts" is a whole number from 1 to 10, not "some"/,
    ],
    ["deep-research", { query: "Why?" }, /there is no arg "query"/],
  ];
  describe("refuse", () => {
    for (const [name, args, message] of refusals)
      it(`${name} with ${JSON.stringify(args)}`, async () => {
        const { end } = await world.run(builtInText(name), { args });
        assert.match(end.error?.message ?? "", message);
        assert.equal(end.census.agents, 0);
      });
  });

  describe("in their folder", () => {
    const temporary = mkdtempSync(join(tmpdir(), "boocode-built-in-"));
    after(() => rmSync(temporary, { recursive: true, force: true }));
    const files = createWorkflowFiles({ workspace: temporary, home: temporary, builtIn: builtInFolder });

    it("holds the three, found by name and by alias", async () => {
      const names = (await listWorkflows(files)).map(({ meta }) => meta?.name);
      assert.deepEqual(names, ["deep-research", "find-issues", "review-code"]);
      assert.equal((await findWorkflow(files, "multi-review")).file, join(builtInFolder, "review-code.js"));
    });
    it("has type declarations that all scripts satisfy, and wrong calls do not", () => {
      const options = {
        target: "ES2023",
        lib: ["ES2023"],
        types: [],
        allowJs: true,
        checkJs: true,
        noEmit: true,
      };
      const strictness = { strict: true, noImplicitAny: false, useUnknownInCatchVariables: false };
      const config = { compilerOptions: { ...options, ...strictness }, include: ["."] };
      writeFileSync(join(temporary, "tsconfig.json"), JSON.stringify(config));
      copyFileSync(join(builtInFolder, "boocode-workflow.d.ts"), join(temporary, "boocode-workflow.d.ts"));
      for (const { name } of scripts) {
        // A script is the body of an async function, to which nothing may be exported.
        const body = builtInText(name).replace("export const meta", "const meta");
        writeFileSync(join(temporary, `${name}.js`), `export async function run() {${body}\nvoid meta;\n}\n`);
      }
      writeFileSync(join(temporary, "calls.js"), typedCalls);
      const tsc = join(root, "node_modules/typescript/bin/tsc");
      const { stdout, stderr } = spawnSync(process.execPath, [tsc, "-p", temporary], { encoding: "utf8" });
      assert.deepEqual([stdout, stderr], ["", ""]);
    });
  });
});
