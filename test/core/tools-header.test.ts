import assert from "node:assert/strict";
import { systemText } from "#core/agent/prompt.ts";
import { tools } from "#core/tools/index.ts";
import { findTool, toolHeaders } from "#core/tools/registry.ts";
import { countTokens } from "../support/tokens.ts";
import { fakePorts, runTool } from "../support/fake-ports.ts";

describe("the header's tools", () => {
  const wire = JSON.stringify(toolHeaders().map((tool) => ({ type: "function", function: tool })));

  it("cost at most 670 tokens, and 1,030 with the system text", function () {
    this.timeout(20_000);
    const toolTokens = countTokens(wire);
    assert.ok(toolTokens <= 670, `${toolTokens} tokens`);
    const total = toolTokens + countTokens(systemText);
    assert.ok(total <= 1_030, `${total} tokens with the system text`);
  });

  it("are sorted and the same every time", () => {
    const names = toolHeaders().map((tool) => tool.name);
    assert.deepEqual(names, [
      "edit_file",
      "get_diagnostics",
      "list_files",
      "more",
      "read_file",
      "run_shell",
      "search",
      "write_file",
    ]);
    assert.equal(JSON.stringify(toolHeaders()), JSON.stringify(toolHeaders()));
  });

  it("have schemas without noise", () => {
    assert.doesNotMatch(wire, /\$schema|additionalProperties|imum|rare|column/);
    assert.deepEqual(toolHeaders().find((tool) => tool.name === "read_file")?.parameters, {
      type: "object",
      properties: {
        path: { type: "string" },
        offset: { type: "integer" },
        limit: { type: "integer" },
        ignored: { type: "boolean" },
      },
      required: ["path"],
    });
  });

  it("are found by name, also behind the gateway", () => {
    assert.equal(findTool("read_file")?.name, "read_file");
    assert.equal(findTool("get_diagnostics_summary")?.name, "get_diagnostics_summary");
    assert.equal(findTool("zebra"), undefined);
  });

  it("write only where they say so", () => {
    const writing = tools.filter((tool) => !tool.isReadOnly).map((tool) => tool.name);
    assert.deepEqual(writing, ["edit_file", "more", "run_shell", "write_file"]);
  });
});

describe("what results cost", () => {
  const text = "export const answer = (question: string): number => question.length * 42;\n".repeat(14);
  const ports = () => fakePorts({ files: { "a.ts": text } });

  it("a read of 1 KB: at most 3 % more tokens than its text, in parts too", async function () {
    this.timeout(20_000);
    const whole = await runTool(ports(), "read_file", { path: "a.ts" });
    assert.equal(whole.output, text);
    const part = await runTool(ports(), "read_file", { path: "a.ts", limit: 13 });
    const cost = countTokens(part.output) / countTokens(text.split("\n").slice(0, 13).join("\n"));
    assert.ok(cost <= 1.03, `${cost}`);
  });

  it("an edit's acknowledgement: at most 20 tokens", async function () {
    this.timeout(20_000);
    const dirty = ports();
    dirty.workspace.dirty.set("/project/a.ts", text);
    const edited = await runTool(dirty, "edit_file", { path: "a.ts", old: "42", new: "43", all: true });
    const created = await runTool(ports(), "write_file", { path: "b.ts", content: text });
    assert.deepEqual([edited.output, created.output], ["ok +14 −14, unsaved", "ok +14 −0, created"]);
    for (const { output } of [edited, created]) assert.ok(countTokens(output) <= 20, output);
  });
});

describe("titles of tools", () => {
  const check = (name: string, input: object, expected: string) =>
    it(expected, () => {
      const title = findTool(name)?.title(input);
      assert.equal([title?.verb, title?.object, title?.detail].filter(Boolean).join(" · "), expected);
    });
  check("read_file", { path: "a.ts" }, "Read · a.ts");
  check("read_file", { path: "a.ts", offset: 5, limit: 10 }, "Read · a.ts · 5–14");
  check("read_file", { path: "a.ts", offset: 5 }, "Read · a.ts · from 5");
  check("write_file", { path: "a.ts", content: "a\nb\n" }, "Write · a.ts · 2 lines");
  check("edit_file", { path: "a.ts", old: "a", new: "b" }, "Edit · a.ts");
  check("list_files", {}, "List · files");
  check("list_files", { glob: "*.ts", path: "src" }, "List · *.ts · in src");
  check("search", { pattern: "foo", path: "src" }, "Search · foo · in src");
  check("get_diagnostics", {}, "Check · problems");
  check("more", { name: "help" }, "Look up · help");
  check("more", { name: "get_diagnostics_summary", input: {} }, "Count · problems");

  it("refuse wrong input", () => assert.throws(() => findTool("read_file")?.title({}), { name: "ZodError" }));
});
