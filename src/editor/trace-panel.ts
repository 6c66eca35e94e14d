/** The trace: a panel in the editor area, and the same page beside the chat in the side bar. */
import { ViewColumn, window, type Disposable, type Memento, type Uri, type WebviewPanel } from "vscode";
import type { TracePlace } from "#core/ports.ts";
import type { HostMessage } from "#protocol/protocol.ts";
import { tracePage } from "./page.ts";
import { PageView, ShownPage, type Connect, type PageViewOptions } from "./page-view.ts";

const type = "boocode.trace";
const shownKey = "trace.shown";

/** The one trace panel of a window; it comes back with the window. */
export class TracePanel implements Disposable {
  readonly #options: PageViewOptions;
  readonly #restoring: Disposable;
  readonly #memory: Memento;
  #panel: WebviewPanel | undefined;
  #page: ShownPage | undefined;

  constructor(extension: Uri, memory: Memento, connect: Connect) {
    this.#memory = memory;
    const greeting = () => greetingOf(memory.get<TracePlace>(shownKey));
    this.#options = { id: type, name: "trace", extension, page: tracePage, connect, greeting };
    this.#restoring = window.registerWebviewPanelSerializer(type, {
      deserializeWebviewPanel: async (panel) => this.#adopt(panel),
    });
  }

  /** Shows a session's trace, at a span or a turn if one is named. */
  show(place: TracePlace): void {
    const { session, title } = place;
    void this.#memory.update(shownKey, { session, title });
    if (this.#panel === undefined)
      this.#adopt(window.createWebviewPanel(type, "Trace", ViewColumn.Active, { enableScripts: true }));
    if (this.#panel !== undefined) this.#panel.title = title === "" ? "Trace" : `Trace: ${title}`;
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

function greetingOf(place: TracePlace | undefined): readonly HostMessage[] {
  return place === undefined ? [] : [{ type: "show-trace", ...place }];
}

function holderOf(panel: WebviewPanel): ConstructorParameters<typeof ShownPage>[0] {
  return {
    webview: panel.webview,
    get visible() {
      return panel.visible;
    },
    onDidChangeVisibility: (listener) => {
      // The editor also tells when the panel only got or lost the focus.
      let wasVisible = panel.visible;
      return panel.onDidChangeViewState(() => {
        if (panel.visible === wasVisible) return;
        wasVisible = panel.visible;
        listener();
      });
    },
    show: (keepsFocus) => panel.reveal(undefined, keepsFocus),
  };
}

/** The view `boocode.trace`: the trace of the session that the chat shows. */
export class TraceView extends PageView {
  readonly #memory: { place?: TracePlace };

  constructor(extension: Uri, connect: Connect) {
    const memory: { place?: TracePlace } = {};
    const greeting = () => greetingOf(memory.place);
    super({ id: type, name: "trace", extension, page: tracePage, connect, greeting });
    this.#memory = memory;
  }

  /** Follows another session. */
  follow(place: TracePlace): void {
    this.#memory.place = place;
    this.tell({ type: "show-trace", ...place });
  }
}
