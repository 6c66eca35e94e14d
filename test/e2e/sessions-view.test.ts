import assert from "node:assert/strict";
import { readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { runCommand } from "../support/browser.ts";
import { quickInput, until } from "../support/e2e-chat.ts";
import { SessionList } from "../support/e2e-sessions.ts";
import { useChat } from "../support/e2e-window.ts";
import { hold } from "../support/model-server/gate.ts";
import { reply } from "../support/model-server/reply.ts";

describe("the list of sessions", () => {
  const its = useChat("own window", { height: 1000 });
  let list: SessionList;
  before(async () => {
    its.model.use([
      reply.text("Low at six, says the barometer."),
      reply.text("At seven on Sundays."),
      reply.text("High at noon."),
    ]);
    await its.chat.ask("When is it low?");
    await its.chat.ask("And on Sundays?");
    await its.chat.begin();
    await its.chat.ask("When is it high?");
    list = await SessionList.open(its.window.page);
  });

  const isShown = (title: string) => its.chat.frame.getByRole("heading", { name: title, level: 1 }).waitFor();

  it("lists the sessions of the folder and marks the one that the chat shows", async () => {
    await list.shows(["When is it high?", "When is it low?"]);
    assert.equal(await list.item("When is it high?").getAttribute("aria-current"), "true");
    await list.item("When is it low?").click();
    await isShown("When is it low?");
    await until(
      () => list.item("When is it low?").getAttribute("aria-current"),
      (value) => value === "true",
    );
  });

  it("finds words in messages and goes to their turn", async () => {
    await list.item("When is it high?").click();
    await isShown("When is it high?");
    await list.search.fill("barometer");
    await list.hits.filter({ hasText: "Low at six, says the barometer." }).click();
    await isShown("When is it low?");
    await its.chat.text("Low at six, says the barometer.").waitFor();
    await list.search.fill("no such word");
    await list.frame.getByRole("heading", { name: "Nothing found" }).waitFor();
    await list.search.press("Escape");
    await list.shows(["When is it high?", "When is it low?"]);
  });

  it("archives and takes it back", async () => {
    await list.act("When is it low?", "Archive");
    await list.shows(["When is it high?"]);
    await list.toast.getByRole("button", { name: "Undo" }).click();
    await list.shows(["When is it high?", "When is it low?"]);
  });

  it("renames by F2", async () => {
    await list.item("When is it low?").click();
    await list.page.keyboard.press("F2");
    await list.frame.getByLabel("Title").fill("Low tide");
    await list.page.keyboard.press("Enter");
    await list.shows(["When is it high?", "Low tide"]);
  });

  it("keeps in the trash, restores, and deletes for good once it was asked", async () => {
    await list.item("When is it high?").click();
    await list.page.keyboard.press("Delete");
    await list.shows(["Low tide"]);
    await list.show("Trash");
    await list.act("When is it high?", "Restore");
    await list.shows([]);
    await list.show("Active");
    await list.shows(["When is it high?", "Low tide"]);
    await list.act("When is it high?", "Delete");
    await list.show("Trash");
    await list.act("When is it high?", "Delete now");
    await list.frame.getByRole("alertdialog").getByRole("button", { name: "Delete now" }).click();
    await list.frame.getByRole("heading", { name: "The trash is empty" }).waitFor();
    await list.show("Active");
    await list.shows(["Low tide"]);
  });

  it("exports, and imports what was exported", async () => {
    const file = join(its.window.folder, "exported.json");
    await list.act("Low tide", "Export as JSON");
    await list.giveFile(file, /\.json$/);
    await list.toast.getByText("Exported “Low tide”").waitFor();
    assert.match(await readFile(file, "utf8"), /Low at six, says the barometer/);
    const before = await list.items.count();
    await list.frame.getByRole("button", { name: "Import session" }).click();
    await list.giveFile(file, /\/$/);
    await until(
      () => list.items.count(),
      (count) => count === before + 1,
    );
    await its.chat.text("Low at six, says the barometer.").waitFor();
    await rm(file);
  });

  it("exports the session that the chat shows by its command", async () => {
    const file = join(its.window.folder, "exported.md");
    await runCommand(its.window.page, "BooCode: Export Session");
    await quickInput(its.window.page).row("Markdown").click();
    await list.giveFile(file, /\.md$/);
    await until(
      () => readFile(file, "utf8").catch(() => ""),
      (text) => text.includes("Low at six, says the barometer."),
    );
    await rm(file);
  });

  it("shows a session's turns and cost, and goes to a turn", async () => {
    await list.act("Low tide", "Timeline and cost");
    const turns = list.frame.getByTestId("timeline-turn");
    await turns.nth(1).waitFor();
    assert.match(await turns.nth(1).innerText(), /And on Sundays\?[^]*deepseek-flash/);
    assert.match(
      await list.frame.getByTestId("costs").innerText(),
      /deepseek-flash 2 calls · key environment/,
    );
    await turns.nth(1).click();
    await its.chat.text("At seven on Sundays.").waitFor();
    await list.page.keyboard.press("Escape");
    await list.items.first().waitFor();
  });

  it("goes on with the last session by its command", async () => {
    its.model.use([
      reply.text("The first part, ").hold(hold()).text("never sent"),
      reply.text("The second part."),
    ]);
    await its.chat.begin();
    await its.chat.send("Tell me in two parts");
    await its.chat.text("The first part,").waitFor();
    await its.chat.stop.click();
    await its.chat.text("Stopped.").waitFor();
    await its.chat.begin();
    await runCommand(its.window.page, "BooCode: Continue Last Session");
    await isShown("Tell me in two parts");
    await its.chat.text("The second part.").waitFor();
  });
});
