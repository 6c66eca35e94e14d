import assert from "node:assert/strict";
import { engineNames } from "#protocol/guest.ts";
import { answered, ofType, ScriptedAgents, WorkflowWorld } from "../../support/workflow-world.ts";

const costly = (tokens = 100, usd = 0.01): ScriptedAgents =>
  new ScriptedAgents(({ prompt }) => answered(`<${prompt}>`, tokens, usd));

for (const engine of engineNames)
  describe(`the budget of a run, on ${engine}`, () => {
    const world = new WorkflowWorld(engine);
    after(() => world[Symbol.asyncDispose]());

    it("is null and endless where none is set", async () => {
      const { end } = await world.run(
        "await agent('a'); return [budget.total, budget.spent(), budget.remaining() === Infinity, budget.totalUsd];",
        { agents: costly() },
      );
      assert.deepEqual(end.result, [null, 100, true, null]);
    });
    it("counts what was spent and what remains, in tokens and in money", async () => {
      const { end } = await world.run(
        "const before = [budget.spent(), budget.remaining()]; await agent('a'); return [before, budget.total, budget.spent(), budget.remaining(), budget.totalUsd, budget.spentUsd(), budget.remainingUsd()];",
        {
          ...{ agents: costly(), budget: { tokens: 250, usd: 1 } },
        },
      );
      assert.deepEqual(end.result, [[0, 250], 250, 100, 150, 1, 0.01, 0.99]);
      assert.deepEqual(end.spent, { tokens: 100, usd: 0.01 });
    });
    const stops = (unit: string, budget: object): unknown =>
      it(`in ${unit} makes agent() throw once it is spent, and the script can fold what it has`, async () => {
        const agents = costly();
        const { end } = await world.run(
          "const got = []; try { for (let n = 0; ; n++) got.push(await agent('p' + n)); } catch (error) { return [got.length, error.code, error.message]; }",
          { agents, budget },
        );
        const [count, code, message] = end.result as [number, string, string];
        assert.deepEqual([count, code, agents.specs.length], [3, "budget-spent", 3]);
        assert.match(message, /budget is spent: 300 tokens \(\$0\.0300\)/);
        assert.deepEqual([end.census.reasons["budget-spent"], end.outcome], [1, "incomplete"]);
      });
    stops("tokens", { tokens: 250 });
    stops("money", { usd: 0.025 });
    it("lets agents under way finish, and those in the queue not begin", async () => {
      const [areUnderWay, isSpent] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
      const agents = new ScriptedAgents(async ({ prompt }) => {
        if (prompt === "p2") areUnderWay.resolve();
        await (prompt === "p0" ? areUnderWay : isSpent).promise;
        return answered(prompt, 100);
      });
      const { end } = await world.run("return parallel([0, 1, 2, 3, 4].map((n) => () => agent('p' + n)));", {
        agents,
        budget: { tokens: 100 },
        listener: ({ type }) => type === "step-end" && isSpent.resolve(),
      });
      assert.deepEqual(end.result, ["p0", "p1", "p2", null, null]);
      assert.equal(end.census.reasons["budget-spent"], 2);
    });
    it("warns at 80 %, once", async () => {
      const { events } = await world.run("for (let n = 0; n < 10; n++) await agent('p' + n);", {
        agents: costly(),
        budget: { tokens: 1000 },
      });
      assert.deepEqual(
        ofType(events, "budget-warning").map(({ spent }) => spent.tokens),
        [800],
      );
    });
    it("of one agent ends that agent, and no other", async () => {
      const agents = new ScriptedAgents((spec, signal, events) => {
        if (spec.budget === undefined) return answered("free", 100);
        events.spent({ tokens: 60, usd: 0 });
        events.spent({ tokens: 120, usd: 0 });
        return new Promise((_resolve, reject) =>
          signal.aborted
            ? reject(signal.reason)
            : signal.addEventListener("abort", () => reject(signal.reason)),
        );
      });
      const { end } = await world.run(
        "return [await agent('a', { budget: 100 }), await agent('b'), budget.spent()];",
        { agents },
      );
      assert.deepEqual(end.result, [null, "free", 220]);
      assert.equal(end.census.reasons["its own budget is spent"], 1);
    });
    it("is read in a resumed run as it was read before", async () => {
      const script =
        "const seen = []; while (budget.remaining() > 150) { await agent('p' + seen.length); seen.push(budget.spent()); if (seen.length === 2 && args.dies) throw new Error('dies'); } return seen;";
      const first = await world.run(script, {
        agents: costly(),
        budget: { tokens: 500 },
        args: { dies: true },
      });
      assert.equal(first.end.error?.message, "dies");
      const agents = costly();
      const second = await world.resume(first.run.run, { agents, args: { value: { dies: false } } });
      assert.deepEqual(second.end.result, [100, 200, 300, 400]);
      assert.equal(agents.specs.length, 2);
      assert.deepEqual(second.end.spent, { tokens: 200, usd: 0.02 });
    });
    it("is granted afresh explicitly", async () => {
      const script =
        "const got = []; for (let n = 0; n < 6; n++) { try { got.push(await agent('p' + n)); } catch (error) { got.push(error.code); } } return got;";
      const first = await world.run(script, { agents: costly(), budget: { tokens: 200 } });
      assert.deepEqual(first.end.result, ["<p0>", "<p1>", ...Array(4).fill("budget-spent")]);
      const none = await world.resume(first.run.run, { agents: costly() });
      assert.deepEqual(none.end.result, first.end.result);
      const agents = costly();
      const fresh = await world.resume(first.run.run, { agents, budget: { tokens: 200 } });
      assert.deepEqual(
        [fresh.end.result, agents.prompts],
        [
          ["<p0>", "<p1>", "<p2>", "<p3>", "budget-spent", "budget-spent"],
          ["p2", "p3"],
        ],
      );
    });
    it("is shared with a child workflow", async () => {
      const shared = world.with({
        workflows: {
          "c.js":
            'export const meta = { name: "c", description: "c" };\nawait agent("x"); return budget.spent();',
        },
      });
      const { end } = await shared.run("await agent('a'); return [await workflow('c'), budget.spent()];", {
        agents: costly(),
        budget: { tokens: 1000 },
      });
      assert.deepEqual(end.result, [200, 200]);
    });
  });
