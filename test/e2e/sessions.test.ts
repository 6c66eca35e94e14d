import assert from "node:assert/strict";
import { quickInput, until } from "../support/e2e-chat.ts";
import { useChat } from "../support/e2e-window.ts";
import { hold } from "../support/model-server/gate.ts";
import { reply } from "../support/model-server/reply.ts";
import { assertPrefixes } from "../support/prefix.ts";

describe("sessions", () => {
  const its = useChat("shared window, one session");

  it("opens an earlier session from the list and goes on in it", async () => {
    its.model.use([reply.text("Low at six."), reply.text("High at noon."), reply.text("As I said, at six.")]);
    await its.chat.ask("When is it low?");
    await its.chat.begin();
    await its.chat.ask("When is it high?");
    await its.chat.button("Sessions").click();
    const items = its.chat.frame.getByTestId("session-item");
    await until(
      async () => (await items.locator(".session-title").allInnerTexts()).slice(0, 2).join(" "),
      (titles) => titles === "When is it high? When is it low?",
    );
    await items.filter({ hasText: "When is it low?" }).first().click();
    await its.chat.text("Low at six.").waitFor();
    await its.chat.ask("When exactly?");
    await its.chat.text("As I said, at six.").waitFor();
    assert.match(its.model.requests.at(-1)?.text ?? "", /Low at six/);
    assert.doesNotMatch(its.model.requests.at(-1)?.text ?? "", /noon/);
  });

  it("switches the model by the editor's own list", async () => {
    const { page } = its.window;
    const pick = async (from: string, to: string) => {
      await its.chat.button(`Model: ${from}`).click();
      await quickInput(page).row(to).click();
      await its.chat.button(`Model: ${to}`).waitFor();
    };
    await its.chat.begin();
    await pick("deepseek-flash", "deepseek-v4-pro");
    its.model.use([reply.text("I am the larger one.")]);
    await its.chat.ask("Who are you?");
    assert.equal(its.model.requests.at(-1)?.json?.model, "deepseek-v4-pro");
    await pick("deepseek-v4-pro", "deepseek-flash");
  });

  it("keeps a draft while the view is hidden", async () => {
    const { page } = its.window;
    await its.chat.composer.fill("Half a thought");
    await page
      .getByRole("tab", { name: /Explorer/ })
      .first()
      .click({ delay: 80 });
    await its.chat.composer.waitFor({ state: "detached" });
    await page.getByRole("tab", { name: "BooCode" }).first().click();
    await until(
      () => its.chat.composer.inputValue(),
      (text) => text === "Half a thought",
    );
    await its.chat.composer.fill("");
  });

  it("keeps what was written a moment before the browser is reloaded", async () => {
    await its.chat.begin();
    for (const text of ["Half a", "Half a thought"]) {
      await its.chat.composer.fill(text);
      await reload();
      await until(
        () => its.chat.composer.inputValue(),
        (now) => now === text,
      );
    }
    await its.chat.composer.fill("");
  });

  it("shows a session that a reload cut off, and goes on in it", async () => {
    const gate = hold();
    its.model.use([
      reply.toolCall("read_file", { path: "package.json" }),
      reply.text("The first part, ").hold(gate).text("never sent"),
    ]);
    await its.chat.begin();
    await its.chat.send("Tell me in two parts");
    await its.chat.text("The first part,").waitFor();
    await reload();
    await its.chat.text("The first part,").waitFor();
    await its.chat.calls.filter({ hasText: "Read package.json" }).click();
    await its.chat.text(/"name": "tide-table"/).waitFor();
    await its.chat.text(/Interrupted/).waitFor();
    its.model.use([reply.text("The second part.")]);
    await its.chat.button("Continue").click();
    await its.chat.text("The second part.").waitFor();
    assert.equal(await its.chat.text("Tell me in two parts").count(), 1);
  });

  it("goes on with a long session that a reload cut off, with the prefix intact", async () => {
    const turns = 40;
    const first = its.model.requests.length;
    const gate = hold();
    await its.chat.begin();
    its.model.use([
      ...Array.from({ length: turns }, (_, at) => [
        reply.thinking(`Thought ${at + 1}.`).toolCall("read_file", { path: "src/tides.ts" }),
        reply.text(`Answer ${at + 1} about the tides.`),
      ]).flat(),
      reply.text("The last part, ").hold(gate).text("never sent"),
    ]);
    for (let turn = 1; turn <= turns; turn++) {
      await its.chat.send(`Question ${turn}`);
      await its.chat.text(`Answer ${turn} about the tides.`).waitFor();
      await its.chat.stop.waitFor({ state: "detached" });
    }
    await its.chat.send("And at last?");
    await its.chat.text("The last part,").waitFor();
    await reload();
    await its.chat.text("The last part,").waitFor();
    await its.chat.text(/Interrupted/).waitFor();
    its.model.use([reply.text("Here it is.")]);
    await its.chat.button("Continue").click();
    await its.chat.text("Here it is.").waitFor();
    assertPrefixes(its.model.requests.slice(first).map(({ body }) => body));
    // What is before the window's turns is read when somebody scrolls there.
    const question = its.chat.conversation.getByText("Question 1", { exact: true });
    await until(
      async () => {
        await its.chat.frame.locator(".row-list").press("Home");
        return question.count();
      },
      (count) => count > 0,
      30_000,
    );
  });

  async function reload(): Promise<void> {
    const { page } = its.window;
    await page.reload();
    await page.locator(".monaco-workbench .part.statusbar").waitFor();
    await its.chat.ready();
  }
});
