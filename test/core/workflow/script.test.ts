import assert from "node:assert/strict";
import { Script } from "node:vm";
import { originalPlace, parseScript } from "#core/workflow/script/parse.ts";

const meta = 'export const meta = { name: "t", description: "d" };\n';

describe("a workflow script's meta", () => {
  const reads = (name: string, text: string, expected: object): unknown =>
    it(name, () => {
      const { meta: found, diagnostics } = parseScript(text);
      assert.deepEqual(
        diagnostics.filter(({ severity }) => severity === "error"),
        [],
      );
      assert.deepEqual({ ...found }, { phases: [], ...expected });
    });
  const base = { name: "t", description: "d" };
  reads("is read", meta, base);
  reads("may come after comments", `// one\n/* two */\n${meta}`, base);
  reads("may come after a hashbang", `#!/usr/bin/env node\n${meta}`, base);
  reads(
    "has optional texts",
    'export const meta = { name: "t", description: "d", title: "T", whenToUse: "w" };',
    {
      ...{ ...base, title: "T", whenToUse: "w" },
    },
  );
  reads(
    "has phases, of which bad entries are ignored",
    'export const meta = { name: "t", description: "d", phases: [{ title: "A", detail: "x", model: "m" }, "bad", { detail: "no title" }, { title: 3 }] };',
    { ...base, phases: [{ title: "A", detail: "x", model: "m" }] },
  );
  reads(
    "ignores unknown keys and phases that are no list",
    'export const meta = { name: "t", description: "d", x: [1, -2, null, true], phases: 3 };',
    base,
  );
  reads("takes templates without expressions", "export const meta = { name: `t`, description: `d` };", base);
  reads("takes quoted keys", 'export const meta = { "name": "t", "description": "d" };', base);

  const refuses = (what: string, text: string, message: RegExp): unknown =>
    it(`refuses ${what}`, () => {
      const { script, diagnostics } = parseScript(text);
      const errors = diagnostics.filter(({ severity }) => severity === "error");
      assert.equal(script, undefined);
      assert.match(errors.map((one) => one.message).join("\n"), message);
    });
  const inMeta = (what: string, value: string, message: RegExp): unknown =>
    refuses(what, `export const meta = { name: "t", description: "d", extra: ${value} };`, message);
  inMeta("identifiers", "x", /the name "x"/);
  inMeta("undefined", "undefined", /the name "undefined"/);
  inMeta("calls", "f()", /a call/);
  inMeta("new", "new Date(0)", /a call/);
  inMeta("spread in arrays", "[...[1]]", /a spread/);
  inMeta("spread in objects", "{ ...{} }", /a spread/);
  inMeta("computed keys", '{ ["a"]: 1 }', /a computed key/);
  inMeta("methods", "{ a() {} }", /a method/);
  inMeta("getters", "{ get a() { return 1; } }", /a method/);
  inMeta("shorthand", "{ a }", /a name/);
  inMeta("functions", "() => 1", /an expression/);
  inMeta("holes", "[1, , 2]", /a hole/);
  inMeta("unary plus", "+1", /a unary plus/);
  inMeta("not", "!1", /"!"/);
  inMeta("minus of a text", '-"a"', /no number/);
  inMeta("the key __proto__", '{ "__proto__": 1 }', /"__proto__"/);
  inMeta("the key constructor", "{ constructor: 1 }", /"constructor"/);
  inMeta("the key prototype", "{ prototype: 1 }", /"prototype"/);
  inMeta("templates with expressions", "`${1}`", /template/);
  inMeta("regular expressions", "/a/", /regular expression/);
  inMeta("conditions", "true ? 1 : 2", /an expression/);
  refuses("a script without meta", "return 1;", /begins with export const meta/);
  refuses("meta that is not first", `const a = 1;\n${meta}`, /begins with export const meta/);
  refuses(
    "meta that is not exported",
    'const meta = { name: "t", description: "d" };',
    /begins with export const meta/,
  );
  refuses("meta that is no const", 'export let meta = { name: "t", description: "d" };', /must be a const/);
  refuses("meta that is no object", "export const meta = 3;", /object literal/);
  refuses("an empty name", 'export const meta = { name: " ", description: "d" };', /meta\.name/);
  refuses("no description", 'export const meta = { name: "t" };', /meta\.description/);
  refuses("a script that is too long", meta + " ".repeat(524_289), /at most 524288 characters/);

  it("folds texts that are joined, with a warning and a fix", () => {
    const { meta: found, diagnostics } = parseScript(
      'export const meta = { name: "a" + "b", description: "d" };',
    );
    assert.equal(found?.name, "ab");
    assert.deepEqual(
      diagnostics.map(({ severity, code, fixes }) => [severity, code, fixes[0]?.edits[0]?.text]),
      [["warning", "meta-folded", '"ab"']],
    );
  });
  it("offers a template where there is none", () => {
    assert.match(
      parseScript("return 1;").diagnostics[0]?.fixes[0]?.edits[0]?.text ?? "",
      /export const meta/,
    );
  });
});

