import assert from "node:assert/strict";
import type { SessionEvent, SessionState, TurnEndReason } from "../../src/protocol/session.ts";
import { asks, questionScenes } from "../support/permission-scenes.ts";
import { frame } from "../support/webview-harness.ts";
import { useView } from "../support/webview-harness-page.ts";
import { scene, scenes, turn } from "../support/webview-harness-scenes.ts";

describe("what the chat view tells assistive technology", () => {
  const view = useView();
  const error = { code: "x", message: "The server hung up.", actions: ["retry"] } as const;
  const end = (reason: TurnEndReason, id = "t2"): SessionEvent => ({
    type: "turn-end",
    at: Date.now(),
    turn: id,
    reason,
    ...(reason === "error" && { error }),
  });
  const start = (number: number): SessionEvent => ({
    type: "turn-start",
    at: Date.now(),
    turn: `t${number}`,
    number,
    message: { id: `m${number}`, text: { text: "Go on" } },
  });

  /** Opens the running scene and notes everything that is told from then on. */
  async function listen(): Promise<void> {
    await view.open({
      ...scenes.running,
      others: { s9: { ...(scenes.one.session as SessionState), id: "s9" } },
    });
    await view.page.evaluate(() => {
      const heard: (string | null)[] = [];
      for (const region of document.querySelectorAll("[aria-live=polite], [role=alert]")) {
        new MutationObserver(() => heard.push(region.textContent)).observe(region, {
          childList: true,
          characterData: true,
          subtree: true,
        });
      }
      Object.assign(window, { heard });
    });
  }

  /** Lets things happen, and waits until they are drawn. */
  async function happen(...events: readonly SessionEvent[]): Promise<void> {
    const title = `after ${events.map(({ type }) => type).join()} ${Math.random()}`;
    await view.page.evaluate(
      ([told, mark]) => {
        window.host.emit("session", told);
        window.host.emit("session", [{ type: "title-change", at: Date.now(), title: mark }]);
      },
      [events, title] as const,
    );
    await view.page.waitForFunction((mark) => document.querySelector(".title")?.textContent === mark, title);
  }

  const heard = () =>
    view.page.evaluate(() => (window as unknown as { heard: string[] }).heard.filter(Boolean));

  /** Waits until this has been told, and looks that nothing comes after it. */
  async function hears(...expected: readonly string[]): Promise<void> {
    await view.page.waitForFunction(
      (count) => (window as unknown as { heard: string[] }).heard.filter(Boolean).length >= count,
      expected.length,
    );
    for (let frames = 0; frames < 3; frames++) await frame(view.page);
    assert.deepEqual(await heard(), expected);
  }

  /** Waits until this is what the polite and the urgent region hold. */
  const tells = (polite: string, urgent: string) =>
    view.page.waitForFunction(
      ([first, second]) =>
        document.querySelector("[aria-live=polite]")?.textContent === first &&
        document.querySelector("[role=alert].hidden")?.textContent === second,
      [polite, urgent] as const,
    );

  it("is each finished reply once, as it reads", async () => {
    await listen();
    await happen({ type: "text-delta", at: Date.now(), step: "r2", text: "** a number: `<style>` > b." });
    await happen(end("done"));
    await hears(
      "Turn 2 finished. I will add two cases, one for a number and one for a line that is not a number: <style> > b.",
    );
  });

  it("is an error at once, and no end beside it", async () => {
    await listen();
    await happen(end("error"));
    await hears("The server hung up.");
  });

  it("is how a turn ended that was not done", async () => {
    await listen();
    await happen(end("stopped"));
    await hears("Turn 2 stopped.");
  });

  it("is an error of a turn that began and ended between two frames", async () => {
    await listen();
    await happen(end("stopped"), start(3), end("error", "t3"));
    await tells("", "The server hung up.");
  });

  it("is over when a new turn begins", async () => {
    await listen();
    await happen(end("error"));
    await tells("", "The server hung up.");
    await happen(start(3));
    await tells("", "");
    await happen(end("stopped", "t3"));
    await tells("Turn 3 stopped.", "");
  });

  it("is over when another session is shown", async () => {
    await listen();
    await happen(end("error"));
    await tells("", "The server hung up.");
    await view.page.evaluate(() =>
      window.host.emit("workspace", [{ type: "workspace-change", change: { activeSession: "s9" } }]),
    );
    await tells("", "");
  });

  it("is why something did not happen, until it does", async () => {
    await view.open(scene({ turns: [turn(1, { end: { at: 1, reason: "stopped" } })] }));
    await view.page.evaluate(() => window.host.refuse("session.continue", "The disk is full."));
    const button = view.page.getByRole("button", { name: "Continue" });
    await button.click();
    await view.page.locator(".hidden[role=alert]").getByText("The disk is full.").waitFor();
    await button.click();
    await tells("", "");
  });

  describe("of questions for leave", () => {
    const asked = (id: string): SessionEvent => ({
      type: "question-asked",
      at: Date.now(),
      turn: "t2",
      question: asks(id, { agent: id, target: `run ${id}` }),
    });
    const told = (id: string) =>
      `${id} wants to run a command: run ${id}. In /home/ada/projects/weather-station. It opens a connection, and there is no rule for it. 1, Once; 2, This session; 3, Always; 4, Deny`;

    it("is each once, at once, as it comes", async () => {
      await listen();
      await happen(asked("reviewer"));
      await happen(asked("tester"));
      await happen({ type: "question-answered", at: Date.now(), id: "reviewer", value: "once" });
      await hears(told("reviewer"), told("tester"));
    });

    it("is how many came at once, and the first", async () => {
      await listen();
      await happen(asked("reviewer"), asked("tester"));
      await hears(`2 questions wait for you. First: ${told("reviewer")}`);
    });

    it("is over when the last one is answered", async () => {
      await listen();
      await happen(asked("reviewer"));
      await tells("", told("reviewer"));
      await happen({ type: "question-answered", at: Date.now(), id: "reviewer", value: "once" });
      await tells("", "");
    });

    it("is what waits already when the view is opened", async () => {
      await view.open(questionScenes.three);
      await view.page
        .locator(".hidden[role=alert]")
        .getByText(/^3 questions wait for you\. First: reviewer wants to read a file: \/etc\/hosts\./)
        .waitFor({ state: "attached" });
    });
  });
});
