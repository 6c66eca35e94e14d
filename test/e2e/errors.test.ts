import assert from "node:assert/strict";
import { runCommand } from "../support/browser.ts";
import { quickInput } from "../support/e2e-chat.ts";
import { environmentKey } from "../support/e2e-editor.ts";
import { useChat } from "../support/e2e-window.ts";
import { reply } from "../support/model-server/reply.ts";

describe("what goes wrong with a model", () => {
  const its = useChat("shared window");

  it("counts down to the next try when the server asks to slow down", async () => {
    its.model.use([reply.rateLimited(2), reply.text("Now I can.")]);
    await its.chat.send("Hurry");
    await its.chat.text(/asks to slow down \(429\)\. Trying again in [12] s/).waitFor();
    await its.chat.text("Now I can.").waitFor();
  });

  it("begins an answer again that was cut, without saying anything twice", async () => {
    its.model.use([reply.text("It begins").cut(), reply.text("It begins well and ends.")]);
    await its.chat.ask("Tell me");
    await its.chat.text("It begins well and ends.").waitFor();
    assert.equal(await its.chat.frame.locator(".prose").count(), 1);
  });

  it("says that the balance is spent, and tries again on a click", async () => {
    its.model.use([reply.noBalance()]);
    await its.chat.ask("Spend");
    await its.chat.text(/account has no balance left \(402\)/).waitFor();
    its.model.use([reply.text("Paid.")]);
    await its.chat.button("Try again").click();
    await its.chat.text("Paid.").waitFor();
  });

  it("says what a server said that answers with a page", async () => {
    its.model.use([reply.response(404, "<html><body><h1>Not here</h1></body></html>")]);
    await its.chat.ask("Where are you?");
    await its.chat.text(/does not know this model or address \(404\).*Not here/).waitFor();
    await its.chat.button("Switch model").waitFor();
  });

  it("asks for another key when the server refuses it, in the editor's own input, and uses it", async () => {
    const { page } = its.window;
    const first = its.model.requests.length;
    its.model.use([reply.unauthorized()]);
    await its.chat.ask("Open up");
    assert.equal(its.model.requests[first]?.headers.authorization, `Bearer ${environmentKey}`);
    await its.chat.text(/refused the API key \(401\)/).waitFor();
    await its.chat.button("Set API key").click();
    const { box } = quickInput(page);
    await box.waitFor();
    assert.equal(await box.getAttribute("type"), "password");
    await box.fill("sk-typed-by-hand-9876543210");
    await box.press("Enter");
    await page
      .getByText(/The key for http:\/\/127\.0\.0\.1:\d+ is kept/)
      .first()
      .waitFor();
    its.model.use([reply.text("Come in.")]);
    await its.chat.button("Try again").click();
    await its.chat.text("Come in.").waitFor();
    assert.equal(its.model.requests.at(-1)?.headers.authorization, "Bearer sk-typed-by-hand-9876543210");
  });

  it("goes back to the environment's key when the one that was entered is removed", async () => {
    const { page } = its.window;
    await runCommand(page, "BooCode: Set API Key");
    await page.getByText(/Leave it empty to remove the key/).waitFor();
    await page.keyboard.press("Enter");
    await page.getByRole("button", { name: "Remove", exact: true }).click();
    await page
      .getByText(/The key for http:\/\/127\.0\.0\.1:\d+ was removed/)
      .first()
      .waitFor();
    its.model.use([reply.text("As before.")]);
    await its.chat.ask("And now?");
    assert.equal(its.model.requests.at(-1)?.headers.authorization, `Bearer ${environmentKey}`);
  });

  it("goes on in a new session with a summary when the context is full", async () => {
    its.model.use([reply.text("The harbour is Dover.")]);
    await its.chat.ask("Which harbour?");
    its.model.use([reply.contextLength(), reply.text("We spoke of the harbour of Dover.")]);
    await its.chat.ask("And its tides?");
    await its.chat.text(/no longer fits into the model's context/).waitFor();
    await its.chat.button("New session with summary").click();
    await its.chat.button("Begins with a summary of an earlier session").click();
    await its.chat.text("We spoke of the harbour of Dover.").waitFor();
    its.model.use([reply.text("High at noon.")]);
    await its.chat.ask("Its tides?");
    await its.chat.text("High at noon.").waitFor();
    assert.match(its.model.requests.at(-1)?.text ?? "", /We spoke of the harbour of Dover/);
    assert.doesNotMatch(its.model.requests.at(-1)?.text ?? "", /Which harbour/);
  });
});