describe("a workflow script's text", () => {
  const finds = (what: string, body: string, expected: string | undefined, message = /./): unknown =>
    it(what, () => {
      const { diagnostics } = parseScript(meta + body);
      const [first] = diagnostics;
      const told = first && `${first.severity} ${first.code} ${first.line}:${first.column}`;
      assert.equal(told, expected);
      if (first !== undefined) assert.match(first.message, message);
    });
  finds("may await and return at the top", "await 1; return 2;", undefined);
  finds("tells a syntax error at its place", "const a = ;\n", "error syntax 2:11");
  finds("is strict", "with (args) {}", "error syntax 2:1");
  finds("refuses import declarations", 'import fs from "fs";', "error banned 2:1", /imports nothing/);
  finds("refuses import()", 'await import("fs");', "error banned 2:7", /loads nothing/);
  finds("refuses import.meta", "log(import.meta.url);", "error banned 2:5");
  finds("refuses other exports", "export const a = 1;", "error banned 2:1", /exports only meta/);
  finds("refuses a default export", "export default 1;", "error banned 2:1");
  finds("refuses process", "log(process.env.HOME);", "error undeclared 2:5", /process/);
  finds("refuses bash", 'bash("ls");', "error undeclared 2:1", /sh\(command\)/);
  finds("refuses require", 'const fs = require("fs");', "error undeclared 2:12", /load nothing/);
  finds("refuses fetch", 'await fetch("x");', "error undeclared 2:7", /network/);
  finds("refuses eval", 'eval("1");', "error undeclared 2:1", /never run/);
  finds("refuses new Function", 'new Function("1");', "error undeclared 2:5", /never run/);
  finds("refuses setInterval", "setInterval(() => {}, 1);", "error undeclared 2:1", /setTimeout/);
  finds("refuses a misspelt name", "lgo(1);", "error undeclared 2:1", /"lgo" is not defined/);
  finds("refuses assignments to what is not declared", "x = 1;", "error undeclared 2:1");
  finds("refuses arguments at the top", "log(arguments);", "error undeclared 2:5", /args/);
  finds("refuses Date.now()", "log(Date.now());", "error banned 2:5", /reproduc|same results/);
  finds("refuses Math.random()", "log(Math.random());", "error banned 2:5");
  finds("refuses new Date()", "log(new Date());", "error banned 2:5");
  finds("refuses Date()", "log(Date());", "error banned 2:5");
  finds(
    "takes new Date(x), Date.parse, Date.UTC",
    "log(new Date(0), Date.parse('2020'), Date.UTC(2020));",
    undefined,
  );
  finds("never counts names in texts", 'log("process.exit() Date.now()", `require`);', undefined);
  finds("never counts names in comments", "// process.exit()\n/* Date.now() */", undefined);
  finds("never counts names of properties", "log({ process: 1 }.process, { fetch() {} });", undefined);
  finds("takes typeof guards", 'if (typeof process !== "undefined") log(process.pid);', undefined);
  finds("only warns of what is caught", "try { process.exit(); } catch {}", "warning undeclared 2:7");
  finds("only warns of banned calls that are caught", "try { Date.now(); } catch {}", "warning banned 2:7");
  finds(
    "knows declared names",
    "const process = 1; function fetch() {} class Buffer {} log(process, fetch, Buffer);",
    undefined,
  );
  finds(
    "knows names that are declared later",
    "const f = () => g(); function g() { return 1; } log(f());",
    undefined,
  );
  finds("knows patterns", "const { a, b: [c, ...d], ...e } = args; log(a, c, d, e);", undefined);
  finds("knows parameters", "const f = ({ a = 1 }, ...rest) => [a, rest]; log(f);", undefined);
  finds(
    "knows caught errors and labels",
    "try { f(); } catch (error) { log(error); } function f() { out: for (;;) break out; }",
    undefined,
  );
  finds("knows var out of its block", "if (args) { var a = 1; } log(a);", undefined);
  finds(
    "does not know const out of its block",
    "if (args) { const a = 1; } log(a);",
    "error undeclared 2:32",
  );
  finds("knows arguments in functions", "function f() { return arguments.length; } log(f(1));", undefined);
  finds("takes own names for globals", "const budget = 1, agent = 2; log(budget, agent);", undefined);
  finds("refuses reserved names", "const __boo_x = 1; log(__boo_y);", "error reserved-name 2:24");
  finds("warns of agents that nobody waits for", 'agent("x");', "warning not-awaited 2:1");
  finds("warns of unknown options", 'await agent("x", { lable: "y" });', "warning unknown-option 2:20");
  finds("warns of promises in parallel", 'await parallel([agent("x")]);', "warning not-wrapped 2:17");
  finds("warns of what is never reached", "return 1;\nlog(2);", "warning unreachable 3:1");

  it("gives fixes as edits", () => {
    const text = `${meta}await parallel([agent("x")]);`;
    const [edit] = parseScript(text).diagnostics[0]?.fixes[0]?.edits ?? [];
    assert.ok(edit);
    assert.match(
      text.slice(0, edit.start) + edit.text + text.slice(edit.end),
      /parallel\(\[\(\) => agent\("x"\)\]\)/,
    );
  });

  it("is taken out of one Markdown fence, its lines where they were", () => {
    const { script, diagnostics } = parseScript(`\`\`\`js\n${meta}lgo(1);\n\`\`\`\n`);
    assert.equal(script, undefined);
    assert.equal(`${diagnostics[0]?.line}:${diagnostics[0]?.column}`, "3:1");
    assert.ok(parseScript(`\`\`\`js\n${meta}log(1);\n\`\`\``).script);
  });
});

