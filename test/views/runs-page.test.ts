import assert from "node:assert/strict";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { until } from "../support/e2e-chat.ts";
import { useHarness } from "../support/harness-pages.ts";
import { runScenes, runState, runStep } from "../support/run-scenes.ts";
import { openRuns, type RunsOptions, type RunsScript } from "../support/runs-harness.ts";
import { checkAccessible, onEditor } from "../support/accessibility.ts";
import { root } from "../support/setup.mjs";

const spent = { tokens: 10, usd: 0.002 };
const differences: RunsScript["differences"] = [
  { label: "a", kind: "same", changes: [], isCached: true, before: spent, after: spent },
  {
    label: "b",
    phase: "Review",
    kind: "changed",
    changes: ["prompt"],
    isCached: false,
    before: spent,
    after: spent,
  },
  { label: "c", kind: "removed", changes: [], isCached: false, before: spent },
];

describe("the page of runs beside an editor", () => {
  const its = useHarness();
  const { press, requests } = its;
  const open = (script: RunsScript, options?: RunsOptions) =>
    its.open((page, harness) => openRuns(page, harness, script, options));
  const page = () => its.page;
  const agents = () => page().getByTestId("run-agent");
  const agent = (text: string) => agents().filter({ hasText: text }).first();
  const phase = (text: string) => page().getByTestId("run-phase").filter({ hasText: text });
  const button = (name: string | RegExp) => page().getByRole("button", { name });

  describe("shows a run", () => {
    it("with phases in their order, those that have not begun too", async () => {
      await open(runScenes.one);
      const heads = await page().getByTestId("run-phase").allInnerTexts();
      assert.deepEqual(
        heads.map((text) => text.replaceAll(/\s+/g, " ").trim()),
        ["Scope not begun", "Review 1/1", "Verify not begun"],
      );
      await page().getByText("Done · 1/1 · 48.0 s · isolated-vm").waitFor();
    });
    it("with its budget", async () => {
      await open(runScenes.one);
      const text = await page().getByTestId("run-budget").innerText();
      assert.match(text, /48\.3k of 200k tokens · \$0\.012\d? of \$0\.500 · 24% of the budget/);
      assert.equal(await page().getByRole("progressbar").getAttribute("aria-valuenow"), "24");
    });
    it("with why each agent failed, waits or was not asked again", async () => {
      await open(runScenes.dozen);
      await agent("Scout").getByText("same place and content").waitFor();
      await agent("Reviewer 10").getByText("its context is full").waitFor();
      await agent("Skeptic").getByText("rate limit").waitFor();
    });
    it("with its result as Markdown, whose files open", async () => {
      await open(runScenes.one);
      const result = page().getByTestId("run-result");
      await result.getByRole("heading", { name: "Review" }).waitFor();
      await result.getByRole("button", { name: "src/app.ts:12" }).click();
      assert.deepEqual(await requests("file.open"), [{ path: "src/app.ts", line: 12 }]);
    });
    it("with the line of what failed, and its log", async () => {
      await open(runScenes.failed);
      await page().getByTestId("run-error").getByText("no luck").waitFor();
      await button("Line 7").click();
      assert.deepEqual(await requests("run.openScript"), [{ run: "run-1", line: 7 }]);
      await page().getByText("Line 5: TypeError: a is not a function").waitFor();
      await page().getByText('agent() has no option "lable".').waitFor();
    });
    it("of two hundred agents without drawing them all", async () => {
      await open(runScenes.hundreds);
      await page().getByText("Done · 200/200").waitFor();
      assert.ok((await agents().count()) < 100);
    });
  });

  it("opens an agent to what it gave", async () => {
    await open(runScenes.one);
    await agent("Reviewer 1").locator(".run-step-main").click();
    await agent("Reviewer 1").getByText("Nothing found.").waitFor();
    await agent("Reviewer 1").getByRole("button", { name: "line 12" }).click();
    assert.deepEqual(await requests("run.openScript"), [{ run: "run-1", line: 12 }]);
  });

  it("leads to an agent's transcript and trace", async () => {
    await open(runScenes.one);
    await agent("Reviewer 1").hover();
    await agent("Reviewer 1").getByRole("button", { name: "Open transcript" }).click();
    await agent("Reviewer 1").getByRole("button", { name: "Open trace" }).click();
    assert.deepEqual(await requests("session.open"), [{ session: "session-1", takesFocus: true }]);
    assert.deepEqual(await requests("trace.open"), [{ session: "session-1" }]);
  });

  for (const [name, action] of [
    ["Skip", "skip"],
    ["Begin anew", "restart"],
    ["Try again now", "retry"],
  ] as const)
    it(`tells an agent that waits: ${name}`, async () => {
      await open(runScenes.dozen);
      await agent("Skeptic").hover();
      await agent("Skeptic").getByRole("button", { name }).click();
      assert.deepEqual(await requests("run.step"), [{ run: "run-1", step: "1.11", action }]);
    });

  for (const [name, action] of [
    ["Pause", "pause"],
    ["Stop", "stop"],
  ] as const)
    it(`tells a run that goes on: ${name}`, async () => {
      await open(runScenes.dozen);
      await button(name).click();
      assert.deepEqual(await requests("run.control"), [{ run: "run-1", action }]);
    });

  it("tells a run that rests to go on", async () => {
    await open({ ...runScenes.one, run: runState([runStep(1)], { status: "paused" }) });
    await button("Go on").click();
    assert.deepEqual(await requests("run.control"), [{ run: "run-1", action: "continue" }]);
  });

  it("resumes what was stopped, and with the script as it was edited", async () => {
    const run = runState([runStep(1)], { status: "stopped" });
    await open({ ...runScenes.one, run });
    await button("Resume").click();
    assert.equal(await page().getByTestId("run-resume-estimate").count(), 0);
    await open({ ...runScenes.one, run, isFileChanged: true });
    const told = page().getByTestId("run-resume-estimate");
    assert.match(
      await told.innerText(),
      /With the edited script 1 agent would run: about 12k tokens, about \$0\.0021\. 3 answers are known\./,
    );
    await button("Resume with the edited script").click();
    assert.deepEqual(await requests("run.resume"), [{ run: "run-1", takesFile: true }]);
  });

  it("says what is wrong with the script as it was edited", async () => {
    const run = runState([runStep(1)], { status: "stopped" });
    const refused = { method: "run.previewResume", message: "a.js:2:3: lgo?" };
    await open({ ...runScenes.one, run, isFileChanged: true }, { refused });
    await page().getByTestId("run-resume-estimate").getByText("a.js:2:3: lgo?").waitFor();
    assert.equal(await page().getByRole("alert").locator(".notice").count(), 0);
  });

  it("has no resume for what is done", async () => {
    await open(runScenes.one);
    assert.equal(await button(/Resume/).count(), 0);
  });

  it("asks what the script asks, and answers", async () => {
    await open(runScenes.asks);
    await button("Not yet").click();
    assert.deepEqual(await requests("run.answer"), [{ run: "run-1", step: "1.1", value: "Not yet" }]);
  });

  it("folds phases by click and key", async () => {
    await open(runScenes.dozen);
    await phase("Verify").click();
    await until(
      () => agents().filter({ hasText: "Skeptic" }).count(),
      (count) => count === 0,
    );
    await phase("Verify").focus();
    await press("Enter");
    await agent("Skeptic").waitFor();
  });

  it("runs a phase again, or all", async () => {
    await open(runScenes.hundreds);
    await phase("Scope").hover();
    await button("Run Scope again").click();
    await button("More").click();
    await page().getByRole("menuitem", { name: "Run all agents again" }).click();
    await until(
      () => requests("run.resume"),
      (all) => all.length === 2,
    );
    assert.deepEqual(await requests("run.resume"), [
      { run: "run-1", rerun: ["Scope"] },
      { run: "run-1", rerun: "all" },
    ]);
    await open(runScenes.dozen);
    await phase("Scope").hover();
    assert.equal(await button("Run Scope again").count(), 0);
  });

  it("stays where it is while agents begin below", async () => {
    const run = runState([runStep(1)], { status: "running", hasResult: false });
    await open({ ...runScenes.one, run });
    await page().evaluate(() =>
      window.host.emit(
        "run",
        Array.from({ length: 80 }, (_, at) => ({
          ...{
            type: "step-start" as const,
            at: Date.now(),
            step: `1.${at + 2}`,
            path: `p${at}`,
            key: `k${at}`,
          },
          ...{ occurrence: 0, kind: "agent" as const, label: `Late ${at}`, phase: "Review", reason: "new" },
          determinants: {},
        })),
      ),
    );
    await agent("Late 1").first().waitFor();
    await until(
      () => page().evaluate(() => [...document.querySelectorAll(".row-list")].map((list) => list.scrollTop)),
      ([top]) => top === 0,
    );
    assert.ok(await agent("Late 1").first().isVisible());
    await phase("Scope").waitFor();
  });

  it("moves from row to row by arrows", async () => {
    await open(runScenes.dozen);
    await phase("Scope").focus();
    await press("ArrowDown");
    await until(
      () => page().evaluate(() => (document.activeElement as HTMLElement | null)?.dataset["row"]),
      (row) => row === "1.1",
    );
  });

  describe("shows a script before it is run", () => {
    it("with what it would do and cost", async () => {
      await open(runScenes.preview);
      await page().getByText("31 agents · about 380k tokens · about $0.071").waitFor();
      await page().getByText("Somebody else tries to refute each finding").waitFor();
      await page().getByText("Line 4: this agent() was not reached this time.").waitFor();
      await page().getByText("19 more").waitFor();
    });
    it("and runs it with args and a budget", async () => {
      await open(runScenes.preview);
      await page().getByLabel("Arguments").fill('{"paths":["src"]}');
      await page().getByLabel("Budget in tokens").fill("200k");
      await page().getByLabel("Budget in dollars").fill("$0.50");
      await page().getByTestId("run-start").click();
      assert.deepEqual(await requests("run.start"), [
        {
          workflow: ".boocode/workflows/review.js",
          args: '{"paths":["src"]}',
          budget: { tokens: 200_000, usd: 0.5 },
        },
      ]);
      await page().getByTestId("run-view").waitFor();
    });
    it("and does not run it with a budget that is none", async () => {
      await open(runScenes.preview);
      await page().getByLabel("Budget in tokens").fill("much");
      await page().getByText("Write a number, such as 200k.").waitFor();
      assert.ok(await page().getByTestId("run-start").isDisabled());
    });
    it("and says why it can not be run", async () => {
      await open(runScenes.preview, { refused: { method: "run.preview", message: "a.js:2:3: lgo?" } });
      await page().getByRole("alert").getByText("a.js:2:3: lgo?").waitFor();
    });
  });

  it("compares with the run before", async () => {
    const [entry] = runScenes.one.list;
    const before = { ...entry, run: "run-0", startedAt: (entry?.startedAt ?? 0) - 1_000 };
    await open({ ...runScenes.one, list: [entry, before] as RunsScript["list"], differences });
    await button("More").click();
    await page().getByRole("menuitem", { name: "Compare with the run before" }).click();
    await page().getByText("1 call the same · 1 changed · 0 new · 1 gone · 1 ran").waitFor();
    await page().getByText("Review · prompt").waitFor();
    assert.deepEqual(await requests("run.compare"), [{ run: "run-1", other: "run-0" }]);
  });

  describe("lists", () => {
    it("what can be run, what can not and why, and what has run", async () => {
      await open(runScenes.list);
      await page().getByTestId("workflow-entry").filter({ hasText: "Did you mean log?" }).waitFor();
      const [entry] = await page().getByTestId("run-entry").allInnerTexts();
      assert.match(
        (entry ?? "").replaceAll(/\s+/g, " "),
        /review-code done 9\/12 · 48\.0 s · \$0\.012 · 1 cached · 1 failed/,
      );
      await page().getByTestId("run-entry").click();
      await page().getByTestId("run-view").waitFor();
      await button("All runs").click();
      await page().getByTestId("run-entry").waitFor();
    });
    it("nothing at first, and says what will be here", async () => {
      await open(runScenes.nothing);
      await page().getByText("Scripts in .boocode/workflows will be listed here.").waitFor();
      await page().getByText("Runs of this folder will be listed here").waitFor();
    });
  });

  for (const width of [260, 420, 900])
    it(`fits into ${width} pixels`, async () => {
      const run = runState([runStep(1)], { status: "stopped" });
      const edited = { ...runScenes.one, run, isFileChanged: true };
      for (const scene of [runScenes.longest, runScenes.preview, runScenes.list, edited]) {
        await open(scene, { width });
        if (scene === runScenes.longest) await page().locator(".run-step-main").click();
        const wide = await page().evaluate(() =>
          [
            document.documentElement,
            ...document.querySelectorAll(".row-list, .runs-scroll, .run, .run-head"),
          ].map((element) => element.scrollWidth - element.clientWidth),
        );
        assert.ok(
          wide.every((excess) => excess <= 0),
          String(wide),
        );
      }
    });

  for (const [name, scene] of Object.entries(runScenes))
    it(`has no violations in any theme, and leaves pictures: ${name}`, async () => {
      const pictures = join(root, ".vscode-test/screenshots");
      await mkdir(pictures, { recursive: true });
      for (const width of name === "dozen" || name === "preview" ? [420, 900] : [420]) {
        await open(scene, { width });
        await onEditor(page());
        await checkAccessible(page(), `${name}, ${width}`, (theme) =>
          page().screenshot({ path: join(pictures, `runs-page-${theme}-${name}-${width}.png`) }),
        );
      }
    });
});
