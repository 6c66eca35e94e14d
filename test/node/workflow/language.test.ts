import assert from "node:assert/strict";
import { knownGlobals } from "#core/workflow/script/globals.ts";
import { engineNames } from "#protocol/guest.ts";
import { logOf, ofType, WorkflowWorld } from "../../support/workflow-world.ts";

for (const engine of engineNames)
  describe(`the language of workflows, on ${engine}`, () => {
    const world = new WorkflowWorld(engine);
    after(() => world[Symbol.asyncDispose]());

    const gives = (name: string, body: string, expected: unknown, args?: unknown): unknown =>
      it(name, async () => {
        const { end } = await world.run(body, { args });
        assert.deepEqual([end.error?.message, end.result], [undefined, expected]);
      });

    describe("running", () => {
      gives("awaits and returns at the top", "const a = await Promise.resolve(1); return a + 1;", 2);
      gives("is strict", "return (function () { return this === undefined; })();", true);
      gives("has no this", "return this === undefined;", true);
      gives("takes own names for globals", "const budget = 5; const agent = 2; return budget + agent;", 7);
      gives("sees its meta", "return meta.name;", "test");
      gives("gives null for nothing", "log(1);", null);
      gives("runs functions that are declared later", "return f(); function f() { return 1; }", 1);
    });

    describe("globals", () => {
      for (const name of [
        ...["require", "process", "fetch", "Buffer", "fs", "performance", "setInterval", "eval", "Function"],
        ...["WebAssembly", "SharedArrayBuffer", "Atomics", "queueMicrotask", "WeakRef", "crypto", "module"],
      ])
        gives(`have no ${name}`, `return [typeof ${name}, "${name}" in globalThis];`, ["undefined", false]);
      for (const name of [
        ...["agent", "parallel", "pipeline", "phase", "log", "workflow", "setTimeout", "clearTimeout", "URL"],
        ...["Map", "Set", "Promise", "JSON", "RegExp", "BigInt", "Symbol", "Proxy", "Reflect", "Intl"],
      ])
        gives(`have ${name}`, `return typeof ${name} !== "undefined" && "${name}" in globalThis;`, true);
      it("are those that the lint knows, and no others", async () => {
        const { end } = await world.run(
          "log(typeof URL); return Reflect.ownKeys(globalThis).map(String).sort();",
        );
        assert.deepEqual(end.result, [...knownGlobals].toSorted());
      });
      gives(
        "can be wrapped",
        "const plain = agent; globalThis.agent = (p) => plain(p + '!'); return globalThis.agent('a');",
        "<a!>",
      );
    });

    describe("time and chance", () => {
      for (const [call, word] of [
        ["Date.now()", "Date.now()"],
        ["Math.random()", "Math.random()"],
        ["new Date()", "new Date()"],
        ["Date()", "Date()"],
        ["Reflect.construct(Date, [])", "new Date()"],
        ["new (class extends Date {})()", "new Date()"],
      ] as const)
        it(`${call} throws with why and what to do`, async () => {
          const { end } = await world.run(`try { return ${call}; } catch (error) { return error.message; }`);
          assert.ok(String(end.result).startsWith(`${word} is not available`), String(end.result));
          assert.match(String(end.result), /same results.*(args|seed)/);
        });
      gives(
        "new Date(x) works",
        "return [new Date(0).toISOString(), new Date('2024-02-03').getTime(), new Date(2024, 0, 2).toISOString()];",
        [...["1970-01-01T00:00:00.000Z", 1706918400000, "2024-01-02T00:00:00.000Z"]],
      );
      gives(
        "Date.parse and Date.UTC work",
        "return [Date.parse('2024-02-03T04:05:06Z'), Date.UTC(2024, 1, 3)];",
        [...[1706933106000, 1706918400000]],
      );
      gives(
        "is in UTC",
        "const d = new Date('2024-07-01T12:00:00'); return [d.getTimezoneOffset(), d.getHours(), d.toString()];",
        [...[0, 12, "Mon Jul 01 2024 12:00:00 GMT+0000 (Coordinated Universal Time)"]],
      );
      const dates: readonly (readonly [string, string | null])[] = [
        ["2024-02-03", "2024-02-03T00:00:00.000Z"],
        ["2024-02-03T04:05", "2024-02-03T04:05:00.000Z"],
        ["2024-02-03T04:05:06.789+02:00", "2024-02-03T02:05:06.789Z"],
        ["Feb 3, 2024", "2024-02-03T00:00:00.000Z"],
        ["3 February 2024 10:30", "2024-02-03T10:30:00.000Z"],
        ["2024/02/03", "2024-02-03T00:00:00.000Z"],
        ["02/03/2024 1:05 PM", "2024-02-03T13:05:00.000Z"],
        ["Sat, 03 Feb 2024 04:05:06 GMT", "2024-02-03T04:05:06.000Z"],
        ["Sat Feb 03 2024 04:05:06 GMT+0100 (Central European Standard Time)", "2024-02-03T03:05:06.000Z"],
        ["nonsense", null],
        ["2024-13-01", null],
      ];
      for (const [text, expected] of dates)
        gives(`reads the date ${text}`, `return new Date(${JSON.stringify(text)}).toJSON();`, expected);
      gives(
        "copies dates",
        "const a = new Date(5); const b = new Date(a); return [b.getTime(), a instanceof Date, Object.prototype.toString.call(b)];",
        [5, true, "[object Date]"],
      );
    });

    describe("what depends on a language elsewhere", () => {
      gives(
        "shows numbers",
        "return [(1234567.891).toLocaleString(), (0.5).toLocaleString('de', { style: 'percent' }), (1234.5).toLocaleString('en-US', { style: 'currency', currency: 'USD' }), (12n ** 9n).toLocaleString(), (-5).toLocaleString('en', { minimumFractionDigits: 2 })];",
        [...["1,234,567.891", "50%", "$1,234.50", "5,159,780,352", "-5.00"]],
      );
      gives(
        "shows dates",
        "const d = new Date('2024-02-03T15:04:05Z'); return [d.toLocaleString(), d.toLocaleDateString('en-US', { weekday: 'short', month: 'long', day: 'numeric', year: 'numeric' }), d.toLocaleTimeString(), d.toLocaleDateString(), new Intl.DateTimeFormat('de').format(d)];",
        [...["2/3/2024, 3:04:05 PM", "Sat, February 3, 2024", "3:04:05 PM", "2/3/2024", "2/3/2024"]],
      );
      gives(
        "sorts texts",
        "return ['b', 'a', 'B', 'A', 'ä', '10', '9', '_', ' '].sort((a, b) => a.localeCompare(b));",
        [...[" ", "_", "10", "9", "a", "A", "ä", "b", "B"]],
      );
      gives(
        "sorts by number and without case",
        "return [['a10', 'a9'].sort(new Intl.Collator('en', { numeric: true }).compare), 'a'.localeCompare('A', 'en', { sensitivity: 'base' }), 'ä'.localeCompare('a', 'en', { sensitivity: 'base' })];",
        [["a9", "a10"], 0, 0],
      );
      gives("changes case", "return ['straße'.toLocaleUpperCase('tr'), 'TITLE I'.toLocaleLowerCase('tr')];", [
        "STRASSE",
        "title i",
      ]);
    });

    describe("URL", () => {
      gives(
        "reads addresses",
        "const u = new URL('https://user:pw@exämple.org:8080/a/../b c?q=ü&x=1#h'); return [u.href, u.host, u.pathname, u.searchParams.get('q'), [...u.searchParams.keys()]];",
        [
          ...[
            "https://user:pw@xn--exmple-cua.org:8080/b%20c?q=%C3%BC&x=1#h",
            "xn--exmple-cua.org:8080",
            "/b%20c",
            "ü",
            ["q", "x"],
          ],
        ],
      );
      gives("joins", "return new URL('../x?y', 'https://a.b/c/d/e').href;", "https://a.b/c/x?y");
      gives(
        "refuses what is none",
        "try { new URL('nope'); } catch (error) { return [error instanceof TypeError, URL.canParse('nope'), URL.canParse('a:b')]; }",
        [true, false, true],
      );
      gives(
        "changes parts",
        "const u = new URL('http://a.b/'); u.searchParams.append('k', 'a b&c'); u.hash = 'é'; return String(u);",
        "http://a.b/?k=a+b%26c#%C3%A9",
      );
    });

    describe("timers", () => {
      gives(
        "call back in order",
        "const seen = []; await new Promise((done) => { const late = setTimeout(() => seen.push('late'), 1e6); setTimeout((x) => { seen.push(x); clearTimeout(late); setTimeout(() => { seen.push(2); done(); }, 1); }, 1, 1); }); return seen;",
        [1, 2],
      );
      gives(
        "can be stopped",
        "let fired = false; const t = setTimeout(() => { fired = true; }, 1); clearTimeout(t); await new Promise((done) => setTimeout(done, 5)); return fired;",
        false,
      );
      gives("take no text", "try { setTimeout('1', 1); } catch (error) { return error.name; }", "TypeError");
    });

    describe("log and console", () => {
      it("show any value as a line", async () => {
        const { events } = await world.run(
          "log('a', 1, { b: [2] }); console.log('c'); console.warn(new Error('d')); console.error(new Map([[1, 2]])); console.info(undefined); console.assert(false, 'e'); log(() => 1); log(1n);",
        );
        assert.deepEqual(
          ofType(events, "log").map(({ level, text }) => [level, text]),
          [
            ["info", 'a 1 {"b":[2]}'],
            ["info", "c"],
            ["warning", "Error: d"],
            ["error", '{"Map":[[1,2]]}'],
            ["info", "undefined"],
            ["error", "Assertion failed: e"],
            ["info", "[function ]"],
            ["info", "1"],
          ],
        );
      });
    });

    describe("built-ins of public scripts", () => {
      gives(
        "Set, Map, spread",
        "return [...new Set([1, 1, 2])].concat([...new Map([['a', 3]]).values()]);",
        [1, 2, 3],
      );
      gives(
        "regular expressions with named groups and lookbehind",
        "const m = /(?<y>\\d{4})-(?<m>\\d\\d)/.exec('on 2024-05'); return [m.groups.y, m.groups.m, 'a$42'.match(/(?<=\\$)\\d+/)[0], [...'a1b2'.matchAll(/[a-z](\\d)/g)].map((x) => x[1])];",
        ["2024", "05", "42", ["1", "2"]],
      );
      gives("BigInt", "return String(2n ** 64n % 1000007n);", String(2n ** 64n % 1000007n));
      gives(
        "BigInt cut to a width",
        "return [BigInt.asUintN(64, -1n), BigInt.asUintN(64, 2n ** 64n + 5n), BigInt.asUintN(0, 5n), BigInt.asIntN(8, 255n), BigInt.asIntN(8, 127n), BigInt.asIntN(64, 2n ** 63n), BigInt.asIntN(0, 1n), BigInt.asIntN(1, 1n)].map(String);",
        ["18446744073709551615", "5", "0", "-1", "127", "-9223372036854775808", "0", "-1"],
      );
      gives(
        "tagged templates",
        "const tag = (parts, ...values) => parts.raw.join('|') + values.join(); return tag`a${1}\\n${2}c`;",
        "a|\\n|c1,2",
      );
      gives(
        "Promise.all, race, allSettled, any",
        "const late = new Promise((done) => setTimeout(done, 20, 'late')); return [await Promise.all([1, Promise.resolve(2)]), await Promise.race([late, Promise.resolve('now')]), (await Promise.allSettled([Promise.reject(new Error('x'))]))[0].status, await Promise.any([Promise.reject(1), 2])];",
        [[1, 2], "now", "rejected", 2],
      );
      gives(
        "generators and async iteration",
        "async function* g() { yield 1; yield 2; } const all = []; for await (const x of g()) all.push(x); return all;",
        [1, 2],
      );
      gives(
        "groupBy, toSorted, at, flat",
        "return [Object.groupBy([1, 2, 3], (x) => (x % 2 ? 'odd' : 'even')), [3, 1].toSorted(), [1, 2].at(-1), [[1], [2]].flat()];",
        [{ odd: [1, 3], even: [2] }, [1, 3], 2, [1, 2]],
      );
      gives(
        "classes with private fields",
        "class A { #x = 1; static make() { return new A(); } get x() { return this.#x; } } return A.make().x;",
        1,
      );
    });

    describe("the result", () => {
      gives(
        "is a copy as JSON has it",
        "return { a: undefined, b: [undefined, NaN], c: new Date(0), d: 'x', e: { toJSON: () => 7 } };",
        { b: [null, null], c: "1970-01-01T00:00:00.000Z", d: "x", e: 7 },
      );
      gives(
        "has sets as lists and maps as objects",
        "return { s: new Set([1]), m: new Map([['k', new Set([2])]]) };",
        { s: [1], m: { k: [2] } },
      );
      gives(
        "may have keys of any name",
        'return JSON.parse(\'{"__proto__": 1, "constructor": 2}\');',
        JSON.parse('{"__proto__": 1, "constructor": 2}'),
      );
      for (const [what, value, message] of [
        ["a function", "() => 1", /result is a function/],
        ["a function in it", "({ a: [() => 1] })", /result\.a\[0\] is a function/],
        ["a BigInt", "({ n: 1n })", /result\.n is a BigInt/],
        ["a cycle", "(() => { const a = {}; a.a = a; return a; })()", /refers to what contains it/],
      ] as const)
        it(`refuses ${what}`, async () => {
          const { end } = await world.run(`return ${value};`);
          assert.equal(end.outcome, "failed");
          assert.match(end.error?.message ?? "", message);
        });
    });

    describe("an uncaught error", () => {
      const fails = (name: string, body: string, place: string, message: RegExp): unknown =>
        it(name, async () => {
          const { end } = await world.run(body);
          assert.equal(end.outcome, "failed");
          assert.match(end.error?.message ?? "", message);
          const { line, column, file } = end.error?.place ?? {};
          assert.equal(`${file}:${line}:${column}`, `test.js:${place}`);
        });
      fails("is told with line and column", "const a = 1;\n  throw new Error('x');", "3:9", /^x$/);
      fails(
        "is told after an await",
        "await agent('a'); await 1;\nthrow new RangeError('y');",
        "3:7",
        /RangeError: y/,
      );
      fails(
        "is told from a function",
        "const f = async () => {\n  await 1;\n  throw new Error('deep');\n};\nawait f();",
        "4:9",
        /deep/,
      );
      fails("is told where it is no error", "await 1; throw { code: 7 };", "2:16", /"code":7/);
      fails("is told where it is a text", "\n\nthrow 'plain';", "4:7", /^plain$/);
      fails(
        "is told of a refused call",
        "\nawait agent('a', { agentType: 'nobody' });",
        "3:7",
        /no agent type "nobody"/,
      );
      it("is told of the engine's own, with its line", async () => {
        const { end } = await world.run("const a = null;\nreturn a.b;");
        assert.equal(end.error?.place?.line, 3);
        assert.match(end.error?.message ?? "", /TypeError/);
      });
      it("shows scripts no engine's stack", async () => {
        const { end } = await world.run("return new TypeError('x').stack;");
        assert.equal(end.result, "TypeError: x");
      });
    });

    it("waiting for nothing ends with a reason", async () => {
      const { end } = await world.run("await new Promise(() => {});");
      assert.equal(end.error?.code, "script-stuck");
    });

    it("warnings of the lint are in the log", async () => {
      const { events } = await world.run("try { Date.now(); } catch {}\nreturn 1;");
      assert.match(logOf(events).join(), /Line 2: Date\.now\(\)/);
    });
  });
