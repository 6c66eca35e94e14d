import assert from "node:assert/strict";
import { Chat, quickInput } from "../support/e2e-chat.ts";
import {
  editorWithModel,
  environmentKey,
  openWindow,
  sharedModel,
  type Window,
} from "../support/e2e-editor.ts";
import type { ModelServer } from "../support/model-server.ts";
import { reply } from "../support/model-server/reply.ts";

describe("what goes wrong with a model", () => {
  let window: Window;
  let chat: Chat;
  let model: ModelServer;
  before(async () => {
    model = await sharedModel();
    window = await openWindow(await editorWithModel());
    chat = await Chat.open(window.page);
  });
  beforeEach(() => chat.begin());
  afterEach(() => assert.deepEqual(model.problems, []));
  after(() => window?.close());

  it("counts down to the next try when the server asks to slow down", async () => {
    model.use([reply.rateLimited(2), reply.text("Now I can.")]);
    await chat.send("Hurry");
    await chat.text(/asks to slow down \(429\)\. Trying again in [12] s/).waitFor();
    await chat.text("Now I can.").waitFor();
  });

  it("begins an answer again that was cut, without saying anything twice", async () => {
    model.use([reply.text("It begins").cut(), reply.text("It begins well and ends.")]);
    await chat.ask("Tell me");
    await chat.text("It begins well and ends.").waitFor();
    assert.equal(await chat.frame.locator(".prose").count(), 1);
  });

  it("says that the balance is spent, and tries again on a click", async () => {
    model.use([reply.noBalance()]);
    await chat.ask("Spend");
    await chat.text(/account has no balance left \(402\)/).waitFor();
    model.use([reply.text("Paid.")]);
    await chat.button("Try again").click();
    await chat.text("Paid.").waitFor();
  });

  it("says what a server said that answers with a page", async () => {
    model.use([reply.response(404, "<html><body><h1>Not here</h1></body></html>")]);
    await chat.ask("Where are you?");
    await chat.text(/does not know this model or address \(404\).*Not here/).waitFor();
    await chat.button("Switch model").waitFor();
  });

  it("asks for another key when the server refuses it, in the editor's own input, and uses it", async () => {
    const { page } = window;
    const first = model.requests.length;
    model.use([reply.unauthorized()]);
    await chat.ask("Open up");
    assert.equal(model.requests[first]?.headers.authorization, `Bearer ${environmentKey}`);
    await chat.text(/refused the API key \(401\)/).waitFor();
    await chat.button("Set API key").click();
    const { box } = quickInput(page);
    await box.waitFor();
    assert.equal(await box.getAttribute("type"), "password");
    await box.fill("sk-typed-by-hand-9876543210");
    await box.press("Enter");
    await page
      .getByText(/The key for http:\/\/127\.0\.0\.1:\d+ is kept/)
      .first()
      .waitFor();
    model.use([reply.text("Come in.")]);
    await chat.button("Try again").click();
    await chat.text("Come in.").waitFor();
    assert.equal(model.requests.at(-1)?.headers.authorization, "Bearer sk-typed-by-hand-9876543210");
  });

  it("goes on in a new session with a summary when the context is full", async () => {
    model.use([reply.text("The harbour is Dover.")]);
    await chat.ask("Which harbour?");
    model.use([reply.contextLength(), reply.text("We spoke of the harbour of Dover.")]);
    await chat.ask("And its tides?");
    await chat.text(/no longer fits into the model's context/).waitFor();
    await chat.button("New session with summary").click();
    await chat.button("Begins with a summary of an earlier session").click();
    await chat.text("We spoke of the harbour of Dover.").waitFor();
    model.use([reply.text("High at noon.")]);
    await chat.ask("Its tides?");
    await chat.text("High at noon.").waitFor();
    assert.match(model.requests.at(-1)?.text ?? "", /We spoke of the harbour of Dover/);
    assert.doesNotMatch(model.requests.at(-1)?.text ?? "", /Which harbour/);
  });
});
