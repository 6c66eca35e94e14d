import assert from "node:assert/strict";
import { Chat } from "../support/e2e-chat.ts";
import { editorWithModel, openWindow, sharedModel, type Window } from "../support/e2e-editor.ts";
import type { ModelServer } from "../support/model-server.ts";
import { hold } from "../support/model-server/gate.ts";
import { reply } from "../support/model-server/reply.ts";

describe("a turn that is interfered with", () => {
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

  /** Stops by the button and goes on talking: the transcript is one that a server accepts. */
  async function stopAndGoOn(): Promise<void> {
    await chat.stop.click();
    await chat.text("Stopped.").waitFor();
    await chat.stop.waitFor({ state: "detached" });
    model.use([reply.text("I am still here.")]);
    await chat.ask("Are you there?");
    await chat.text("I am still here.").waitFor();
  }

  it("stops while the answer streams and keeps what was said", async () => {
    model.use([reply.text("The first half").hold(hold()).text(" and the second")]);
    await chat.send("Tell me both halves");
    await chat.text("The first half").waitFor();
    await stopAndGoOn();
    await chat.text("The first half").waitFor();
  });

  it("stops before the first word", async () => {
    model.use([reply.holdHeaders(hold())]);
    const next = model.requests.length;
    await chat.send("Say nothing");
    await model.waitForRequest(next);
    await stopAndGoOn();
  });

  it("stops while a tool runs", async () => {
    const gate = hold();
    model.use([
      reply.toolCall("edit_file", { path: "src/main.ts", old: "harbours) {", new: "harbours.slice(0)) {" }),
      reply.hold(gate),
    ]);
    await chat.send("Edit");
    // An edit goes on until the editor has looked for errors, which takes a while.
    await chat.calls.filter({ hasText: "Edit src/main.ts" }).waitFor();
    await stopAndGoOn();
  });

  it("goes on after a stop", async () => {
    model.use([reply.text("One, two").hold(hold())]);
    await chat.send("Count to three");
    await chat.text("One, two").waitFor();
    await chat.stop.click();
    model.use([reply.text("Three.")]);
    await chat.button("Continue").click();
    await chat.text("Three.").waitFor();
    await chat.stop.waitFor({ state: "detached" });
  });

  it("queues what is sent meanwhile: shown, changed, taken back, delivered", async () => {
    const gate = hold();
    model.use([reply.text("Working.").hold(gate).toolCall("list_files"), reply.text("With tests, too.")]);
    await chat.send("Build it");
    await chat.text("Working.").waitFor();
    const queue = chat.frame.getByRole("region", { name: "Queued messages" });
    await chat.send("And write tests");
    await queue.getByText("1 queued message").waitFor();
    await chat.send("And publish it");
    await queue.getByText("2 queued messages").waitFor();
    await queue.getByRole("button", { name: "Remove queued message" }).nth(1).click();
    await queue.getByText("1 queued message").waitFor();
    await queue.getByRole("button", { name: "Edit queued message" }).click();
    await queue.getByRole("textbox").fill("And write many tests");
    await queue.getByRole("textbox").press("Enter");
    await queue.getByText("And write many tests").waitFor();
    gate.release();
    await chat.text("With tests, too.").waitFor();
    await queue.waitFor({ state: "detached" });
    assert.deepEqual(await chat.frame.locator(".user-text").allInnerTexts(), [
      "Build it",
      "And write many tests",
    ]);
    assert.match(model.requests.at(-1)?.text ?? "", /And write many tests/);
    assert.doesNotMatch(model.requests.at(-1)?.text ?? "", /publish/);
  });

  it("takes no harm from double clicks on send, stop and new session", async () => {
    const sent = model.requests.length;
    model.use([reply.text("Once.").hold(hold()), reply.text("Never.")]);
    await chat.composer.fill("Send me once");
    await chat.button("Send").dblclick();
    await chat.text("Once.").waitFor();
    assert.equal(await chat.frame.locator(".user").count(), 1);
    await chat.stop.dblclick();
    await chat.text("Stopped.").waitFor();
    assert.equal(model.requests.length, sent + 1);
    await chat.button("New session").dblclick();
    await chat.frame.getByRole("heading", { name: "Ask about this project" }).waitFor();
    model.use([reply.text("All well.")]);
    await chat.ask("Are you well?");
    await chat.text("All well.").waitFor();
    await chat.button("Sessions").click();
    await chat.frame.getByTestId("session-item").nth(1).waitFor();
    const titles = await chat.frame.getByTestId("session-item").locator(".session-title").allInnerTexts();
    assert.deepEqual(titles.slice(0, 2), ["Are you well?", "Send me once"]);
    await chat.button("Sessions").click();
  });

  it("takes a paste of five megabytes beside the composer, and says what to do with it", async () => {
    const sent = model.requests.length;
    await paste("0123456789abcde\n", 5 * 65_536);
    await chat.frame.getByText("Pasted text · 5.0 MB").waitFor();
    await chat.composer.pressSequentially("What is this?");
    await chat.composer.press("Enter");
    await problem(/about 1\.3M tokens, more than the model takes \(1M\)\. Put it into a file/).waitFor();
    assert.equal(await chat.composer.inputValue(), "What is this?");
    await chat.button("Remove pasted text").click();
    await chat.composer.press("Enter");
    await chat.endings.first().waitFor();
    assert.equal(model.requests.length, sent + 1);
  });

  it("refuses a paste that is larger than any message, and says what to do with it", async () => {
    await paste("0123456789abcde\n", 9 * 65_536);
    await problem(/A message can hold 8\.0 MB.*Save the text as a file/).waitFor();
    assert.equal(await chat.composer.inputValue(), "");
    await chat.button("Dismiss").click();
  });

  const problem = (words: RegExp) => chat.frame.locator(".notice.error").getByText(words);

  async function paste(line: string, times: number): Promise<void> {
    const { page } = window;
    model.use([reply.text("Never mind.")]);
    await page.evaluate(({ line, times }) => navigator.clipboard.writeText(line.repeat(times)), {
      line,
      times,
    });
    await chat.composer.click();
    await page.keyboard.press("Control+V");
  }
});
