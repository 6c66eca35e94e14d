import assert from "node:assert/strict";
import { stillness } from "../support/webview-harness.ts";
import { useView } from "../support/webview-harness-page.ts";
import { scene, scenes } from "../support/webview-harness-scenes.ts";

describe("sessions of several windows in the chat view", () => {
  const view = useView();

  describe("a session of another window", () => {
    it("can be read and followed, not written to", async () => {
      await view.open(scene({ ...scenes.running.session, owner: "elsewhere" }));
      const bar = view.page.getByTestId("owner");
      await bar.getByText("This session is running in another window.").waitFor();
      assert.equal(await view.page.getByTestId("stop").count(), 0);
      await view.composer().focus();
      await view.page.keyboard.type("x");
      await view.page.keyboard.press("Enter");
      await view.page.keyboard.press("Escape");
      assert.equal(await view.composer().inputValue(), "");
      assert.deepEqual(await view.requests("session.prompt"), []);
      assert.deepEqual(await view.requests("session.stop"), []);
      await view.page.evaluate(() =>
        window.host.emit("session", [
          { type: "text-delta", at: Date.now(), step: "r2", text: "** a number, as they say." },
        ]),
      );
      await view.page.getByText("a number, as they say.").waitFor();
      await bar.getByRole("button", { name: "Open there" }).click();
      assert.deepEqual(await view.requests("session.openThere"), [{ session: "s1" }]);
    });

    it("keeps the draft until it comes back", async () => {
      await view.open(scenes.running);
      await view.composer().fill("Half a thought");
      const own = (owner: "elsewhere" | undefined) =>
        view.page.evaluate(
          (who) => window.host.emit("session", [{ type: "owner-change", owner: who }]),
          owner,
        );
      await own("elsewhere");
      await view.page.locator("textarea[readonly]").waitFor();
      assert.equal(await view.composer().inputValue(), "Half a thought");
      await own(undefined);
      await view.page.locator("textarea:not([readonly])").waitFor();
      await view.composer().press("Enter");
      assert.deepEqual(await view.requests("session.prompt"), [{ session: "s1", text: "Half a thought" }]);
    });

    it("is taken over when that window has gone, and then goes on by Continue", async () => {
      await view.open(scene({ ...scenes.running.session, owner: "gone" }));
      const bar = view.page.getByTestId("owner");
      await bar.getByText("The window that ran this session has gone.").waitFor();
      await view.page.getByText("Cut off").waitFor();
      await bar.getByRole("button", { name: "Take over" }).click();
      assert.deepEqual(await view.requests("session.takeOver"), [{ session: "s1" }]);
      await view.page.evaluate(() =>
        window.host.emit("session", [
          { type: "turn-end", at: Date.now(), turn: "t2", reason: "interrupted" },
          { type: "owner-change", owner: undefined },
        ]),
      );
      await bar.waitFor({ state: "detached" });
      await view.page.getByTestId("continue").click();
      assert.deepEqual(await view.requests("session.continue"), [{ session: "s1" }]);
    });
  });

  it("offers what another window wrote to the session as a fork, or leaves it", async () => {
    await view.open(scene({ ...scenes.one.session, hasStrays: true }));
    const bar = view.page.getByTestId("strays");
    await bar.getByRole("button", { name: "Open as a fork" }).click();
    await bar.getByRole("button", { name: "Dismiss" }).click();
    assert.deepEqual(await view.requests("session.forkStrays"), [{ session: "s1" }]);
    assert.deepEqual(await view.requests("session.dismissStrays"), [{ session: "s1" }]);
    await view.page.evaluate(() =>
      window.host.emit("session", [{ type: "strays-change", hasStrays: false }]),
    );
    await bar.waitFor({ state: "detached" });
  });

  it("offers to reload the window where a newer version has written the history", async () => {
    const storeProblem = { message: "A newer version has written this history.", needsReload: true };
    await view.open({ ...scenes.one, workspace: { ...scenes.one.workspace, storeProblem } });
    await view.page.getByRole("button", { name: "Reload window" }).click();
    assert.deepEqual(await view.requests("ui.run"), [{ action: "reload-window" }]);
  });

  describe("a session that is on its way", () => {
    it("gets what is sent meanwhile", async () => {
      await view.open(scenes.one);
      await view.page.evaluate(() => window.host.hold("session.create"));
      await view.page.getByRole("button", { name: "New session" }).click();
      await view.composer().fill("For the new one");
      await view.composer().press("Enter");
      assert.deepEqual(await view.requests("session.prompt"), []);
      await view.page.evaluate(() => window.host.release("session.create"));
      await view.page.waitForFunction(() =>
        window.host.sent.some((sent) => sent.type === "request" && sent.method === "session.prompt"),
      );
      assert.deepEqual(await view.requests("session.prompt"), [{ session: "made", text: "For the new one" }]);
    });

    it("leaves the draft of the earlier one there, and takes what is written meanwhile", async () => {
      await view.open(scenes.one);
      await view.composer().fill("For the old one");
      await view.page.evaluate(() => window.host.hold("session.create"));
      await view.page.getByRole("button", { name: "New session" }).click();
      await view.page.waitForFunction(() => document.querySelector("textarea")?.value === "");
      await view.composer().fill("Not yet sent");
      await view.page.evaluate(() => window.host.release("session.create"));
      await view.page.getByRole("heading", { name: "Ask about this project" }).waitFor();
      assert.equal(await view.composer().inputValue(), "Not yet sent");
      await view.page.getByRole("button", { name: "Sessions" }).click();
      await view.page.getByTestId("session-item").first().click();
      await view.page.waitForFunction(() => document.querySelector("textarea")?.value === "For the old one");
    });

    it("gives back what was sent when it could not be made", async () => {
      await view.open(scenes.one);
      await view.page.evaluate(() => {
        window.host.hold("session.create");
        window.host.refuse("session.create", "The disk is full.");
      });
      await view.page.getByRole("button", { name: "New session" }).click();
      await view.composer().fill("precious");
      await view.composer().press("Enter");
      await view.page.evaluate(() => window.host.release("session.create"));
      await view.page.getByText("The disk is full.").first().waitFor();
      await view.page.waitForFunction(() => document.querySelector("textarea")?.value === "precious");
      assert.deepEqual(await view.requests("session.prompt"), []);
    });
  });

  it("keeps the one draft of a session in which nothing was sent, whatever its id is after a reload", async () => {
    await view.open(scenes.nothing);
    await view.composer().fill("Never sent");
    await view.page.waitForFunction(() => sessionStorage.getItem("state")?.includes("Never sent"));
    await view.page.reload();
    await view.page.waitForFunction(() => document.querySelector("textarea")?.value === "Never sent");
    await view.page.getByRole("button", { name: "New session" }).click();
    await view.page.waitForFunction(() => window.scripted.active() === "made");
    await stillness(view.page);
    assert.equal(await view.composer().inputValue(), "Never sent");
    await view.composer().press("Enter");
    assert.deepEqual(await view.requests("session.prompt"), [{ session: "made", text: "Never sent" }]);
  });
});
