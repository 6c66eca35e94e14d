/** A page in the editor area. */
import { TabInputWebview, ViewColumn, window, type Disposable, type Tab, type WebviewPanel } from "vscode";
import type { HostMessage } from "#protocol/protocol.ts";
import { ShownPage, type PageHolder, type PageViewOptions } from "./page-view.ts";

/** The one panel of its kind in a window; it comes back with the window. */
export class PagePanel implements Disposable {
  readonly #options: PageViewOptions;
  readonly #title: string;
  readonly #restoring: Disposable;
  #panel: WebviewPanel | undefined;
  #page: ShownPage | undefined;

  constructor(title: string, options: PageViewOptions) {
    this.#options = options;
    this.#title = title;
    this.#restoring = window.registerWebviewPanelSerializer(options.id, {
      deserializeWebviewPanel: async (panel) => {
        // One was made meanwhile, since this one had not been looked at.
        if (this.#panel === undefined) this.#adopt(panel);
        else panel.dispose();
      },
    });
  }

  /** Shows the panel, and tells its page something. */
  show(title = this.#title, ...messages: readonly HostMessage[]): void {
    if (this.#panel === undefined) {
      const restored = tabsOf(this.#options.id);
      const column = restored[0]?.group.viewColumn ?? ViewColumn.Active;
      this.#adopt(window.createWebviewPanel(this.#options.id, title, column, { enableScripts: true }));
      // One that somebody closed meanwhile is no longer known.
      if (restored.length > 0) window.tabGroups.close(restored, true).then(undefined, () => {});
    }
    if (this.#panel !== undefined) this.#panel.title = title;
    this.#panel?.reveal();
    for (const message of messages) this.#page?.tell(message);
  }

  /** Whether a person can see it. */
  get isVisible(): boolean {
    return this.#panel?.visible ?? false;
  }

  /** Ends the panel. */
  dispose(): void {
    this.#restoring.dispose();
    this.#panel?.dispose();
  }

  #adopt(panel: WebviewPanel): void {
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

// After a reload there may be a tab whose panel the editor makes only once somebody looks at it.
function tabsOf(id: string): readonly Tab[] {
  return window.tabGroups.all
    .flatMap(({ tabs }) => tabs)
    .filter(({ input }) => input instanceof TabInputWebview && input.viewType.endsWith(`-${id}`));
}

function holderOf(panel: WebviewPanel): PageHolder {
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
