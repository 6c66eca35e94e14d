import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Frame } from "playwright-core";
import { openFile, reloadWindow, runCommand, webviewFrame } from "../support/browser.ts";
import { screenshotFolder } from "../support/e2e-editor.ts";
import { useChat } from "../support/e2e-window.ts";
import { turnState } from "../support/model-server/flow.ts";
import { hold } from "../support/model-server/gate.ts";
import { reply } from "../support/model-server/reply.ts";

const script = (last: string): string => `export const meta = {
  name: "tides",
  title: "Look at the tides",
  description: "Looks at the tides from several sides.",
  phases: [{ title: "Look", detail: "Three agents look" }, { title: "Judge" }],
};
const seen = await parallel(["north", "south", "west"].map((side) => () => agent("Look " + side, { phase: "Look", label: side })));
phase("Judge");
const verdict = await agent("Judge ${last}: " + seen.join(), {
  label: "judge",
  schema: { type: "object", properties: { ok: { type: "boolean" } }, required: ["ok"] },
});
return { report: "# Tides\\n\\nAll " + seen.length + " sides: \`package.json\`, ok: " + verdict.ok };
`;

describe("workflow runs in the editor", function () {
  const files = { ".boocode/workflows/tides.js": script("slowly") };
  const its = useChat("own window", { width: 1400, height: 900, files });
  let panel: Frame;
  const shot = (name: string) =>
    its.window.page.screenshot({ path: join(screenshotFolder, `runs-${name}.png`) });
  const agents = () => panel.getByTestId("run-agent");

  const reload = async () => {
    await reloadWindow(its.window.page);
  };

  it("begin from the lens of a script, with a preview that costs nothing", async () => {
    const { page } = its.window;
    const before = its.model.requests.length;
    await openFile(page, "tides.js");
    await page.locator(".codelens-decoration a", { hasText: "Run" }).first().click();
    panel = await webviewFrame(page, "[data-testid=run-preview]");
    await panel.getByRole("heading", { name: "Look at the tides" }).waitFor();
    await panel.getByText("4 agents").waitFor();
    await panel.getByText("Three agents look").waitFor();
    assert.equal(its.model.requests.length, before);
    await shot("preview");
  });

  it("show their agents while they work, and stop", async () => {
    const gate = hold();
    let isHeld = true;
    its.model.use(({ json }) => {
      const { question } = turnState(json ?? { messages: [], model: "" });
      if (/Judge slowly/.test(question) && isHeld) return reply.holdHeaders(gate).text("late");
      if (/Judge/.test(question)) return reply.toolCall("final_answer", { result: { ok: true } });
      return reply.text(`${/Look (\w+)/.exec(question)?.[1]} is calm`);
    });
    await panel.getByLabel("Budget in tokens").fill("2M");
    await panel.getByTestId("run-start").click();
    await panel.getByTestId("run-view").waitFor();
    await gate.reached;
    await agents().filter({ hasText: "judge" }).waitFor();
    assert.equal(await agents().count(), 4);
    await panel.getByTestId("run-budget").getByText("of 2M tokens").waitFor();
    await its.window.page.locator(".statusbar-item", { hasText: "tides 3/4" }).waitFor();
    await shot("live");
    await panel.getByTestId("run-stop").click();
    await panel.locator("[data-status=stopped]").waitFor();
    isHeld = false;
    gate.release();
  });

  it("go on with the edited script, for the price of what changed", async () => {
    const before = its.model.requests.length;
    await writeFile(join(its.window.folder, ".boocode/workflows/tides.js"), script("quickly"));
    await panel.getByRole("button", { name: "Resume with the edited script" }).click();
    await panel.locator("[data-testid=run-view][data-status=done]").waitFor();
    const result = panel.getByTestId("run-result");
    await result.getByRole("heading", { name: "Tides" }).waitFor();
    assert.equal(await panel.locator("[data-testid=run-agent][data-cached=true]").count(), 3);
    assert.equal(its.model.requests.length, before + 1);
    await shot("result");
  });

  it("open an agent's transcript in the chat", async () => {
    await agents().filter({ hasText: "judge" }).hover();
    await agents().filter({ hasText: "judge" }).getByRole("button", { name: "Open transcript" }).click();
    await its.chat.conversation.getByText(/Judge quickly/).waitFor();
    // It takes the focus, and with it whatever palette would be open by then.
    await its.chat.frame.locator("[data-testid=composer]:focus").waitFor();
  });

  it("tell the line of a script that fails, and lead there", async () => {
    const { page, folder } = its.window;
    await writeFile(
      join(folder, ".boocode/workflows/broken.js"),
      'export const meta = { name: "broken", description: "d" };\nawait agent("Look east");\nthrow new Error("no luck");\n',
    );
    await runCommand(page, "BooCode: Show Workflow Runs");
    panel = await webviewFrame(page, ".run-entries");
    await panel.getByTestId("workflow-entry").filter({ hasText: "broken" }).click();
    await panel.getByTestId("run-start").click();
    await panel.getByTestId("run-error").getByText("no luck").waitFor();
    await shot("error");
    await panel.getByRole("button", { name: "Line 3" }).click();
    await page.getByRole("tab", { name: "broken.js" }).waitFor();
  });

  it("review the project's changes by the workflow that is built in", async () => {
    const { page, folder } = its.window;
    await writeFile(join(folder, "src/leak.ts"), "export const open = () => {};\n");
    const finding = {
      ...{ file: "src/leak.ts", line: 1, severity: "major", title: "It opens nothing" },
      ...{ evidence: "open() is empty", suggestion: "Open something", verdict: "confirmed" },
    };
    its.model.use(({ json }) => {
      const { question } = turnState(json ?? { messages: [], model: "" });
      const [, text = "{}"] = /JSON Schema:\n(.*)$/s.exec(question) ?? [];
      return reply.toolCall("final_answer", { result: answerOf(JSON.parse(text), finding) });
    });
    await its.chat.begin();
    await its.chat.composer.fill("/review");
    await its.chat.frame.getByTestId("slash-list").getByText("/review-code").waitFor();
    await shot("slash");
    await its.chat.composer.press("Tab");
    await its.chat.composer.press("Enter");
    panel = await webviewFrame(page, "[data-testid=run-preview]");
    await panel.getByRole("heading", { name: "Review code" }).waitFor();
    await panel.getByTestId("run-start").click();
    await panel.locator("[data-testid=run-view]:is([data-status=done], [data-status=incomplete])").waitFor();
    await panel.getByTestId("run-result").getByText("It opens nothing").first().waitFor();
    await shot("review");
  });

  it("are there after a reload of the window, and in the list", async () => {
    const { page } = its.window;
    await runCommand(page, "BooCode: Show Workflow Runs");
    panel = await webviewFrame(page, ".run-entries");
    await panel.getByTestId("run-entry").filter({ hasText: "tides" }).waitFor();
    await shot("list");
    await reload();
    panel = await webviewFrame(page, ".run-entries");
    await panel.getByTestId("run-entry").filter({ hasText: "tides" }).click();
    await panel.locator("[data-testid=run-view][data-status=done]").waitFor();
  });

  it("have a trace of all attempts, phases, agents and calls", async () => {
    await panel.getByTestId("run-trace").click();
    const trace = await webviewFrame(its.window.page, "main.trace");
    const row = (text: string) => trace.getByTestId("trace-row").filter({ hasText: text });
    await row("Attempt 2").waitFor();
    await trace.getByRole("button", { name: "Expand all" }).click();
    await row("judge").last().click();
    await trace.getByTestId("trace-detail").getByText("invoke_agent judge").waitFor();
    await shot("trace");
    await trace.getByRole("button", { name: "Show in chat" }).click();
    await its.chat.conversation.getByText(/Judge quickly/).waitFor();
  });

  it("have one panel, also when nobody looked at it since the window was reloaded", async () => {
    const { page } = its.window;
    await page.getByRole("tab", { name: "tides.js" }).click();
    await reload();
    await page.getByRole("tab", { name: "tides.js", selected: true }).waitFor();
    const tabs = page.getByRole("tab", { name: "Workflow Runs" });
    await tabs.first().waitFor(); // groups of editors are restored one after the other
    assert.equal(await tabs.count(), 1);
    await runCommand(page, "BooCode: Show Workflow Runs");
    await webviewFrame(page, ".run-entries");
    await tabs.and(page.locator("[aria-selected=true]")).waitFor();
    assert.equal(await tabs.count(), 1);
  });
});

type Schema = Readonly<Record<string, unknown>> & {
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
  readonly enum?: readonly unknown[];
};

/** An answer that fits a schema, with the finding's words where it asks for them. */
function answerOf(schema: Schema, finding: Readonly<Record<string, unknown>>, name = ""): unknown {
  const known = finding[name];
  if (schema.enum !== undefined) return schema.enum.includes(known) ? known : schema.enum[0];
  if (schema.properties !== undefined)
    return Object.fromEntries(
      Object.entries(schema.properties).map(([key, part]) => [key, answerOf(part, finding, key)]),
    );
  if (schema.items !== undefined) return [answerOf(schema.items, finding, name)];
  if (known !== undefined) return known;
  return { boolean: false, integer: 1, number: 1 }[String(schema["type"])] ?? "said";
}
