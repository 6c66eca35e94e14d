import assert from "node:assert/strict";
import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
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
import { SessionList } from "../support/e2e-sessions.ts";
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
  let lists: readonly [SessionList, SessionList];
  before(async () => {
    editor = await editorWithModel();
    const before = await hosts();
    window = await openWindow(editor);
    first = await Chat.open(window.page);
    firstHost = (await hosts()).find((pid) => !before.includes(pid)) ?? assert.fail("No host has started.");
    page = await openWorkbench(editor.browser, editor.server.url(window.folder));
    second = await Chat.open(page);
  });
  after(async () => {
    await page?.context().close();
    await window?.close();
  });

  const hosts = async () => (await editor.server.extensionHosts()).map(({ pid }) => pid);
  const owner = () => second.frame.getByTestId("owner");

  it("allow what is allowed for ever in one of them", async () => {
    const model = await sharedModel();
    const file = join(editor.server.dataFolder, "home/.boocode/config.yaml");
    const hosts = reply.toolCall("read_file", { path: "/etc/hosts" });
    model.use([hosts, reply.text("Always allowed.")]);
    await first.send("Look, and never ask again");
    await first.frame.getByTestId("permission-always").click();
    await first.text("Always allowed.").waitFor();
    assert.match(readFileSync(file, "utf8"), /read: \/etc/);
    model.use([hosts, reply.text("It holds here.")]);
    await second.begin();
    await second.send("Look");
    await second.text("It holds here.").waitFor();
    rmSync(file);
  });

  it("list the same sessions, at once", async () => {
    lists = [await SessionList.open(window.page), await SessionList.open(page)];
    const titles = ["Look", "Look, and never ask again"];
    for (const list of lists) await list.shows(titles);
    await lists[1].items.first().click();
    await page.keyboard.press("Delete");
    await lists[0].shows(titles.slice(1));
    await lists[1].toast.getByRole("button", { name: "Undo" }).click();
    await lists[0].shows(titles);
  });

  it("show a session that the other one runs, live, and write nothing to it", async () => {
    const model = await sharedModel();
    const gate = hold();
    model.use([reply.text(`The first part, ${much}`).hold(gate).text("and the second.")]);
    await first.begin();
    await first.send("Tell me in two parts");
    await first.text("The first part,").waitFor();
    await lists[1].item("Tell me in two parts").click();
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
