/** The panel of runs, in the editor area. */
import type { Disposable, Memento, Uri } from "vscode";
import type { RunPlace, RunQuestion } from "#core/ports.ts";
import type { HostMessage } from "#protocol/protocol.ts";
import type { RunEntry } from "#protocol/run-state.ts";
import { runsPage } from "../page.ts";
import { PagePanel } from "../page-panel.ts";
import type { Connect } from "../page-view.ts";

const shownKey = "run.shown";

/** The one panel of runs in a window; it comes back with the window, at the run that it showed. */
export class RunPanel implements Disposable {
  readonly #panel: PagePanel;
  readonly #memory: Memento;

  constructor(extension: Uri, memory: Memento, connect: Connect) {
    this.#memory = memory;
    const greeting = () => [messageOf(memory.get<RunPlace>(shownKey) ?? {})];
    this.#panel = new PagePanel("Workflow Runs", {
      ...{ id: "boocode.runs", name: "panel of runs", extension, page: runsPage, connect, greeting },
    });
  }

  /** Shows a run, or a script before it is run; neither for the list. */
  show(place: RunPlace): void {
    void this.#memory.update(shownKey, place);
    this.#panel.show("Workflow Runs", messageOf(place));
  }

  /** Says that a script asks something, where nobody sees it. */
  tellQuestion(asked: RunQuestion): void {
    if (this.#panel.isVisible) return;
    void import("./run-status.ts").then((told) => told.tellRunAsks(asked, (place) => this.show(place)));
  }

  /** Says that a run has ended, where nobody sees it. */
  tellEnd(entry: RunEntry): void {
    if (this.#panel.isVisible) return;
    // Only then what tells it is loaded.
    void import("./run-status.ts").then((told) => told.tellRunEnded(entry, (place) => this.show(place)));
  }

  /** Ends the panel. */
  dispose(): void {
    this.#panel.dispose();
  }
}

function messageOf({ run, workflow, args }: RunPlace): HostMessage {
  return {
    type: "show-run",
    ...(run !== undefined && { run }),
    ...(workflow !== undefined && { workflow }),
    ...(args !== undefined && { args }),
  };
}
