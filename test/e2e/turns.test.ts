import assert from "node:assert/strict";
import { Chat } from "../support/e2e-chat.ts";
import { useChat } from "../support/e2e-window.ts";
import { hold } from "../support/model-server/gate.ts";
import { reply } from "../support/model-server/reply.ts";

describe("a turn that is interfered with", () => {
  const its = useChat("shared window");

  /** Stops by the button and goes on talking: the transcript is one that a server accepts. */
  async function stopAndGoOn(): Promise<void> {
    await its.chat.stop.click();
    await its.chat.text("Stopped.").waitFor();
    await its.chat.stop.waitFor({ state: "detached" });
    its.model.use([reply.text("I am still here.")]);
    await its.chat.ask("Are you there?");
    await its.chat.text("I am still here.").waitFor();
  }

  it("stops while the answer streams and keeps what was said", async () => {
    its.model.use([reply.text("The first half").hold(hold()).text(" and the second")]);
    await its.chat.send("Tell me both halves");
    await its.chat.text("The first half").waitFor();
    await stopAndGoOn();
    await its.chat.text("The first half").waitFor();
  });

  it("stops before the first word", async () => {
    its.model.use([reply.holdHeaders(hold())]);
    const next = its.model.requests.length;
    await its.chat.send("Say nothing");
    await its.model.waitForRequest(next);
    await stopAndGoOn();
  });

  it("stops while a tool runs", async () => {
    const gate = hold();
    its.model.use([
      reply.toolCall("edit_file", { path: "src/main.ts", old: "harbours) {", new: "harbours.slice(0)) {" }),
      reply.hold(gate),
    ]);
    await its.chat.send("Edit");
    // An edit goes on until the editor has looked for errors, which takes a while.
    await its.chat.calls.filter({ hasText: "Edit src/main.ts" }).waitFor();
    await stopAndGoOn();
  });

  it("goes on after a stop", async () => {
    its.model.use([reply.text("One, two").hold(hold())]);
    await its.chat.send("Count to three");
    await its.chat.text("One, two").waitFor();
    await its.chat.stop.click();
    its.model.use([reply.text("Three.")]);
    await its.chat.button("Continue").click();
    await its.chat.text("Three.").waitFor();
    await its.chat.stop.waitFor({ state: "detached" });
  });

  it("queues what is sent meanwhile: shown, changed, taken back, delivered", async () => {
    const gate = hold();
    its.model.use([reply.text("Working.").hold(gate).toolCall("list_files"), reply.text("With tests, too.")]);
    await its.chat.send("Build it");
    await its.chat.text("Working.").waitFor();
    const queue = its.chat.frame.getByRole("region", { name: "Queued messages" });
    await its.chat.send("And write tests");
    await queue.getByText("1 queued message").waitFor();
    await its.chat.send("And publish it");
    await queue.getByText("2 queued messages").waitFor();
    await queue.getByRole("button", { name: "Remove queued message" }).nth(1).click();
    await queue.getByText("1 queued message").waitFor();
    await queue.getByRole("button", { name: "Edit queued message" }).click();
    await queue.getByRole("textbox").fill("And write many tests");
    await queue.getByRole("textbox").press("Enter");
    await queue.getByText("And write many tests").waitFor();
    gate.release();
    await its.chat.text("With tests, too.").waitFor();
    await queue.waitFor({ state: "detached" });
    assert.deepEqual(await its.chat.frame.locator(".user-text").allInnerTexts(), [
      "Build it",
      "And write many tests",
    ]);
    assert.match(its.model.requests.at(-1)?.text ?? "", /And write many tests/);
    assert.doesNotMatch(its.model.requests.at(-1)?.text ?? "", /publish/);
  });

  it("takes no harm from double clicks on send, stop and new session", async () => {
    const sent = its.model.requests.length;
    its.model.use([reply.text("Once.").hold(hold()), reply.text("Never.")]);
    await its.chat.composer.fill("Send me once");
    await its.chat.button("Send").dblclick();
    await its.chat.text("Once.").waitFor();
    assert.equal(await its.chat.frame.locator(".user").count(), 1);
    await its.chat.stop.dblclick();
    await its.chat.text("Stopped.").waitFor();
    assert.equal(its.model.requests.length, sent + 1);
    await its.chat.button("New session").dblclick();
    await its.chat.frame.getByRole("heading", { name: "Ask about this project" }).waitFor();
    its.model.use([reply.text("All well.")]);
    await its.chat.ask("Are you well?");
    await its.chat.text("All well.").waitFor();
    await its.chat.button("Sessions").click();
    await its.chat.frame.getByTestId("session-item").nth(1).waitFor();
    const titles = await its.chat.frame.getByTestId("session-item").locator(".session-title").allInnerTexts();
    assert.deepEqual(titles.slice(0, 2), ["Are you well?", "Send me once"]);
    await its.chat.button("Sessions").click();
  });

  it("takes a paste of five megabytes beside the composer, and says what to do with it", async () => {
    const sent = its.model.requests.length;
    await paste("0123456789abcde\n", 5 * 65_536);
    await its.chat.frame.getByText("Pasted text · 5.0 MB").waitFor();
    await its.chat.composer.pressSequentially("What is this?");
    await its.chat.composer.press("Enter");
    await problem(/about 1\.3M tokens, more than the model takes \(1M\)\. Put it into a file/).waitFor();
    assert.equal(await its.chat.composer.inputValue(), "What is this?");
    await its.chat.button("Remove pasted text").click();
    await its.chat.composer.press("Enter");
    await its.chat.endings.first().waitFor();
    assert.equal(its.model.requests.length, sent + 1);
  });

  it("keeps what was pasted while the view is hidden, and sends it then", async () => {
    const { page } = its.window;
    await paste("0123456789abcde\n", 32_768);
    const chip = its.chat.frame.getByText("Pasted text · 512.0 KB");
    await chip.waitFor();
    await its.chat.composer.pressSequentially("What is this?");
    await page.keyboard.press("Control+Shift+E");
    await page.locator("iframe.webview.ready").first().waitFor({ state: "detached" });
    const chat = await Chat.open(page);
    await chip.waitFor();
    assert.equal(await chat.composer.inputValue(), "What is this?");
    const sent = its.model.requests.length;
    await chat.composer.press("Enter");
    await chat.endings.first().waitFor();
    assert.ok((its.model.requests[sent]?.text.length ?? 0) > 524_288);
    await chip.waitFor({ state: "detached" });
  });

  it("refuses a paste that is larger than any message, and says what to do with it", async () => {
    await paste("0123456789abcde\n", 9 * 65_536);
    await problem(/A message can hold 8\.0 MB.*Save the text as a file/).waitFor();
    assert.equal(await its.chat.composer.inputValue(), "");
    await its.chat.button("Dismiss").click();
  });

  const problem = (words: RegExp) => its.chat.frame.locator(".notice.error").getByText(words);

  async function paste(line: string, times: number): Promise<void> {
    const { page } = its.window;
    its.model.use([reply.text("Never mind.")]);
    await page.evaluate(({ line, times }) => navigator.clipboard.writeText(line.repeat(times)), {
      line,
      times,
    });
    await its.chat.composer.click();
    await page.keyboard.press("Control+V");
  }
});
