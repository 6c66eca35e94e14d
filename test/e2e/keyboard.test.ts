import assert from "node:assert/strict";
import type { Frame } from "playwright-core";
import { webviewFrame } from "../support/browser.ts";
import { Chat, until } from "../support/e2e-chat.ts";
import { editorWithModel, openWindow, sharedModel, type Window } from "../support/e2e-editor.ts";
import type { ModelServer } from "../support/model-server.ts";
import { hold } from "../support/model-server/gate.ts";
import { reply } from "../support/model-server/reply.ts";

describe("the keyboard alone", () => {
  let window: Window;
  let chat: Chat;
  let frame: Frame;
  let model: ModelServer;
  before(async () => {
    model = await sharedModel();
    window = await openWindow(await editorWithModel());
    chat = await Chat.open(window.page);
    frame = await webviewFrame(window.page, "[data-testid=composer]");
  });
  after(() => window?.close());

  const press = (key: string) => window.page.keyboard.press(key);
  const type = (text: string) => window.page.keyboard.type(text);
  const focused = () =>
    frame.evaluate(() => {
      const element = document.activeElement;
      return element?.getAttribute("aria-label") ?? element?.textContent ?? "";
    });
  const value = () => chat.composer.inputValue();

  it("finds the cursor in the composer", () => until(focused, (name) => name === "Message"));

  it("breaks lines by Shift+Enter and sends by Enter", async () => {
    model.use([reply.text("Two lines.")]);
    await type("First line");
    await press("Shift+Enter");
    await type("second line");
    assert.equal(await value(), "First line\nsecond line");
    await press("Enter");
    await chat.endings.first().waitFor();
    assert.equal(await value(), "");
    assert.equal(await focused(), "Message");
  });

  it("recalls by Up and comes back by Down", async () => {
    await press("ArrowUp");
    assert.equal(await value(), "First line\nsecond line");
    await press("ArrowDown");
    assert.equal(await value(), "");
  });

  it("stops by Escape", async () => {
    model.use([reply.text("On and on").hold(hold())]);
    await type("Talk");
    await press("Enter");
    await chat.text("On and on").waitFor();
    await press("Escape");
    await chat.text("Stopped.").waitFor();
  });

  it("goes through everything in the order in which it is seen", async () => {
    await type("x");
    const names: string[] = [];
    for (let step = 0; step < 4; step++) {
      names.push(await focused());
      await press("Tab");
    }
    assert.deepEqual(names, ["Message", "Model: deepseek-flash", "Mode: Default", "Send"]);
    await chat.composer.focus();
    await press("Backspace");
    const back: string[] = [];
    for (let step = 0; step < 8; step++) {
      await press("Shift+Tab");
      back.push(await focused());
    }
    const message = ["Fork from here", "Edit and resend"];
    const ending = ["Copy answer", "cached, show in trace"];
    assert.deepEqual(
      back.map((name) => name.replace(/^[\d.<]+% /, "")),
      ["Copy answer", "Continue", ...message, ...ending, ...message],
    );
  });

  it("opens the list of sessions, walks it and opens one", async () => {
    await chat.button("Sessions").focus();
    await press("Enter");
    await until(focused, (name) => name.includes("First line"));
    await press("ArrowDown");
    await press("Enter");
    await until(focused, (name) => name === "Message");
  });
});
