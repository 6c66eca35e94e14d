import assert from "node:assert/strict";
import { until } from "../support/e2e-chat.ts";
import { traceScenes } from "../support/trace-scenes.ts";
import { useTraceView } from "../support/trace-view.ts";

describe("the detail of a span", () => {
  const its = useTraceView();
  const { open, row, tree, detail, button, press, requests } = its;

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
    assert.equal(await its.page.evaluate(() => navigator.clipboard.readText()), "c3");
  });

  it("tells of a turn what ran below it, and opens the turn that was asked for", async () => {
    await open({ generated: 2_000 }, { at: { turn: 20 } });
    await row("Turn 20").waitFor();
    assert.equal(await row("Turn 20").getAttribute("aria-expanded"), "true");
    assert.match(
      await detail().getByRole("region", { name: "Time" }).innerText(),
      /Model[^]*Tools[^]*Duration/,
    );
  });

  it("names the cause of a miss, with both texts and their first difference", async () => {
    await open(traceScenes.causes, { at: { span: "t3-drift/1" } });
    await its.page.getByTestId("cache-cause").getByText("Prefix changed").waitFor();
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
    await its.page.getByTestId("cache-cause").getByText("inferred").waitFor();
    await tree().focus();
    await press("Home");
    await its.page.getByTestId("trace-filter").fill("cut off");
    await until(its.names, (now) => now.length === 4);
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
