import assert from "node:assert/strict";
import type { AgentOutcome } from "#core/workflow/agents/workflow-agents.ts";
import { engineNames } from "#protocol/guest.ts";
import {
  answered,
  logOf,
  ofType,
  ScriptedAgents,
  TestClock,
  WorkflowWorld,
} from "../../support/workflow-world.ts";

for (const engine of engineNames)
  describe(`agents of a run, on ${engine}`, () => {
    const world = new WorkflowWorld(engine);
    after(() => world[Symbol.asyncDispose]());

    describe("time", () => {
      it("without progress is ended and tried again, up to five times", async () => {
        const clock = new TestClock();
        const agents = new ScriptedAgents(
          (_spec, signal) =>
            new Promise((_resolve, reject) => signal.addEventListener("abort", () => reject(signal.reason))),
        );
        const { run, events } = await world
          .with({ clock })
          .begin('return [await agent("p", { timeoutMs: 1000 })];', { agents });
        let isOver = false;
        void run.done.then(() => (isOver = true));
        while (!isOver) await clock.pass(1_001);
        const end = await run.done;
        assert.deepEqual(end.result, [null]);
        assert.equal(agents.specs.length, 6);
        assert.equal(ofType(events, "step-end")[0]?.reason, "no progress for 1 s, 6 times");
      });
      it("with progress goes on", async () => {
        const clock = new TestClock();
        const life = Promise.withResolvers<() => void>();
        const done = Promise.withResolvers<AgentOutcome>();
        const agents = new ScriptedAgents((_spec, _signal, events) => {
          life.resolve(() => events.progress());
          return done.promise;
        });
        const { run } = await world
          .with({ clock })
          .begin('return agent("p", { timeoutMs: 1000 });', { agents });
        const progress = await life.promise;
        for (let n = 0; n < 5; n++) {
          await clock.pass(900);
          progress();
        }
        done.resolve(answered("late"));
        assert.equal((await run.done).result, "late");
        assert.equal(agents.specs.length, 1);
      });
      it("of a rate limit is waited for, and nothing is dropped", async () => {
        let calls = 0;
        const agents = new ScriptedAgents((spec) => {
          calls += 1;
          return calls <= 30
            ? { status: "rate-limited", retryAfterMs: 2, spent: { tokens: 0, usd: 0 } }
            : answered(spec.prompt);
        });
        const { end, events } = await world.run(
          "return await parallel([1, 2, 3, 4, 5, 6].map((n) => () => agent('p' + n)));",
          { agents },
        );
        assert.deepEqual(end.result, ["p1", "p2", "p3", "p4", "p5", "p6"]);
        assert.equal(end.outcome, "done");
        assert.equal(ofType(events, "step-wait").length, 30);
      });
      it("that an agent waits for others is not silence", async () => {
        const clock = new TestClock();
        const told = Promise.withResolvers<AgentOutcome>();
        const waits = Promise.withResolvers<void>();
        const agents = new ScriptedAgents((_spec, _signal, events) => {
          events.waiting("a question");
          waits.resolve();
          return told.promise;
        });
        const { run } = await world
          .with({ clock })
          .begin('return agent("p", { timeoutMs: 1000 });', { agents });
        await waits.promise;
        await clock.pass(60_000);
        told.resolve(answered("asked"));
        assert.equal((await run.done).result, "asked");
      });
    });

    describe("limits", () => {
      const busy = (): { readonly agents: ScriptedAgents; most: () => number; readonly order: string[] } => {
        let now = 0;
        let most = 0;
        const order: string[] = [];
        const agents = new ScriptedAgents(async ({ prompt }) => {
          now += 1;
          most = Math.max(most, now);
          order.push(prompt);
          await new Promise((done) => setTimeout(done, 1));
          now -= 1;
          return answered(prompt);
        });
        return { agents, most: () => most, order };
      };
      const script =
        "return (await parallel(Array.from({ length: 20 }, (_, n) => () => agent('p' + n)))).length;";
      it("are three agents at once, first in, first out", async () => {
        const { agents, most, order } = busy();
        await world.run(script, { agents });
        assert.equal(most(), 3);
        assert.deepEqual(
          order,
          Array.from({ length: 20 }, (_, n) => `p${n}`),
        );
      });
      it("can be set, up to sixteen", async () => {
        const { agents, most } = busy();
        await world.run(script, { agents, settings: { concurrency: 50 } });
        assert.equal(most(), 16);
      });
      it("are 1000 agents of a run; the next throws", async () => {
        const { end } = await world.run(
          "let n = 0; try { for (;; n++) await agent('p' + (n % 7)); } catch (error) { return [n, error.message]; }",
          { settings: { concurrency: 16 } },
        );
        assert.deepEqual(end.result, [
          1000,
          "A run has at most 1000 agents: split the work over several runs.",
        ]);
      }).timeout(60_000);
    });

    describe("in a worktree", () => {
      it("works there, and what it changed is told", async () => {
        const made: string[] = [];
        const worktrees = {
          base: () => Promise.resolve("c0ffee"),
          create: (name: string, base: string) => {
            made.push(`${base}:${name.endsWith("-1-1")}`);
            return Promise.resolve({
              path: "/tree",
              finish: () => Promise.resolve({ path: "/tree", branch: "b", changes: " a.txt | 1 +" }),
            });
          },
        };
        const agents = new ScriptedAgents((spec) => answered(String(spec.folder)));
        const { end, events } = await world
          .with({ worktrees })
          .run('return agent("p", { isolation: "worktree" });', { agents });
        assert.deepEqual([end.result, made], ["/tree", ["c0ffee:true"]]);
        assert.equal(ofType(events, "step-end")[0]?.worktree?.branch, "b");
        assert.match(logOf(events).join(), /stays at \/tree/);
      });
    });
  });
