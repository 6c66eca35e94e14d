import assert from "node:assert/strict";
import { toolHeaders } from "#core/tools/registry.ts";
import { findWorkflow, listWorkflows } from "#core/workflow/catalog.ts";
import { readScript, ScriptError } from "#core/workflow/programs.ts";

const script = (name: string): string => `export const meta = { name: "${name}", description: "d" };`;
const files = (texts: Readonly<Record<string, string>>) => ({
  all: () => Promise.resolve(Object.entries(texts).map(([file, text]) => ({ file, text }))),
  read: () => Promise.resolve(undefined),
});

describe("the catalog of workflows", () => {
  const both = files({
    "project/a.js": script("one"),
    "home/b.js": script("one"),
    "built/c.js": script("two"),
    "built/bad.js": "oops(",
  });
  it("knows scripts by meta.name, not by their files' names", async () => {
    assert.equal((await findWorkflow(both, "two")).file, "built/c.js");
    await assert.rejects(findWorkflow(both, "c"), {
      code: "unknown-workflow",
      message: 'There is no workflow "c". There are: one, two.',
    });
  });
  it("knows an alias of a built-in script, unless a script has that name", async () => {
    const builtIn = { "built/bad.js": "oops(", "built/review.js": script("review-code") };
    assert.equal((await findWorkflow(files(builtIn), "multi-review")).file, "built/review.js");
    const own = files({ "project/own.js": script("multi-review"), ...builtIn });
    assert.equal((await findWorkflow(own, "multi-review")).file, "project/own.js");
    await assert.rejects(findWorkflow(both, "multi-review"), { code: "unknown-workflow" });
  });
  it("lets those found first shadow the others, and shows it", async () => {
    assert.equal((await findWorkflow(both, "one")).file, "project/a.js");
    const shadowed = (await listWorkflows(both)).filter(({ shadowedBy }) => shadowedBy !== undefined);
    assert.deepEqual(
      shadowed.map(({ source, shadowedBy }) => [source.file, shadowedBy]),
      [["home/b.js", "project/a.js"]],
    );
  });
  it("shows what is wrong with scripts that can not run", async () => {
    const bad = (await listWorkflows(both)).find(({ source }) => source.file === "built/bad.js");
    assert.deepEqual([bad?.meta, bad?.diagnostics[0]?.code], [undefined, "syntax"]);
  });
  it("refuses such a script with every place", () => {
    const text = `${script("x")}\nlgo(1);\nfoo();`;
    assert.throws(
      () => readScript({ file: "x.js", text }),
      (error) => {
        assert.ok(error instanceof ScriptError);
        assert.match(error.message, /^x\.js:2:1: .*\nx\.js:3:1: /);
        return error.diagnostics.length === 2 && error.file === "x.js";
      },
    );
  });
});

describe("the tool of final answers", () => {
  it("has one definition, which no schema changes", () => {
    const [own] = toolHeaders(true).filter(({ name }) => !toolHeaders().some((tool) => tool.name === name));
    assert.equal(own?.name, "final_answer");
    assert.deepEqual(own.parameters, {
      type: "object",
      properties: { result: { description: "The result, as the task's schema asks for." } },
      required: ["result"],
    });
  });
});
