import assert from "node:assert/strict";
import type { Locator, Page } from "playwright-core";
import { checkAccessible } from "../support/accessibility.ts";
import { until } from "../support/e2e-chat.ts";
import { activeRow, useHarness } from "../support/harness-pages.ts";
import { openSessions, type SessionsOptions, type SessionsScript } from "../support/sessions-harness.ts";
import { session, sessionScenes } from "../support/sessions-scenes.ts";

describe("the list of sessions beside an editor", () => {
  const pages = useHarness();
  const { press, requests } = pages;
  const view = (): Page => pages.page;
  const open = (script: SessionsScript, options?: SessionsOptions) =>
    pages.open((page, harness) => openSessions(page, harness, script, options));
  const items = () => view().getByTestId("session-item");
  const item = (title: string) => items().filter({ has: view().getByText(title, { exact: true }) });
  const hits = () => view().getByTestId("session-hit");
  const search = () => view().getByTestId("session-search");
  const list = () => view().getByRole("tree", { name: "Sessions" });
  const toast = () => view().getByTestId("toast");
  const titles = () => items().locator(".session-title").allInnerTexts();
  const shows = (expected: readonly string[]) =>
    until(titles, (now) => JSON.stringify(now) === JSON.stringify(expected));
  const choose = async (menu: Locator, name: string) =>
    menu.getByRole("menuitem", { name, exact: true }).click();
  const menu = () => view().getByRole("menu");
  const chosen = () => list().locator("[aria-selected=true]").count();
  const cursor = () => activeRow(list());
  const isAt = (text: string) => until(cursor, (now) => now?.includes(text) === true);
  const three = { sessions: [session("a", 1), session("b", 2), session("c", 3)] };

  describe("searching", () => {
    it("finds words in titles and messages, marks them in place, and opens at the turn", async () => {
      await open(sessionScenes.mixed);
      await search().fill("barometer");
      await hits().first().waitFor();
      assert.deepEqual(await hits().locator("mark").allInnerTexts(), Array(3).fill("barometer"));
      assert.equal(await view().locator("img").count(), 0);
      await view().getByText("1 found · 1 hidden by filters").waitFor();
      await hits().nth(2).click();
      assert.deepEqual(await requests("session.open"), [{ session: "c", turn: 7, takesFocus: false }]);
    });

    it("shows what the filters hide", async () => {
      await open(sessionScenes.mixed);
      await view().getByRole("button", { name: "Show them" }).click();
      await item("A dead end").getByText("In the trash").waitFor();
      await item("Notes on the release").getByText("Archived").waitFor();
      await item("Pay by invoice").getByText("web-shop").waitFor();
      await view().getByRole("button", { name: "Reset filters" }).click();
      await item("A dead end").waitFor({ state: "detached" });
    });

    it("offers the way out where nothing is found", async () => {
      await open(sessionScenes.hidden);
      await view().getByRole("button", { name: "Show 2 hidden by filters" }).click();
      await item("Pay by invoice").waitFor();
      await search().fill("nowhere");
      await view().getByRole("heading", { name: "Nothing found" }).waitFor();
      await view().getByRole("button", { name: "Clear search" }).last().click();
      await item("Pay by invoice").waitFor();
    });

    it("keeps words and filters while the view is hidden", async () => {
      await open(sessionScenes.mixed);
      await view().getByRole("button", { name: "Filters", exact: true }).click();
      await view().getByLabel("Kind").selectOption("Trash");
      await search().fill("dead");
      await shows(["A dead end"]);
      await view().reload();
      await shows(["A dead end"]);
      assert.equal(await search().inputValue(), "dead");
    });

    it("says what is wrong, and tries again", async () => {
      await open(three, { refused: { method: "sessions.find", message: "The store is closed." } });
      await view().getByText("The store is closed.").waitFor();
      await view().getByRole("button", { name: "Try again" }).click();
      await items().first().waitFor();
    });

    it("asks again when a session changes", async () => {
      await open(three);
      const before = (await requests("sessions.find")).length;
      await view().evaluate(() => window.host.emit("sessions", [{ type: "session-elsewhere" }]));
      await until(
        async () => (await requests("sessions.find")).length,
        (now) => now > before,
      );
    });
  });

  describe("deciding", () => {
    it("archives by the row's button and takes it back by Undo", async () => {
      await open(three);
      await item("Session b").hover();
      await item("Session b").locator("[data-deed=archive]").click();
      await shows(["Session a", "Session c"]);
      await toast().getByText("Archived “Session b”").waitFor();
      await toast().getByRole("button", { name: "Undo" }).click();
      await shows(["Session a", "Session b", "Session c"]);
    });

    it("moves to the trash by Delete, takes it back by Ctrl+Z, and keeps the cursor where it was", async () => {
      await open(three);
      await item("Session b").click();
      await press("Delete");
      await shows(["Session a", "Session c"]);
      await isAt("Session c");
      await press("Control+z");
      await shows(["Session a", "Session b", "Session c"]);
    });

    it("restores from the trash, and asks before it deletes for good", async () => {
      await open({ sessions: [session("a", 1, { trashedAt: 1 }), session("b", 2, { trashedAt: 1 })] });
      await view().getByRole("button", { name: "Filters", exact: true }).click();
      await view().getByLabel("Kind").selectOption("Trash");
      await item("Session a").click({ button: "right" });
      await choose(menu(), "Restore");
      await shows(["Session b"]);
      await item("Session b").click();
      await press("Delete");
      const dialog = view().getByRole("alertdialog", { name: "Delete “Session b” for good?" });
      await dialog.waitFor();
      assert.equal(await view().evaluate(() => document.activeElement?.textContent), "Cancel");
      await press("Escape");
      assert.deepEqual(await requests("sessions.purge"), []);
      await isAt("Session b");
      await press("Delete");
      await dialog.getByRole("button", { name: "Delete now" }).click();
      await view().getByRole("heading", { name: "The trash is empty" }).waitFor();
      assert.deepEqual(await requests("sessions.purge"), [{ sessions: ["b"] }]);
    });

    it("renames in place by F2; Escape leaves it as it was", async () => {
      await open(three);
      await item("Session a").click();
      await press("F2");
      await view().getByLabel("Title").fill("Tides");
      await press("Enter");
      await shows(["Tides", "Session b", "Session c"]);
      await isAt("Tides");
      await press("F2");
      await view().getByLabel("Title").fill("Nothing");
      await press("Escape");
      await shows(["Tides", "Session b", "Session c"]);
      assert.equal((await requests("sessions.mark")).length, 1);
    });

    it("pins by the menu", async () => {
      await open(three);
      await item("Session c").hover();
      await item("Session c").locator("[data-deed=menu]").click();
      await choose(menu(), "Pin");
      await shows(["Session c", "Session a", "Session b"]);
      await view().getByText("Pinned", { exact: true }).waitFor();
    });

    it("exports and imports", async () => {
      await open(three);
      await item("Session a").click({ button: "right" });
      await choose(menu(), "Export as Markdown");
      await toast().getByText("Exported “Session a”").waitFor();
      await view().getByRole("button", { name: "Import session" }).click();
      assert.deepEqual(await requests("session.export"), [{ session: "a", format: "markdown" }]);
      assert.deepEqual(await requests("session.import"), [{}]);
    });

    it("says why something did not happen", async () => {
      await open(three);
      await view().evaluate(() => window.host.refuse("sessions.mark", "The disk is full. Free some space."));
      await item("Session a").click();
      await press("Delete");
      await view().getByRole("alert").getByText("The disk is full.").waitFor();
      assert.equal(await toast().count(), 0);
    });

    it("decides for several at once", async () => {
      await open(three);
      await item("Session a").click();
      await item("Session c").click({ modifiers: ["Shift"] });
      await view().getByText("3 chosen").waitFor();
      await item("Session b").click({ modifiers: ["Control"] });
      await view().getByText("2 chosen").waitFor();
      await view().getByRole("toolbar").getByRole("button", { name: "Archive" }).click();
      await shows(["Session b"]);
      await toast().getByText("Archived 2 sessions").waitFor();
    });
  });

  describe("the keyboard alone", () => {
    it("walks the list, opens, and chooses", async () => {
      await open({ ...three, active: "b" });
      await search().focus();
      await press("ArrowDown");
      await isAt("Session b");
      await press("End");
      await isAt("Session c");
      await press("Home");
      await isAt("Session a");
      await press("Enter");
      assert.deepEqual(await requests("session.open"), [{ session: "a", takesFocus: true }]);
      await press("Shift+ArrowDown");
      await until(chosen, (count) => count === 2);
      await press("Escape");
      await until(chosen, (count) => count === 0);
      await press("Control+a");
      await until(chosen, (count) => count === 3);
      await press("Control+f");
      await until(
        () => search().evaluate((box) => box === document.activeElement),
        (isThere) => isThere,
      );
    });

    it("opens the menu, walks it, and comes back", async () => {
      await open(three);
      await search().press("ArrowDown");
      await isAt("Session a");
      await press("Shift+F10");
      await menu().waitFor();
      const name = () => view().evaluate(() => document.activeElement?.firstChild?.textContent);
      assert.equal(await name(), "Open");
      await press("ArrowUp");
      assert.equal(await name(), "Export as JSON");
      await press("Escape");
      await menu().waitFor({ state: "detached" });
      await isAt("Session a");
    });

    it("goes into forks and out of them, and closes and opens them", async () => {
      await open(sessionScenes.mixed);
      await item("Barometer and tides").click();
      await press("ArrowRight");
      await isAt("Add tests for the parser");
      await press("ArrowLeft");
      await press("ArrowLeft");
      await isAt("Barometer and tides");
      await press("ArrowLeft");
      await item("Add tests for the parser").waitFor({ state: "detached" });
      assert.equal(await item("Barometer and tides").getAttribute("aria-expanded"), "false");
      await item("Barometer and tides").locator("[data-deed=forks]").click();
      await item("Add tests for the parser").waitFor();
    });
  });

  describe("the timeline", () => {
    it("shows turns and cost, goes to a turn, and comes back", async () => {
      await open(sessionScenes.mixed);
      await item("Explain the build").click({ button: "right" });
      await choose(menu(), "Timeline and cost");
      const turns = view().getByTestId("timeline-turn");
      await turns.nth(3).waitFor();
      assert.equal(await turns.count(), 4);
      assert.match(await turns.first().innerText(), /What is this\?[^]*12\.4 s[^]*99\.5% cached[^]*/);
      assert.deepEqual(
        await view().getByTestId("costs").locator("tbody").last().locator("td").allInnerTexts(),
        [...["1.8M", "48.2k", "22k", "8.4k", "≥ $0.042"]],
      );
      await turns.nth(2).click();
      const opened = () => requests("session.open").then((all) => all.at(-1));
      assert.deepEqual(await opened(), { session: "b", turn: 3, takesFocus: false });
      await press("ArrowDown");
      await press("Enter");
      assert.deepEqual(await opened(), { session: "b", turn: 4, takesFocus: true });
      await press("Escape");
      await isAt("Explain the build");
    });

    it("is drawn only as far as it is seen", async () => {
      await open(sessionScenes.thousand);
      await items().first().click({ button: "right" });
      await choose(menu(), "Timeline and cost");
      await view().getByTestId("timeline-turn").first().waitFor();
      assert.ok((await view().locator("*").count()) < 1_500);
    });
  });

  it("scrolls through more than a thousand sessions with few of them in the document", async () => {
    await open(sessionScenes.thousand);
    await search().press("ArrowDown");
    await until(
      async () => {
        await press("End");
        return cursor();
      },
      (now) => now?.includes("Session number 1199") === true,
    );
    assert.ok((await view().locator("*").count()) < 1_500);
    assert.equal(await item("Session number 1199").getAttribute("aria-setsize"), "1200");
  });

  it("marks the session that the chat shows", async () => {
    await open({ ...three, active: "b" });
    await until(
      () => items().evaluateAll((all) => all.map((one) => one.getAttribute("aria-current"))),
      (now) => now.join() === "false,true,false",
    );
  });

  it("has no violations in any theme", async () => {
    await open(sessionScenes.mixed);
    await item("Barometer and tides").click();
    await checkAccessible(view(), "list");
    await item("Barometer and tides").hover();
    await item("Barometer and tides").locator("[data-deed=menu]").click();
    await checkAccessible(view(), "menu");
    await choose(menu(), "Archive");
    await toast().waitFor();
    await view().getByRole("button", { name: "Show them" }).click();
    await item("Barometer and tides").getByText("Archived").waitFor();
    await search().fill("barometer");
    await hits().first().waitFor();
    await press("ArrowDown");
    await checkAccessible(view(), "hits");
    await item("Barometer and tides").click({ button: "right" });
    await choose(menu(), "Timeline and cost");
    await view().getByTestId("timeline-turn").first().waitFor();
    await view().getByRole("listbox").focus();
    await checkAccessible(view(), "timeline");
  });
});
