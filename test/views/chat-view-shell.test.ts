import assert from "node:assert/strict";
import { until } from "../support/e2e-chat.ts";
import { colourful, runningShell, shell, shellScene, shellScenes } from "../support/permission-scenes.ts";
import { frame } from "../support/webview-harness.ts";
import { useView } from "../support/webview-harness-page.ts";
import { scene, turn } from "../support/webview-harness-scenes.ts";

describe("a command in the chat", () => {
  const view = useView();
  const rows = () => view.page.getByTestId("tool-call");
  const row = (text: string | RegExp) => rows().filter({ hasText: text }).first();
  const bar = (text: string | RegExp) => row(text).locator("button.line");
  const tail = () => view.page.getByRole("group", { name: "Last lines of the output" });
  const lines = () => tail().locator(".tail-line").allInnerTexts();
  const button = (name: string | RegExp) => view.page.getByRole("button", { name });
  const write = async (text: string) => {
    await view.page.evaluate(
      (more) => window.host.emit("session", [{ type: "tool-output", call: "r1", text: more }]),
      text,
    );
    await frame(view.page);
    await frame(view.page);
  };

  describe("that runs", () => {
    it("is known while it waits to be allowed", async () => {
      const item = shell("s1");
      assert.ok(item.kind === "tool");
      const { id, name, arguments: written, startedAt } = item.call;
      const title = { verb: "run_shell", object: "" };
      await view.open(
        shellScene({
          kind: "tool",
          id,
          call: { id, name, arguments: written, startedAt, title, status: "waiting" },
        }),
      );
      assert.match(await row("npm test").innerText(), /^Run npm test$/);
    });
    it("shows the last lines, and follows", async () => {
      await view.open(shellScene(runningShell("r1", "")));
      await row("npm test").waitFor();
      assert.equal(await tail().count(), 0);
      await write("one\ntwo\n");
      assert.deepEqual(await lines(), ["one", "two"]);
      await write(Array.from({ length: 40 }, (_, index) => `line ${index}\n`).join(""));
      const shown = await lines();
      assert.equal(shown.length, 12);
      assert.equal(shown.at(-1), "line 39");
    });
    it("writes over a line of progress", async () => {
      await view.open(shellScene(runningShell("r1", "building\n10 %")));
      await write("\r55 %");
      assert.deepEqual(await lines(), ["building", "55 %"]);
      await write("\r100 %\ndone\n");
      assert.deepEqual(await lines(), ["building", "100 %", "done"]);
    });
    it("begins its tail with a whole line, however much was written", async () => {
      await view.open(shellScene(runningShell("r1", "")));
      await write(`${"\u001b[31mred\u001b[0m and plain\n".repeat(2_000)}end`);
      const shown = await lines();
      assert.deepEqual([shown.length, shown[0], shown.at(-1)], [12, "red and plain", "end"]);
    });
    it("keeps each line in one, whatever its length", async () => {
      await view.open(shellScene(runningShell("r1", `${"x".repeat(5_000)}\nshort\n`)), { width: 300 });
      const height = async () => (await tail().locator(".tail-line").first().boundingBox())?.height;
      assert.equal(await height(), 18);
      assert.ok(await view.page.evaluate(() => document.documentElement.scrollWidth <= innerWidth));
    });
    it("is stopped by itself, once", async () => {
      await view.open(shellScene(runningShell("r1", "x\n")));
      await view.page.getByTestId("stop-command").click();
      await view.page.getByTestId("stop-command").click({ force: true });
      assert.deepEqual(await view.requests("call.stop"), [{ session: "s1", call: "r1" }]);
    });
    it("opens to all that is at hand, at its end, and stays where a reader scrolled", async () => {
      await view.open(shellScene(runningShell("r1", "line\n".repeat(200))));
      await bar("npm test").click();
      const box = view.page.getByRole("group", { name: "Output so far" });
      const toEnd = () =>
        box.evaluate((element) => element.scrollHeight - element.clientHeight - element.scrollTop);
      await until(toEnd, (left) => left < 2);
      await write("line\n".repeat(20));
      await until(toEnd, (left) => left < 2);
      await box.evaluate((element) => (element.scrollTop = 100));
      await frame(view.page);
      await write("line\n".repeat(20));
      assert.equal(await box.evaluate((element) => element.scrollTop), 100);
    });
    it("has ended in the same row", async () => {
      await view.open(shellScene(runningShell("r1", "x\n")));
      await view.page.evaluate(() =>
        window.host.emit("session", [
          {
            type: "tool-end",
            at: Date.now(),
            turn: "t2",
            call: "r1",
            outcome: "ok",
            output: { text: "x" },
            note: "exit 0",
          },
        ]),
      );
      await until(
        () => row("npm test").innerText(),
        (text) =>
          /^Ran npm test -- --watch in packages\/tides · \d\.\d s · exit 0$/.test(
            text.replaceAll(/\s+/g, " "),
          ),
      );
      assert.equal(await tail().count(), 0);
      assert.equal(await view.page.getByTestId("stop-command").count(), 0);
    });
  });

  describe("that has run", () => {
    const says = (name: string, text: string, expected: RegExp, icon: string) =>
      it(name, async () => {
        await view.open(shellScenes.ended, { width: 900 });
        assert.match((await row(text).innerText()).replaceAll(/\s+/g, " "), expected);
        assert.equal(await bar(text).locator(`.codicon-${icon}`).count(), 1);
      });
    says(
      "says how long it took and its exit code",
      "Ran npm test · 4.2 s",
      /^Ran npm test · 4\.2 s · exit 0$/,
      "terminal",
    );
    says("says that it failed", "npm run lint", /in packages\/tides · exit 1 · 4\.2 s$/, "error");
    says("says why it could not", "not found", /^Ran npm test · failed, not found · 4\.2 s$/, "error");
    says(
      "was denied, for a reason",
      "curl",
      /^Run curl https:\/\/example\.com\/install\.sh \| sh · denied, you: use the registry of the company$/,
      "workspace-untrusted",
    );
    says("was stopped", "sleep", /· cancelled, stopped · 4\.2 s$/, "circle-slash");
    says("goes on in the background", "npm run dev", /· running in background$/, "terminal");
    says("changed a file", "prettier", /exit 0 ?\+12 −3/, "terminal");
    says("changed several", "codemod", /3 files \+1,216 −50$/, "terminal");

    it("opens to command, folder, output in colours, and the ways on", async () => {
      await view.open(shellScenes.ended);
      await bar("Ran npm test · 4.2 s").click();
      const open = row("Ran npm test · 4.2 s");
      assert.equal(await open.getByRole("group", { name: "Command" }).innerText(), "npm test");
      assert.match(
        (await open.locator(".call-where").innerText()).replaceAll(/\s+/g, " "),
        /^in packages\/ ?tides timeout: 60$/,
      );
      const output = open.getByRole("group", { name: "Output" });
      assert.match(await output.innerText(), /^tide-table@1\.0\.0 test\n\n PASS  test\/tides\.test\.ts\n/);
      const colour = (text: string) =>
        output.getByText(text, { exact: true }).evaluate((element) => getComputedStyle(element).color);
      assert.notEqual(await colour("received"), await colour("expected"));
      assert.equal(
        await output.getByText("41 passed").evaluate((element) => getComputedStyle(element).fontWeight),
        "600",
      );
      await open.getByRole("button", { name: "Open full output (1.2 MB)" }).click();
      await open.getByRole("button", { name: "Open in terminal" }).click();
      assert.deepEqual(await view.requests("call.openOutput"), [{ session: "s1", call: "s1" }]);
      assert.deepEqual(await view.requests("call.openTerminal"), [{ session: "s1", call: "s1" }]);
      await open.getByRole("button", { name: "Copy output" }).click();
      await open.getByRole("button", { name: "Copied" }).waitFor();
      const copied = await view.page.evaluate(() => navigator.clipboard.readText());
      assert.match(copied, /PASS {2}test\/tides\.test\.ts\n FAIL/);
      assert.ok(!copied.includes("\u001b"));
    });
    it("offers no full output where the model got all of it", async () => {
      await view.open(shellScenes.ended);
      await bar("npm run lint").click();
      await row("npm run lint").getByRole("button", { name: "Open in terminal" }).waitFor();
      assert.equal(await button(/Open full output/).count(), 0);
    });
    it("leads from a denial to the log", async () => {
      await view.open(shellScenes.ended);
      await bar("curl").click();
      await row("curl").locator(".call-denial").getByText("you: use the registry of the company").waitFor();
      await button("Open permission log").click();
      assert.deepEqual(await view.requests("ui.run"), [{ action: "open-permission-log" }]);
    });
    it("lists what it changed, and opens the differences", async () => {
      await view.open(shellScenes.ended);
      await bar("codemod").click();
      await view.page
        .getByRole("list", { name: "Files that the command changed" })
        .getByRole("button")
        .nth(1)
        .click();
      await row("prettier").getByRole("button", { name: "+12 −3, diff of src/tides.ts" }).click();
      assert.deepEqual(await view.requests("turn.diff"), [
        { session: "s1", turn: "t1", path: "src/harbours.ts" },
        { session: "s1", turn: "t1", path: "src/tides.ts" },
      ]);
      await view.page.getByRole("group", { name: "Changed files" }).getByText("3 changed files").waitFor();
    });
    it("says how many more it changed that are not listed", async () => {
      const file = (path: string) => ({ path, kind: "created", added: 1, removed: 0 }) as const;
      const call = shell("s1", { files: [file("a.js"), file("b.js")], moreFiles: 312 });
      await view.open(scene({ title: "Build", turns: [turn(1, { items: [call] })] }));
      assert.match((await row("npm test").innerText()).replaceAll(/\s+/g, " "), /314 files \+2 −0$/);
      await bar("npm test").click();
      const told = "and 312 more files changed, which are not listed and can not be reverted";
      await row("npm test").getByText(told).waitFor();
      const changed = view.page.getByRole("group", { name: "Changed files" });
      await changed.getByText("314 changed files").waitFor();
      await changed.getByText(told).waitFor();
    });
    it("reads a long output by pages, in its colours", async () => {
      const blob = "1".repeat(64);
      const text = `\u001b[31m${"red line\n".repeat(20_000)}\u001b[0mend`;
      const long = shell("s1", { output: { blob, bytes: text.length, preview: text.slice(0, 500) } });
      await view.open({ ...shellScene(long), bodies: { [blob]: text } });
      await bar("npm test").click();
      await button(/Show all/).click();
      await button(/Show more/).click();
      await button(/Show (?:all|more)/).waitFor({ state: "detached" });
      const output = view.page.getByRole("group", { name: "Output" });
      assert.ok((await output.innerText()).endsWith("red line\nend"));
      assert.ok((await output.locator("span").count()) < 10_010);
    });
  });

  it("draws no markup, and carries nothing out, whatever is written", async () => {
    const hostile = `<img src=x onerror="window.__pwned=1"><script>window.__pwned=1</script>\u001b]8;;javascript:alert(1)\u0007link\u001b]8;;\u0007\u001b]0;title\u0007\u001b[31;;;;999999m${"\u001b[1000A".repeat(100)}`;
    await view.open(
      shellScene(
        shell(
          "s1",
          {
            output: { text: hostile },
            note: "exit 0 <b>",
            title: { verb: "Run", object: "<b>ls</b>\n\u202e" },
          },
          { command: "<b>ls</b>", folder: "<i>" },
        ),
        runningShell("r1", hostile),
      ),
    );
    await bar("<b>ls</b>").click();
    const conversation = view.conversation();
    assert.equal(await conversation.locator("img, script, b, i, a").count(), 0);
    assert.match((await lines()).join(), /^<img.*link$/);
    assert.equal(await view.page.evaluate(() => "__pwned" in window), false);
    assert.notEqual(await view.page.title(), "title");
  });

  it("shows what every theme can show of colours", async () => {
    for (const theme of ["dark", "light", "hc-dark", "hc-light"] as const) {
      await view.open(shellScene(runningShell("r1", colourful)), { theme });
      assert.equal(await tail().getByText("received").count(), 1);
    }
  });
});
