import assert from "node:assert/strict";
import { Chat, quickInput, until } from "../support/e2e-chat.ts";
import { editorWithModel, openWindow, sharedModel, type Window } from "../support/e2e-editor.ts";
import type { ModelServer } from "../support/model-server.ts";
import { hold } from "../support/model-server/gate.ts";
import { reply } from "../support/model-server/reply.ts";

describe("sessions", () => {
  let window: Window;
  let chat: Chat;
  let model: ModelServer;
  before(async () => {
    model = await sharedModel();
    window = await openWindow(await editorWithModel());
    chat = await Chat.open(window.page);
  });
  afterEach(() => assert.deepEqual(model.problems, []));
  after(() => window?.close());

  it("opens an earlier session from the list and goes on in it", async () => {
    model.use([reply.text("Low at six."), reply.text("High at noon."), reply.text("As I said, at six.")]);
    await chat.ask("When is it low?");
    await chat.begin();
    await chat.ask("When is it high?");
    await chat.button("Sessions").click();
    const items = chat.frame.getByTestId("session-item");
    await items.nth(1).waitFor();
    assert.deepEqual(await items.locator(".session-title").allInnerTexts(), [
      "When is it high?",
      "When is it low?",
    ]);
    await items.nth(1).click();
    await chat.text("Low at six.").waitFor();
    await chat.ask("When exactly?");
    await chat.text("As I said, at six.").waitFor();
    assert.match(model.requests.at(-1)?.text ?? "", /Low at six/);
    assert.doesNotMatch(model.requests.at(-1)?.text ?? "", /noon/);
  });

  it("switches the model by the editor's own list", async () => {
    const { page } = window;
    const pick = async (from: string, to: string) => {
      await chat.button(`Model: ${from}`).click();
      await quickInput(page).row(to).click();
      await chat.button(`Model: ${to}`).waitFor();
    };
    await chat.begin();
    await pick("deepseek-flash", "deepseek-v4-pro");
    model.use([reply.text("I am the larger one.")]);
    await chat.ask("Who are you?");
    assert.equal(model.requests.at(-1)?.json?.model, "deepseek-v4-pro");
    await pick("deepseek-v4-pro", "deepseek-flash");
  });

  it("keeps a draft while the view is hidden", async () => {
    const { page } = window;
    await chat.composer.fill("Half a thought");
    await page
      .getByRole("tab", { name: /Explorer/ })
      .first()
      .click({ delay: 80 });
    await chat.composer.waitFor({ state: "detached" });
    await page.getByRole("tab", { name: "BooCode" }).first().click();
    await until(
      () => chat.composer.inputValue(),
      (text) => text === "Half a thought",
    );
    await chat.composer.fill("");
  });

  it("shows a session that a reload cut off, and goes on in it", async () => {
    const gate = hold();
    model.use([
      reply.toolCall("read_file", { path: "package.json" }),
      reply.text("The first part, ").hold(gate).text("never sent"),
    ]);
    await chat.begin();
    await chat.send("Tell me in two parts");
    await chat.text("The first part,").waitFor();
    await reload();
    await chat.text("The first part,").waitFor();
    await chat.calls.filter({ hasText: "Read package.json" }).waitFor();
    await chat.text(/Interrupted/).waitFor();
    model.use([reply.text("The second part.")]);
    await chat.button("Continue").click();
    await chat.text("The second part.").waitFor();
    assert.equal(await chat.text("Tell me in two parts").count(), 1);
  });

  async function reload(): Promise<void> {
    const { page } = window;
    await page.reload();
    await page.locator(".monaco-workbench .part.statusbar").waitFor();
    await chat.ready();
  }
});
