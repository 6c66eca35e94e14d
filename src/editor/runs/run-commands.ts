/** Commands about workflows, as the command palette and lenses offer them. */
import { window, type QuickPickItem, type Uri } from "vscode";
import type { BooCode } from "#core/boocode.ts";
import type { RunPlace } from "#core/ports.ts";
import { isGoingOn, type RunEntry } from "#protocol/run-state.ts";
import { formatWhen } from "#protocol/words.ts";
import { runWords } from "#protocol/run-words.ts";
import { fileOf } from "./workflow-file.ts";
import { telling } from "../telling.ts";

/** What the commands do; a refusal is shown to the user. */
export interface RunCommands {
  /** Shows what a run of a script would be; asks which script where none is given. */
  preview(file: Uri | undefined): Promise<void>;
  /** Goes on with a script's last run, or asks which run. */
  resume(file: Uri | undefined): Promise<void>;
  /** Shows a run; asks which. */
  open(run: string | undefined): Promise<void>;
  /** Says what workflows run in. */
  showSandbox(): Promise<void>;
}

/** Makes the commands. */
export function createRunCommands(core: BooCode, show: (place: RunPlace) => void): RunCommands {
  return {
    preview: (file) => telling(() => preview(core, show, file)),
    resume: (file) => telling(() => resume(core, show, file)),
    open: (run) =>
      telling(async () => {
        const picked = run ?? (await pickRun(core, () => true, "Open a run"));
        if (picked !== undefined) show({ run: picked });
      }),
    showSandbox: () => telling(() => showSandbox(core)),
  };
}

async function preview(core: BooCode, show: (place: RunPlace) => void, file: Uri | undefined): Promise<void> {
  const workflow = file === undefined ? await pickWorkflow(core) : fileOf(file);
  if (workflow !== undefined) show({ workflow });
}

async function pickWorkflow(core: BooCode): Promise<string | undefined> {
  const entries = await core.runs.workflows();
  const items = entries.map(({ meta, source, shadowedBy, diagnostics }) => {
    const problem = diagnostics.find(({ severity }) => severity === "error");
    const note = problem ? "can not run" : shadowedBy === undefined ? "" : `means ${shadowedBy} instead`;
    return {
      label: meta?.title ?? meta?.name ?? source.file,
      description: [source.file, note].filter(Boolean).join(" · "),
      detail: problem?.message ?? meta?.description ?? "",
      file: source.file,
    };
  });
  const picked = await window.showQuickPick(items, {
    ...{ title: "Run a workflow", placeHolder: "Choose a workflow", matchOnDetail: true },
    matchOnDescription: true,
  });
  return picked?.file;
}

async function resume(core: BooCode, show: (place: RunPlace) => void, file: Uri | undefined): Promise<void> {
  await core.runs.load();
  const name = file && fileOf(file);
  const isOver = (entry: RunEntry): boolean => !isGoingOn(entry) && entry.synthetic === undefined;
  const last = core.runs.list.channel.state.runs.find((entry) => entry.file === name && isOver(entry));
  const run = last?.run ?? (await pickRun(core, isOver, "Resume a run"));
  if (run === undefined) return;
  await core.runs.resume({ run, takesFile: file !== undefined });
  show({ run });
}

async function pickRun(
  core: BooCode,
  fits: (entry: RunEntry) => boolean,
  title: string,
): Promise<string | undefined> {
  await core.runs.load();
  const items: readonly (QuickPickItem & { readonly run: string })[] = core.runs.list.channel.state.runs
    .filter(fits)
    .map((entry) => ({
      ...{ label: entry.workflow, run: entry.run, detail: runWords(entry) },
      description: formatWhen(entry.startedAt, Date.now()),
    }));
  if (items.length === 0) {
    void window.showInformationMessage("No workflow has run here yet.");
    return undefined;
  }
  return (await window.showQuickPick(items, { title, matchOnDetail: true }))?.run;
}

async function showSandbox(core: BooCode): Promise<void> {
  const { engine, runtime } = await core.runs.sandbox();
  void window.showInformationMessage(`Workflows run in ${engine}, in a process of their own (${runtime}).`);
}
