import assert from "node:assert/strict";
import type { AgentOutcome } from "#core/workflow/agents/workflow-agents.ts";
import { engineNames } from "#protocol/guest.ts";
import {
  answered,
  type AgentScript,
  logOf,
  ofType,
  ScriptedAgents,
  TestClock,
  WorkflowWorld,
} from "../../support/workflow-world.ts";

const schema = '{ type: "object", properties: { n: { type: "integer" } }, required: ["n"] }';
const failed = (reason: string, isFinal = false): AgentOutcome => ({
  status: "failed",
  reason,
  isFinal,
  spent: { tokens: 0, usd: 0 },
});

for (const engine of engineNames)
  describe(`agent(), on ${engine}`, () => {
    const world = new WorkflowWorld(engine);
    after(() => world[Symbol.asyncDispose]());

    it("gives the final text", async () => {
      const { end } = await world.run('return await agent("hi");');
      assert.equal(end.result, "<hi>");
    });

    it("passes its options on", async () => {
      const agents = new ScriptedAgents();
      const { events } = await world.run(
        'await agent("p", { label: "L", phase: "P", model: "heavy-1", effort: "max", agentType: "reviewer", tools: ["Read", "search"], maxToolCalls: 3, skills: ["s"], budget: { usd: 1 } });',
        { agents },
      );
      const [spec] = agents.specs;
      assert.deepEqual(
        [
          spec?.label,
          spec?.phase,
          spec?.model,
          spec?.effort,
          spec?.agentType.name,
          spec?.tools,
          spec?.maxToolCalls,
          spec?.skills,
          spec?.budget,
        ],
        ["L", "P", "heavy-1", "max", "reviewer", ["read_file", "search"], 3, ["s"], { usd: 1 }],
      );
      assert.deepEqual(
        ofType(events, "step-start").map(({ label, phase, model, agentType }) => [
          label,
          phase,
          model,
          agentType,
        ]),
        [["L", "P", "heavy-1", "reviewer"]],
      );
    });

    it("takes max_tool_calls and capabilities, too", async () => {
      const agents = new ScriptedAgents();
      await world.run('await agent("p", { max_tool_calls: 2, capabilities: ["Grep"] });', { agents });
      assert.deepEqual([agents.specs[0]?.maxToolCalls, agents.specs[0]?.tools], [2, ["search"]]);
    });

    it("ignores unknown options with a warning", async () => {
      const { events, end } = await world.run('const o = { lable: 1 }; return agent("p", o);');
      assert.equal(end.result, "<p>");
      assert.match(logOf(events).join(), /no option "lable"/);
    });

    it("makes a label of the prompt's first line", async () => {
      const { events } = await world.run('await agent("one\\ntwo");');
      assert.equal(ofType(events, "step-start")[0]?.label, "one");
    });

    const refuses = (what: string, body: string, message: RegExp): void =>
      it(`refuses ${what} before anything is spent`, async () => {
        const agents = new ScriptedAgents();
        const { end } = await world.run(
          `try { return await ${body}; } catch (error) { return [error.name, error.message]; }`,
          { agents },
        );
        assert.match(String(end.result), message);
        assert.deepEqual(agents.specs, []);
      });
    refuses(
      "an unknown agent type, and lists what exists",
      'agent("p", { agentType: "nobody" })',
      /no agent type "nobody"\. There are: general, explorer/,
    );
    refuses(
      "an unknown model, and lists what exists",
      'agent("p", { model: "gpt-99" })',
      /no model or tag "gpt-99"\. There are: standard-1, light-1, heavy-1, light, heavy/,
    );
    refuses("a prompt that is no text", "agent(42)", /TypeError,.*expects a prompt/);
    refuses("an empty prompt", 'agent(" ")', /expects a prompt/);
    refuses("options that are no object", 'agent("p", "x")', /options are an object/);
    refuses(
      "a schema whose root is no object",
      'agent("p", { schema: { type: "array" } })',
      /root must be of type "object"/,
    );
    refuses("a schema that is no object", 'agent("p", { schema: "x" })', /a schema is an object/);
    refuses(
      "an empty enum",
      'agent("p", { schema: { type: "object", properties: { a: { enum: [] } }, required: ["a"] } })',
      /enum is empty/,
    );
    refuses(
      "bounds that leave nothing",
      'agent("p", { schema: { type: "object", properties: { a: { type: "integer", minimum: 3, maximum: 2 } }, required: ["a"] } })',
      /leave nothing/,
    );
    refuses(
      "an unknown type",
      'agent("p", { schema: { type: "object", properties: { a: { type: "text" } } } })',
      /no JSON type/,
    );
    refuses(
      "a required name that is not allowed",
      'agent("p", { schema: { type: "object", additionalProperties: false, required: ["a"] } })',
      /names "a"/,
    );
    refuses(
      "a pattern that is none",
      'agent("p", { schema: { type: "object", properties: { a: { type: "string", pattern: "(" } } } })',
      /no regular expression/,
    );
    refuses(
      "a worktree where there is no repository",
      'agent("p", { isolation: "worktree" })',
      /needs a git repository/,
    );

    it("understands other engines' names, with a line in the log", async () => {
      const agents = new ScriptedAgents();
      const { events } = await world.run(
        'for (const t of ["Explore", "general-purpose", "Plan"]) await agent(t, { agentType: t }); for (const m of ["haiku", "sonnet", "opus", "fable", "inherit", "light"]) await agent(m, { model: m });',
        { agents },
      );
      assert.deepEqual(agents.specs.map((spec) => spec.agentType.name).slice(0, 3), [
        "explorer",
        "general",
        "planner",
      ]);
      assert.deepEqual(agents.specs.map((spec) => spec.model).slice(3), [
        "light-1",
        "standard-1",
        "heavy-1",
        "heavy-1",
        "standard-1",
        "light-1",
      ]);
      assert.match(logOf(events).join("\n"), /"Explore" is "explorer" here[\s\S]*"haiku" is light-1 here/);
    });

    describe("with a schema", () => {
      const answers =
        (values: readonly unknown[]): AgentScript =>
        (spec) => {
          for (const value of values) {
            const taken =
              typeof value === "string"
                ? spec.finalAnswer?.submitText(value)
                : spec.finalAnswer?.submit(value);
            if (taken?.status === "accepted") break;
          }
          return answered("", 10);
        };
      it("gives a validated object", async () => {
        const { end } = await world.run(`return await agent("p", { schema: ${schema} });`, {
          agents: new ScriptedAgents(answers([{ n: 1 }])),
        });
        assert.deepEqual(end.result, { n: 1 });
      });
      it("sends errors back to the model", async () => {
        const told: string[] = [];
        const agents = new ScriptedAgents((spec) => {
          const taken = spec.finalAnswer?.submit({ n: "x" });
          if (taken?.status === "returned") told.push(taken.message);
          spec.finalAnswer?.submit({ n: 2 });
          return answered("");
        });
        const { end } = await world.run(`return await agent("p", { schema: ${schema} });`, { agents });
        assert.deepEqual(end.result, { n: 2 });
        assert.match(told.join(), /result\/n: .*type/i);
      });
      it("takes JSON that was said instead of called, also in a fence", async () => {
        const { end } = await world.run(`return await agent("p", { schema: ${schema} });`, {
          agents: new ScriptedAgents(answers(['Here:\n```json\n{ "n": 3 }\n```'])),
        });
        assert.deepEqual(end.result, { n: 3 });
      });
      it("throws after five returns, with the last raw text", async () => {
        let returned = 0;
        const agents = new ScriptedAgents(async (spec, signal) => {
          for (let n = 0; n < 20 && !signal.aborted; n++)
            if (spec.finalAnswer?.submit({ n: `bad ${n}` }).status === "returned") returned += 1;
          return answered("");
        });
        const { end } = await world.run(
          `try { await agent("p", { schema: ${schema} }); } catch (error) { return [error.message, error.rawText, error.code]; }`,
          { agents },
        );
        assert.equal(returned, 5);
        const [message, rawText, code] = end.result as string[];
        assert.match(message ?? "", /did not satisfy its schema/);
        assert.equal(rawText, '{"n":"bad 5"}');
        assert.equal(code, "schema-unmet");
        assert.deepEqual(
          [end.outcome, end.census.failed, end.census.reasons],
          ["incomplete", 1, { "answer never fitted the schema": 1 }],
        );
      });
    });

    describe("that does not come to an answer", () => {
      it("gives null when the provider failed for good, and the reason is kept", async () => {
        const agents = new ScriptedAgents(() => failed("HTTP 500"));
        const { end, events } = await world.run('return [await agent("p")];', {
          agents,
          settings: { backOffMs: 1 },
        });
        assert.deepEqual(end.result, [null]);
        assert.equal(agents.specs.length, 3);
        assert.deepEqual(
          ofType(events, "step-end").map(({ outcome, reason }) => [outcome, reason]),
          [["failed", "HTTP 500"]],
        );
        assert.deepEqual([end.outcome, end.census.reasons], ["incomplete", { "HTTP 500": 1 }]);
      });
      it("tries again as often as it is told", async () => {
        const agents = new ScriptedAgents(() => failed("no"));
        await world.run('await agent("p", { retries: 0 });', { agents });
        assert.equal(agents.specs.length, 1);
      });
      it("does not try again where that is no use", async () => {
        const agents = new ScriptedAgents(() => failed("bad key", true));
        await world.run('await agent("p");', { agents });
        assert.equal(agents.specs.length, 1);
      });
      it("may succeed on another try", async () => {
        let count = 0;
        const agents = new ScriptedAgents(() => (++count < 3 ? failed("no") : answered("yes")));
        const { end, events } = await world.run('return agent("p");', { agents, settings: { backOffMs: 1 } });
        assert.equal(end.result, "yes");
        assert.equal(ofType(events, "step-retry").length, 2);
        assert.equal(end.outcome, "done");
      });
      it("gives null when it is skipped", async () => {
        const agents = new ScriptedAgents(
          (_spec, signal) =>
            new Promise((_resolve, reject) => signal.addEventListener("abort", () => reject(signal.reason))),
        );
        const { run, events } = await world.begin('return [await agent("p")];', {
          agents,
          listener: (event) => {
            if (event.type === "step-start") setImmediate(() => run.skip(event.step));
          },
        });
        const end = await run.done;
        assert.deepEqual(end.result, [null]);
        assert.deepEqual(
          ofType(events, "step-end").map(({ outcome, reason }) => [outcome, reason]),
          [["skipped", "skipped"]],
        );
        assert.equal(end.census.skipped, 1);
      });
      it("begins anew when it is restarted", async () => {
        let count = 0;
        const agents = new ScriptedAgents((_spec, signal) => {
          count += 1;
          if (count > 1) return answered("second");
          setImmediate(() => run.restart("1.1"));
          return new Promise((_resolve, reject) =>
            signal.addEventListener("abort", () => reject(signal.reason)),
          );
        });
        const { run } = await world.begin('return agent("p");', { agents });
        assert.equal((await run.done).result, "second");
      });
      it("is aborted where nobody waits for it", async () => {
        const aborted: string[] = [];
        const agents = new ScriptedAgents(
          (spec, signal) =>
            new Promise((_resolve, reject) =>
              signal.addEventListener("abort", () => {
                aborted.push(spec.prompt);
                reject(signal.reason);
              }),
            ),
        );
        const { end, events } = await world.run(
          'void agent("p"); await new Promise((done) => setTimeout(done, 20)); return "over";',
          { agents },
        );
        assert.deepEqual([end.result, end.outcome, aborted], ["over", "done", ["p"]]);
        assert.deepEqual(
          ofType(events, "step-end").map(({ outcome, reason }) => [outcome, reason]),
          [["interrupted", "nobody waited for it"]],
        );
      });
    });

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
            made.push(`${base}:${/-1-1$/.test(name)}`);
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
