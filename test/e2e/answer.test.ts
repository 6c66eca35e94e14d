import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { openFile } from "../support/browser.ts";
import { errorCount, until } from "../support/e2e-chat.ts";
import { useChat } from "../support/e2e-window.ts";
import { demoScript } from "../support/model-server/demo-script.ts";
import { hold } from "../support/model-server/gate.ts";
import { reply } from "../support/model-server/reply.ts";

describe("an answer", () => {
  const its = useChat("shared window");

  it("reads a file in one line and streams what it is", async () => {
    const gate = hold();
    its.model.use([
      reply.toolCall("read_file", { path: "package.json" }),
      reply.text("This is **tide-table**, ").hold(gate).text("which prints tides."),
    ]);
    await its.chat.send("Read package.json and tell me what this project is");
    await its.chat.calls.filter({ hasText: "Read package.json" }).waitFor();
    await its.chat.text("This is tide-table,").waitFor();
    assert.equal(await its.chat.stop.isVisible(), true);
    gate.release();
    await its.chat.text("which prints tides.").waitFor();
    await its.chat.stop.waitFor({ state: "detached" });
    assert.equal(await its.chat.frame.locator(".prose strong").innerText(), "tide-table");
  });

  it("fixes the type error, and the editor counts none any more", async () => {
    const { page, folder } = its.window;
    its.model.use(demoScript);
    await openFile(page, "tides.ts");
    await until(
      () => errorCount(page),
      (count) => count === 1,
      30_000,
    );
    await its.chat.ask("Fix the type error");
    await its.chat.text(/Fixed: in/).waitFor();
    await until(
      () => errorCount(page),
      (count) => count === 0,
    );
    assert.match(await readFile(join(folder, "src/tides.ts"), "utf8"), /const hours: string = /);
    await its.chat.calls.getByRole("button", { name: /^Edit src\/tides\.ts/ }).click();
    await its.chat.frame.getByRole("group", { name: "Result" }).getByText(/fixed/).waitFor();
  });

  it("edits an open file so that one undo takes it back", async () => {
    const { page, folder } = its.window;
    its.model.use([
      reply.toolCall("edit_file", { path: "src/main.ts", old: "console.log(", new: "console.info(" }),
      reply.text("Done."),
    ]);
    await openFile(page, "main.ts");
    await its.chat.ask("Use console.info");
    const line = page.locator(".editor-instance .view-line").filter({ hasText: "harbour.name" });
    await line.filter({ hasText: "console.info" }).waitFor();
    assert.match(await readFile(join(folder, "src/main.ts"), "utf8"), /console\.info/);
    await line.click();
    await page.keyboard.press("Control+Z");
    await line.filter({ hasText: "console.log" }).waitFor();
    await page.keyboard.press("Control+S");
    await until(
      () => readFile(join(folder, "src/main.ts"), "utf8"),
      (text) => text.includes("console.log"),
    );
  });

  it("folds thinking and opens it", async () => {
    its.model.use([reply.thinking("Two and two make four.").text("It is 4.")]);
    await its.chat.ask("What is two and two?");
    const thought = its.chat.button(/^Thought/);
    assert.equal(await thought.getAttribute("aria-expanded"), "false");
    await thought.click();
    await its.chat.text("Two and two make four.").waitFor();
    await thought.click();
    await its.chat.text("Two and two make four.").waitFor({ state: "detached" });
  });

  it("opens a call to its arguments and result", async () => {
    its.model.use([reply.toolCall("search", { pattern: "Dover" }), reply.text("There.")]);
    await its.chat.ask("Where is Dover?");
    await its.chat.calls.getByRole("button", { name: /Search Dover/ }).click();
    await its.chat.frame.getByRole("group", { name: "Arguments" }).getByText("pattern: Dover").waitFor();
    await its.chat.frame
      .getByRole("group", { name: "Result" })
      .getByText(/harbour\.ts/)
      .waitFor();
  });

  it("shows all of a large result", async () => {
    its.model.use([reply.toolCall("read_file", { path: "long.txt" }), reply.text("Many lines.")]);
    await its.chat.ask("Read long.txt");
    await its.chat.calls.getByRole("button", { name: /Read long\.txt/ }).click();
    const result = its.chat.frame.getByRole("group", { name: "Result" });
    assert.doesNotMatch(await result.innerText(), /line 1900 of/);
    await its.chat.button(/^Show all/).click();
    await result.getByText(/line 1900 of many/).waitFor();
    await its.chat.button(/^Show (all|more)/).waitFor({ state: "detached" });
  });

  it("folds several reads into one line", async () => {
    const paths = ["package.json", "README.md", "src/main.ts"];
    its.model.use([
      reply.calls(paths.map((path) => ["read_file", { path }])),
      reply.text("I know them now."),
    ]);
    await its.chat.ask("Read the files");
    assert.equal(await its.chat.calls.count(), 1);
    await its.chat.button(/^Explored 3 files/).click();
    await its.chat.calls.filter({ hasText: "Read README.md" }).waitFor();
    assert.equal(await its.chat.calls.count(), 4);
  });

  it("lists changed files, shows a diff and reverts the turn", async () => {
    const { page, folder } = its.window;
    const before = await readFile(join(folder, "README.md"), "utf8");
    its.model.use([
      reply.calls([
        ["edit_file", { path: "README.md", old: "# Tide table", new: "# Tides" }],
        ["write_file", { path: "notes.txt", content: "high\nlow\n" }],
      ]),
      reply.text("Renamed."),
    ]);
    await its.chat.ask("Call it Tides");
    await its.chat.text("2 changed files").waitFor();
    await its.chat.frame
      .locator(".changes")
      .getByRole("button", { name: /README\.md/ })
      .click();
    await page.locator(".monaco-diff-editor").getByText("# Tides").waitFor();
    await its.chat.button("Revert turn").click();
    await until(
      () => readFile(join(folder, "README.md"), "utf8"),
      (text) => text === before,
    );
    await until(
      () => existsSync(join(folder, "notes.txt")),
      (isThere) => !isThere,
    );
    await its.chat.button("Revert turn").waitFor({ state: "detached" });
  });
});
