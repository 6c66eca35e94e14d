import assert from "node:assert/strict";
import { join } from "node:path";
import type { Frame } from "playwright-core";
import { reloadWindow, runCommand, webviewFrame } from "../support/browser.ts";
import { useChat } from "../support/e2e-window.ts";
import { raiseView } from "../support/e2e-sessions.ts";
import { screenshotFolder } from "../support/e2e-editor.ts";
import { hold } from "../support/model-server/gate.ts";
import { reply } from "../support/model-server/reply.ts";

describe("the trace in the editor", () => {
  const its = useChat("shared window, one session");
  let trace: Frame;
  const rows = () => trace.getByTestId("trace-row");
  const shot = (name: string) =>
    its.window.page.screenshot({ path: join(screenshotFolder, `trace-${name}.png`) });

  after("leave the chat its room", async () => {
    if ((await pane().getAttribute("aria-expanded")) === "true") await pane().click();
  });
  const pane = () => its.window.page.locator(".part.sidebar .pane-header").filter({ hasText: "Trace" });

  it("opens beside the work, with every call of the session", async () => {
    its.model.use([
      reply.rateLimited(0),
      reply.thinking("Both, I think.").calls([
        ["read_file", { path: "package.json" }],
        ["list_files", {}],
      ]),
      reply.text("A table of tides."),
    ]);
    await its.chat.ask("What is this?");
    await runCommand(its.window.page, "BooCode: Open Trace");
    trace = await webviewFrame(its.window.page, "[data-testid=trace-row]");
    await rows().filter({ hasText: "What is this?" }).first().waitFor();
    await rows().filter({ hasText: "package.json" }).waitFor();
    await its.window.page.getByRole("tab", { name: /Trace: What is this/ }).waitFor();
    await shot("panel");
  });

  it("shows what runs while it runs", async () => {
    const gate = hold();
    its.model.use([reply.text("Slowly ").hold(gate).text("said.")]);
    await its.chat.send("And slowly?");
    await gate.reached;
    await rows().filter({ hasText: "And slowly?" }).waitFor();
    gate.release();
    await its.chat.text("said.").waitFor();
  });

  it("shows a call's request and goes back to its place in the chat", async () => {
    await rows().filter({ hasText: "package.json" }).click();
    const detail = trace.getByTestId("trace-detail");
    await detail.getByText("tide-table").first().waitFor();
    assert.ok(await detail.isVisible());
    await shot("detail");
  });

  it("is reached from a turn's cached share, and from a call's row in the chat", async () => {
    const { chat } = its;
    const chosen = () => trace.locator("[data-testid=trace-row][aria-selected=true]");
    await chat.conversation.getByTestId("cache-badge").last().click();
    await chosen().filter({ hasText: "And slowly?" }).waitFor();
    await chat.button(/^Explored 1 file/).click();
    const call = chat.calls.filter({ hasText: "Read package.json" });
    await call.getByRole("button", { name: /^Read package\.json/ }).click();
    await call.getByRole("button", { name: "Show in trace" }).click();
    await chosen().filter({ hasText: "package.json" }).waitFor();
  });

  it("is there again after a reload of the window", async () => {
    const { page } = its.window;
    await reloadWindow(page);
    trace = await webviewFrame(page, "[data-testid=trace-row]");
    await rows().filter({ hasText: "And slowly?" }).waitFor();
    await its.chat.ready();
  });

  it("stands below the chat as well, for the session that the chat shows", async () => {
    const { page } = its.window;
    await pane().click();
    await raiseView(page, "Sessions");
    const side = await webviewFrame(page, "[data-testid=trace-row]", (frame) => frame !== trace);
    await side.getByTestId("trace-row").filter({ hasText: "And slowly?" }).waitFor();
    await runCommand(page, "BooCode: New Session");
    await side.getByRole("heading", { name: "Nothing traced yet" }).waitFor();
    assert.ok((await rows().count()) > 0, "the panel stays where it is");
  });
});
