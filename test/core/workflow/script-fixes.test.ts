import assert from "node:assert/strict";
import type { QuickFix } from "#core/workflow/script/diagnostic.ts";
import { parseScript } from "#core/workflow/script/parse.ts";
import { nearestWord } from "#core/workflow/script/spelling.ts";

const meta = 'export const meta = { name: "t", description: "d" };\n';

function apply(text: string, { edits }: QuickFix): string {
  return edits
    .toSorted((a, b) => b.start - a.start)
    .reduce((changed, edit) => changed.slice(0, edit.start) + edit.text + changed.slice(edit.end), text);
}

/** The text after the first fix of the first finding; that finding is gone then. */
function fixed(text: string): string {
  const [finding] = parseScript(text).diagnostics;
  const fix = finding?.fixes[0];
  assert.ok(finding && fix, JSON.stringify(finding));
  const after = apply(text, fix);
  const left = parseScript(after).diagnostics.filter(
    ({ code, start }) => code === finding.code && start === finding.start,
  );
  assert.deepEqual(left, []);
  return after;
}

const oneLine = (text: string) => text.replaceAll(/\s+/g, " ");

describe("quick fixes of a workflow script", () => {
  const check = (before: string, after: string): unknown =>
    it(oneLine(`${before} → ${after}`), () => assert.equal(fixed(meta + before), meta + after));
  check("log(Date.now());", "log(args.now);");
  check("log(new Date());", "log(new Date(args.now));");
  check("log(new Date);", "log(new Date(args.now));");
  check("log(Date());", "log(String(new Date(args.now)));");
  check('await agnet("x");', 'await agent("x");');
  check('await Agent("x");', 'await agent("x");');
  check("await parralel([]);", "await parallel([]);");
  check("await pipline([]);", "await pipeline([]);");
  check("lgo(1);", "log(1);");
  check("log(arg);", "log(args);");
  check("log(budgte.total);", "log(budget.total);");
  check('agent("x");', 'await agent("x");');
  check('await agent("x", { lable: "y" });', 'await agent("x", { label: "y" });');
  check('await agent("x", { agent_type: "y" });', 'await agent("x", { agentType: "y" });');
  check('await agent("x", { timeoutMS: 1 });', 'await agent("x", { timeoutMs: 1 });');
  check('await parallel([agent("x")]);', 'await parallel([() => agent("x")]);');
  check('await parallel([await agent("x")]);', 'await parallel([() => agent("x")]);');
  check('await parallel([sh("ls")]);', 'await parallel([() => sh("ls")]);');
  check("await parallel(args.map((x) => agent(x)));", "await parallel(args.map((x) => () => agent(x)));");
  check("await parallel(args.map(x => (agent(x))));", "await parallel(args.map(x => () => (agent(x))));");
  check(
    "await parallel(args.map(async (x) => agent(x)));",
    "await parallel(args.map((x) => async () => agent(x)));",
  );
  check(
    "await parallel(args.map(async x => { return await agent(x); }));",
    "await parallel(args.map(x => async () => { return await agent(x); }));",
  );
  check(
    "await parallel(args.map(async (x) => ({ x, y: await agent(x) })));",
    "await parallel(args.map((x) => async () => ({ x, y: await agent(x) })));",
  );

  const offersNone = (body: string): unknown =>
    it(`none for ${body}`, () => {
      const fixes = parseScript(meta + body).diagnostics.flatMap((one) => one.fixes);
      assert.deepEqual(fixes, []);
    });
  offersNone("log(Math.random());");
  offersNone("log(process.env);");
  offersNone("log(task);");
  offersNone("log(somethingElse);");
  offersNone('await agent("x", { colour: "y" });');
  offersNone('const lable = 1; await agent("x", { lable });');
  offersNone("await parallel(args.map((x) => () => agent(x)));");
  offersNone("await parallel(args.map((x) => async () => { await agent(x); }));");
  offersNone("await pipeline(args, (x) => agent(x));");
  offersNone('const agent = (x) => x; await parallel([agent("x")]);');
  offersNone("const = 1;");
});

describe("quick fixes of a workflow script's meta", () => {
  const check = (before: string, after: string): unknown =>
    it(oneLine(`${before} → ${after}`), () => assert.equal(fixed(before), after));
  const inMeta = (before: string, after: string): unknown =>
    check(`export const meta = ${before};`, `export const meta = ${after};`);
  inMeta('{ name: "a" + "b", description: "d" }', '{ name: "ab", description: "d" }');
  inMeta('{ name: "a" + `b` + "c", description: "d" }', '{ name: "abc", description: "d" }');
  inMeta(
    `{ name: "t", description: "say " + 'a "word"' }`,
    String.raw`{ name: "t", description: "say a \"word\"" }`,
  );
  const sentence = '"What it does, in one sentence."';
  inMeta('{ name: "t" }', `{ name: "t", description: ${sentence} }`);
  inMeta('{\n  name: "t",\n}', `{\n  name: "t",\n  description: ${sentence},\n}`);
  inMeta(
    '{\n  name: "t",\n  title: "T",\n}',
    `{\n  name: "t",\n  description: ${sentence},\n  title: "T",\n}`,
  );
  inMeta('{ title: "T", name: "t" }', `{ description: ${sentence}, title: "T", name: "t" }`);
  inMeta('{ description: "d" }', '{ name: "my-workflow", description: "d" }');
  inMeta('{\n  description: "d",\n}', '{\n  name: "my-workflow",\n  description: "d",\n}');
  inMeta("{}", '{ name: "my-workflow" }');
  check(
    'export let meta = { name: "t", description: "d" };',
    'export const meta = { name: "t", description: "d" };',
  );
  check(
    'const meta = { name: "t", description: "d" };',
    'export const meta = { name: "t", description: "d" };',
  );
  check(
    'let meta = { name: "t", description: "d" };',
    'export const meta = { name: "t", description: "d" };',
  );
  check(
    "return 1;",
    `export const meta = {\n  name: "my-workflow",\n  description: ${sentence},\n};\n\nreturn 1;`,
  );

  it("says one thing of a long sum, and points at a value that is empty", () => {
    const found = (text: string) =>
      parseScript(text).diagnostics.map(({ code, column, endColumn }) => [code, column, endColumn]);
    assert.deepEqual(found('export const meta = { name: "a" + "b" + "c", description: "d" };'), [
      ["meta-folded", 29, 44],
    ]);
    assert.deepEqual(found('export const meta = { name: "", description: "d" };'), [["meta-name", 29, 31]]);
    assert.deepEqual(found('export const meta = { name: "n" };'), [["meta-description", 21, 22]]);
  });
});

describe("the nearest word", () => {
  const words = ["agent", "parallel", "pipeline", "phase", "log", "args", "sh", "ask"];
  const check = (misspelt: string, expected: string | undefined): unknown =>
    it(`${misspelt} → ${expected}`, () => assert.equal(nearestWord(misspelt, words), expected));
  check("agnet", "agent");
  check("gaent", "agent");
  check("agents", "agent");
  check("phases", "phase");
  check("PARALLEL", "parallel");
  check("pipe_line", "pipeline");
  check("logg", "log");
  check("task", undefined);
  check("s", undefined);
  check("shh", undefined);
  check("constructor", undefined);
});
