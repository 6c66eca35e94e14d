import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { createSandboxes } from "#node/workflow/sandboxes.ts";
import { root } from "../../support/setup.mjs";
import { ofType, ScriptedAgents, shuffledAgents, WorkflowWorld } from "../../support/workflow-world.ts";

const folder = join(root, "test/fixtures/workflows");
const files = globSync("*.js", { cwd: folder }).toSorted();

describe("workflow scripts as people write them", () => {
  const sandboxes = createSandboxes({ reuses: true });
  const world = new WorkflowWorld("isolated-vm", {}, sandboxes);
  const other = new WorkflowWorld("quickjs", { journal: world.journal }, sandboxes);
  after(() => sandboxes[Symbol.asyncDispose]());

  it("are at least twenty", () => assert.ok(files.length >= 20));
  for (const file of files)
    it(`${basename(file, ".js")}: equal results in any order, on both engines, and all from the journal`, async () => {
      const text = readFileSync(join(folder, file), "utf8");
      const budget = file === "budget-loop.js" ? { budget: { tokens: 20_000 } } : {};
      const settings = { concurrency: 16 };
      const first = await world.run(text, { agents: shuffledAgents("one"), settings, ...budget });
      assert.equal(first.end.error, undefined);
      assert.notEqual(first.end.result, null);
      const second = await world.run(text, { agents: shuffledAgents("two"), settings, ...budget });
      assert.deepEqual(second.end.result, first.end.result);
      const elsewhere = await other.run(text, { agents: shuffledAgents("three"), settings, ...budget });
      assert.deepEqual(elsewhere.end.result, first.end.result);
      const agents = new ScriptedAgents();
      const models = shuffledAgents("x").models();
      const known = Object.assign(agents, { models: () => models });
      for (const engine of [world, other]) {
        const again = await engine.resume(first.run.run, { agents: known, settings });
        assert.deepEqual([again.end.result, agents.prompts], [first.end.result, []]);
        assert.equal(again.end.census.cached, first.end.census.agents);
        assert.deepEqual(
          new Set(ofType(again.events, "step-end").map(({ reason }) => reason)),
          new Set(["same place and content"]),
        );
      }
    }).timeout(60_000);

  it("may be 200 KB long", async () => {
    const lines = Array.from({ length: 4000 }, (_, n) => `const value${n} = "${"x".repeat(30)}${n}";`);
    const text = `export const meta = { name: "long", description: "d" };\n${lines.join("\n")}\nthrow new Error(value7.slice(-1));`;
    assert.ok(text.length > 200_000);
    const { end } = await world.run(text);
    assert.deepEqual([end.error?.message, end.error?.place?.line, end.error?.place?.column], ["7", 4002, 7]);
  }).timeout(60_000);
});
