/** Registers what the editor offers about workflows and their runs. */
import { commands, workspace, type Disposable, type Uri } from "vscode";
import type { Host } from "../host.ts";
import { registerRunLenses } from "./run-lenses.ts";
import type { RunPanel } from "./run-panel.ts";

/** Registers lenses and commands; `open` starts the product where it does not run yet. */
export function registerRuns(open: () => Promise<Host>, panel: RunPanel): readonly Disposable[] {
  const preview = async (file?: Uri): Promise<void> => (await open()).runs.preview(file);
  return [
    panel,
    registerRunLenses(
      async () => (await open()).core,
      () => workspace.getConfiguration("boocode").get("workflows.callLenses") === true,
    ),
    commands.registerCommand("boocode.runWorkflow", preview),
    commands.registerCommand("boocode.dryRunWorkflow", preview),
    commands.registerCommand("boocode.resumeWorkflow", async (file?: Uri) =>
      (await open()).runs.resume(file),
    ),
    commands.registerCommand("boocode.openRun", async (run?: string) => (await open()).runs.open(run)),
    commands.registerCommand("boocode.showRuns", () => panel.show({})),
    commands.registerCommand("boocode.showSandbox", async () => (await open()).runs.showSandbox()),
  ];
}
