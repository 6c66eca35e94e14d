import assert from "node:assert/strict";
import type { Frame } from "playwright-core";
import { webviewFrame } from "../support/browser.ts";
import { until } from "../support/e2e-chat.ts";
import { useChat } from "../support/e2e-window.ts";
import { hold } from "../support/model-server/gate.ts";
import { reply } from "../support/model-server/reply.ts";

describe("the keyboard alone", () => {
  const its = useChat("shared window, one session");
  let frame: Frame;
  before(async () => {
    frame = await webviewFrame(its.window.page, "[data-testid=composer]");
  });

  const press = (key: string) => its.window.page.keyboard.press(key);
  const type = (text: string) => its.window.page.keyboard.type(text);
  const focused = () =>
    frame.evaluate(() => {
      const element = document.activeElement;
      return element?.getAttribute("aria-label") ?? element?.textContent ?? "";
    });
  const value = () => its.chat.composer.inputValue();

  it("finds the cursor in the composer", () => until(focused, (name) => name === "Message"));

  it("breaks lines by Shift+Enter and sends by Enter", async () => {
    its.model.use([reply.text("Two lines.")]);
    await type("First line");
    await press("Shift+Enter");
    await type("second line");
    assert.equal(await value(), "First line\nsecond line");
    await press("Enter");
    await its.chat.endings.first().waitFor();
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
    its.model.use([reply.text("On and on").hold(hold())]);
    await type("Talk");
    await press("Enter");
    await its.chat.text("On and on").waitFor();
    await press("Escape");
    await its.chat.text("Stopped.").waitFor();
  });

  it("goes through everything in the order in which it is seen", async () => {
    await type("x");
    const names: string[] = [];
    for (let step = 0; step < 4; step++) {
      names.push(await focused());
      await press("Tab");
    }
    assert.deepEqual(names, ["Message", "Model: deepseek-flash", "Mode: Default", "Send"]);
    await its.chat.composer.focus();
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
    await its.chat.button("Sessions").focus();
    await press("Enter");
    await until(focused, (name) => name.includes("First line"));
    await press("ArrowDown");
    await press("Enter");
    await until(focused, (name) => name === "Message");
  });
});
