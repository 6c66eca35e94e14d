import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { archetypes } from "#core/workflow/agents/agent-types.ts";
import { gatewayName } from "#core/agent/task.ts";
import { findTool, toolHeaders } from "#core/tools/registry.ts";
import { hoverAt } from "#core/workflow/language/hover.ts";
import { nameProblem, newScript } from "#core/workflow/language/new-workflow.ts";
import { fields, signatureOf } from "#core/workflow/language/reference.ts";
import { globals } from "#core/workflow/language/reference-globals.ts";
import { signatureAt } from "#core/workflow/language/signature.ts";
import { expandSnippet, scriptSnippets, skeleton } from "#core/workflow/language/snippets.ts";
import { hostCalls, language } from "#core/workflow/script/globals.ts";
import { agentOptions } from "#core/workflow/script/lint.ts";
import { parseScript } from "#core/workflow/script/parse.ts";

const meta = 'export const meta = { name: "t", description: "d" };\n';

function unmark(marked: string): readonly [text: string, offset: number] {
  const offset = marked.indexOf("|");
  return [marked.slice(0, offset) + marked.slice(offset + 1), offset];
}

const oneLine = (text: string) => text.replaceAll(/\s+/g, " ");

describe("hover in workflow scripts", () => {
  const check = (marked: string, expected: string | undefined): unknown =>
    it(oneLine(marked), () => {
      const found = hoverAt(...unmark(marked));
      assert.equal(found?.declaration.split(/[:(]/)[0], expected);
      if (found === undefined) return;
      const [text] = unmark(marked);
      assert.match(text.slice(found.start, found.end), /^["'\w]+$/);
      assert.ok(found.doc.length > 0);
    });
  check('await a|gent("x")', "agent");
  check('await |agent("x")', "agent");
  check('await agen|t("x")', "agent");
  check("log(a|rgs)", "args");
  check("log(budget.rem|aining())", "budget.remaining");
  check("log(bud|get.remaining())", "budget");
  check('agent("x", { la|bel: "y" })', "label");
  check('agent("x", { "la|bel": "y" })', "label");
  check('agent("x", { ph|ase: "y" })', "phase");
  check('agent("x", { agentType: "expl|orer" })', "agentType");
  check('agent("x", { tools: ["se|arch"] })', "tools");
  check("export const meta = { na|me: 1 }", "name");
  check("export const meta = { phases: [{ de|tail: 1 }] }", "detail");
  check('sh("x", { cw|d: "y" })', "cwd");
  check("// a|gent", undefined);
  check('log("a|gent")', undefined);
  check("log(`a|gent`)", undefined);
  check("log(`${a|gent}`)", "agent");
  check("x.a|gent()", undefined);
  check("const o = { a|gent: 1 }", undefined);
  check("const agent = 1; a|gent", undefined);
  check('agent("x", { label: "ag|ent" })', undefined);
  check("other(1, { la|bel: 2 })", undefined);
  check("log( | )", undefined);
});

describe("signature help in workflow scripts", () => {
  const check = (marked: string, expected: readonly [name: string, active: number] | undefined): unknown =>
    it(oneLine(marked), () => {
      const found = signatureAt(...unmark(marked));
      assert.deepEqual(found && [found.label.split("(")[0], found.active], expected);
    });
  check("agent(|", ["agent", 0]);
  check("await agent(|)", ["agent", 0]);
  check('agent("x|', ["agent", 0]);
  check('agent("x", |', ["agent", 1]);
  check('agent("a, b", { label: "c", |', ["agent", 1]);
  check("agent(`a ${[1, 2].join(', ')}`, |)", ["agent", 1]);
  check('agent("x", { tools: ["a", |', ["agent", 1]);
  check("pipeline(args, (x) => x, (x) => |x, (y) => y)", ["pipeline", 1]);
  check("pipeline(args, (x) => { | })", undefined);
  check('parallel([() => agent("x"), () => agent(|)])', ["agent", 0]);
  check('parallel([() => agent("x"), |])', ["parallel", 0]);
  check('sh("ls", |)', ["sh", 1]);
  check("other(|)", undefined);
  check("agent(other(|))", undefined);
  check("x.agent(|)", undefined);
  check("// agent(|", undefined);
  check("const agent = 1; agent(|)", undefined);
  check("agent()|", undefined);
  check("args(|)", undefined);

  it("names each parameter as the whole signature does", () => {
    for (const one of globals)
      for (const { label } of one.parameters ?? []) assert.ok(signatureOf(one).includes(label), label);
  });
});

describe("the table of the language", () => {
  const own = (name: string) => !["console", "setTimeout", "clearTimeout", "URL"].includes(name);

  it("has the globals that scripts have", () =>
    assert.deepEqual(
      globals.map(({ name }) => name).toSorted(),
      [...hostCalls, ...language].filter(own).toSorted(),
    ));
  it("has the options that agent() knows", () =>
    assert.deepEqual(
      fields.agent.map(({ name }) => name),
      agentOptions,
    ));
  it("has the agent types that there are", () =>
    assert.deepEqual(
      fields.agent.find(({ name }) => name === "agentType")?.values?.map(({ name }) => name),
      archetypes.map(({ name }) => name),
    ));
  it("has the tools that there are, but the way to seldom-used ones", () => {
    const values = fields.agent.find(({ name }) => name === "tools")?.values ?? [];
    const names = values.map(({ name }) => name);
    assert.deepEqual(
      names.filter((name) => findTool(name) === undefined),
      [],
    );
    const headers = toolHeaders().map(({ name }) => name);
    assert.deepEqual(
      headers.filter((name) => !names.includes(name)),
      [gatewayName],
    );
  });

  const declarations = readFileSync(
    new URL("../../../workflows/boocode-workflow.d.ts", import.meta.url),
    "utf8",
  );
  const all = (text: string, pattern: RegExp) => [...text.matchAll(pattern)].map(([, found = ""]) => found);
  const partOf = (name: string) =>
    new RegExp(`interface ${name} \\{([\\s\\S]*?)\\n {2}\\}`).exec(declarations)?.[1] ?? "";
  it("has the globals of the shipped declarations", () => {
    const declared = new Set(all(declarations, /^declare (?:function|const) (\w+)/gm));
    const names = globals.map(({ name }) => name);
    assert.deepEqual(names.toSorted(), [...declared].filter(own).toSorted());
  });
  it("has the options of the shipped declarations", () => {
    const options = fields.agent.map(({ name }) => name);
    assert.deepEqual(options, all(partOf("AgentOptions"), /readonly (\w+)\?:/g));
  });
  it("has the limits and the budget of the shipped declarations", () => {
    const limits = fields["agent-budget"].map(({ name }) => name);
    assert.deepEqual(limits, all(partOf("SpendLimit"), /readonly (\w+)\?:/g));
    const budget = globals.find(({ name }) => name === "budget")?.members ?? [];
    assert.deepEqual(
      budget.map(({ name }) => name),
      all(partOf("Budget"), /^ +(?:readonly )?(\w+)(?:\(|:)/gm),
    );
  });
  it("has the values of the shipped declarations", () => {
    const values = (option: string) =>
      fields.agent.find(({ name }) => name === option)?.values?.map(({ name }) => name);
    const declared = (option: string) =>
      all(new RegExp(`${option}\\?:([^;]*);`).exec(partOf("AgentOptions"))?.[1] ?? "", /"([^"]+)"/g);
    for (const option of ["effort", "agentType", "isolation"])
      assert.deepEqual(values(option), declared(option), option);
  });
});

describe("snippets of workflow scripts", () => {
  it("a whole workflow has nothing wrong with it", () =>
    assert.deepEqual(parseScript(expandSnippet(skeleton.body)).diagnostics, []));
  for (const { label, body } of scriptSnippets)
    it(`${label} has nothing wrong with it`, () => {
      const text = `${meta}const items = args;\n${expandSnippet(body)}`;
      assert.deepEqual(parseScript(text).diagnostics, []);
    });
  it("keeps dollar signs that are the script's own", () =>
    assert.equal(expandSnippet("`\\${${1:x}} \\${y}` $0"), "`${x} ${y}` "));
});

describe("a new workflow", () => {
  it("has nothing wrong with it, and its description to begin with", () => {
    const { text, start, end } = newScript("review-changes");
    const { diagnostics, meta: found } = parseScript(text);
    assert.deepEqual(diagnostics, []);
    assert.deepEqual([found?.name, found?.description], ["review-changes", text.slice(start, end)]);
    assert.ok(!text.includes("NAME"));
  });

  const names = (name: string, expected: RegExp | undefined): unknown =>
    it(`${JSON.stringify(name)} is ${expected === undefined ? "taken" : "refused"}`, () => {
      const problem = nameProblem(name);
      if (expected === undefined) assert.equal(problem, undefined);
      else assert.match(problem ?? "", expected);
    });
  names("review-changes", undefined);
  names(" review_2 ", undefined);
  names("9lives", undefined);
  names("", /needs a name/);
  names("  ", /needs a name/);
  names("a b", /letters, digits/);
  names("a/b", /letters, digits/);
  names("../x", /begins with/);
  names("-x", /begins with/);
  names("x.js", /Without \.js/);
  names("prüfen", /letters, digits/);
  names("nul", /Windows/);
  names("x".repeat(61), /at most 60/);
});
