import assert from "node:assert/strict";
import type { AgentOutcome } from "#core/workflow/agents/workflow-agents.ts";
import { engineNames } from "#protocol/guest.ts";
import {
  answered,
  type AgentScript,
  logOf,
  ofType,
  ScriptedAgents,
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

    const refuses = (what: string, body: string, message: RegExp): unknown =>
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
  });
