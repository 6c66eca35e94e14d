/** The status bar's word about runs that go on, and the notice of their end. */
import { StatusBarAlignment, window, type Disposable } from "vscode";
import type { BooCode } from "#core/boocode.ts";
import type { RunPlace, RunQuestion } from "#core/ports.ts";
import type { RunEntry } from "#protocol/run-state.ts";
import { goingOn, runWords } from "#protocol/run-words.ts";

/** Shows runs that go on in the status bar, until it is disposed of. */
export function showRunStatus(core: BooCode): Disposable {
  const item = window.createStatusBarItem("boocode.runs", StatusBarAlignment.Left);
  item.name = "Workflow runs";
  item.command = "boocode.openRun";
  const draw = (): void => {
    const live = new Set(core.runs.running.map(({ run }) => run));
    const entries = core.runs.list.channel.state.runs.filter(({ run }) => live.has(run));
    const told = goingOn(entries);
    if (told === undefined) return item.hide();
    item.text = `$(${told.icon}) ${told.text}`;
    item.tooltip = entries.map((entry) => `${entry.workflow}: ${runWords(entry)}`).join("\n");
    item.command =
      told.run === undefined
        ? "boocode.openRun"
        : { command: "boocode.openRun", title: "Open the run", arguments: [told.run] };
    item.show();
  };
  const unfollow = core.runs.list.channel.listen(draw);
  return {
    dispose() {
      unfollow();
      item.dispose();
    },
  };
}

/** Says what a script asks, and shows its run where that is wished. */
export async function tellRunAsks(
  { run, workflow, text }: RunQuestion,
  show: (place: RunPlace) => void,
): Promise<void> {
  const answer = "Answer";
  if ((await window.showInformationMessage(`${workflow} asks: ${text}`, answer)) === answer) show({ run });
}

/** Says how a run ended, and shows it where that is wished. */
export async function tellRunEnded(entry: RunEntry, show: (place: RunPlace) => void): Promise<void> {
  const open = "Open";
  const text = `${entry.workflow}: ${runWords(entry)}`;
  const isFine = entry.status === "done" || entry.status === "stopped";
  const answer = await (isFine
    ? window.showInformationMessage(text, open)
    : window.showWarningMessage(text, open));
  if (answer === open) show({ run: entry.run });
}
