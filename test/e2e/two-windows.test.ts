import assert from "node:assert/strict";
import type { Page } from "playwright-core";
import { openWorkbench } from "../support/browser.ts";
import { Chat } from "../support/e2e-chat.ts";
import {
  editorWithModel,
  openWindow,
  sharedModel,
  type SharedEditor,
  type Window,
} from "../support/e2e-editor.ts";
import { reply } from "../support/model-server/reply.ts";
import { hold } from "../support/model-server/gate.ts";

/** So much that it is written down before the sentence ends. */
const much = "and so on, ".repeat(100);

describe("two windows on one folder", () => {
  let editor: SharedEditor;
  let window: Window;
  let first: Chat;
  let page: Page;
  let second: Chat;
  let firstHost: number;
  before(async () => {
    editor = await editorWithModel();
    const before = await hosts();
    window = await openWindow(editor);
    first = await Chat.open(window.page);
    firstHost = (await hosts()).find((pid) => !before.includes(pid)) ?? assert.fail("No host has started.");
  });
  after(async () => {
    await page?.context().close();
    await window?.close();
  });

  const hosts = async () => (await editor.server.extensionHosts()).map(({ pid }) => pid);
  const owner = () => second.frame.getByTestId("owner");

  it("show a session that the other one runs, live, and write nothing to it", async () => {
    const model = await sharedModel();
    const gate = hold();
    model.use([reply.text(`The first part, ${much}`).hold(gate).text("and the second.")]);
    await first.send("Tell me in two parts");
    await first.text("The first part,").waitFor();
    page = await openWorkbench(editor.browser, editor.server.url(window.folder));
    second = await Chat.open(page);
    await owner().getByText("This session is running in another window.").waitFor();
    await second.text("The first part,").waitFor();
    assert.equal(await second.stop.count(), 0);
    assert.equal(await second.composer.getAttribute("readonly"), "");
    const opening = page.context().waitForEvent("page");
    await owner().getByRole("button", { name: "Open there" }).click();
    const there = await opening;
    await there.waitForURL((url) => url.searchParams.get("folder") === window.folder);
    await there.close();
    gate.release();
    await second.text("and the second.").waitFor();
    await owner().waitFor({ state: "detached" });
    model.use([reply.text("Here I am.")]);
    await second.ask("And here?");
    await first.text("Here I am.").waitFor();
  });

  it("take over what the other one left when it was killed, and go on", async () => {
    const model = await sharedModel();
    model.use([reply.text(`A third part, ${much}`).hold(hold())]);
    await first.send("And a third part");
    await second.text("A third part,").waitFor();
    process.kill(firstHost, "SIGKILL");
    // Without its page the editor does not start the host again.
    await window.page.close();
    await owner().getByText("The window that ran this session has gone.").waitFor();
    await owner().getByRole("button", { name: "Take over" }).click();
    await second.text(/Interrupted/).waitFor();
    model.use([reply.text("and its end.")]);
    await second.frame.getByTestId("continue").click();
    await second.text("and its end.").waitFor();
    assert.deepEqual(model.problems, []);
  });
});
