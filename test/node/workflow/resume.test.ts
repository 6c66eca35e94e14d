import assert from "node:assert/strict";
import { engineNames } from "#protocol/guest.ts";
import {
  answered,
  ofType,
  type RunRecord,
  ScriptedAgents,
  WorkflowWorld,
} from "../../support/workflow-world.ts";

/** What was answered how: labels by reason. */
function reasons({ events }: RunRecord): Readonly<Record<string, string>> {
  return Object.fromEntries(ofType(events, "step-end").map(({ label, reason }) => [label, reason]));
}

for (const engine of engineNames)
  describe(`resuming, on ${engine}`, () => {
    const world = new WorkflowWorld(engine);
    after(() => world[Symbol.asyncDispose]());
    const script =
      "const a = await agent('one'); const b = await parallel([1, 2].map((n) => () => agent('two ' + n))); return [a, b, await agent('three ' + b.join())];";

    it("answers every known call from the journal", async () => {
      const first = await world.run(script);
      const agents = new ScriptedAgents();
      const second = await world.resume(first.run.run, { agents });
      assert.deepEqual([second.end.result, agents.prompts], [first.end.result, []]);
      assert.deepEqual(
        [second.end.census.cached, second.end.census.done, second.end.outcome],
        [4, 4, "done"],
      );
      assert.deepEqual(second.end.spent, { tokens: 0, usd: 0 });
    });
    it("begins a new run with an empty journal", async () => {
      const first = await world.run(script);
      const agents = new ScriptedAgents();
      const other = await world.run(script, { agents });
      assert.equal(agents.prompts.length, 4);
      assert.notEqual(other.run.run, first.run.run);
    });
    it("takes the answers of a run over where that is asked for", async () => {
      const first = await world.run(script);
      const agents = new ScriptedAgents();
      const other = await world.run(script, { agents, from: first.run.run });
      assert.deepEqual([other.end.result, agents.prompts], [first.end.result, []]);
      const again = await world.resume(other.run.run, { agents });
      assert.deepEqual([again.end.census.cached, agents.prompts], [4, []]);
    });
    it("refuses an unknown run", async () => {
      await assert.rejects(world.resume("nope"), { code: "unknown-run" });
    });

    const edited = (
      name: string,
      before: string,
      after: string,
      ran: readonly string[],
      why: Readonly<Record<string, string>> = {},
    ): unknown =>
      it(name, async () => {
        const first = await world.run(before);
        assert.equal(first.end.error, undefined);
        const agents = new ScriptedAgents();
        const second = await world.resume(first.run.run, { agents, text: after });
        assert.equal(second.end.error, undefined);
        assert.deepEqual(agents.prompts.toSorted(), ran);
        const told = reasons(second);
        for (const [label, reason] of Object.entries(why)) assert.equal(told[label], reason, label);
      });
    const list = (items: string, stage = "'x ' + i"): string =>
      `return pipeline(${items}, (p, i) => agent(${stage}), (p, i) => agent('y ' + p));`;
    edited(
      "runs again what depends on a changed prompt, and nothing else",
      "const a = await agent('a'); const b = await agent('b'); return agent('c ' + a);",
      "const a = await agent('a!'); const b = await agent('b'); return agent('c ' + a);",
      ["a!", "c <a!>"],
      { "a!": "prompt changed", b: "same place and content" },
    );
    edited(
      "keeps answers when labels, phases, comments and logs change",
      "await agent('a', { label: 'x', phase: 'p' });",
      "// new\nlog('new'); phase('q'); await agent('a', { label: 'y' });",
      [],
    );
    edited(
      "keeps answers when an item is inserted",
      list("['a', 'b']"),
      list("['new', 'a', 'b']"),
      ["x new", "y <x new>"],
      { "x a": "same content, elsewhere before" },
    );
    edited("keeps answers when an item is removed", list("['a', 'b', 'c']"), list("['b', 'c']"), []);
    edited("keeps answers when items change places", list("['a', 'b', 'c']"), list("['c', 'a', 'b']"), []);
    edited(
      "keeps answers when a call moves into a slot",
      "return agent('a');",
      "return parallel([() => agent('a')]);",
      [],
    );
    edited(
      "keeps answers when a stage is inserted",
      "return pipeline([1], () => agent('a'), () => agent('b'));",
      "return pipeline([1], () => agent('a'), () => 0, () => agent('b'));",
      [],
    );
    edited(
      "gives each answer once: one more equal call runs",
      "return parallel([0, 1].map(() => () => agent('same')));",
      "return parallel([0, 1, 2].map(() => () => agent('same')));",
      ["same"],
    );
    for (const [what, before, after, why] of [
      [
        "the schema",
        "{ schema: { type: 'object', properties: { a: { type: 'string' } } } }",
        "{ schema: { type: 'object', properties: { b: { type: 'string' } } } }",
        "schema changed",
      ],
      ["the model", "{}", "{ model: 'heavy-1' }", "model changed"],
      ["the effort", "{ effort: 'low' }", "{ effort: 'max' }", "effort changed"],
      ["the agent type", "{}", "{ agentType: 'reviewer' }", "agent type changed"],
      ["the tools", "{ tools: ['search'] }", "{ tools: ['read_file'] }", "tools changed"],
    ] as const)
      it(`runs again when ${what} changes, and says so`, async () => {
        const make = (options: string): string => `return agent('p', ${options});`;
        const agents = (): ScriptedAgents =>
          new ScriptedAgents((spec) => {
            spec.finalAnswer?.submit({ a: "1", b: "2" });
            return answered("t");
          });
        const first = await world.run(make(before), { agents: agents() });
        const second = await world.resume(first.run.run, { text: make(after), agents: agents() });
        assert.equal(reasons(second)["p"], why);
      });
    it("keeps answers when a model is named by its alias", async () => {
      const first = await world.run("return agent('p', { model: 'heavy-1' });");
      const agents = new ScriptedAgents();
      await world.resume(first.run.run, { text: "return agent('p', { model: 'opus' });", agents });
      assert.deepEqual(agents.prompts, []);
    });
    it("keeps the keys of a schema in any order", async () => {
      const agents = (): ScriptedAgents =>
        new ScriptedAgents((spec) => (spec.finalAnswer?.submit({ a: "1" }), answered("t")));
      const first = await world.run(
        "return agent('p', { schema: { type: 'object', properties: { a: { type: 'string' } } } });",
        { agents: agents() },
      );
      const second = await world.resume(first.run.run, {
        text: "return agent('p', { schema: { properties: { a: { type: 'string' } }, type: 'object' } });",
        agents: agents(),
      });
      assert.equal(second.end.census.cached, 1);
    });

    it("runs failed, skipped and interrupted calls again, and says why", async () => {
      const body = "return parallel(['ok', 'fails', 'skipped', 'cut'].map((p) => () => agent(p)));";
      const { run } = await world.begin(body, {
        settings: { concurrency: 4 },
        agents: new ScriptedAgents((spec, signal) => {
          if (spec.prompt === "ok") return answered("fine");
          if (spec.prompt === "fails")
            return { status: "failed", reason: "no", isFinal: true, spent: { tokens: 0, usd: 0 } };
          if (spec.prompt === "skipped") setImmediate(() => run.skip(spec.step));
          else setTimeout(() => void run.stop(), 30);
          return new Promise((_resolve, reject) =>
            signal.addEventListener("abort", () => reject(signal.reason)),
          );
        }),
      });
      await run.done;
      const agents = new ScriptedAgents();
      const second = await world.resume(run.run, { agents });
      assert.deepEqual(agents.prompts.toSorted(), ["cut", "fails", "skipped"]);
      assert.deepEqual(reasons(second), {
        ok: "same place and content",
        fails: "failed before",
        skipped: "skipped before",
        cut: "interrupted before",
      });
      assert.deepEqual(second.end.result, ["fine", "<fails>", "<skipped>", "<cut>"]);
    });
    it("gives equal calls their own answers back, whichever comes first", async () => {
      let count = 0;
      const body =
        "return pipeline([2, 1], async (n) => { if (args) await new Promise((done) => setTimeout(done, n * 3)); return n; }, () => agent('same'));";
      const first = await world.run(body, {
        agents: new ScriptedAgents(() => answered(`answer ${++count}`)),
        args: true,
      });
      const second = await world.resume(first.run.run);
      assert.deepEqual(second.end.result, first.end.result);
      assert.equal(second.end.census.cached, 2);
    });
    it("does not take an equal call's answer for one that never ran", async () => {
      const body =
        "let left = 2; let free; const others = new Promise((done) => { free = done; }); return parallel([0, 1, 2].map((n) => async () => { if (n === args.late) await others; const answer = await agent('same'); left -= 1; if (left === 0) free(); return answer; }));";
      let count = 0;
      const { run } = await world.begin(body, {
        args: { late: 0 },
        agents: new ScriptedAgents(() =>
          ++count === 2 ? (setImmediate(() => void run.stop()), answered("b")) : answered("a"),
        ),
      });
      await run.done;
      const before = (await world.journal.read(run.run)) ?? [];
      const known = ofType(before, "step-end").map(({ path }) => path);
      const agents = new ScriptedAgents(() => answered("late"));
      const second = await world.resume(run.run, { agents });
      assert.deepEqual(
        [known, agents.specs.map(({ path }) => path)],
        [["/parallel[1]", "/parallel[2]"], ["/parallel[0]"]],
      );
      assert.deepEqual(second.end.result, ["late", "a", "b"]);
    });
    it("runs again what it is asked to: all, or a phase", async () => {
      const body = "phase('A'); await agent('a'); phase('B'); await agent('b');";
      const first = await world.run(body);
      const some = new ScriptedAgents();
      const second = await world.resume(first.run.run, { agents: some, rerun: { phases: ["B"] } });
      assert.deepEqual([some.prompts, reasons(second)["b"]], [["b"], "asked to run again"]);
      const all = new ScriptedAgents();
      await world.resume(first.run.run, { agents: all, rerun: { all: true } });
      assert.deepEqual(all.prompts, ["a", "b"]);
    });
    it("runs agents in worktrees again when their base moved", async () => {
      let head = "1111";
      const worktrees = {
        base: () => Promise.resolve(head),
        create: () => Promise.resolve({ path: "/t", finish: () => Promise.resolve(undefined) }),
      };
      const own = world.with({ worktrees });
      const first = await own.run("return agent('p', { isolation: 'worktree' });");
      assert.equal((await own.resume(first.run.run)).end.census.cached, 1);
      head = "2222";
      const second = await own.resume(first.run.run);
      assert.equal(reasons(second)["p"], "worktree's base moved");
    });
    it("answers sh and ask from the journal", async () => {
      let count = 0;
      const shell = { run: () => Promise.resolve({ exitCode: 0, stdout: String(++count), stderr: "" }) };
      const questions = { ask: () => Promise.resolve(`answer ${++count}`) };
      const own = world.with({ shell, questions });
      const body = "return [(await sh('date')).stdout, await ask('ok?'), (await sh('date')).stdout];";
      const first = await own.run(body);
      const second = await own.resume(first.run.run);
      assert.deepEqual(
        [first.end.result, second.end.result],
        [
          ["1", "answer 2", "3"],
          ["1", "answer 2", "3"],
        ],
      );
      const third = await own.resume(first.run.run, { text: body.replaceAll("'date'", "'time'") });
      assert.deepEqual(third.end.result, ["4", "answer 2", "5"]);
      assert.match(JSON.stringify(reasons(third)), /command changed/);
    });
    it("keeps a run's script and args for later", async () => {
      const first = await world.run("return [args, await agent('p')];", { args: { a: 1 } });
      const second = await world.resume(first.run.run);
      assert.deepEqual(second.end.result, [{ a: 1 }, "<p>"]);
      const third = await world.resume(first.run.run, { args: { value: { a: 2 } } });
      assert.deepEqual(third.end.result, [{ a: 2 }, "<p>"]);
    });
    it("lists runs that a crash left open", async () => {
      const { run } = await world.begin("await agent('x'); await agent('hangs');", {
        agents: new ScriptedAgents(({ prompt }) => (prompt === "x" ? answered("1") : new Promise(() => {}))),
      });
      await new Promise((done) => setTimeout(done, 20));
      assert.ok((await world.engine.interrupted()).includes(run.run));
      await run.stop();
      assert.ok(!(await world.engine.interrupted()).includes(run.run));
    });
    it("keeps every event before it is told", async () => {
      const told: string[] = [];
      const kept = new Map<string, number>();
      const { journal } = world;
      const slow = {
        ...journal,
        append: async (id: string, events: Parameters<typeof journal.append>[1]) => {
          await new Promise((done) => setTimeout(done, 1));
          kept.set(events[0]?.type ?? "", (kept.get(events[0]?.type ?? "") ?? 0) + 1);
          await journal.append(id, events);
        },
      };
      const agents = new ScriptedAgents(({ prompt }) => {
        if (prompt === "b") assert.equal(kept.get("step-end"), 1);
        return answered(prompt);
      });
      const { end } = await world.with({ journal: slow }).run("await agent('a'); return agent('b');", {
        agents,
        listener: (event, durable) => void durable.then(() => told.push(event.type)),
      });
      assert.deepEqual([end.result, told.at(-1)], ["b", "run-end"]);
    });
  });
