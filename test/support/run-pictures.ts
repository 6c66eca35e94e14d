/** Pictures of workflow runs in the real editor: before, with one, twelve and two hundred agents. */
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Frame, Page } from "playwright-core";
import { runCommand, webviewFrame } from "./browser.ts";
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

/** How many agents the runs have. */
const sizes = [1, 12, 200];

/** Writes the script into a project. */
export async function writeFan(project: string): Promise<void> {
  await mkdir(join(project, ".boocode/workflows"), { recursive: true });
  await writeFile(join(project, ".boocode/workflows/fan.js"), script);
}

/** Takes the pictures; `take` makes one of what the page shows. */
export async function pictureRuns(
  page: Page,
  model: ModelServer,
  take: (scene: string) => Promise<void>,
): Promise<void> {
  const begin = async (count: number): Promise<Frame> => {
    await runCommand(page, "BooCode: Show Workflow Runs");
    const list = await webviewFrame(page, ".run-entries");
    await list.getByTestId("workflow-entry").filter({ hasText: "Look from many sides" }).click();
    await list.getByLabel("Arguments").fill(String(count));
    return list;
  };
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
