import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { reloadWindow, runCommand, webviewFrame } from "../support/browser.ts";
import { screenshotFolder } from "../support/e2e-editor.ts";
import { useChat } from "../support/e2e-window.ts";
import { reply } from "../support/model-server/reply.ts";

const hosts = reply.toolCall("read_file", { path: "/etc/hosts" });
const hostname = reply.toolCall("read_file", { path: "/etc/hostname" });
const shell = (command: string) => reply.toolCall("run_shell", { command });

describe("what the agent may do", () => {
  const its = useChat("own window", { width: 1400, height: 900 });
  const card = () => its.chat.frame.getByTestId("permission-card");
  const press = (name: "once" | "session" | "always" | "deny") =>
    its.chat.frame.getByTestId(`permission-${name}`).click();

  const logTabs = () => its.window.page.getByRole("tab", { name: /^Permission Log/ });
  const log = () => webviewFrame(its.window.page, "[data-testid=permission-log]");

  /** What the last results told the model, oldest first. */
  const results = (): readonly string[] =>
    (its.model.requests.at(-1)?.json?.messages ?? []).flatMap(({ role, content }) =>
      role === "tool" && typeof content === "string" ? [content] : [],
    );

  it("the project's tests run without a question, and what they wrote is shown", async () => {
    its.model.use([shell("npm test"), reply.text("All tests pass.")]);
    await its.chat.ask("Run the test suite");
    await its.chat.text("All tests pass.").waitFor();
    assert.match(results().at(-1) ?? "", /pass 1/);
    assert.equal(await card().count(), 0);
    await its.chat.calls.filter({ hasText: "npm test" }).waitFor();
  });

  it("a file outside is asked for; for the session then no more; after a reload again", async () => {
    its.model.use([hosts, hostname, reply.text("That is what is in them.")]);
    await its.chat.send("What is in /etc/hosts?");
    await card().getByText("/etc/hosts").first().waitFor();
    await press("session");
    await its.chat.text("That is what is in them.").waitFor();
    assert.match(results().at(-2) ?? "", /localhost/);
    await its.window.page.reload();
    await its.chat.ready();
    its.model.use([hosts, reply.text("As before.")]);
    await its.chat.send("And now?");
    await card().waitFor();
    await press("deny");
    await its.chat.frame.getByRole("textbox", { name: /why/i }).press("Enter");
    await its.chat.text("As before.").waitFor();
    assert.match(results().at(-1) ?? "", /did not allow/);
  });

  it("the log has it all, and opens once, however often it is asked for, and again after a reload", async () => {
    const { page } = its.window;
    await runCommand(page, "BooCode: Open Permission Log");
    await (await log()).getByText("/etc/hosts").first().waitFor();
    await runCommand(page, "BooCode: Open Permission Log");
    assert.equal(await logTabs().count(), 1);
    await page.screenshot({ path: join(screenshotFolder, "permission-log.png") });
    await reloadWindow(page);
    await (await log()).getByText("/etc/hosts").first().waitFor();
    assert.equal(await logTabs().count(), 1);
    await its.chat.ready();
  });

  it("a question is still there after a reload, and its answer counts", async () => {
    its.model.use([hosts, reply.text("Answered after the reload.")]);
    await its.chat.send("Look once more");
    await card().waitFor();
    await its.window.page.reload();
    await its.chat.ready();
    await card().getByText("/etc/hosts").first().waitFor();
    await press("once");
    await its.chat.text("Answered after the reload.").waitFor();
  });

  it("a command that writes outside fails, asks, and works after the leave", async () => {
    its.model.use([
      shell(`node -e "require('fs').writeFileSync('/opt/x-boocode', 'hi')"`),
      reply.text("Written."),
    ]);
    await its.chat.begin();
    await its.chat.send("Write outside");
    await card().waitFor();
    await press("deny");
    await its.chat.frame.getByRole("textbox", { name: /why/i }).press("Enter");
    await its.chat.text("Written.").waitFor();
    assert.equal(existsSync("/opt/x-boocode"), false);
  });
});
