import assert from "node:assert/strict";
import { engineNames } from "#protocol/guest.ts";
import { answered, logOf, ofType, ScriptedAgents, WorkflowWorld } from "../../support/workflow-world.ts";

const child = 'export const meta = { name: "child", description: "A child." };\n';

for (const engine of engineNames)
  describe(`the flow of workflows, on ${engine}`, () => {
    const workflows = {
      "child.js": `${child}phase("inner"); return [args, await agent("c " + args.x), meta.name];`,
      "nested.js": child.replace("child", "nested") + 'return await workflow("child");',
      "broken.js": `${child.replace("child", "broken")}lgo(1);`,
      "throws.js": `${child.replace("child", "throws")}\nthrow new Error("inside");`,
    };
    const world = new WorkflowWorld(engine, { workflows });
    after(() => world[Symbol.asyncDispose]());

    const gives = (name: string, body: string, expected: unknown): unknown =>
      it(name, async () => {
        const { end } = await world.run(body);
        assert.deepEqual([end.error?.message, end.result], [undefined, expected]);
      });

    describe("parallel()", () => {
      it("gives results in the order of its thunks", async () => {
        const agents = new ScriptedAgents(async ({ prompt }) => {
          await new Promise((done) => setTimeout(done, prompt === "a" ? 12 : 1));
          return answered(prompt.toUpperCase());
        });
        const { end } = await world.run('return parallel(["a", "b", "c"].map((p) => () => agent(p)));', {
          agents,
        });
        assert.deepEqual(end.result, ["A", "B", "C"]);
      });
      gives(
        "is a barrier",
        'const seen = []; await parallel([async () => { await agent("a"); seen.push(1); }, () => seen.push(2)]); seen.push(3); return seen;',
        [2, 1, 3],
      );
      gives("takes thunks that give no promise", "return parallel([() => 1, () => undefined, () => null]);", [
        1,
        null,
        null,
      ]);
      gives("takes none", "return parallel([]);", []);
      const failures = (name: string, thunk: string): unknown =>
        it(`gives null for a thunk that throws ${name}, and a line in the failures`, async () => {
          const { end, events } = await world.run(
            `return parallel([() => agent("a"),\n${thunk}, () => agent("c")]);`,
          );
          assert.deepEqual(end.result, ["<a>", null, "<c>"]);
          const [failure] = ofType(events, "failure");
          assert.deepEqual(
            [failure?.path, failure?.message, failure?.place?.line],
            ["/parallel[1]", "bad", 3],
          );
          assert.deepEqual([end.outcome, end.census.failures], ["incomplete", 1]);
        });
      failures("at once", '() => { throw new Error("bad"); }');
      failures("later", 'async () => { await agent("b"); throw new Error("bad"); }');
      const refuses = (what: string, body: string, message: RegExp): unknown =>
        it(`refuses ${what}`, async () => {
          const { end } = await world.run(
            `try { await ${body}; } catch (error) { return [error.name, error.message]; }`,
          );
          assert.match(String(end.result), message);
        });
      const hint =
        /^TypeError,parallel\(\) expects an array of functions, not promises\. Wrap each call: \(\) => agent\(\.\.\.\)$/;
      refuses("promises", 'parallel([agent("a")])', hint);
      refuses("values", "parallel([1])", hint);
      refuses("holes", "parallel([, () => 1])", hint);
      refuses("what is no list", "parallel(() => 1)", hint);
      refuses("nothing", "parallel()", hint);
      refuses(
        "over 4096 items",
        "parallel(Array.from({ length: 4097 }, () => () => 1))",
        /^RangeError,.*at most 4096 items, not 4097/,
      );
      gives(
        "takes 4096 items",
        "return (await parallel(Array.from({ length: 4096 }, (_, n) => () => n))).at(-1);",
        4095,
      );
    });

    describe("pipeline()", () => {
      it("has no barrier: each item goes through its stages on its own", async () => {
        const isThrough = Promise.withResolvers<void>();
        const agents = new ScriptedAgents(async ({ prompt }) => {
          if (prompt === "third fast") isThrough.resolve();
          if (prompt === "slow") await isThrough.promise;
          return answered(prompt);
        });
        const { end } = await world.run(
          'const seen = []; const stage = (name) => (_, item) => { seen.push(name + " " + item); return agent(name + " " + item); }; await pipeline(["slow", "fast"], (item) => agent(item), stage("second"), stage("third")); return seen;',
          { agents },
        );
        assert.deepEqual(end.result, ["second fast", "third fast", "second slow", "third slow"]);
      });
      gives(
        "gives stages the previous value, the item and its index",
        "return pipeline(['a', 'b'], (p, i, n) => [p === i, n], (p, i, n) => [...p, i, n]);",
        [
          [true, 0, "a", 0],
          [true, 1, "b", 1],
        ],
      );
      gives(
        "keeps the order of items",
        "return pipeline([3, 1, 2], async (n) => { await new Promise((done) => setTimeout(done, n * 3)); return n * 10; });",
        [30, 10, 20],
      );
      gives("gives items back where there is no stage", "return pipeline([1, 2]);", [1, 2]);
      it("gives null for a stage that throws, and skips its later stages", async () => {
        const { end, events } = await world.run(
          "const seen = []; const r = await pipeline([1, 2], (n) => { if (n === 1) throw new Error('bad'); return n; }, (n) => { seen.push(n); return n; }); return [r, seen];",
        );
        assert.deepEqual(end.result, [[null, 2], [2]]);
        assert.deepEqual(
          ofType(events, "failure").map(({ path, message }) => [path, message]),
          [["/pipeline[0].0", "bad"]],
        );
      });
      it("stops an item at exactly null, with a line in the log", async () => {
        const { end, events } = await world.run(
          "const seen = []; return [await pipeline([1, 2, 3], (n) => (n === 2 ? null : n === 3 ? undefined : n), (p, i) => { seen.push(i); return p ?? 'none'; }), seen];",
        );
        assert.deepEqual(end.result, [
          [1, null, "none"],
          [1, 3],
        ]);
        assert.match(logOf(events).join(), /Item 2 of a pipeline ends after stage 1/);
        assert.equal(end.outcome, "done");
      });
      it("goes on at null where that is set", async () => {
        const { end } = await world.run("return pipeline([1], () => null, (p) => [p]);", {
          settings: { nullStops: false },
        });
        assert.deepEqual(end.result, [[null]]);
      });
      for (const body of ["pipeline({}, (x) => x)", "pipeline([1], 2)"])
        it(`refuses ${body}`, async () => {
          const { end } = await world.run(`try { await ${body}; } catch (error) { return error.name; }`);
          assert.equal(end.result, "TypeError");
        });
      gives(
        "refuses over 4096 items",
        "try { await pipeline(new Array(4097).fill(1), (x) => x); } catch (error) { return error.name; }",
        "RangeError",
      );
      gives(
        "nests",
        "return parallel([() => pipeline([1, 2], (n) => parallel([() => agent('a' + n), () => n]))]);",
        [
          [
            ["<a1>", 1],
            ["<a2>", 2],
          ],
        ],
      );
    });

    describe("the structural path", () => {
      const paths = (name: string, body: string, expected: Readonly<Record<string, string>>): unknown =>
        it(name, async () => {
          const agents = new ScriptedAgents(async ({ prompt }) => {
            await new Promise((done) => setTimeout(done, (prompt.length * 7) % 5));
            if (prompt.startsWith("bad"))
              return { status: "answered", text: "", spent: { tokens: 0, usd: 0 } };
            return answered(prompt);
          });
          const { end } = await world.run(body, { agents, settings: { concurrency: 16 } });
          assert.equal(end.error, undefined);
          assert.deepEqual(
            Object.fromEntries(agents.specs.map(({ prompt, path }) => [prompt, path])),
            expected,
          );
        });
      paths(
        "is kept over await",
        "await parallel([0, 1].map((n) => async () => { await agent('a' + n); await agent('b' + n); }));",
        { a0: "/parallel[0]", a1: "/parallel[1]", b0: "/parallel[0]", b1: "/parallel[1]" },
      );
      paths(
        "is kept in catch and finally",
        "const fail = async (n) => { await agent('f' + n); throw 1; }; await parallel([0, 1].map((n) => async () => { try { await fail(n); } catch { await agent('c' + n); } finally { await agent('z' + n); } }));",
        {
          f0: "/parallel[0]",
          f1: "/parallel[1]",
          c0: "/parallel[0]",
          c1: "/parallel[1]",
          z0: "/parallel[0]",
          z1: "/parallel[1]",
        },
      );
      paths(
        "is kept in for await and after it",
        "async function* g(n) { yield n; await agent('y' + n); yield n + 10; } await parallel([0, 1].map((n) => async () => { for await (const x of g(n)) await agent('i' + x); await agent('e' + n); }));",
        {
          y0: "/parallel[0]",
          y1: "/parallel[1]",
          i0: "/parallel[0]",
          i1: "/parallel[1]",
          i10: "/parallel[0]",
          i11: "/parallel[1]",
          e0: "/parallel[0]",
          e1: "/parallel[1]",
        },
      );
      paths(
        "is kept after a break out of for await",
        "async function* g(n) { try { yield n; } finally { await agent('f' + n); } } await parallel([0, 1].map((n) => async () => { outer: for (;;) { for await (const x of g(n)) { break outer; } } await agent('e' + n); }));",
        { f0: "/parallel[0]", f1: "/parallel[1]", e0: "/parallel[0]", e1: "/parallel[1]" },
      );
      paths(
        "is kept in then, catch and finally of promises",
        "await parallel([0, 1].map((n) => () => agent('a' + n).then(() => agent('t' + n)).then(() => { throw 1; }).catch(() => agent('c' + n)).finally(() => agent('f' + n))));",
        {
          a0: "/parallel[0]",
          a1: "/parallel[1]",
          t0: "/parallel[0]",
          t1: "/parallel[1]",
          c0: "/parallel[0]",
          c1: "/parallel[1]",
          f0: "/parallel[0]",
          f1: "/parallel[1]",
        },
      );
      paths(
        "is kept in timers",
        "await parallel([0, 1].map((n) => () => new Promise((done) => setTimeout(() => done(agent('a' + n)), 3 - n))));",
        { a0: "/parallel[0]", a1: "/parallel[1]" },
      );
      paths(
        "names items and stages",
        "await pipeline(['x', 'y'], (p) => agent('1' + p), async (p, i) => { await 0; return agent('2' + i); });",
        { "1x": "/pipeline[0].0", "1y": "/pipeline[1].0", "2x": "/pipeline[0].1", "2y": "/pipeline[1].1" },
      );
      paths(
        "nests",
        "await pipeline(['x'], (p) => parallel([() => agent('a'), async () => { await agent('b'); return parallel([() => agent('c')]); }]));",
        {
          a: "/pipeline[0].0/parallel[0]",
          b: "/pipeline[0].0/parallel[1]",
          c: "/pipeline[0].0/parallel[1]/parallel[0]",
        },
      );
      paths(
        "comes back after a nested call",
        "await parallel([async () => { await parallel([() => agent('in')]); await agent('out'); }]); await agent('top');",
        { in: "/parallel[0]/parallel[0]", out: "/parallel[0]", top: "" },
      );
      paths(
        "has no slot under Promise.all",
        "await parallel([() => Promise.all([0, 1].map(async (n) => { await agent('a' + n); return agent('b' + n); }))]);",
        { a0: "/parallel[0]", a1: "/parallel[0]", b0: "/parallel[0]", b1: "/parallel[0]" },
      );
      paths(
        "is kept in helpers that are called from slots",
        "const helper = async (n) => { const a = await agent('h' + n); return (await agent('g' + n)) + a; }; await parallel([0, 1].map((n) => () => helper(n)));",
        { h0: "/parallel[0]", h1: "/parallel[1]", g0: "/parallel[0]", g1: "/parallel[1]" },
      );
      paths("names the workflow", "await parallel([() => workflow('child', { x: 1 })]);", {
        "c 1": "/parallel[0]/workflow(child)",
      });
    });

    describe("phase()", () => {
      it("groups later agents; the option wins; undeclared titles get groups of their own", async () => {
        const { events } = await world.run(
          'export const meta = { name: "t", description: "d", phases: [{ title: "One" }] };\nawait agent("0"); phase("One"); await agent("1"); await agent("2", { phase: "Other" }); phase("Dyn " + 1); await agent("3");',
        );
        assert.deepEqual(
          ofType(events, "step-start").map(({ phase }) => phase),
          [undefined, "One", "Other", "Dyn 1"],
        );
        assert.deepEqual(
          ofType(events, "phase").map(({ title, isDeclared }) => [title, isDeclared]),
          [
            ["One", true],
            ["Dyn 1", false],
          ],
        );
      });
    });

    describe("args", () => {
      const takes = (name: string, args: unknown, expected: unknown): unknown =>
        it(name, async () => {
          const { end } = await world.run("return [typeof args, args === undefined ? 'none' : args];", {
            args,
          });
          assert.deepEqual(end.result, expected);
        });
      takes("are undefined where there are none", undefined, ["undefined", "none"]);
      takes("are what the caller passed", { a: [1] }, ["object", { a: [1] }]);
      takes("are parsed from a text that is an object", '{"a":1}', ["object", { a: 1 }]);
      takes("are parsed from a text that is a list", " [1]", ["object", [1]]);
      takes("stay a text that is neither", "12", ["string", "12"]);
      takes("stay a text that only looks like one", "{oops", ["string", "{oops"]);
      takes("may be null", null, ["object", null]);
    });

    describe("workflow()", () => {
      gives(
        "runs another inline and gives its result",
        "return [await workflow('child', { x: 1 }), args ?? 'mine'];",
        [[{ x: 1 }, "<c 1>", "child"], "mine"],
      );
      gives("takes a path", "return (await workflow({ scriptPath: 'child.js' }, { x: 2 }))[1];", "<c 2>");
      gives("parses its args, too", "return (await workflow('child', '{\"x\": 3}'))[1];", "<c 3>");
      const caught = (name: string, body: string, message: RegExp): unknown =>
        it(name, async () => {
          const { end } = await world.run(
            `try { return await ${body}; } catch (error) { return error.message; }`,
          );
          assert.match(String(end.result), message);
        });
      caught(
        "goes one level deep",
        "workflow('nested')",
        /^workflow\(\) cannot be called from within a child workflow — nesting is limited to one level\.$/,
      );
      caught(
        "lists what exists for an unknown name",
        "workflow('nope')",
        /no workflow "nope"\. There are: child, nested, broken, throws/,
      );
      caught(
        "says what is wrong with a script",
        "workflow('broken')",
        /broken\.js:2:1: "lgo" is not defined/,
      );
      caught("says that there is no file", "workflow({ scriptPath: 'gone.js' })", /no workflow at gone\.js/);
      caught("passes errors on", "workflow('throws')", /^inside$/);
      it("tells errors at their place in the child's file", async () => {
        const { end } = await world.run("\nreturn workflow('throws');");
        assert.deepEqual([end.error?.place?.file, end.error?.place?.line], ["throws.js", 3]);
      });
      it("keeps its phases to itself", async () => {
        const { events } = await world.run(
          "phase('outer'); await workflow('child', { x: 1 }); await agent('after');",
        );
        assert.deepEqual(
          ofType(events, "step-start").map(({ label, phase }) => [label, phase]),
          [
            ["c 1", "inner"],
            ["after", "outer"],
          ],
        );
      });
      it("shares the limit of agents", async () => {
        const { end } = await world.run(
          "await agent('a'); try { await workflow('child', {}); } catch (error) { return error.message; }",
          { settings: { maxAgents: 1 } },
        );
        assert.match(String(end.result), /at most 1 agents/);
      });
    });
  });
