/** Pictures of workflow runs in the real editor: before, with one, twelve and two hundred agents. */
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Frame, Page } from "playwright-core";
import { openFile, runCommand, webviewFrame } from "./browser.ts";
import type { ModelServer } from "./model-server.ts";
import { turnState } from "./model-server/flow.ts";
import { hold } from "./model-server/gate.ts";
import { reply } from "./model-server/reply.ts";

const script = `export const meta = {
  name: "fan",
  title: "Look from many sides",
  description: "Starts as many agents as it is told, then sums up what they say.",
  whenToUse: "To see how runs look.",
  phases: [{ title: "Look", detail: "As many agents as asked for" }, { title: "Sum up" }],
};
const count = Number(args ?? 1);
log("Looking from " + count + " sides");
const seen = await parallel(Array.from({ length: count }, (_, n) => () =>
  agent("Look from side " + (n + 1), { phase: "Look", label: "Side " + (n + 1), agentType: "explorer" })));
return { report: "# What was seen\\n\\n" + seen.map((text, n) => "- side " + (n + 1) + ": " + text).join("\\n") };
`;

const asking = `export const meta = { name: "choose", title: "Choose a side", description: "Asks which side to look from." };
await agent("Look around first");
const side = await ask("From which side is it to be looked at?", { choices: ["The left one", "The right one"] });
return { report: "Looked at from " + side };
`;

/** How many agents the runs have. */
const sizes = [1, 12, 200];

/** Writes the scripts into a project. */
export async function writeFan(project: string): Promise<void> {
  await mkdir(join(project, ".boocode/workflows"), { recursive: true });
  await writeFile(join(project, ".boocode/workflows/fan.js"), script);
  await writeFile(join(project, ".boocode/workflows/choose.js"), asking);
}

/** Takes pictures of what is told of a run whose panel is hidden by its script: lenses, the status bar, notices. */
export async function pictureRunsElsewhere(
  page: Page,
  model: ModelServer,
  take: (scene: string) => Promise<void>,
): Promise<void> {
  // An editor that is driven keeps its notices in their list.
  const notice = page.locator(".notifications-center .notification-list-item");
  const showNotices = () => runCommand(page, "Notifications: Show Notifications");
  const gate = hold();
  let asked = 0;
  model.use(() => (++asked < 12 ? reply.text("seen.") : reply.text("Slowly ").hold(gate).text("said.")));
  await (await prepareRun(page, "Look from many sides", "12")).getByTestId("run-start").click();
  await gate.reached;
  await openFile(page, "fan.js");
  await page.locator(".statusbar-item", { hasText: "fan 11/12" }).waitFor();
  await take("run-status");
  gate.release();
  await page.locator(".codelens-decoration", { hasText: "12×" }).waitFor();
  await showNotices();
  await notice.filter({ hasText: "fan: " }).waitFor();
  await take("run-notice");
  await runCommand(page, "Notifications: Clear All Notifications");
  const looking = hold();
  model.use(() => reply.text("Looked ").hold(looking).text("around."));
  await (await prepareRun(page, "Choose a side")).getByTestId("run-start").click();
  await looking.reached;
  await openFile(page, "choose.js");
  // By then the host knows that its panel is hidden.
  await page.locator(".codelens-decoration", { hasText: "Dry run" }).waitFor();
  looking.release();
  await page.locator(".statusbar-item", { hasText: "choose waits for you" }).waitFor();
  await showNotices();
  await notice.filter({ hasText: "choose asks: " }).waitFor();
  await take("run-asks");
  await notice.getByRole("button", { name: "Answer" }).click();
  const panel = await webviewFrame(page, "[data-testid=run-view]");
  await panel.getByRole("button", { name: "The left one" }).click();
  await panel.locator("[data-testid=run-view][data-status=done]").waitFor();
  await panel.getByRole("button", { name: "All runs" }).click();
}

async function prepareRun(page: Page, title: string, args?: string): Promise<Frame> {
  await runCommand(page, "BooCode: Show Workflow Runs");
  const list = await webviewFrame(page, ".run-entries");
  await list.getByTestId("workflow-entry").filter({ hasText: title }).click();
  if (args !== undefined) await list.getByLabel("Arguments").fill(args);
  return list;
}

/** Takes the pictures of the page; `take` makes one of what it shows. */
export async function pictureRuns(
  page: Page,
  model: ModelServer,
  take: (scene: string) => Promise<void>,
): Promise<void> {
  const begin = (count: number) => prepareRun(page, "Look from many sides", String(count));
  for (const count of sizes) {
    model.use(({ json }) => {
      const { question } = turnState(json ?? { messages: [], model: "" });
      return reply.text(`nothing moves at ${/side \d+/.exec(question)?.[0]}.`);
    });
    const panel = await begin(count);
    if (count === 1) await take("run-preview");
    await panel.getByTestId("run-start").click();
    await panel.locator("[data-testid=run-view][data-status=done]").waitFor({ timeout: 120_000 });
    await take(`run-${count}`);
    await panel.getByRole("button", { name: "All runs" }).click();
  }
  const gate = hold();
  model.use(() => reply.text("Slowly ").hold(gate).text("said."));
  const panel = await begin(12);
  await panel.getByTestId("run-start").click();
  await gate.reached;
  await take("run-live");
  gate.release();
  await panel.locator("[data-testid=run-view][data-status=done]").waitFor();
  await panel.getByRole("button", { name: "All runs" }).click();
  await take("run-list");
}
