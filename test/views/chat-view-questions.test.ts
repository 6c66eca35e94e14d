import assert from "node:assert/strict";
import { asks, questionScenes, shellScenes, waiting } from "../support/permission-scenes.ts";
import { cardOf } from "../support/permission-view.ts";
import { checkAccessible } from "../support/accessibility.ts";
import { useView } from "../support/webview-harness-page.ts";

describe("questions for leave among what else happens: one", () => {
  const view = useView();
  const its = cardOf(view);
  const { card, button, settle, ask, answered, press, gave, answers } = its;
  const { name, step, open, isCard } = its;

  describe("takes for no answer", () => {
    it("a digit in a message", async () => {
      await open("q1");
      await view.composer().fill("x");
      await press("1");
      assert.equal(await view.composer().inputValue(), "x1");
      assert.deepEqual(await answers(), []);
    });
    it("a digit of somebody who is writing", async () => {
      await open("q1");
      await view.composer().click();
      await view.page.keyboard.type("a");
      await press("Backspace");
      await press("1");
      assert.equal(await view.composer().inputValue(), "1");
      assert.deepEqual(await answers(), []);
    });
    it("a digit beside what was pasted", async () => {
      await open("q1");
      await view.composer().evaluate((area) => {
        const data = new DataTransfer();
        data.setData("text/plain", "line of text\n".repeat(20_000));
        area.dispatchEvent(
          new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true }),
        );
      });
      await view.page.getByText(/^Pasted text/).waitFor();
      await view.composer().press("1");
      assert.equal(await view.composer().inputValue(), "1");
      assert.deepEqual(await answers(), []);
    });
    it("a digit with another key, in the conversation, or that no answer has", async () => {
      await open("q1");
      await view.composer().click();
      for (const key of ["Control+1", "Alt+1", "Meta+1"]) await press(key);
      await view.conversation().focus();
      await press("1");
      await card().focus();
      for (const key of ["5", "9", "0", "a"]) await press(key);
      assert.deepEqual(await answers(), []);
    });
    it("a digit in the composer while a denial is worded", async () => {
      await open("q1");
      await button("deny").click();
      await card().getByRole("textbox").waitFor();
      await view.composer().click();
      await press("1");
      assert.equal(await view.composer().inputValue(), "1");
      assert.deepEqual(await answers(), []);
    });
    it("a key that is held down for what comes next", async () => {
      await open("q1", "q2");
      await card().focus();
      await view.page.keyboard.down("1");
      await gave("q1 once");
      await answered("q1");
      await settle();
      await view.page.keyboard.down("1");
      await view.page.keyboard.down("1");
      assert.deepEqual(await answers(), ["q1 once"]);
    });
    it("a click on what stood there before", async () => {
      await view.open(waiting());
      await view.page.evaluate(() => {
        new MutationObserver(() => {
          document.querySelector<HTMLElement>("[data-testid=permission-always]")?.click();
        }).observe(document.body, { childList: true, subtree: true });
      });
      await ask(asks("q1"));
      await settle();
      assert.deepEqual(await answers(), []);
    });
    it("a key that was pressed before it appeared: it is typed", async () => {
      await view.open(waiting());
      await view.composer().click();
      await ask(asks("q1"));
      await press("1");
      assert.equal(await view.composer().inputValue(), "1");
      assert.deepEqual(await answers(), []);
    });
    it("a click just after the question before it was answered", async () => {
      await open("q1", "q2");
      await button("once").click();
      await answered("q1");
      await isCard("q2");
      await button("once").dispatchEvent("click");
      assert.deepEqual(await answers(), ["q1 once"]);
      await settle();
      await button("once").click();
      await gave("q1 once", "q2 once");
    });
  });

  describe("among others", () => {
    it("keeps its place when others come", async () => {
      await open("q1");
      await ask(asks("q2", { target: "run q2" }));
      await card().getByText("1 of 2").waitFor();
      await isCard("q1");
      assert.equal(await button("once").getAttribute("aria-disabled"), "false");
    });
    it("can be put off, and answered in any order", async () => {
      await open("q1", "q2", "q3");
      await step("Next question");
      await isCard("q2");
      await button("session").click();
      await answered("q2");
      await isCard("q3");
      await card().getByText("2 of 2").waitFor();
      await step("Next question");
      await isCard("q1");
      await step("Previous question");
      await isCard("q3");
      await button("once").click();
      await answered("q3");
      await isCard("q1");
      await gave("q2 session", "q3 once");
    });
    it("gives its place to the next when it is answered elsewhere", async () => {
      await open("q1", "q2");
      await answered("q1");
      await isCard("q2");
      await answered("q2");
      await card().waitFor({ state: "detached" });
    });
    it("is one of ten at once: all are named and answered by keys alone", async () => {
      await view.open(waiting());
      const ids = Array.from({ length: 10 }, (_, index) => `q${index}`);
      await ask(...ids.map((id) => asks(id, { agent: `agent ${id}`, target: `run ${id}` })));
      await card().getByText("1 of 10").waitFor();
      for (const id of ids) {
        await name(`agent ${id}`).waitFor();
        await settle();
        await card().focus();
        await press("1");
        await answered(id);
      }
      await card().waitFor({ state: "detached" });
      await gave(...ids.map((id) => `${id} once`));
    });
    it("may be one of another kind", async () => {
      const other = {
        id: "p",
        text: "Go on?",
        choices: [
          { value: "yes", label: "Yes" },
          { value: "no", label: "No" },
        ],
      };
      await view.open(waiting(other, asks("q1")));
      const question = view.page.getByTestId("question-card");
      await question.getByText("1 of 2").waitFor();
      await question.locator("[aria-disabled=false]").first().waitFor();
      await view.composer().click();
      await press("2");
      await gave("p no");
      await answered("p");
      await name("BooCode").waitFor();
    });
    it("is there again after a reload", async () => {
      await open("q1", "q2");
      await view.page.reload();
      await isCard("q1");
      await card().getByText("1 of 2").waitFor();
    });
  });

  describe("and the focus:", () => {
    const hasFocus = () => card().evaluate((element) => element === document.activeElement);
    it("stays in the card for the next one", async () => {
      await open("q1", "q2");
      await button("once").focus();
      await press("Enter");
      await answered("q1");
      await isCard("q2");
      assert.ok(await hasFocus());
    });
    it("goes back to the composer after the last one", async () => {
      await open("q1");
      await button("once").click();
      await answered("q1");
      await card().waitFor({ state: "detached" });
      await view.page.waitForFunction(() => document.activeElement?.tagName === "TEXTAREA");
    });
    it("is not taken by a question that comes", async () => {
      await view.open(waiting());
      await view.composer().click();
      await view.page.keyboard.type("writing");
      await ask(asks("q1"));
      await view.page.keyboard.type(" on");
      assert.equal(await view.composer().inputValue(), "writing on");
    });
    it("stays where it was when a question is answered from the composer", async () => {
      await open("q1");
      await view.composer().click();
      await press("1");
      await answered("q1");
      await card().waitFor({ state: "detached" });
      await view.page.keyboard.type("next");
      assert.equal(await view.composer().inputValue(), "next");
    });
  });

  it("has no violations in any theme", async () => {
    const looks = (name: string) => checkAccessible(view.page, name);
    for (const name of ["three", "long", "write", "hostile"] as const) {
      await view.open(questionScenes[name], { width: 320 });
      await card().waitFor();
      await looks(name);
    }
    await settle();
    await button("deny").click();
    await looks("deny");
    await view.page.getByRole("button", { name: /^Mode: / }).click();
    await looks("mode");
    await view.open(shellScenes.running, { width: 320 });
    await looks("running");
    await view.open(shellScenes.ended, { width: 320 });
    for (const index of [0, 3, 7])
      await view.page.locator("[data-testid=tool-call] button.line").nth(index).click();
    await looks("ended");
  });
});
