import assert from "node:assert/strict";
import { frame, stillness } from "../support/webview-harness.ts";
import { useView } from "../support/webview-harness-page.ts";
import { scene, scenes, turn } from "../support/webview-harness-scenes.ts";

describe("the chat view beside an editor", () => {
  const view = useView();

  describe("the composer", () => {
    it("is usable before any script runs, and keeps element, text and focus when it is taken over", async () => {
      await view.blank();
      await view.page.addInitScript(() => {
        Object.assign(window, {
          acquireVsCodeApi: () => ({ postMessage() {}, getState() {}, setState() {} }),
        });
      });
      let release = () => {};
      const held = new Promise<void>((done) => (release = done));
      await view.page.route("**/main.js", (route) => held.then(() => route.continue()));
      await view.page.goto(view.harness.url, { waitUntil: "commit" });
      await view.composer().click();
      await view.page.keyboard.type("typed early");
      await view.page.evaluate(() => {
        Object.assign(window, { early: document.querySelector("textarea") });
      });
      const before = await view.page.evaluate(() =>
        document.getElementById("app")?.innerHTML.replaceAll(/>\s+</g, "><").trim(),
      );
      release();
      await view.page.waitForFunction(() => document.querySelector(".send[aria-disabled=false]"));
      const kept = await view.page.evaluate(() => {
        const area = document.querySelector("textarea");
        return [
          area === (window as unknown as { early: unknown }).early,
          area?.value,
          document.activeElement === area,
        ];
      });
      assert.deepEqual(kept, [true, "typed early", true]);
      const taken = await view.page.evaluate(() => document.getElementById("app")?.innerHTML);
      assert.equal(
        taken?.replaceAll(/>\s+</g, "><"),
        before?.replace('aria-disabled="true"', 'aria-disabled="false"').replaceAll(/>\s+</g, "><"),
      );
    });

    it("sends with Enter, breaks with Shift+Enter, and recalls with Up", async () => {
      await view.open(scenes.one);
      await view.composer().click();
      await view.page.keyboard.type("one");
      await view.page.keyboard.press("Shift+Enter");
      await view.page.keyboard.type("two");
      await view.page.keyboard.press("Enter");
      assert.deepEqual(await view.requests("session.prompt"), [{ session: "s1", text: "one\ntwo" }]);
      assert.equal(await view.composer().inputValue(), "");
      await view.page.keyboard.press("ArrowUp");
      assert.equal(await view.composer().inputValue(), "Fix the type error");
    });

    it("sends nothing while an input method composes, and nothing that is empty", async () => {
      await view.open(scenes.nothing);
      await view.composer().fill("x");
      await view.composer().dispatchEvent("keydown", { key: "Enter", isComposing: true, keyCode: 229 });
      await view.composer().fill("  ");
      await view.composer().press("Enter");
      assert.deepEqual(await view.requests("session.prompt"), []);
    });

    it("gives back what was refused, with the reason", async () => {
      await view.open(scenes.one);
      await view.page.evaluate(() =>
        window.host.refuse("session.prompt", "The store is closed. Reload the window."),
      );
      await view.composer().fill("precious");
      await view.composer().press("Enter");
      await view.page.getByText("The store is closed.").first().waitFor();
      assert.equal(await view.composer().inputValue(), "precious");
    });

    it("stops with Escape only while it is empty", async () => {
      await view.open(scenes.running);
      await view.composer().fill("x");
      await view.composer().press("Escape");
      await view.composer().fill("");
      await view.composer().press("Escape");
      assert.deepEqual(await view.requests("session.stop"), [{ session: "s1" }]);
      await view.page.getByTestId("stop").click();
      assert.equal((await view.requests("session.stop")).length, 2);
    });

    it("has the focus after Stop is clicked", async () => {
      await view.open(scenes.running);
      await view.page.getByTestId("stop").click();
      await view.page.evaluate(() =>
        window.host.emit("session", [{ type: "turn-end", at: Date.now(), turn: "t2", reason: "stopped" }]),
      );
      await view.page.getByTestId("stop").waitFor({ state: "detached" });
      await view.page.waitForFunction(() => document.activeElement?.tagName === "TEXTAREA");
    });

    it("takes 5 MB without laying it out, sends it, and refuses 9 MB in a sentence", async () => {
      await view.open(scenes.nothing);
      const paste = (length: number) =>
        view.composer().evaluate((area, count) => {
          const data = new DataTransfer();
          data.setData("text/plain", "line of text\n".repeat(count / 13));
          area.dispatchEvent(
            new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true }),
          );
        }, length);
      await paste(5_000_000);
      await view.page.getByText("Pasted text · 4.8 MB").waitFor();
      assert.equal(await view.composer().inputValue(), "");
      assert.ok((await view.page.evaluate(() => document.body.textContent.length)) < 100_000);
      await paste(9_000_000);
      await view.page.getByText("A message can hold 8.0 MB").first().waitFor();
      await view.composer().press("Enter");
      const [sent] = (await view.requests("session.prompt")) as { text: string }[];
      assert.ok((sent?.text.length ?? 0) > 4_900_000);
    });

    it("keeps what was pasted over a reload and in each session, and sends it then", async () => {
      const long = "line of text\n".repeat(20_000);
      await view.open(scenes.one);
      await view.composer().evaluate((area, text) => {
        const data = new DataTransfer();
        data.setData("text/plain", text);
        area.dispatchEvent(
          new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true }),
        );
      }, long);
      const chip = view.page.getByText("Pasted text · 253.9 KB");
      await chip.waitFor();
      await view.page.waitForFunction(() => /"blob":"kept/.test(sessionStorage.getItem("state") ?? ""));
      assert.ok((await view.page.evaluate(() => sessionStorage.getItem("state")?.length ?? 0)) < 2_000);
      await view.page.reload();
      await chip.waitFor();
      await view.page.getByRole("button", { name: "New session" }).click();
      await chip.waitFor({ state: "detached" });
      await view.page.getByRole("heading", { name: "Ask about this project" }).waitFor();
      await view.page.getByRole("button", { name: "Sessions" }).click();
      await view.page.getByTestId("session-item").first().click();
      await chip.waitFor();
      await view.composer().press("Enter");
      await chip.waitFor({ state: "detached" });
      assert.deepEqual(await view.requests("session.prompt"), [{ session: "s1", text: long }]);
    });

    it("keeps its draft over a reload", async () => {
      await view.open(scenes.one);
      await view.composer().fill("unfinished");
      await view.page.waitForFunction(() => sessionStorage.getItem("state")?.includes("unfinished"));
      await view.page.reload();
      await view.page.waitForFunction(() => document.querySelector("textarea")?.value === "unfinished");
    });
  });

  describe("the conversation", () => {
    it("follows its end, stays where a reader went, and jumps back", async () => {
      await view.open(scenes.hundred);
      assert.ok((await view.toEnd()) < 2);
      await view.conversation().hover();
      await view.page.mouse.wheel(0, -600);
      const jump = view.page.getByRole("button", { name: "Jump to latest" });
      await jump.waitFor();
      await stillness(view.page);
      const above = await view.toEnd();
      await jump.hover();
      await view.page.mouse.wheel(0, -300);
      await stillness(view.page);
      assert.ok((await view.toEnd()) > above + 200, "The wheel over what floats turns the conversation.");
      const text = () =>
        view.page.evaluate(() => {
          const edge = document.querySelector(".row-list")?.getBoundingClientRect().top ?? 0;
          const rows = [...document.querySelectorAll(".row")].map(
            (row) => [row, row.getBoundingClientRect()] as const,
          );
          const [row, box] = rows.find(([, { bottom }]) => bottom > edge) ?? [];
          return `${Math.round((box?.top ?? 0) - edge)} ${row?.textContent}`;
        });
      const before = await text();
      await view.page.evaluate(() => {
        const at = Date.now();
        window.host.emit("session", [
          { type: "turn-start", at, turn: "new", number: 101, message: { id: "m", text: { text: "More" } } },
        ]);
      });
      // Whatever was told before this button came is drawn with it.
      await view.page.getByTestId("stop").waitFor();
      assert.equal(await text(), before);
      await jump.click();
      await view.page.getByText("More", { exact: true }).waitFor();
      assert.ok((await view.toEnd()) < 2);
      assert.equal(await jump.count(), 0);
    });

    it("reads older turns on the way up and keeps the reader's place", async () => {
      const all = Array.from({ length: 60 }, (_, index) => turn(index + 1));
      await view.open(scene({ turns: all.slice(40), olderTurns: 40 }, { older: all }));
      await view.conversation().hover();
      for (let step = 0; step < 400 && (await view.requests("session.turns")).length < 2; step++) {
        await view.page.mouse.wheel(0, -1500);
        await frame(view.page);
      }
      assert.deepEqual((await view.requests("session.turns"))[0], { session: "s1", before: 41, count: 20 });
      await stillness(view.page);
      const numbers = await view.page.evaluate(() =>
        [...document.querySelectorAll(".row h2")].map(
          (heading) => /\d+/.exec(heading.textContent ?? "")?.[0],
        ),
      );
      assert.ok(
        numbers.every((number) => Number(number) <= 45 && Number(number) > 18),
        numbers.join(),
      );
    });

    it("does not grow with its length", async () => {
      const nodes = () => view.page.evaluate(() => document.getElementsByTagName("*").length);
      await view.open(scene({ turns: Array.from({ length: 1000 }, (_, index) => turn(index + 1)) }));
      const counts = [await nodes()];
      await view.conversation().hover();
      for (let step = 0; step < 60; step++) {
        await view.page.mouse.wheel(0, -3000);
        await frame(view.page);
        counts.push(await nodes());
      }
      assert.ok(Math.max(...counts) < 600, String(Math.max(...counts)));
    });

    it("opens calls and groups, and reads a large result by pages", async () => {
      const blob = "0".repeat(64);
      const large = turn(1, {
        items: [
          {
            kind: "tool",
            id: "c",
            call: {
              ...{
                id: "c",
                name: "search",
                arguments: '{"pattern":"x"}',
                title: { verb: "Search", object: "x" },
              },
              ...{ startedAt: 0, status: "ended", endedAt: 5, outcome: "ok", files: [] },
              output: { blob, bytes: 250_000, preview: "beginning" },
            },
          },
        ],
      });
      await view.open(scene({ turns: [large] }, { bodies: { [blob]: "y".repeat(250_000) } }));
      const row = view.page.getByTestId("tool-call");
      await row.getByRole("button", { name: "Search x" }).click();
      assert.equal(await row.getByRole("button", { name: "Search x" }).getAttribute("aria-expanded"), "true");
      await row.getByRole("button", { name: "Show all (244.1 KB)" }).click();
      await row.getByRole("button", { name: "Show more (146.5 KB left)" }).click();
      await row.getByRole("button", { name: /48.8 KB left/ }).click();
      await row.getByRole("button", { name: /Show (?:all|more)/ }).waitFor({ state: "detached" });
    });

    it("opens files and diffs, reverts, and goes on", async () => {
      await view.open(scene({ turns: [turn(1, { end: { at: 1, reason: "stopped" } })] }));
      await view.page.getByRole("button", { name: "src/station.ts:12" }).click();
      await view.page.getByRole("button", { name: "average" }).click();
      assert.deepEqual(await view.requests("file.open"), [
        { path: "src/station.ts", line: 12 },
        { path: "src/average.ts", line: 4 },
      ]);
      await view.page
        .getByRole("group", { name: "Changed files" })
        .getByRole("button", { name: /station/ })
        .click();
      assert.deepEqual(await view.requests("turn.diff"), [
        { session: "s1", turn: "t1", path: "src/station.ts" },
      ]);
      await view.page.getByRole("button", { name: "Revert turn" }).click();
      assert.deepEqual(await view.requests("turn.revert"), [{ session: "s1", turn: "t1" }]);
      await view.page.getByRole("button", { name: "Continue" }).click();
      assert.deepEqual(await view.requests("session.continue"), [{ session: "s1" }]);
    });

    it("copies an answer as it was written", async () => {
      await view.open(scenes.one);
      await view.page.getByRole("button", { name: "Copy answer" }).click();
      await view.page.getByRole("button", { name: "Copied" }).waitFor();
      assert.match(
        await view.page.evaluate(() => navigator.clipboard.readText()),
        /^The type error is in `src\/station.ts:12`/,
      );
    });
  });

  it("answers questions by key and by click", async () => {
    await view.open(scenes.asking);
    await view.page.getByRole("button", { name: "Go on without asking", disabled: false }).waitFor();
    await view.composer().click();
    await view.page.keyboard.press("2");
    assert.deepEqual(await view.requests("session.answer"), [
      { session: "s1", question: "q", value: "always" },
    ]);
  });

  it("edits and removes what is queued", async () => {
    await view.open(scenes.running);
    await view.page.getByRole("button", { name: "Edit queued message" }).click();
    await view.page.keyboard.press("Control+A");
    await view.page.keyboard.type("Rather not");
    await view.page.keyboard.press("Enter");
    await view.page.getByRole("button", { name: "Remove queued message" }).click();
    assert.deepEqual(await view.requests("queue.edit"), [{ session: "s1", id: "q1", text: "Rather not" }]);
    assert.deepEqual(await view.requests("queue.remove"), [{ session: "s1", id: "q1" }]);
  });

  it("says that what is queued waits where no turn runs, and sends it when told so", async () => {
    await view.open(scenes.running);
    await view.page.getByText("1 queued message · sent at the next step").waitFor();
    assert.equal(await view.page.getByRole("button", { name: "Send now" }).count(), 0);
    await view.page.evaluate(() =>
      window.host.emit("session", [{ type: "turn-end", at: Date.now(), turn: "t2", reason: "stopped" }]),
    );
    await view.page.getByText("1 queued message waiting · sent with your next message").waitFor();
    await view.page.getByRole("button", { name: "Send now" }).click();
    assert.deepEqual(await view.requests("session.continue"), [{ session: "s1" }]);
  });

  it("lists sessions; arrows move, Enter opens, Escape goes back", async () => {
    await view.open(scenes.hundred);
    await view.page.getByRole("button", { name: "Sessions" }).click();
    await view.page.waitForFunction(() => document.activeElement?.id === "session-s1");
    for (let step = 0; step < 30; step++) await view.page.keyboard.press("ArrowDown");
    await view.page.waitForFunction(() => document.activeElement?.id === "session-s31");
    assert.ok((await view.page.getByTestId("session-item").count()) < 60);
    await view.page.keyboard.press("Enter");
    assert.deepEqual(await view.requests("session.open"), [{ session: "s31" }]);
    await view.page.waitForFunction(() => document.activeElement?.tagName === "TEXTAREA");
    await view.page.getByRole("button", { name: "Sessions" }).click();
    await view.page.waitForFunction(() => document.activeElement?.id.startsWith("session-"));
    await view.page.keyboard.press("Escape");
    await view.page.waitForFunction(() => document.activeElement?.tagName === "TEXTAREA");
  });

  it("answers the host's heartbeat, and asks again for what it missed", async () => {
    await view.open(scenes.running);
    await view.page.evaluate(() => {
      window.host.post({ type: "ping" });
      window.host.lose("session");
      window.host.emit("session", [{ type: "title-change", at: Date.now(), title: "Other" }]);
    });
    await view.page.waitForFunction(() => {
      const { sent } = window.host;
      const follows = sent.filter((message) => message.type === "subscribe" && message.channel === "session");
      return follows.length === 2 && sent.some(({ type }) => type === "pong");
    });
  });
});
