import assert from "node:assert/strict";
import type { SessionState } from "../../src/protocol/session.ts";
import { stillness, type HostScript } from "../support/webview-harness.ts";
import { useView } from "../support/webview-harness-page.ts";
import { scene, scenes, turn } from "../support/webview-harness-scenes.ts";

const ten = Array.from({ length: 10 }, (_, index) => {
  const number = index + 1;
  const base = turn(number);
  const items = base.items.with(0, {
    kind: "user",
    id: `t${number}u`,
    text: { text: `Message ${number}` },
  });
  return { ...base, items };
});

describe("sessions in the chat view", () => {
  const view = useView();
  const message = (number: number) =>
    view.page.locator(".user").filter({ has: view.page.getByText(`Message ${number}`, { exact: true }) });
  const isShown = (number: number) =>
    view.page.waitForFunction((text) => {
      const list = document.querySelector(".row-list")?.getBoundingClientRect();
      const row = [...document.querySelectorAll(".user-text")].find((each) => each.textContent === text);
      const top = row?.closest(".row")?.getBoundingClientRect().top;
      return list !== undefined && top !== undefined && Math.abs(top - list.top) < 2;
    }, `Message ${number}`);
  const other = (state: Partial<SessionState>): SessionState => ({
    ...(scenes.one.session as SessionState),
    ...state,
  });

  describe("a fork", () => {
    it("is made from a message, by the pointer", async () => {
      await view.open(scene({ turns: ten.slice(0, 2) }));
      await view.conversation().evaluate((element) => (element.scrollTop = 0));
      await message(1).hover();
      await message(1).getByTestId("fork").click();
      assert.deepEqual(await view.requests("session.fork"), [{ session: "s1", turn: "t1" }]);
      await view.page.waitForFunction(() => document.activeElement?.tagName === "TEXTAREA");
    });

    it("is made from a message, by the keyboard", async () => {
      await view.open(scene({ turns: ten.slice(0, 1) }));
      await view.conversation().evaluate((element) => (element.scrollTop = 0));
      const fork = message(1).getByRole("button", { name: "Fork from here" });
      await view.conversation().focus();
      await view.page.keyboard.press("Tab");
      await view.page.keyboard.press("Tab");
      assert.equal(await fork.evaluate((element) => element === document.activeElement), true);
      assert.equal(await fork.locator("..").evaluate((element) => getComputedStyle(element).opacity), "1");
      await view.page.keyboard.press("Enter");
      assert.deepEqual(await view.requests("session.fork"), [{ session: "s1", turn: "t1" }]);
    });

    it("is not offered by a turn that runs", async () => {
      await view.open(scenes.running);
      const box = view.page.locator(".user").filter({ hasText: "Now add a test for it" });
      await box.waitFor();
      assert.equal(await box.getByRole("button").count(), 0);
    });

    it("says where it comes from and opens that, at that turn", async () => {
      const original = other({ id: "origin", title: "Message 1", turns: ten });
      const fork = scene(
        { id: "s1", title: "Message 1", turns: ten.slice(0, 4), forkOf: { session: "s9", turn: 4 } },
        { sessions: scenes.hundred.sessions, others: { s9: { ...original, id: "s9" } } },
      );
      await view.open(fork);
      await view.page.getByRole("button", { name: /^Fork of .*, turn 4$/ }).click();
      assert.deepEqual(await view.requests("session.open"), [{ session: "s9" }]);
      await isShown(4);
    });

    it("is listed by the message after whose turn it begins, an edit by that message", async () => {
      const forks = [
        { id: "s7", title: "Other one", turn: 1, isEdit: true },
        { id: "s8", title: "Other two", turn: 2, isEdit: false },
      ];
      const branch = other({ id: "s8", title: "Other two", turns: ten.slice(0, 5) });
      await view.open(
        scene(
          { turns: ten.slice(0, 3) },
          { answers: { "session.forks": { forks } }, others: { s8: branch } },
        ),
      );
      await view.conversation().evaluate((element) => (element.scrollTop = 0));
      await message(2).waitFor();
      assert.equal(
        await message(1)
          .getByText(/other branch/)
          .count(),
        0,
      );
      await message(2).getByRole("button", { name: "2 other branches" }).click();
      await message(2).getByRole("button", { name: "Other two after this turn" }).click();
      assert.deepEqual(await view.requests("session.open"), [{ session: "s8" }]);
      await isShown(3);
    });
  });

  describe("a message that is edited", () => {
    const edit = async (script: HostScript) => {
      await view.open(script);
      await view.conversation().evaluate((element) => (element.scrollTop = 0));
      await message(2).getByRole("button", { name: "Edit and resend" }).click();
      await view.page.locator("[aria-label='Edited message']:focus").waitFor();
    };
    const editor = () => view.page.getByRole("textbox", { name: "Edited message" });

    it("is sent by Enter in a fork; Shift+Enter breaks the line", async () => {
      await edit(scene({ turns: ten.slice(0, 2) }));
      assert.equal(await editor().inputValue(), "Message 2");
      await view.page.keyboard.type(", please");
      await view.page.keyboard.press("Shift+Enter");
      await view.page.keyboard.type("now");
      await view.page.keyboard.press("Enter");
      assert.deepEqual(await view.requests("session.resend"), [
        { session: "s1", turn: "t2", text: "Message 2, please\nnow" },
      ]);
      await editor().waitFor({ state: "detached" });
    });

    it("stays as it is by Escape", async () => {
      await edit(scene({ turns: ten.slice(0, 2) }));
      await view.page.keyboard.type(" never");
      await view.page.keyboard.press("Escape");
      await editor().waitFor({ state: "detached" });
      await message(2).waitFor();
      assert.deepEqual(await view.requests("session.resend"), []);
    });

    it("stays in its editor when it is refused, and out of sight", async () => {
      await edit(scene({ turns: ten }));
      await view.page.evaluate(() => window.host.refuse("session.resend", "The disk is full."));
      await view.page.keyboard.type(" again");
      await view.page.keyboard.press("Enter");
      await view.page.getByText("The disk is full.").first().waitFor();
      assert.equal(await editor().inputValue(), "Message 2 again");
      await view.conversation().evaluate((element) => (element.scrollTop = element.scrollHeight));
      await editor().waitFor({ state: "detached" });
      await view.conversation().evaluate((element) => (element.scrollTop = 0));
      await editor().waitFor();
      assert.equal(await editor().inputValue(), "Message 2 again");
    });

    it("is read whole when only its beginning is at hand, and shown whole", async () => {
      const blob = "1".repeat(64);
      const whole = `Message 2 ${"and so on ".repeat(2_000)}`;
      const large = {
        ...turn(2),
        items: [
          {
            kind: "user" as const,
            id: "t2u",
            text: { blob, bytes: whole.length, preview: "Message 2" },
          },
        ],
      };
      await view.open(scene({ turns: [large] }, { bodies: { [blob]: whole } }));
      await view.page.getByRole("button", { name: "Show all (19.5 KB)" }).click();
      await view.page.waitForFunction(
        (length) => document.querySelector(".user-text")?.textContent?.length === length,
        whole.length,
      );
      await view.page.getByRole("button", { name: "Edit and resend" }).click();
      await view.page.locator("[aria-label='Edited message']:focus").waitFor();
      assert.equal(await editor().inputValue(), whole);
    });
  });

  describe("another model", () => {
    const choice = { provider: "deepseek", model: "deepseek-flash", effort: "high" } as const;
    const words = () => view.page.getByText(/^The next message sends/);
    const open = async (answer: object) => {
      const end = { at: Date.now(), reason: "done" } as const;
      await view.open(
        scene({ turns: [{ ...turn(1), choice, end }] }, { answers: { "session.coldCost": answer } }),
      );
      assert.deepEqual(await view.requests("session.coldCost"), []);
      await view.page.evaluate(() =>
        window.host.emit("session", [
          {
            type: "model-change",
            at: Date.now(),
            choice: { provider: "deepseek", model: "deepseek-v4-pro", effort: "high" },
            label: "deepseek-v4-pro",
          },
        ]),
      );
      await view.page.waitForFunction(() =>
        window.host.sent.some((sent) => sent.type === "request" && sent.method === "session.coldCost"),
      );
      await stillness(view.page);
      assert.deepEqual(await view.requests("session.coldCost"), [
        { session: "s1", provider: "deepseek", model: "deepseek-v4-pro" },
      ]);
    };

    it("is said to cost what it will, until the message is sent", async () => {
      await open({ tokens: 48_000, costUsd: 0.0072 });
      assert.equal(
        await words().textContent(),
        "The next message sends 48k tokens to the new model uncached, about $0.0072.",
      );
      await view.page.evaluate(() =>
        window.host.emit("session", [
          {
            type: "turn-start",
            at: Date.now(),
            turn: "t2",
            number: 2,
            message: { id: "m", text: { text: "Go" } },
          },
        ]),
      );
      await words().waitFor({ state: "detached" });
    });

    it("is said to cost the whole prompt where nothing was sent for hours", async () => {
      const end = { at: Date.now() - 8 * 3_600_000, reason: "done" } as const;
      const answer = { tokens: 480_000, costUsd: 0.072, reason: "expired" };
      await view.open(
        scene({ turns: [{ ...turn(1), choice, end }] }, { answers: { "session.coldCost": answer } }),
      );
      const told = view.page.getByText(/^After this long the cache has let go/);
      assert.match(
        (await told.textContent()) ?? "",
        /the next message sends 480k tokens uncached, about \$0\.07/,
      );
    });

    it("is said without money where no price is known, and not again once dismissed", async () => {
      await open({ tokens: 812 });
      assert.equal(
        await words().textContent(),
        "The next message sends 812 tokens to the new model uncached.",
      );
      await view.page.getByRole("button", { name: "Dismiss" }).click();
      await words().waitFor({ state: "detached" });
    });

    for (const [name, standIn] of [
      ["while Rehearsal stands in for it", true],
      ["where it is Rehearsal", false],
    ] as const)
      it(`is not spoken of ${name}`, async () => {
        const chosen = standIn
          ? choice
          : { provider: "rehearsal", model: "rehearsal", effort: "high" as const };
        const earlier = standIn ? { ...choice, provider: "rehearsal", model: "rehearsal" } : choice;
        const answers = { "session.coldCost": { tokens: 320, costUsd: 0.000_048 } };
        await view.open(
          scene(
            { turns: [{ ...turn(1), choice: earlier }], choice: chosen },
            { answers },
            standIn ? { standInNotice: "Rehearsal answers, because no key is set." } : {},
          ),
        );
        assert.deepEqual(await view.requests("session.coldCost"), []);
        assert.equal(await words().count(), 0);
      });

    it("is not spoken of where the tokens are not known", async () => {
      await open({});
      assert.equal(await words().count(), 0);
    });
  });

  it("goes to a turn that was not read yet", async () => {
    const all = Array.from({ length: 300 }, (_, index) => {
      const base = turn(index + 1);
      const text = { text: `Message ${index + 1}` };
      return { ...base, items: base.items.with(0, { kind: "user", id: `t${index + 1}u`, text }) };
    });
    const forks = [{ id: "s9", title: "Long", turn: 0, isEdit: false }];
    const long = other({ id: "s9", title: "Long", turns: all.slice(280), olderTurns: 280 });
    const short = scene(
      { turns: ten.slice(0, 1), forkOf: { session: "s9", turn: 7 } },
      { older: all, others: { s9: long }, answers: { "session.forks": { forks } } },
    );
    await view.open(short);
    await view.page.getByRole("button", { name: /^Fork of .*, turn 7$/ }).click();
    // What is before it is read as well, since the beginning is near then.
    await view.page.waitForFunction(() => {
      return window.host.sent.some((sent) => {
        if (sent.type !== "request" || sent.method !== "session.turns") return false;
        const { before, count } = sent.params as { before: number; count: number };
        return before <= count + 1;
      });
    });
    await isShown(7);
    await stillness(view.page);
    await isShown(7);
    assert.deepEqual((await view.requests("session.turns")).slice(0, 3), [
      { session: "s9", before: 281, count: 100 },
      { session: "s9", before: 181, count: 100 },
      { session: "s9", before: 81, count: 74 },
    ]);
  });

  it("says that the agent went on without a message", async () => {
    await view.open(scene({ turns: [turn(1), turn(2, { isContinued: true, items: [] })] }));
    await view.page.getByText("Continued", { exact: true }).waitFor();
  });
});
