import assert from "node:assert/strict";
import type { Mode } from "../../src/protocol/permissions.ts";
import { frame } from "../support/webview-harness.ts";
import { useView } from "../support/webview-harness-page.ts";
import { scene, scenes, turn } from "../support/webview-harness-scenes.ts";

describe("the mode of a session", () => {
  const view = useView();
  const button = () => view.page.getByRole("button", { name: /^Mode: / });
  const menu = () => view.page.getByRole("menu", { name: "Mode" });
  const item = (name: string) => menu().getByRole("menuitemradio", { name: new RegExp(`^${name}`) });
  const press = (key: string) => view.page.keyboard.press(key);
  const label = () => button().getAttribute("aria-label");
  const inMode = (mode: Mode) => scene({ mode, turns: [turn(1)] });
  const focused = () => view.page.evaluate(() => document.activeElement?.textContent);

  for (const [mode, name] of [
    ["default", "Default"],
    ["ask", "Ask"],
    ["plan", "Plan"],
  ] as const) {
    it(`${mode} is seen in the composer and chosen in the menu`, async () => {
      await view.open(inMode(mode));
      assert.equal(await button().innerText(), name);
      await button().click();
      assert.equal(await menu().locator("[aria-checked=true]").count(), 1);
      assert.equal(await item(name).getAttribute("aria-checked"), "true");
    });
  }

  it("is changed for the session that is shown, and only when another one is chosen", async () => {
    await view.open(inMode("default"));
    await button().click();
    await item("Plan").click();
    await button().click();
    await item("Default").click();
    assert.deepEqual(await view.requests("session.setMode"), [{ session: "s1", mode: "plan" }]);
    await view.page.evaluate(() =>
      window.host.emit("session", [{ type: "mode-change", at: Date.now(), mode: "plan" }]),
    );
    await view.page.getByRole("button", { name: "Mode: Plan" }).waitFor();
  });

  it("explains each", async () => {
    await view.open(inMode("default"));
    await button().click();
    assert.deepEqual(await menu().locator(".menu-detail").allInnerTexts(), [
      "Works in the project; everything else asks first.",
      "Every write and every command asks first.",
      "Reads only; nothing is written and nothing runs.",
    ]);
  });

  it("is changed by keys alone", async () => {
    await view.open(inMode("ask"));
    await button().focus();
    await press("Enter");
    await menu().waitFor();
    assert.match((await focused()) ?? "", /^Ask/);
    await press("ArrowDown");
    assert.match((await focused()) ?? "", /^Plan/);
    await press("Enter");
    assert.deepEqual(await view.requests("session.setMode"), [{ session: "s1", mode: "plan" }]);
    await menu().waitFor({ state: "detached" });
    assert.equal(await button().evaluate((element) => element === document.activeElement), true);
    await press("Enter");
    await press("Escape");
    await menu().waitFor({ state: "detached" });
    assert.equal(await button().evaluate((element) => element === document.activeElement), true);
    assert.deepEqual(await view.requests("session.stop"), []);
  });

  it("keeps what is written in the composer, and its menu inside of the view", async () => {
    await view.open(inMode("default"), { width: 260, height: 400 });
    await view.composer().fill("half a message");
    await button().click();
    const box = (await menu().boundingBox()) ?? assert.fail();
    assert.ok(box.x >= 0 && box.y >= 0 && box.x + box.width <= 260 && box.y + box.height <= 400);
    await press("Escape");
    assert.equal(await view.composer().inputValue(), "half a message");
  });

  it("is an icon alone where there is no room, and has its name", async () => {
    await view.open(inMode("plan"), { width: 300 });
    assert.equal(await view.page.locator(".mode-name").isVisible(), false);
    assert.equal(await label(), "Mode: Plan");
    await view.page.setViewportSize({ width: 420, height: 800 });
    await frame(view.page);
    assert.ok(await view.page.locator(".mode-name").isVisible());
  });

  it("leads to the log", async () => {
    await view.open(inMode("default"));
    await button().click();
    await menu().getByRole("menuitem", { name: "Open permission log" }).click();
    assert.deepEqual(await view.requests("ui.run"), [{ action: "open-permission-log" }]);
  });

  it("can not be changed from a window that only follows", async () => {
    await view.open(scenes.elsewhere);
    assert.ok(await button().isDisabled());
  });

  it("may be refused, with the reason", async () => {
    await view.open(inMode("default"));
    await view.page.evaluate(() => window.host.refuse("session.setMode", "The store is closed."));
    await button().click();
    await item("Ask").click();
    await view.page.locator(".notice").getByText("The store is closed.").waitFor();
    assert.equal(await label(), "Mode: Default");
  });
});
