import assert from "node:assert/strict";
import { join } from "node:path";
import { reloadWindow, runCommand, webviewFrame } from "../support/browser.ts";
import { screenshotFolder } from "../support/e2e-editor.ts";
import { useChat } from "../support/e2e-window.ts";

describe("the permission log in the editor", () => {
  const its = useChat("own window", { width: 1400, height: 900 });
  const tabs = () => its.window.page.getByRole("tab", { name: /^Permission Log/ });
  const log = () => webviewFrame(its.window.page, "[data-testid=permission-log]");

  it("opens once, however often it is asked for", async () => {
    const { page } = its.window;
    await runCommand(page, "BooCode: Open Permission Log");
    await (await log()).getByTestId("permission-search").waitFor();
    await runCommand(page, "BooCode: Open Permission Log");
    assert.equal(await tabs().count(), 1);
    await page.screenshot({ path: join(screenshotFolder, "permission-log.png") });
  });

  it("is there again after a reload of the window", async () => {
    const { page } = its.window;
    await reloadWindow(page);
    await (await log()).getByTestId("permission-search").waitFor();
    assert.equal(await tabs().count(), 1);
    await its.chat.ready();
  });
});
