import { EventEmitter, type Uri, type WebviewView } from "vscode";
import type { HostMessage } from "#protocol/protocol.ts";

/** A view as the editor gives it, with its page played by the test; or by itself, where it is to answer every ping. */
export function fakeView(answersPings = false) {
  const received = new EventEmitter<unknown>();
  const visibility = new EventEmitter<void>();
  const disposed = new EventEmitter<void>();
  const posted: HostMessage[] = [];
  const pages: string[] = [];
  let shown = 0;
  const view = {
    visible: true,
    webview: {
      options: {},
      cspSource: "https://view.example",
      get html() {
        return pages.at(-1) ?? "";
      },
      set html(page: string) {
        pages.push(page);
      },
      asWebviewUri: (uri: Uri) => uri.with({ scheme: "https", authority: "view.example" }),
      postMessage: async (message: HostMessage) => {
        posted.push(message);
        if (answersPings && message.type === "ping") received.fire({ type: "pong" });
        return true;
      },
      onDidReceiveMessage: received.event,
    },
    onDidChangeVisibility: visibility.event,
    onDidDispose: disposed.event,
    show: () => {
      shown += 1;
    },
  };
  return {
    view: view as unknown as WebviewView,
    pages,
    posted,
    say: (message: unknown) => received.fire(message),
    /** How often the view was brought to the front. */
    shown: () => shown,
    close: () => disposed.fire(),
    show: (isVisible: boolean) => {
      view.visible = isVisible;
      visibility.fire();
    },
  };
}
