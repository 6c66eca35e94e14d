import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { dryRun } from "#core/workflow/dry-run.ts";
import { engineNames } from "#protocol/guest.ts";
import { root } from "../../support/setup.mjs";
import { head, WorkflowWorld } from "../../support/workflow-world.ts";

for (const engine of engineNames)
  describe(`a dry run, on ${engine}`, () => {
    const world = new WorkflowWorld(engine);
    after(() => world[Symbol.asyncDispose]());
    const dry = (text: string, more: object = {}) =>
      dryRun(world.ports, { source: { file: "test.js", text }, engine, ...more });

    it("walks through a script for nothing and says what it would ask and cost", async () => {
      const text = readFileSync(join(root, "test/fixtures/workflows/review-dimensions.js"), "utf8");
      const { end, report } = await dry(text);
      assert.equal(end.outcome, "done");
      assert.equal(report.estimate.agents, report.agents.length);
      assert.ok(report.estimate.tokens > 10_000 && report.estimate.usd > 0);
      assert.equal(report.needsPreview, report.agents.length > 25);
      assert.match(report.agents[0]?.prompt ?? "", /^Find problems of correctness\.[\s\S]*final_answer/);
      assert.deepEqual([report.undeclaredPhases, report.unusedPhases, report.unreached], [[], [], []]);
      assert.deepEqual(await world.journal.list(), []);
    });
    it("reports undeclared phases, unused ones, and calls that were never reached", async () => {
      const text =
        'export const meta = { name: "t", description: "d", phases: [{ title: "A" }, { title: "B" }] };\nphase("A"); await agent("1"); phase("C"); if (args) await agent("2");\nawait agent("3", { phase: "D" });';
      const { report } = await dry(text);
      assert.deepEqual(
        [report.undeclaredPhases.toSorted((a, b) => (a < b ? -1 : 1)), report.unusedPhases],
        [["C", "D"], ["B"]],
      );
      assert.deepEqual(report.unreached, [{ name: "agent", line: 2, column: 59 }]);
    });
    it("varies with its seed, and is the same for the same seed", async () => {
      const text = `${head}return agent("x", { schema: { type: "object", required: ["n"], properties: { n: { type: "integer", minimum: 0, maximum: 1e9 } } } });`;
      const results = await Promise.all(
        ["1", "1", "2"].map(async (seed) => (await dry(text, { seed })).end.result),
      );
      assert.deepEqual(results[0], results[1]);
      assert.notDeepEqual(results[0], results[2]);
    });
    it("lets every k-th agent fail", async () => {
      const { end } = await dry(
        `${head}const all = []; for (let n = 0; n < 6; n++) all.push(await agent("p" + n)); return all.map((one) => one === null);`,
        { failEvery: 3 },
      );
      assert.deepEqual(end.result, [false, false, true, false, false, true]);
    });
    it("runs no commands, asks nobody and makes no worktrees", async () => {
      const { end } = await dry(
        `${head}return [await sh("rm -rf /"), await ask("Sure?", { choices: ["a", "b"] }), await agent("x", { isolation: "worktree" }) !== null];`,
      );
      assert.deepEqual(end.result, [{ exitCode: 0, stdout: "", stderr: "" }, "a", true]);
    });
    it("spends its estimate of a budget", async () => {
      const { end } = await dry(
        `${head}let n = 0; try { for (; n < 100; n++) await agent("p" + n); } catch (error) { return [n > 1, error.code]; }`,
        { budget: { tokens: 10_000 } },
      );
      assert.deepEqual(end.result, [true, "budget-spent"]);
    });
  });
