import assert from "node:assert/strict";
import { until } from "../support/e2e-chat.ts";
import { checkAccessible } from "../support/accessibility.ts";
import { sceneStart, span, traceScenes } from "../support/trace-scenes.ts";
import { useTraceView } from "../support/trace-view.ts";

/** The most elements that the page may have, whatever it shows. */
const mostNodes = 1_500;

describe("the trace beside an editor", () => {
  const its = useTraceView();
  const { open, rows, row, tree, detail, button, press, names, shows, requests, emit, isAt } = its;
  const ticks = () => its.page.locator(".tick-label").allInnerTexts();
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
      assert.equal(await its.page.getByTestId("trace-bar").count(), one.length);
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
      assert.deepEqual(await its.page.locator(".totals dd").allInnerTexts(), [
        ...["9.4 s", "7.6 s", "1.7 s", "0 ms", "$0.0021", "64%"],
      ]);
      const bar = rows().nth(3).getByTestId("trace-bar");
      assert.match(
        (await bar.getAttribute("title")) ?? "",
        /Queued 6 ms · To first token 800 ms · Generating 2\.6 s/,
      );
    });

    it("what is short at the very end has a bar that can be seen", async () => {
      const turn = span("t", "turn", 0, 60_000, { turn: 1 });
      const last = span("c", "tool", 59_999, 60_000, { turn: 1, parent: "t", title: "Last of all" });
      await open({ spans: [turn, last] });
      const cell = await row("Last of all").locator(".bar-cell").boundingBox();
      const bar = await row("Last of all").getByTestId("trace-bar").boundingBox();
      assert.ok(cell && bar);
      assert.equal(bar.width, 2);
      assert.ok(bar.x + bar.width <= cell.x + cell.width);
    });

    it("says that there is nothing yet, and goes to the chat", async () => {
      await open(traceScenes.nothing);
      await its.page.getByRole("heading", { name: "Nothing traced yet" }).waitFor();
      await button("Go to the chat").click();
      assert.deepEqual(await requests("session.open"), [{ session: "s", takesFocus: true }]);
    });

    it("says what is wrong, and tries again", async () => {
      await open(traceScenes.one, { refused: { method: "trace.spans", message: "The store is closed." } });
      await its.page.getByText("The store is closed.").waitFor();
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
      assert.match(await its.page.locator(".totals").innerText(), /unknown/);
    });

    it("text of models and tools is text", async () => {
      await open(traceScenes.longest);
      await rows().first().waitFor();
      assert.equal(await its.page.locator("main img").count(), 0);
    });

    it("remembers which session it showed when it is opened again", async () => {
      await open(traceScenes.one);
      await shows(one);
      await its.page.reload();
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
      await its.page.evaluate(() => {
        window.scripted.stateOf = () => ({ open: [], ended: 99 });
        window.host.lose("trace");
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
      await its.page.getByTestId("trace-filter").fill("hours");
      await shows([session, one[1] ?? "", "Step 1", "Search hours in src"]);
      await its.page.getByText("5 hidden by filters").waitFor();
      await button("Clear filters").click();
      await shows(one);
    });

    it("by kind, outcome and duration", async () => {
      await open(traceScenes.failures);
      await button("More filters").click();
      await its.page.getByLabel("Outcome").selectOption("Failed");
      await its.page.getByLabel("Kind").selectOption("Model calls");
      await until(names, (now) => now.length === 6);
      await its.page.getByLabel("Outcome").selectOption("All outcomes");
      await its.page.getByLabel("Duration").selectOption("Over 10 s");
      await until(names, (now) => now.length === 1);
    });
  });

  describe("the axis", () => {
    it("zooms and moves by wheel, keys and buttons", async () => {
      await open(traceScenes.one);
      await shows(one);
      await tree().hover();
      await its.page.keyboard.down("Control");
      await zoomed(() => its.page.mouse.wheel(0, -400));
      await its.page.keyboard.up("Control");
      await its.page.keyboard.down("Shift");
      const bar = rows().nth(1).getByTestId("trace-bar");
      const before = (await bar.boundingBox())?.width;
      await its.page.keyboard.up("Shift");
      await tree().focus();
      await zoomed(() => press("0"));
      await zoomed(() => press("+"));
      await zoomed(() => press("Alt+ArrowRight"));
      await zoomed(() => button("Fit").click());
      assert.ok(before !== undefined);
    });

    it("skips the time in which nobody was there, and does not where it is not wanted", async () => {
      await open(traceScenes.causes);
      await its.page.locator(".gap").first().waitFor({ state: "attached" });
      const width = async () => (await row("Turn 1").getByTestId("trace-bar").boundingBox())?.width ?? 0;
      const skipped = await width();
      await button("Skip idle time").click();
      await until(width, (now) => now < skipped / 10);
      assert.equal(await its.page.locator(".gap").count(), 0);
    });

    it("a stretch of the ruler is counted for itself", async () => {
      await open(traceScenes.one);
      await shows(one);
      const ruler = (await its.page.locator(".ruler").boundingBox()) ?? assert.fail("There is no ruler.");
      await its.page.mouse.move(ruler.x + 12, ruler.y + 8);
      await its.page.mouse.down();
      await its.page.mouse.move(ruler.x + ruler.width / 2, ruler.y + 8, { steps: 4 });
      await its.page.mouse.up();
      await its.page.getByRole("button", { name: "Zoom to chosen time" }).waitFor();
      await until(
        () => its.page.locator(".totals dd").allInnerTexts(),
        (now) => /^4\.\d s$/.test(now[1] ?? ""),
      );
      await tree().focus();
      await press("Escape");
      await its.page.getByRole("button", { name: "Zoom to chosen time" }).waitFor({ state: "detached" });
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

  it("shows the turn that was asked for, whose page comes later", async () => {
    await open({ generated: 2_000 }, { at: { turn: 12 } });
    await detail()
      .getByRole("heading", { name: /Turn 12/ })
      .waitFor();
    await row("Turn 12").waitFor();
  });

  it("lists every model call with what its cache did", async () => {
    await open(traceScenes.causes);
    await its.page.getByRole("tab", { name: "Cache" }).click();
    const calls = its.page.getByTestId("cache-call");
    await until(
      () => calls.count(),
      (count) => count === 11,
    );
    await its.page.getByText(/11 calls · saved .* · lost .*prefix changed 1/).waitFor();
    await its.page.getByLabel("Only calls that missed something").check();
    await until(
      () => calls.locator(".call-cause").allInnerTexts(),
      (now) => now[1] === "Expired inferred",
    );
    await calls.nth(2).click();
    await its.page.getByTestId("cache-cause").getByText("Prefix changed").waitFor();
  });

  it("shows the agents of a run by phase, and leads to their sessions and to the run", async () => {
    await open(traceScenes.run);
    const call = ["Turn 1 Look", "Step 1", "deepseek-flash"];
    await shows([
      ...["review-code", "Attempt 1", "Review", "review: security", ...call, "review: tests", ...call],
      ...["Verify", "git status", "verify"],
    ]);
    await row("review: security").click();
    await button("Show in chat").click();
    await row("Turn 1").click();
    await detail().getByRole("heading", { name: "Turn" }).waitFor();
    await button("Show in chat").click();
    const session = "session of review: security";
    assert.deepEqual(await requests("session.open"), [
      { session, takesFocus: true },
      { session, takesFocus: true, turn: 1 },
    ]);
    const asked = (await requests("trace.detail")) as readonly { readonly session: string }[];
    assert.ok(asked.every((one) => one.session === session));
    await row("Verify").click();
    await button("Show run").click();
    assert.deepEqual(await requests("run.show"), [{ run: "s" }]);
    await button("More filters").click();
    await its.page.getByLabel("Kind").selectOption("agent");
    await shows([
      ...["review-code", "Attempt 1", "Review", "review: security", "review: tests", "Verify", "verify"],
    ]);
  });

  it("exports", async () => {
    await open(traceScenes.one);
    await button("Export").click();
    await its.page.getByRole("menuitem", { name: /Chrome trace/ }).click();
    assert.deepEqual(await requests("trace.export"), [{ session: "s", format: "chrome" }]);
  });

  it("holds a hundred thousand spans in little memory and few elements", async () => {
    await open({ generated: 100_000 });
    const isWhole = () => its.page.locator(".trace-status").innerText();
    await until(isWhole, (text) => !text.includes("Loading"));
    await button("Expand all").click();
    await until(
      async () => Number(await tree().getAttribute("aria-rowcount")),
      (count) => count > 100_000,
    );
    await tree().focus();
    for (const key of ["Home", "PageDown", "End", "PageUp", "+", "+", "Alt+ArrowLeft"]) {
      await press(key);
      assert.ok((await its.page.locator("*").count()) < mostNodes);
    }
    const devtools = await its.page.context().newCDPSession(its.page);
    await devtools.send("HeapProfiler.collectGarbage");
    const { usedSize, ...other } = await devtools.send("Runtime.getHeapUsage");
    const { backingStorageSize = 0 } = other as { readonly backingStorageSize?: number };
    assert.ok(usedSize + backingStorageSize < 80_000_000);
  });

  for (const width of [260, 420, 1400])
    it(`fits into ${width} pixels`, async () => {
      await open(traceScenes.causes, { width, at: { span: "t3-drift/1" } });
      await detail().waitFor();
      const wide = () => its.page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      assert.ok((await wide()) <= 0);
    });

  it("has no violations in any theme", async () => {
    await open(traceScenes.causes, { at: { span: "t3-drift/1" } });
    await detail().getByText("read_file").first().waitFor();
    await checkAccessible(its.page, "detail");
    await button("More filters").click();
    await its.page.getByTestId("trace-filter").fill("release");
    await its.page.getByText(/hidden by filters/).waitFor();
    await checkAccessible(its.page, "filters");
    await its.page.getByRole("tab", { name: "Cache" }).click();
    await its.page.getByTestId("cache-call").first().waitFor();
    await checkAccessible(its.page, "cache");
    await button("Export").click();
    await its.page.getByRole("menu").waitFor();
    await checkAccessible(its.page, "menu");
  });
});
