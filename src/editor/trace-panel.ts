/** The trace: a panel in the editor area, and the same page beside the chat in the side bar. */
import { ViewColumn, window, type Disposable, type Uri, type WebviewPanel } from "vscode";
import type { TracePlace } from "#core/ports.ts";
import { tracePage } from "./page.ts";
import { PageView, ShownPage, type Connect, type PageViewOptions } from "./page-view.ts";

const type = "boocode.trace";

/** The one trace panel of a window; it comes back with the window. */
export class TracePanel implements Disposable {
  readonly #options: PageViewOptions;
  readonly #restoring: Disposable;
  #panel: WebviewPanel | undefined;
  #page: ShownPage | undefined;

  constructor(extension: Uri, connect: Connect) {
    this.#options = { id: type, name: "trace", extension, page: tracePage, connect };
    this.#restoring = window.registerWebviewPanelSerializer(type, {
      // The page knows what it showed.
      deserializeWebviewPanel: async (panel) => this.#adopt(panel),
    });
  }

  /** Shows a session's trace, at a span or a turn if one is named. */
  show(place: TracePlace): void {
    if (this.#panel === undefined)
      this.#adopt(window.createWebviewPanel(type, "Trace", ViewColumn.Active, { enableScripts: true }));
    if (this.#panel !== undefined) this.#panel.title = place.title === "" ? "Trace" : `Trace: ${place.title}`;
    this.#panel?.reveal();
    this.#page?.tell({ type: "show-trace", ...place });
  }

  /** Ends the panel. */
  dispose(): void {
    this.#restoring.dispose();
    this.#panel?.dispose();
  }

  #adopt(panel: WebviewPanel): void {
    this.#panel?.dispose();
    const page = new ShownPage(holderOf(panel), this.#options);
    this.#panel = panel;
    this.#page = page;
    panel.onDidDispose(() => {
      page.dispose();
      if (this.#panel !== panel) return;
      this.#panel = undefined;
      this.#page = undefined;
    });
  }
}

function holderOf(panel: WebviewPanel): ConstructorParameters<typeof ShownPage>[0] {
  return {
    webview: panel.webview,
    get visible() {
      return panel.visible;
    },
    onDidChangeVisibility: (listener) => panel.onDidChangeViewState(listener),
    show: (keepsFocus) => panel.reveal(undefined, keepsFocus),
  };
}

/** The view `boocode.trace`: the trace of the session that the chat shows. */
export class TraceView extends PageView {
  constructor(extension: Uri, connect: Connect) {
    super({ id: type, name: "trace", extension, page: tracePage, connect });
  }

  /** Follows another session. */
  follow(place: TracePlace): void {
    this.tell({ type: "show-trace", ...place });
  }
}
