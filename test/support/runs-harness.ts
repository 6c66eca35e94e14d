/** The page of runs outside of an editor: a host with runs and scripts, in a browser. */
import type { Page } from "playwright-core";
import type { RunDifference } from "../../src/protocol/run-requests.ts";
import type { RunEntry, RunState } from "../../src/protocol/run-state.ts";
import type { RunPreview, WorkflowEntry } from "../../src/protocol/workflows.ts";
import { openScripted } from "./scripted-page.ts";
import { fakeHost, refuse } from "./webview-harness-host.ts";
import type { Harness, Theme } from "./webview-harness.ts";

/** What the host of the page knows. */
export interface RunsScript {
  /** What the page is told to show. */
  readonly place: { readonly run?: string; readonly workflow?: string };
  readonly run?: RunState;
  readonly list: readonly RunEntry[];
  readonly workflows: readonly WorkflowEntry[];
  readonly preview?: RunPreview;
  readonly result?: { readonly text: string; readonly isMarkdown: boolean };
  readonly isFileChanged?: boolean;
  readonly differences?: readonly RunDifference[];
}

/** How the page is opened. */
export interface RunsOptions {
  readonly theme?: Theme;
  readonly width?: number;
  readonly height?: number;
  /** A request that fails the first time it is made. */
  readonly refused?: { readonly method: string; readonly message: string };
}

/** Opens the page and waits until what it shows is drawn. */
export async function openRuns(
  view: Page,
  harness: Harness,
  script: RunsScript,
  options: RunsOptions = {},
): Promise<Page> {
  const { theme = "dark", width = 900, height = 800, refused } = options;
  await openScripted(view, {
    ...{ url: `${harness.url}?view=runs&theme=${theme}`, width, height },
    scripts: [
      (page) => page.addInitScript(scriptRuns, script),
      (page) => page.addInitScript(fakeHost),
      ...(refused ? [refuse(refused)] : []),
    ],
  });
  await view.locator("main.runs").waitFor();
  await view.evaluate((place) => window.host.post({ type: "show-run", ...place }), script.place);
  const { run, workflow } = script.place;
  const shown =
    run !== undefined ? ".run" : workflow !== undefined ? "[data-testid=run-preview]" : "#runs-title";
  await view.locator(`${shown}, [role=alert] .notice`).first().waitFor();
  return view;
}

/** Runs in the page before `fakeHost`; everything it uses must be inside of it. */
function scriptRuns(script: RunsScript): void {
  const answers: Record<string, unknown> = {
    "workflow.list": { workflows: script.workflows },
    "run.open": { isFileChanged: script.isFileChanged ?? false },
    "run.preview": script.preview,
    "run.previewResume": { agents: 1, known: 3, estimate: { tokens: 12_000, usd: 0.0021 } },
    "run.start": { run: script.run?.run },
    "run.result": script.result,
    "run.compare": { differences: script.differences ?? [] },
  };
  window.scripted = {
    active: () => script.run?.run ?? "",
    answer: (method) => answers[method] ?? {},
    stateOf: (channel) => (channel === "run" ? script.run : { runs: script.list, isLoaded: true }),
  };
}
