import assert from "node:assert/strict";
import { asksForWorkflow, completionsAt } from "#core/workflow/language/completion.ts";
import { globals } from "#core/workflow/language/reference-globals.ts";
import { agentOptions } from "#core/workflow/script/lint.ts";

const meta =
  'export const meta = { name: "t", description: "d", phases: [{ title: "Find" }, { title: \'Check it\' }] };\n';

const oneLine = (text: string) => text.replaceAll(/\s+/g, " ");

/** What is proposed where `|` stands. */
function proposed(marked: string) {
  const offset = marked.indexOf("|");
  const text = marked.slice(0, offset) + marked.slice(offset + 1);
  return { text, all: completionsAt(text, offset) };
}

const kinds = (kind: string, marked: string): readonly string[] =>
  proposed(marked)
    .all.filter((one) => one.kind === kind)
    .map(({ label }) => label);

describe("completion in workflow scripts", () => {
  const names = globals.map(({ name }) => name);

  describe("of globals", () => {
    const offers = (marked: string): unknown =>
      it(oneLine(marked), () => {
        const labels = proposed(meta + marked).all.map(({ label }) => label);
        assert.deepEqual(
          names.filter((name) => !labels.includes(name)),
          [],
        );
      });
    offers("ag|");
    offers("|");
    offers("const x = await ag|");
    offers("const f = () => ag|");
    offers("if (true) { ag|");
    offers("await parallel([() => ag|");
    offers("await parallel([() => ag|])");
    offers("await parallel(args.map((x) => { return ag|");
    offers("log(`${ag|");
    offers("log(`a ${`b ${ag|}`}`);");
    offers("log(/[/\"']/.test(x), ag|");
    offers("const y = 4 / 2; ag| / 1");
    offers("switch (args) { case 1: { ag|");
    offers("const o = { a: ag|");
    offers("const o = { ...ag|");
    offers('await agent("x", { schema: ag|');
    offers("const o = {\n  a: 1,\n};\nag|");
    offers("const s = 'half typed\nag|");
    offers("export const x = ag|");
  });

  describe("of nothing", () => {
    const offersNothing = (marked: string): unknown =>
      it(oneLine(marked), () => assert.deepEqual(proposed(meta + marked).all, []));
    offersNothing("// ag|");
    offersNothing("/* ag|");
    offersNothing("/* ag| */ agent()");
    offersNothing('"ag|"');
    offersNothing('log("ag|');
    offersNothing("log('it\\'s ag|");
    offersNothing("log(`ag|`)");
    offersNothing("log(`ag|");
    offersNothing("log(`a ${x} ag|`)");
    offersNothing("log(`a \\${ag|");
    offersNothing("x.ag|");
    offersNothing("x?.ag|");
    offersNothing("const ag|");
    offersNothing("function ag|");
    offersNothing("const o = { ag|");
    offersNothing("const o = { a: 1, ag|");
    offersNothing("x = /ag|/");
    offersNothing("log(12|)");
    offersNothing('await other("x", { | })');
    offersNothing("await agent({ | })");
    offersNothing('await agent("x", { schema: { | } })');
    offersNothing("args.|");
    offersNothing("const budget = make(); budget.|");
    offersNothing("export const m2 = 1; export |");
  });

  it("leaves names that the script declares to the script", () =>
    assert.ok(!kinds("variable", `${meta}const budget = 1; bud|`).includes("budget")));

  it("replaces the whole word, and writes no second bracket", () => {
    const { all, text } = proposed(`${meta}age|nt("x")`);
    const one = all.find(({ label }) => label === "agent");
    assert.deepEqual(one && [text.slice(one.start, one.end), one.insert, one.isSnippet], [
      "agent",
      "agent",
      false,
    ]);
  });

  describe("of fields", () => {
    const offers = (marked: string, expected: readonly string[]): unknown =>
      it(oneLine(marked), () => assert.deepEqual(kinds("field", meta + marked), expected));
    const without = (...taken: string[]) => agentOptions.filter((name) => !taken.includes(name));
    offers('await agent("x", { | })', without());
    offers('await agent("x", {|', without());
    offers('await agent("x", { la|', without());
    offers('await agent("x", { la| })', without());
    offers('await agent("x", { label: "a", | })', without("label"));
    offers('await agent("x", { label: "a", |, model: "m" })', without("label", "model"));
    offers('await agent("x", { ...base, "label": "a", | })', without("label"));
    offers('await agent("x", { schema: { type: "object" }, | })', without("schema"));
    offers("await agent(`a ${x} b`, { | })", without());
    offers("await agent(f(1, 2), { | })", without());
    offers('await agent("x", args ? { | } : {})', without());
    offers("await parallel(args.map((x) => () => agent(x, {\n  label,\n  |\n})));", without("label"));
    offers('await agent("x", { budget: { | } })', ["tokens", "usd"]);
    offers('await sh("x", { | })', ["cwd", "timeoutMs"]);
    offers('await ask("x", { | })', ["choices"]);
    offers("await workflow({ | })", ["scriptPath"]);
    offers("budget.|", ["total", "totalUsd"]);
    offers("budget?.to|", ["total", "totalUsd"]);
    it("of meta", () => {
      const of = (marked: string) => kinds("field", marked);
      assert.deepEqual(of("export const meta = { | };"), [
        "name",
        "description",
        "title",
        "whenToUse",
        "phases",
      ]);
      assert.deepEqual(of('export const meta = { name: "x", | };'), [
        "description",
        "title",
        "whenToUse",
        "phases",
      ]);
      assert.deepEqual(of("export const meta = { phases: [{ |"), ["title", "detail", "model"]);
      assert.deepEqual(of("export const meta = { phases: [{ title: 1 }, { | }] };"), [
        "title",
        "detail",
        "model",
      ]);
      assert.deepEqual(of("const other = { | };"), []);
    });
  });

  it("offers the functions of budget as calls", () => {
    const { all } = proposed(`${meta}budget.|`);
    assert.deepEqual(
      all.filter(({ kind }) => kind === "function").map(({ insert }) => insert),
      ["spent()", "remaining()", "spentUsd()", "remainingUsd()"],
    );
  });

  it("writes a field with a place for its value, and only its name where that is there", () => {
    const insert = (marked: string) => {
      const one = proposed(meta + marked).all.find(({ label }) => label === "agentType");
      return one && [one.insert, one.isSnippet, one.asksAgain];
    };
    assert.deepEqual(insert('await agent("x", { | })'), ['agentType: "$1"', true, true]);
    assert.deepEqual(insert('await agent("x", { agen|: "y" })'), ["agentType", false, false]);
  });

  describe("of values", () => {
    const offers = (marked: string, expected: readonly string[]): unknown =>
      it(oneLine(marked), () => {
        const { all, text } = proposed(meta + marked);
        const values = all.filter(({ kind }) => kind === "value");
        const written = values.map((one) => text.slice(0, one.start) + one.insert + text.slice(one.end));
        assert.deepEqual(written.map((one) => one.slice(meta.length)).slice(0, expected.length), expected);
        assert.equal(values.length > 0, expected.length > 0);
      });
    offers('agent("x", { effort: "|" })', [
      'agent("x", { effort: "low" })',
      'agent("x", { effort: "medium" })',
      'agent("x", { effort: "high" })',
      'agent("x", { effort: "max" })',
    ]);
    offers("agent('x', { effort: 'l|'", ["agent('x', { effort: 'low'"]);
    offers('agent("x", { effort: "l|', ['agent("x", { effort: "low']);
    offers('agent("x", { effort: |', ['agent("x", { effort: "low"']);
    offers('agent("x", { agentType: "exp|" })', [
      'agent("x", { agentType: "general" })',
      'agent("x", { agentType: "explorer" })',
    ]);
    offers('agent("x", { isolation: "|" })', ['agent("x", { isolation: "worktree" })']);
    offers('agent("x", { model: "|" })', ['agent("x", { model: "light" })']);
    offers('agent("x", { tools: ["|"] })', ['agent("x", { tools: ["read_file"] })']);
    offers('agent("x", { tools: ["read_file", |', ['agent("x", { tools: ["read_file", "read_file"']);
    offers('agent("x", { tools: "|" })', []);
    offers('agent("x", { "effort": "|" })', ['agent("x", { "effort": "low" })']);
    offers('agent("x", { label: "|" })', []);
    offers('agent("|", { })', []);
    offers('phase("|")', ['phase("Find")', 'phase("Check it")']);
    offers("phase(|)", ['phase("Find")', 'phase("Check it")']);
    offers("phase('Ch|", ["phase('Find", "phase('Check it"]);
    offers('agent("x", { phase: "|" })', ['agent("x", { phase: "Find" })']);
    offers('log("|")', []);
    offers('const effort = "|"', []);
  });

  it("offers the names of workflows where one is asked for", () => {
    const named = (text: string) =>
      completionsAt(text, text.length, [{ name: "review", doc: "d" }])
        .filter(({ kind }) => kind === "value")
        .map(({ insert }) => insert);
    assert.deepEqual(named('await workflow("'), ["review"]);
    assert.deepEqual(named("await workflow("), ['"review"']);
    assert.deepEqual(named('await workflow("a", "'), []);
    assert.deepEqual(named('await agent("'), []);
    const asks = (text: string) => asksForWorkflow(text, text.length);
    assert.deepEqual(['workflow("', "workflow(", 'agent("', ""].map(asks), [true, true, false, false]);
  });

  it("knows the phases of a script that is half typed", () => {
    const titles = (marked: string) => kinds("value", marked);
    const half =
      'export const meta = { name: "t", phases: [{ title: "A" }, { title: `B`, detail: "x" }], x: { title: "no" } };';
    assert.deepEqual(titles(`${half}\nconst a = (;\nphase("|`), ["A", "B"]);
    assert.deepEqual(titles('export const meta = { phases: [{ title: "A" }\nphase("|'), ["A"]);
    assert.deepEqual(titles('phase("|'), []);
  });

  describe("of snippets", () => {
    const parts = ["workflow-parallel", "workflow-pipeline", "workflow-budget-loop", "workflow-judge-panel"];
    const offers = (marked: string, expected: readonly string[]): unknown =>
      it(oneLine(marked), () => assert.deepEqual(kinds("snippet", marked), expected));
    offers("|", ["workflow", ...parts]);
    offers("// a workflow\nwork|", ["workflow", ...parts]);
    offers(`${meta}|`, parts);
    offers(`${meta}work|`, parts);
    offers(`${meta}if (args) {\n  work|\n}`, parts);
    offers(`${meta}log(1)\nwork|`, parts);
    offers(`${meta}const x = work|`, []);
    offers(`${meta}const x =\n  work|`, []);
    offers(`${meta}log(|)`, []);
    offers(`${meta}const x = [\n|`, []);
    offers(`${meta}const o = {\n|`, []);
    offers(`${meta}const s = "work|`, []);
  });
});
