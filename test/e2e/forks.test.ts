import assert from "node:assert/strict";
import { quickInput, until } from "../support/e2e-chat.ts";
import { useChat } from "../support/e2e-window.ts";
import { reply } from "../support/model-server/reply.ts";

describe("branches of a conversation", () => {
  const its = useChat("shared window");
  const message = (text: string) => its.chat.frame.locator(".user").filter({ hasText: text });
  const messages = () => its.chat.frame.locator(".user-text").allInnerTexts();
  const forkLine = () => its.chat.button(/^Fork of /);

  /** Two turns, about low and high water. */
  async function converse(): Promise<void> {
    its.model.use([reply.text("Low at six."), reply.text("High at noon.")]);
    await its.chat.ask("When is it low?");
    await its.chat.ask("When is it high?");
  }

  it("fork from a message, go on apart, and lead back", async () => {
    await converse();
    await message("When is it low?").hover();
    await message("When is it low?").getByTestId("fork").click();
    await forkLine().filter({ hasText: "Fork of When is it low?, turn 1" }).waitFor();
    await until(messages, (shown) => shown.length === 1);
    its.model.use([reply.text("Then at eighteen.")]);
    await its.chat.ask("And then?");
    assert.match(its.model.requests.at(-1)?.text ?? "", /Low at six/);
    assert.doesNotMatch(its.model.requests.at(-1)?.text ?? "", /noon/);
    await forkLine().click();
    await its.chat.text("High at noon.").waitFor();
    assert.deepEqual(await messages(), ["When is it low?", "When is it high?"]);
    await message("When is it low?").getByRole("button", { name: "1 other branch" }).click();
    await message("When is it low?")
      .getByRole("button", { name: /after this turn/ })
      .click();
    await its.chat.text("Then at eighteen.").waitFor();
  });

  it("begin anew from a message that is edited, and keep what was said before", async () => {
    await converse();
    await message("When is it high?").hover();
    await message("When is it high?").getByRole("button", { name: "Edit and resend" }).click();
    const editor = its.chat.frame.getByRole("textbox", { name: "Edited message" });
    its.model.use([reply.text("High at one.")]);
    await editor.fill("When is it high tomorrow?");
    await editor.press("Enter");
    await its.chat.text("High at one.").waitFor();
    assert.deepEqual(await messages(), ["When is it low?", "When is it high tomorrow?"]);
    assert.doesNotMatch(its.model.requests.at(-1)?.text ?? "", /noon/);
    await its.chat.stop.waitFor({ state: "detached" });
    await its.chat.button(/^Edited from When is it low\? ?, turn 2$/).click();
    await its.chat.text("High at noon.").waitFor();
    await message("When is it high?").getByRole("button", { name: "1 other branch" }).waitFor();
  });

  it("cost what is said when the model changes", async () => {
    const { page } = its.window;
    const pick = async (from: string, to: string) => {
      await its.chat.button(`Model: ${from}`).click();
      await quickInput(page).row(to).click();
      await its.chat.button(`Model: ${to}`).waitFor();
    };
    await converse();
    await pick("deepseek-flash", "deepseek-v4-pro");
    const words = its.chat.frame.getByText(
      /^The next message sends [\d.k]+ tokens to the new model uncached, about \$/,
    );
    await words.waitFor();
    await pick("deepseek-v4-pro", "deepseek-flash");
    await words.waitFor({ state: "detached" });
  });
});
