import assert from "node:assert/strict";
import { until } from "../support/e2e-chat.ts";
import { useHarness } from "../support/harness-pages.ts";
import { entry, logScenes } from "../support/log-scenes.ts";
import {
  openPermissions,
  type PermissionsOptions,
  type PermissionsScript,
} from "../support/permissions-harness.ts";
import { checkAccessible, onEditor } from "../support/accessibility.ts";

describe("the permission log beside an editor", () => {
  const its = useHarness();
  const { press, requests } = its;
  const open = (script: PermissionsScript, options?: PermissionsOptions) =>
    its.open((page, harness) => openPermissions(page, harness, script, options));
  const page = () => its.page;
  const rows = () => page().getByTestId("permission-entry");
  const row = (text: string) => rows().filter({ hasText: text }).first();
  const line = (text: string) => row(text).locator(".entry-line");
  const texts = async () =>
    (await rows().locator(".entry-line").allInnerTexts()).map((text) => text.replaceAll(/\s+/g, " ").trim());
  const targets = () => rows().locator(".entry-target").allInnerTexts();
  const shows = (...expected: readonly string[]) =>
    until(targets, (now) => JSON.stringify(now) === JSON.stringify(expected));
  const status = () => page().locator(".permissions-status").innerText();
  const search = () => page().getByTestId("permission-search");
  const button = (name: string | RegExp) => page().getByRole("button", { name });
  const rules = () => page().getByRole("complementary", { name: "Grants and rules" });
  const decide = (id: string, change: Parameters<typeof entry>[2] = {}) =>
    page().evaluate((one) => window.decide(one), entry(id, 0, { target: id, ...change }));

  describe("lists", () => {
    it("what was decided, newest first: when, who, what, how and by whom", async () => {
      await open(logScenes.few);
      await page().getByTestId("permission-log").waitFor();
      const said = await texts();
      assert.equal(said.length, 7);
      assert.match(said[0] ?? "", /^\d\d:\d\d:\d\d BooCode npm test Allowed policy$/);
      assert.match(said[1] ?? "", /reviewer \/etc\/hosts Allowed you · this session$/);
      assert.match(said[2] ?? "", /registry\.example Denied you$/);
      assert.match(said[3] ?? "", /git push --force origin main Denied rule git push \*$/);
      assert.match(said[5] ?? "", /^\d+ \w+, \d\d:\d\d BooCode .*Denied mode$/);
      assert.equal(await status(), "7 entries");
      assert.equal(await line("registry").getByRole("img", { name: "Connect" }).count(), 1);
    });
    it("nothing at first, and says what will be here", async () => {
      await open(logScenes.empty);
      await page().getByRole("heading", { name: "Nothing decided yet" }).waitFor();
      await rules().getByText("What you allow for a session will be here").waitFor();
      await rules().getByText("What you answer with Always will be here").waitFor();
      await rules().getByText("Commands are confined by bubblewrap").waitFor();
    });
    it("hundreds, page by page, without drawing them all", async () => {
      await open(logScenes.many);
      await until(status, (text) => text === "230 entries");
      const list = page().getByRole("region", { name: "Entries" });
      await list.hover();
      for (let step = 0; step < 60 && (await row("#229").count()) === 0; step++) {
        await page().mouse.wheel(0, 1_500);
        await page().evaluate(() => new Promise(requestAnimationFrame));
      }
      await row("#229").waitFor();
      assert.deepEqual(
        (await requests("permissions.read")).map((query) => (query as { offset: number }).offset),
        [0, 100, 200],
      );
      assert.ok((await rows().count()) < 100);
      await rules().getByText("No sandbox here: commands that run project code ask first").waitFor();
    });
    it("what is decided meanwhile, at the top, once", async () => {
      await open(logScenes.few);
      await decide("brand new");
      await row("brand new").waitFor();
      assert.equal((await targets())[0], "brand new");
      assert.equal(await status(), "8 entries");
      await decide("another");
      await row("another").waitFor();
      assert.equal((await requests("permissions.read")).length, 1);
    });
    it("it also at the top of a long log, and leaves a reader further down in peace", async () => {
      await open(logScenes.many);
      await decide("brand new");
      await until(targets, ([first]) => first === "brand new");
      const list = page().getByRole("region", { name: "Entries" });
      await list.evaluate((element) => (element.scrollTop = 900));
      await row("#35").waitFor();
      const top = async () => (await row("#35").boundingBox())?.y;
      const before = await top();
      for (let count = 0; count < 3; count++) await decide(`more ${count}`);
      await until(status, (text) => text === "234 entries");
      assert.equal(await top(), before);
    });
    it("what was missed", async () => {
      await open(logScenes.few);
      await page().evaluate(
        (one) => {
          window.scripted.answer = (method) =>
            method === "permissions.read" ? { entries: [one], total: 1 } : {};
          window.host.lose("permissions");
          window.host.emit("permissions", [{ type: "permissions-change", change: {} }]);
        },
        entry("x", 0, { target: "only this" }),
      );
      await shows("only this");
    });
  });

  describe("opens an entry to its reason", () => {
    it("with what the user said, as text", async () => {
      await open(logScenes.few);
      await line("registry").click();
      const detail = row("registry").locator(".entry-detail");
      await detail.getByText("The sandbox refused a connection to it.").waitFor();
      await detail.getByText("Use the mirror of the company <b>instead</b>").waitFor();
      assert.equal(await line("registry").getAttribute("aria-expanded"), "true");
      await line("registry").click();
      await detail.waitFor({ state: "detached" });
    });
    it("with its rule and its session, which opens in the chat", async () => {
      await open(logScenes.few);
      await line("git push").click();
      await row("git push").getByRole("button", { name: "The one in the chat" }).waitFor();
      await line("settings.json").click();
      await row("settings.json").getByRole("button", { name: "Open in the chat" }).click();
      assert.deepEqual(await requests("session.open"), [{ session: "s2", takesFocus: true }]);
    });
    it("by keys alone", async () => {
      await open(logScenes.few);
      await line("npm test").focus();
      const isAt = (text: string) =>
        until(
          () => page().evaluate(() => document.activeElement?.textContent ?? ""),
          (now) => now.includes(text),
        );
      await press("ArrowDown");
      await isAt("/etc/hosts");
      await press("ArrowRight");
      await row("/etc/hosts").locator(".entry-detail").waitFor();
      await press("End");
      await isAt("npm run build");
      await press("Home");
      await isAt("npm test");
      await press("Enter");
      await row("npm test").locator(".entry-detail").waitFor();
      await press("ArrowLeft");
      await row("npm test").locator(".entry-detail").waitFor({ state: "detached" });
      await press("PageDown");
      await isAt("npm run build");
      assert.equal(await page().locator(".entry-line[tabindex='0']").count(), 1);
    });
  });

  describe("finds", () => {
    it("words, as soon as typing rests, and none", async () => {
      await open(logScenes.few);
      await search().fill("PUSH main");
      await shows("git push --force origin main");
      await search().fill("nowhere");
      await page().getByRole("heading", { name: "Nothing found" }).waitFor();
      await button("Show all entries").click();
      await until(status, (text) => text === "7 entries");
      assert.equal(await search().inputValue(), "");
    });
    it("what was denied, and what was allowed", async () => {
      await open(logScenes.few);
      await page().getByLabel("Verdict").selectOption("Denied");
      await until(
        () => rows().count(),
        (count) => count === 3,
      );
      assert.equal(await status(), "3 denied of 7 entries");
      await page().getByLabel("Verdict").selectOption("Allowed");
      await until(
        () => rows().count(),
        (count) => count === 4,
      );
    });
    it("what was denied long ago, on pages that hold none of it", async () => {
      const allowed = Array.from({ length: 350 }, (_, index) => entry(`a${index}`, index));
      await open({ entries: [...allowed, entry("d", 1_000, { verdict: "denied", target: "long ago" })] });
      await page().getByLabel("Verdict").selectOption("Denied");
      await shows("long ago");
      assert.equal(await status(), "1 denied of 351 entries");
    });
    it("what was decided in the session that the chat shows, also when that is another one", async () => {
      await open(logScenes.few);
      await page().getByLabel("Sessions").selectOption("This session");
      await until(status, (text) => text === "6 entries");
      await decide("elsewhere", { session: "s9" });
      await decide("here");
      await row("here").waitFor();
      assert.equal(await row("elsewhere").count(), 0);
      await page().evaluate(() =>
        window.host.emit("workspace", [{ type: "workspace-change", change: { activeSession: "s2" } }]),
      );
      await until(status, (text) => text === "1 entry");
    });
    it("only what fits among what is decided meanwhile", async () => {
      await open(logScenes.few);
      await search().fill("hosts");
      await shows("/etc/hosts");
      await decide("cat /etc/passwd");
      await decide("cat /etc/hosts");
      await shows("cat /etc/hosts", "/etc/hosts");
    });
    it("the same after the page was hidden", async () => {
      await open(logScenes.few);
      await search().fill("push");
      await page().getByLabel("Verdict").selectOption("Denied");
      await shows("git push --force origin main");
      await page().reload();
      await shows("git push --force origin main");
      assert.equal(await search().inputValue(), "push");
    });
    it("nothing where the host can not read, says why, and tries again", async () => {
      await open(logScenes.few, { refused: { method: "permissions.read", message: "The store is closed." } });
      await page().getByText("The store is closed.").waitFor();
      await button("Try again").click();
      await until(status, (text) => text === "7 entries");
    });
    it("no older ones where they can not be read, says why, and tries again", async () => {
      await open(logScenes.many);
      await page().evaluate(() => window.host.refuse("permissions.read", "The disk is gone."));
      await page()
        .getByRole("region", { name: "Entries" })
        .evaluate((element) => (element.scrollTop = element.scrollHeight));
      await page().getByText("The log could not be read on. The disk is gone.").waitFor();
      await button("Try again").click();
      await until(status, (text) => text === "230 entries");
    });
  });

  describe("shows what holds from now on:", () => {
    it("grants of sessions, which are taken back", async () => {
      await open(logScenes.few);
      const grants = page().getByTestId("session-grant");
      assert.deepEqual(
        (await grants.locator(".rule-text").allInnerTexts()).map((text) => text.replaceAll("\n", " ")),
        ["/etc this session", "npm run build another session"],
      );
      await button("Revoke the grant /etc").click();
      await until(
        () => grants.count(),
        (count) => count === 1,
      );
      assert.deepEqual(await requests("permissions.revoke"), [{ id: "g1" }]);
    });
    it("saved rules, with where they are written", async () => {
      await open(logScenes.pending);
      const saved = page().getByTestId("saved-rule");
      const text = async (index: number) => (await saved.nth(index).innerText()).replaceAll(/\s+/g, " ");
      assert.equal(await text(0), "npm test allowed · in weather-station · config.yaml:12 Revoke");
      assert.equal(await text(2), "git push * denied · every project · config.yaml:14 Revoke");
      assert.equal(
        await text(6),
        "make * allowed · waits for your approval · in weather-station · boocode.yaml:6",
      );
      await saved.nth(6).getByRole("button", { name: "boocode.yaml:6" }).click();
      assert.deepEqual(await requests("permissions.openFile"), [
        { file: "/home/ada/projects/weather-station/boocode.yaml", line: 6 },
      ]);
      await button("Revoke the rule git push *").click();
      assert.deepEqual(await requests("permissions.revoke"), [{ id: "r3" }]);
      await button("Revoke the rule git push *").waitFor({ state: "detached" });
    });
    it("why something could not be taken back", async () => {
      await open(logScenes.few);
      await page().evaluate(() =>
        window.host.refuse("permissions.revoke", "The file was changed meanwhile."),
      );
      await button("Revoke the grant /etc").click();
      await page().getByRole("alert").getByText("The file was changed meanwhile.").waitFor();
      await button("Dismiss").click();
      assert.ok(await button("Revoke the grant /etc").isEnabled());
    });
    it("problems of configuration files, at their lines", async () => {
      await open(logScenes.pending);
      const problem = page().getByTestId("config-problem").first();
      assert.equal(await problem.innerText(), 'config.yaml:31 "alow" is no effect: write "allow" or "deny".');
      await problem.getByRole("button").click();
      assert.deepEqual(await requests("permissions.openFile"), [
        { file: "/home/ada/.boocode/config.yaml", line: 31 },
      ]);
    });
    for (const [name, isApproved] of [
      ["Approve", true],
      ["Leave out", false],
    ] as const) {
      it(`what a project wants to allow, to be decided: ${name}`, async () => {
        await open(logScenes.pending);
        const pending = page().getByTestId("pending-allowances");
        assert.deepEqual(await pending.locator("code").allInnerTexts(), [
          "execute: make *",
          "network: *.company.example",
          "read: ~/.config/tides/**",
        ]);
        await pending.getByRole("button", { name }).click();
        await pending.waitFor({ state: "detached" });
        assert.deepEqual(await requests("permissions.approve"), [{ hash: "a".repeat(64), isApproved }]);
      });
    }
    it("no approval by a click that was on its way before the content changed", async () => {
      await open(logScenes.pending);
      const pending = page().getByTestId("pending-allowances");
      await pending.locator("[aria-disabled=false]").first().waitFor();
      await page().evaluate(() => {
        const other = { file: "/p/boocode.yaml", hash: "c".repeat(64), rules: ["execute: rm *"] };
        window.host.emit("permissions", [{ type: "permissions-change", change: { pending: [other] } }]);
        new MutationObserver(() => {
          const button = [...document.querySelectorAll("button")].find(
            ({ textContent }) => textContent === "Approve",
          );
          if (document.body.textContent?.includes("rm *")) button?.click();
        }).observe(document.body, { childList: true, subtree: true, characterData: true });
      });
      await pending.getByText("execute: rm *").waitFor();
      await pending.locator("[aria-disabled=false]").first().waitFor();
      assert.deepEqual(await requests("permissions.approve"), []);
    });
  });

  it("text is text, and what would not be seen is marked", async () => {
    await open(logScenes.longest);
    await rows().first().locator(".entry-line").click();
    assert.equal(await page().locator("main img").count(), 0);
    const detail = rows().first().locator(".entry-detail");
    const marks = await detail.locator("mark").allInnerTexts();
    assert.ok(marks.includes("[U+202E]") && marks.includes("[U+200B]"));
    await detail.getByText("rm -rf ~").waitFor();
  });

  it("answers the heartbeat", async () => {
    await open(logScenes.few);
    await page().evaluate(() => window.host.post({ type: "ping" }));
    await page().waitForFunction(() => window.host.sent.some(({ type }) => type === "pong"));
  });

  for (const width of [260, 420, 900])
    it(`fits into ${width} pixels`, async () => {
      for (const script of [logScenes.longest, logScenes.pending]) {
        await open(script, { width });
        await rows().first().locator(".entry-line").click();
        const wide = await page().evaluate(() =>
          [
            document.documentElement,
            ...document.querySelectorAll(".row-list, .permissions-rules, .notice-text"),
          ].map((element) => element.scrollWidth - element.clientWidth),
        );
        assert.ok(
          wide.every((excess) => excess <= 0),
          String(wide),
        );
      }
    });

  for (const [name, scene] of Object.entries(logScenes))
    it(`has no violations in any theme: ${name}`, async () => {
      for (const width of name === "few" || name === "pending" ? [300, 900] : [300]) {
        await open(scene, { width });
        if (name !== "empty") await rows().first().locator(".entry-line").click();
        await onEditor(page());
        await checkAccessible(page(), `${name}, ${width}`);
      }
    });
});
