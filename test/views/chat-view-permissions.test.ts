import assert from "node:assert/strict";
import { until } from "../support/e2e-chat.ts";
import { asks, questionScenes, waiting } from "../support/permission-scenes.ts";
import { cardOf } from "../support/permission-view.ts";
import { useView } from "../support/webview-harness-page.ts";

describe("a question for leave", () => {
  const view = useView();
  const its = cardOf(view);
  const { card, button, field, settle, ask, answered, press, gave, answers } = its;
  const { name, step, open, isCard } = its;

  it("says who wants what, where and why, and what Always would write down", async () => {
    await view.open(questionScenes.command);
    await card().waitFor();
    assert.equal(await card().getAttribute("aria-label"), "Permission: BooCode wants to run a command");
    const text = (await card().innerText()).replaceAll(/\s+/g, " ");
    assert.match(
      text,
      /^BooCode wants to run a command npm install left-pad in \/home\/ada\/projects\/ ?weather-station It opens a connection, and there is no rule for it\. Always saves the rule npm install left-pad for \/home\/ada\/projects\/ ?weather-station Once ?1 This session ?2 Always ?3 Deny ?4$/,
    );
    await view.conversation().getByText("Waiting for you").waitFor();
  });

  it("offers no Always where there is no rule", async () => {
    const { rule: _, ...permission } = asks("q1").permission ?? assert.fail();
    await view.open(waiting({ ...asks("q1"), permission }));
    await settle();
    assert.deepEqual(await card().locator(".choices button").allInnerTexts(), [
      "Once1",
      "This session2",
      "Deny4",
    ]);
    assert.equal(await card().getByText("Always").count(), 0);
  });

  it("shows a path with its name, and all of it on demand", async () => {
    await view.open(questionScenes.write, { width: 300 });
    const path = card().getByRole("button", { name: /settings\.json$/ });
    assert.match((await path.getAttribute("title")) ?? "", /^\/home\/ada\/.*\/settings\.json$/);
    const height = async () => (await path.boundingBox())?.height ?? 0;
    const before = await height();
    await path.click();
    assert.ok((await height()) > before * 1.5);
    assert.equal(await path.getAttribute("aria-expanded"), "true");
  });

  describe("is answered", () => {
    for (const answer of ["once", "session", "always"] as const) {
      it(`by a click: ${answer}`, async () => {
        await open("q1");
        await button(answer).click();
        await gave(`q1 ${answer}`);
      });
    }
    for (const [key, answer] of [
      ["1", "once"],
      ["2", "session"],
      ["3", "always"],
    ] as const) {
      it(`by the key ${key} in an empty composer: ${answer}`, async () => {
        await open("q1");
        await view.composer().click();
        await press(key);
        await gave(`q1 ${answer}`);
        assert.equal(await view.composer().inputValue(), "");
      });
      it(`by the key ${key} in the card: ${answer}`, async () => {
        await open("q1");
        await card().focus();
        await press(key);
        await gave(`q1 ${answer}`);
      });
    }
    it("by Enter on a button", async () => {
      await open("q1");
      await button("session").focus();
      await press("Enter");
      await gave("q1 session");
    });
    it("once, however often it is clicked, and can not be clicked any more", async () => {
      await open("q1");
      await view.page.evaluate(() => window.host.hold("session.answer"));
      await button("once").dblclick();
      await button("session").click({ force: true });
      await press("2");
      await gave("q1 once");
      assert.ok(await button("once").isDisabled());
    });
    it("once, also when another one was looked at meanwhile", async () => {
      await open("q1", "q2");
      await view.page.evaluate(() => window.host.hold("session.answer"));
      await button("once").click();
      await step("Next question");
      await isCard("q2");
      await step("Previous question");
      await isCard("q1");
      assert.ok(await button("once").isDisabled());
      await gave("q1 once");
    });
    it("again where the answer came too late, and says so", async () => {
      await open("q1");
      await view.page.evaluate(() =>
        window.host.refuse("session.answer", "This question was answered already."),
      );
      await button("once").click();
      await view.page.locator(".notice").getByText("This question was answered already.").waitFor();
      await button("session").click();
      await gave("q1 once", "q1 session");
    });
    it("not from a window that only follows", async () => {
      const { session, ...script } = waiting(asks("q1"));
      await view.open({ ...script, ...(session && { session: { ...session, owner: "elsewhere" } }) });
      await card().waitFor();
      assert.ok(await button("once").isDisabled());
      await card().focus();
      await press("1");
      assert.deepEqual(await answers(), []);
    });
  });

  describe("is denied", () => {
    it("by the key 4 and Enter, without a word", async () => {
      await open("q1");
      await view.composer().click();
      await press("4");
      await press("Enter");
      await gave("q1 deny");
    });
    it("with a word to the agent", async () => {
      await open("q1");
      await button("deny").click();
      await view.page.keyboard.type("Use 1 of the fixtures");
      await press("Enter");
      await gave("q1 deny: Use 1 of the fixtures");
    });
    it("by a second click, but not by a double one", async () => {
      await open("q1");
      await button("deny").dblclick();
      await field().waitFor();
      assert.deepEqual(await answers(), []);
      await button("deny").click();
      await gave("q1 deny");
    });
    it("not after Escape, which keeps what was written", async () => {
      await open("q1");
      await button("deny").click();
      await view.page.keyboard.type("Because");
      await press("Escape");
      await button("once").waitFor();
      assert.ok(await card().evaluate((element) => element === document.activeElement));
      await button("deny").click();
      assert.equal(await field().inputValue(), "Because");
      await card().getByRole("button", { name: "Back" }).click();
      await button("once").waitFor();
      assert.deepEqual(await answers(), []);
      assert.deepEqual(await view.requests("session.stop"), []);
    });
    it("in peace, whatever comes meanwhile", async () => {
      await open("q1");
      await button("deny").click();
      await view.page.keyboard.type("Rather ");
      await ask(asks("q2"), asks("q3"));
      await card().getByText("1 of 3").waitFor();
      await view.page.keyboard.type("not 1 2 3");
      await press("Enter");
      await gave("q1 deny: Rather not 1 2 3");
    });
  });

  describe("however long or hostile", () => {
    it("shows a command of many lines whole, scrolling, with its length", async () => {
      await view.open(questionScenes.long, { width: 300 });
      const command = card().getByRole("group", { name: "Command", exact: true });
      const { target } = questionScenes.long.session?.questions[0]?.permission ?? assert.fail();
      assert.equal(await command.evaluate((element) => element.textContent), target);
      assert.ok(await command.evaluate((element) => element.scrollHeight > element.clientHeight));
      assert.ok(await command.evaluate((element) => element.scrollWidth <= element.clientWidth));
      await card().getByText("35 lines, 4795 characters").waitFor();
      await card().getByText("Asks about 3 commands").waitFor();
      await settle();
      for (const answer of ["once", "session", "always", "deny"] as const)
        assert.ok(await button(answer).isVisible());
    });
    it("names the one command of a line that it is about, and no command twice", async () => {
      await view.open(waiting(asks("q1", { target: "ls; rm -rf ~", commands: ["rm -rf ~"] })));
      await card().getByText("Asks about 1 command").waitFor();
      await answered("q1");
      await ask(asks("q2", { target: "rm -rf ~", commands: ["rm -rf ~"] }));
      await name("rm -rf ~").waitFor();
      assert.equal(
        await card()
          .getByText(/^Asks about/)
          .count(),
        0,
      );
    });
    it("does not scroll back when something happens", async () => {
      await view.open(questionScenes.long);
      const command = card().getByRole("group", { name: "Command", exact: true });
      await command.evaluate((element) => (element.scrollTop = 200));
      await ask(asks("q2"));
      await its.happen({ type: "title-change", at: Date.now(), title: "Other" });
      await card().getByText("1 of 2").waitFor();
      assert.equal(await command.evaluate((element) => element.scrollTop), 200);
    });
    it("draws no markup, and marks what would not be seen", async () => {
      await view.open(questionScenes.hostile);
      await card().waitFor();
      assert.equal(await card().locator("img, script, b").count(), 0);
      const marks = await card().locator("mark").allInnerTexts();
      for (const mark of [
        "[U+202E]",
        "[U+202C]",
        "[U+200B]",
        "[U+00A0]",
        "[ESC]",
        "[CR]",
        "[U+2066]",
        "[LF]",
      ])
        assert.ok(marks.includes(mark), mark);
    });
    it("shows a change line by line, the beginning of a long one first", async () => {
      await view.open(questionScenes.write);
      const lines = card().getByRole("group", { name: "Changed lines" }).locator(".change-line");
      assert.equal(await lines.count(), 8);
      assert.match((await lines.nth(4).textContent()) ?? "", /^− +const hours: number/);
      await answered("q1");
      const after = Array.from({ length: 500 }, (_, index) => `line ${index}`).join("\n");
      await ask(asks("q2", { operation: "write", target: "/p/new.txt", change: { after } }));
      await name("New file +500 −0").waitFor();
      assert.equal(await lines.count(), 200);
      await card().getByRole("button", { name: "Show 301 more lines" }).click();
      await until(
        () => lines.count(),
        (count) => count === 501,
      );
    });
    it("leaves the composer its place in a low view", async () => {
      await view.open(questionScenes.long, { width: 300, height: 420 });
      await settle();
      const box = await view.page.locator(".composer").boundingBox();
      assert.ok(box !== null && box.y + box.height <= 420);
      assert.ok(await button("deny").isVisible());
    });
  });
});
