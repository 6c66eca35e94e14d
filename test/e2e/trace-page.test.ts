import assert from "node:assert/strict";
import type { Browser, Page } from "playwright-core";
import type { Method } from "../../src/protocol/protocol.ts";
import type { TraceEvent } from "../../src/protocol/trace.ts";
import { launchBrowser } from "../support/browser.ts";
import { until } from "../support/e2e-chat.ts";
import { violationsOf } from "../support/sessions-harness.ts";
import { openTrace, type TraceOptions, type TraceScript } from "../support/trace-harness.ts";
import { sceneStart, span, traceScenes } from "../support/trace-scenes.ts";
import { startHarness, themes, type Harness } from "../support/webview-harness.ts";

/** The most elements that the page may have, whatever it shows. */
const mostNodes = 1_500;

describe("the trace beside an editor", () => {
  let harness: Harness;
  let browser: Browser;
  let page: Page | undefined;
  before(async () => {
    harness = await startHarness();
    browser = await launchBrowser();
  });
  afterEach(() => page?.context().close());
  after(async () => {
    await browser.close();
    await harness[Symbol.asyncDispose]();
  });

  const view = (): Page => page ?? assert.fail("Nothing is open yet.");
  const open = async (script: TraceScript, options?: TraceOptions) => {
    page = await openTrace(browser, harness, script, options);
  };
  const rows = () => view().getByTestId("trace-row");
  const row = (text: string) => rows().filter({ hasText: text }).first();
  const tree = () => view().getByRole("treegrid", { name: "Spans" });
  const detail = () => view().getByTestId("trace-detail");
  const button = (name: string) => view().getByRole("button", { name, exact: true });
  const press = (key: string) => view().keyboard.press(key);
  const names = () => rows().locator(".label-text").allInnerTexts();
  const shows = (expected: readonly string[]) =>
    until(names, (now) => JSON.stringify(now) === JSON.stringify(expected));
  const requests = (method: Method) =>
    view().evaluate(
      (wanted) =>
        window.host.sent.flatMap((message) =>
          message.type === "request" && message.method === wanted ? [message.params] : [],
        ),
      method,
    );
  const emit = (...events: readonly TraceEvent[]) =>
    view().evaluate((all) => window.host.emit("trace", all), events);
  const cursor = () =>
    tree().evaluate((element) => {
      const id = element.getAttribute("aria-activedescendant") ?? "";
      return element === document.activeElement ? document.getElementById(id)?.textContent : undefined;
    });
  const isAt = (text: string) => until(cursor, (now) => now?.includes(text) === true);
  const ticks = () => view().locator(".tick-label").allInnerTexts();
  const zoomed = async (act: () => Promise<unknown>) => {
    const before = (await ticks()).join();
    await act();
    await until(ticks, (now) => now.join() !== before);
  };
  const session = "Fix the type error in the tide table";
  const one = [
    ...[
      session,
      "Turn 1 Fix the type error in the tide table and run the tests again",
      "Step 1",
      "deepseek-flash",
    ],
    ...["Read src/tides.ts 1–80", "Search hours in src", "Edit src/tides.ts", "Step 2", "deepseek-flash"],
  ];

  describe("what it shows", () => {
    it("turns, steps and calls, with bars, figures and totals", async () => {
      await open(traceScenes.one);
      await shows(one);
      assert.equal(await view().getByTestId("trace-bar").count(), one.length);
      assert.deepEqual(await row("Turn 1").locator(".cell").allInnerTexts(), [
        ...[
          "Turn 1 Fix the type error in the tide table and run the tests again",
          "",
          "9.4 s",
          "15.8k",
          "$0.0021",
          "64%",
        ],
      ]);
      assert.deepEqual(await view().locator(".totals dd").allInnerTexts(), [
        ...["9.4 s", "7.6 s", "1.7 s", "0 ms", "$0.0021", "64%"],
      ]);
      const bar = rows().nth(3).getByTestId("trace-bar");
      assert.match(
        (await bar.getAttribute("title")) ?? "",
        /Queued 6 ms · To first token 800 ms · Generating 2\.6 s/,
      );
    });

    it("says that there is nothing yet, and goes to the chat", async () => {
      await open(traceScenes.nothing);
      await view().getByRole("heading", { name: "Nothing traced yet" }).waitFor();
      await button("Go to the chat").click();
      assert.deepEqual(await requests("session.open"), [{ session: "s", takesFocus: true }]);
    });

    it("says what is wrong, and tries again", async () => {
      await open(traceScenes.one, { refused: { method: "trace.spans", message: "The store is closed." } });
      await view().getByText("The store is closed.").waitFor();
      await button("Try again").click();
      await shows(one);
    });

    it("never rounds a cached share up to all, and says where it is not known", async () => {
      const usage = { promptTokens: 100_000, cacheHitTokens: 99_999, cacheMissTokens: 1, outputTokens: 1 };
      const turn = span("t", "turn", 0, 100);
      await open({
        spans: [
          turn,
          span("a", "model", 0, 50, { parent: "t", usage }),
          span("b", "model", 50, 90, { parent: "t" }),
        ],
      });
      await until(
        () => rows().getByTestId("cache-badge").allInnerTexts(),
        (now) => now.includes("99.9%"),
      );
      assert.equal(await rows().last().locator(".tokens").innerText(), "unknown");
      assert.match(await view().locator(".totals").innerText(), /unknown/);
    });

    it("text of models and tools is text", async () => {
      await open(traceScenes.longest);
      await rows().first().waitFor();
      assert.equal(await view().locator("main img").count(), 0);
    });

    it("remembers which session it showed when it is opened again", async () => {
      await open(traceScenes.one);
      await shows(one);
      await view().reload();
      await shows(one);
    });
  });

  describe("what happens", () => {
    const live = { session: "s", agent: "main", turn: 2 } as const;
    const turn = {
      ...live,
      id: "n",
      kind: "turn" as const,
      name: "invoke_agent main",
      startedAt: sceneStart + 20_000,
    };
    const tool = {
      ...{ ...live, id: "n1", parent: "n", kind: "tool" as const, name: "execute_tool read_file" },
      ...{ title: "Read later.ts", startedAt: sceneStart + 20_100 },
    };

    it("what begins is shown at once, grows, and is replaced by its end", async () => {
      await open(traceScenes.one);
      await shows(one);
      await emit({ type: "span-start", span: turn }, { type: "span-start", span: tool });
      await row("Read later.ts").locator(".trace-bar.open").waitFor();
      await emit({
        type: "span-end",
        span: { ...tool, endedAt: sceneStart + 20_700, outcome: "error", timings: { toolMs: 600 } },
      });
      await row("Read later.ts").locator(".bar-error").waitFor();
      assert.equal(await row("Read later.ts").locator(".duration").innerText(), "600 ms");
      await row("Turn 2").locator(".trace-bar.open").waitFor();
    });

    it("reads what it missed", async () => {
      await open(traceScenes.one);
      await shows(one);
      const before = (await requests("trace.spans")).length;
      await view().evaluate(() => {
        window.scripted.stateOf = () => ({ open: [], ended: 99 });
        window.host.skip("trace");
      });
      await emit({ type: "span-start", span: turn });
      await until(
        async () => (await requests("trace.spans")).length,
        (now) => now > before,
      );
    });

    it("follows what runs until the reader looks elsewhere", async () => {
      await open(traceScenes.live);
      await row("Turn 2").waitFor();
      assert.equal(await button("Follow live").getAttribute("aria-pressed"), "true");
      await row("Turn 1").locator(".label").click();
      assert.equal(await button("Follow live").getAttribute("aria-pressed"), "false");
    });
  });

  describe("finding", () => {
    it("by text, with what stands above, and says what is hidden", async () => {
      await open(traceScenes.one);
      await view().getByTestId("trace-filter").fill("hours");
      await shows([session, one[1] ?? "", "Step 1", "Search hours in src"]);
      await view().getByText("5 hidden by filters").waitFor();
      await button("Clear filters").click();
      await shows(one);
    });

    it("by kind, outcome and duration", async () => {
      await open(traceScenes.failures);
      await button("More filters").click();
      await view().getByLabel("Outcome").selectOption("Failed");
      await view().getByLabel("Kind").selectOption("Model calls");
      await until(names, (now) => now.length === 6);
      await view().getByLabel("Outcome").selectOption("All outcomes");
      await view().getByLabel("Duration").selectOption("Over 10 s");
      await until(names, (now) => now.length === 1);
    });
  });

  describe("the axis", () => {
    it("zooms and moves by wheel, keys and buttons", async () => {
      await open(traceScenes.one);
      await shows(one);
      await tree().hover();
      await view().keyboard.down("Control");
      await zoomed(() => view().mouse.wheel(0, -400));
      await view().keyboard.up("Control");
      await view().keyboard.down("Shift");
      const bar = rows().nth(1).getByTestId("trace-bar");
      const before = (await bar.boundingBox())?.width;
      await view().keyboard.up("Shift");
      await tree().focus();
      await zoomed(() => press("0"));
      await zoomed(() => press("+"));
      await zoomed(() => press("Alt+ArrowRight"));
      await zoomed(() => button("Fit").click());
      assert.ok(before !== undefined);
    });

    it("skips the time in which nobody was there, and does not where it is not wanted", async () => {
      await open(traceScenes.causes);
      await view().locator(".gap").first().waitFor({ state: "attached" });
      const width = async () => (await row("Turn 1").getByTestId("trace-bar").boundingBox())?.width ?? 0;
      const skipped = await width();
      await button("Skip idle time").click();
      await until(width, (now) => now < skipped / 10);
      assert.equal(await view().locator(".gap").count(), 0);
    });

    it("a stretch of the ruler is counted for itself", async () => {
      await open(traceScenes.one);
      await shows(one);
      const ruler = (await view().locator(".ruler").boundingBox()) ?? assert.fail("There is no ruler.");
      await view().mouse.move(ruler.x + 12, ruler.y + 8);
      await view().mouse.down();
      await view().mouse.move(ruler.x + ruler.width / 2, ruler.y + 8, { steps: 4 });
      await view().mouse.up();
      await view().getByRole("button", { name: "Zoom to chosen time" }).waitFor();
      await until(
        () => view().locator(".totals dd").allInnerTexts(),
        (now) => /^4\.\d s$/.test(now[1] ?? ""),
      );
      await tree().focus();
      await press("Escape");
      await view().getByRole("button", { name: "Zoom to chosen time" }).waitFor({ state: "detached" });
    });

    it("marks the calls that determined how long a turn took", async () => {
      await open(traceScenes.one);
      await button("Critical path").click();
      await row("Edit src/tides.ts").locator(".trace-bar.critical").waitFor();
      assert.equal(await row("Search hours").locator(".trace-bar.critical").count(), 0);
    });
  });

  describe("the keyboard alone", () => {
    it("walks the tree, opens and closes, and comes to the detail and back", async () => {
      await open(traceScenes.one);
      await shows(one);
      await tree().focus();
      await isAt(session);
      await press("End");
      await isAt("deepseek-flash");
      await press("Home");
      await press("ArrowDown");
      await isAt("Turn 1");
      await press("ArrowRight");
      await isAt("Step 1");
      await press("ArrowLeft");
      await until(
        () => row("Step 1").getAttribute("aria-expanded"),
        (now) => now === "false",
      );
      await press("ArrowLeft");
      await isAt("Turn 1");
      await press("*");
      await shows(one);
      await press("Enter");
      await detail().waitFor();
      await press("ArrowDown");
      await detail().getByRole("heading", { name: "Step Step 1" }).waitFor();
      await press("Escape");
      await detail().waitFor({ state: "detached" });
      await isAt("Step 1");
    });

    it("closes all and opens all", async () => {
      await open(traceScenes.one);
      await shows(one);
      await button("Collapse all").click();
      await shows(one.slice(0, 2));
      await button("Expand all").click();
      await shows(one);
    });
  });

  describe("the detail", () => {
    it("shows what a call was given and gave, and goes to the chat", async () => {
      await open(traceScenes.one, { at: { span: "c3" } });
      await detail().getByRole("button", { name: "lines 3 items" }).click();
      await detail().getByRole("button", { name: "options 2 keys" }).click();
      await detail().getByRole("button", { name: "lines 3 items" }).waitFor({ state: "detached" });
      await detail().getByText("Changed 1 place in src/tides.ts.").waitFor();
      await detail().getByRole("button", { name: "src/tides.ts, changed, +12 −3, show diff" }).click();
      assert.deepEqual(await requests("turn.diff"), [{ session: "s", turn: "t1", path: "src/tides.ts" }]);
      await button("Show in chat").click();
      assert.deepEqual(await requests("session.open"), [{ session: "s", turn: 1, takesFocus: true }]);
      await button("Copy id").click();
      await button("Copied").waitFor();
      assert.equal(await view().evaluate(() => navigator.clipboard.readText()), "c3");
    });

    it("names the cause of a miss, with both texts and their first difference", async () => {
      await open(traceScenes.causes, { at: { span: "t3-drift/1" } });
      await view().getByTestId("cache-cause").getByText("Prefix changed").waitFor();
      assert.equal(await detail().locator("del").innerText(), "4");
      assert.equal(await detail().locator("ins").innerText(), "8");
      await detail()
        .getByRole("button", { name: /edit_file/ })
        .click();
      await detail().getByText("Part 2").waitFor();
      assert.deepEqual(await requests("trace.segment"), [{ session: "s", span: "t3-drift/1", index: 2 }]);
    });

    it("says what was only concluded, and what nobody knows", async () => {
      await open(traceScenes.causes, { at: { span: "t3-expired/1" } });
      await view().getByTestId("cache-cause").getByText("inferred").waitFor();
      await tree().focus();
      await press("Home");
      await view().getByTestId("trace-filter").fill("try 2");
      await view().getByTestId("trace-filter").fill("cut off");
      await row("deepseek-flash").locator(".label").click();
      await detail().getByText("The answer was cut off after 4.1 KB.").waitFor();
      assert.match(
        await detail().getByRole("region", { name: "Tokens and money" }).innerText(),
        /Prompt\s+unknown/,
      );
    });

    it("reads large texts page by page", async () => {
      const text = "0123456789".repeat(15_000);
      await open(
        {
          ...traceScenes.one,
          details: {
            c1: {
              ...{ files: [], segments: [], hasBodies: true },
              output: { blob: "b", bytes: text.length, preview: text.slice(0, 100) },
            },
          },
          bodies: { b: text },
        },
        { at: { span: "c1" } },
      );
      await button("Show all (146.5 KB)").click();
      await button("Show more (48.8 KB left)").click();
      await until(
        () => detail().getByRole("group", { name: "Output" }).innerText(),
        (now) => now.length === text.length,
      );
    });

    it("says what could not be read, and tries again", async () => {
      await open(traceScenes.one, {
        at: { span: "c3" },
        refused: { method: "trace.detail", message: "The disk is slow." },
      });
      await detail().getByText("The disk is slow.").waitFor();
      await detail().getByRole("button", { name: "Try again" }).click();
      await detail().getByText("Changed 1 place in src/tides.ts.").waitFor();
    });

    it("says so where the settings keep texts out", async () => {
      const details = { c3: { files: [], segments: [], hasBodies: false } };
      await open({ ...traceScenes.one, details }, { at: { span: "c3" } });
      await detail().getByText("Your settings keep what calls were given").waitFor();
    });
  });

  it("shows the turn that was asked for, whose page comes later", async () => {
    await open({ generated: 2_000 }, { at: { turn: 12 } });
    await detail()
      .getByRole("heading", { name: /Turn 12/ })
      .waitFor();
    await row("Turn 12").waitFor();
  });

  it("lists every model call with what its cache did", async () => {
    await open(traceScenes.causes);
    await view().getByRole("tab", { name: "Cache" }).click();
    const calls = view().getByTestId("cache-call");
    await until(
      () => calls.count(),
      (count) => count === 11,
    );
    await view()
      .getByText(/11 calls · saved .* · lost .*prefix changed 1/)
      .waitFor();
    await view().getByLabel("Only calls that missed something").check();
    await until(
      () => calls.locator(".call-cause").allInnerTexts(),
      (now) => now[1] === "Expired inferred",
    );
    await calls.nth(2).click();
    await view().getByTestId("cache-cause").getByText("Prefix changed").waitFor();
  });

  it("exports", async () => {
    await open(traceScenes.one);
    await button("Export").click();
    await view()
      .getByRole("menuitem", { name: /Chrome trace/ })
      .click();
    assert.deepEqual(await requests("trace.export"), [{ session: "s", format: "chrome" }]);
  });

  it("holds a hundred thousand spans in little memory and few elements", async () => {
    await open({ generated: 100_000 });
    const isWhole = () => view().locator(".trace-status").innerText();
    await until(isWhole, (text) => !text.includes("Loading"));
    await button("Expand all").click();
    await until(
      async () => Number(await tree().getAttribute("aria-rowcount")),
      (count) => count > 100_000,
    );
    await tree().focus();
    for (const key of ["Home", "PageDown", "End", "PageUp", "+", "+", "Alt+ArrowLeft"]) {
      await press(key);
      assert.ok((await view().locator("*").count()) < mostNodes);
    }
    const devtools = await view().context().newCDPSession(view());
    await devtools.send("HeapProfiler.collectGarbage");
    const { usedSize, ...other } = await devtools.send("Runtime.getHeapUsage");
    const { backingStorageSize = 0 } = other as { readonly backingStorageSize?: number };
    assert.ok(usedSize + backingStorageSize < 80_000_000);
  });

  for (const width of [260, 420, 1400])
    it(`fits into ${width} pixels`, async () => {
      await open(traceScenes.causes, { width, at: { span: "t3-drift/1" } });
      await detail().waitFor();
      const wide = () => view().evaluate(() => document.documentElement.scrollWidth - innerWidth);
      assert.ok((await wide()) <= 0);
    });

  for (const theme of themes) {
    it(`has no violations in ${theme}`, async () => {
      await open(traceScenes.causes, { theme, at: { span: "t3-drift/1" } });
      await detail().getByText("read_file").first().waitFor();
      assert.deepEqual(await violationsOf(view()), [], "detail");
      await button("More filters").click();
      await view().getByTestId("trace-filter").fill("release");
      await view()
        .getByText(/hidden by filters/)
        .waitFor();
      assert.deepEqual(await violationsOf(view()), [], "filters");
      await view().getByRole("tab", { name: "Cache" }).click();
      await view().getByTestId("cache-call").first().waitFor();
      assert.deepEqual(await violationsOf(view()), [], "cache");
      await button("Export").click();
      await view().getByRole("menu").waitFor();
      assert.deepEqual(await violationsOf(view()), [], "menu");
    });
  }
});