describe("the rewriting", () => {
  const sources: readonly string[] = [
    "const a1 = await b();\n  throw new Error('x');",
    "try { await one(); } catch (e) { await two(); } finally { three(); }",
    "out: for await (const x of y()) { if (x) continue out; await z(x); }",
    "for await (const x of y()) await z(x);",
    "const f = async function* () { const got = yield await 1; yield* other(got); };",
    "if (a) try { await 1 } catch { 2 }\nelse await 3\nconst t = `${await 4}`",
    "throw await 1",
    "const g = async () => await (await 1).x, h = [await 2, ...(await 3)];",
    "switch (await 1) { case await 2: throw 3 }",
  ];
  const declared = "const [b, one, two, three, y, z, other, a] = args;\n";
  for (const source of sources)
    it(`keeps every place: ${source.split("\n")[0]}`, () => {
      const text = meta + declared + source;
      const { script, diagnostics } = parseScript(text);
      assert.ok(script, JSON.stringify(diagnostics));
      const compiled = script.compiled.text;
      const originals = text.split("\n");
      for (const [index, line] of compiled.split("\n").slice(0, originals.length).entries()) {
        const end = originalPlace(script, `${index + 1}:${line.length + 1}`);
        assert.deepEqual(end, { line: index + 1, column: (originals[index] ?? "").length + 1 });
      }
      assert.doesNotThrow(() => new Script(compiled));
    });

  it("maps places back exactly", () => {
    const text = `${meta}const x = await agent("a"); const y = await agent(await agent("b"));`;
    const { script } = parseScript(text);
    const compiled = script?.compiled.text.split("\n")[1] ?? "";
    for (const word of ["x =", 'agent("a")', "y =", 'agent("b")']) {
      const place = script && originalPlace(script, `2:${compiled.indexOf(word) + 1}`);
      assert.equal(place?.column, (text.split("\n")[1] ?? "").indexOf(word) + 1, word);
    }
  });
});
