/** The chat in the side bar: its page, its life, and its connection once the core is there. */
import { commands, Uri, window, type Disposable, type WebviewView, type WebviewViewProvider } from "vscode";
import type { HostMessage } from "#protocol/protocol.ts";
import { chatPage, pageFolder } from "./chat-page.ts";
import type { Connection } from "./connection.ts";

const openMs = 50;
const usualPingMs = 5_000;
// After this many pings without an answer, or without a first word, the page is taken for dead.
const missedPings = 2;
const missedFirstPings = 6;
const waitingMessages = 200;

/** Connects a view; the message poster may be called until the connection is disposed. */
export type Connect = (post: (message: HostMessage) => void) => Promise<Connection>;

/** The view `boocode.chat`; there is at most one in a window. */
export class ChatView implements WebviewViewProvider {
  readonly #extension: Uri;
  readonly #connect: Connect;
  readonly #pingMs: number;
  #shown: ShownView | undefined;

  constructor(extension: Uri, connect: Connect, pingMs = usualPingMs) {
    this.#extension = extension;
    this.#connect = connect;
    this.#pingMs = pingMs;
  }

  /** Called by the editor when the view is first shown, and again after it was moved. */
  resolveWebviewView(view: WebviewView): void {
    this.#shown?.dispose();
    const shown = new ShownView(view, this.#extension, this.#connect, this.#pingMs);
    this.#shown = shown;
    view.onDidDispose(() => {
      shown.dispose();
      if (this.#shown === shown) this.#shown = undefined;
    });
  }

  /** Shows the view with the cursor in its composer. */
  async focus(): Promise<void> {
    await commands.executeCommand("boocode.chat.focus");
    this.#shown?.focusComposer();
  }

  /** Ends the view's connection. */
  dispose(): void {
    this.#shown?.dispose();
    this.#shown = undefined;
  }
}

class ShownView {
  readonly #view: WebviewView;
  readonly #extension: Uri;
  readonly #watchers: Disposable[];
  readonly #opening: ReturnType<typeof setTimeout>;
  readonly #heartbeat: ReturnType<typeof setInterval>;
  #connection: Connection | undefined;
  #waiting: unknown[] = [];
  #unanswered = 0;
  #hasSpoken = false;
  #wantsFocus = false;
  #isGivenUp = false;
  #isDisposed = false;

  constructor(view: WebviewView, extension: Uri, connect: Connect, pingMs: number) {
    this.#view = view;
    this.#extension = extension;
    view.webview.options = {
      enableScripts: true,
      localResourceRoots: [Uri.joinPath(extension, ...pageFolder)],
    };
    this.#watchers = [
      view.webview.onDidReceiveMessage((message: unknown) => this.#receive(message)),
      view.onDidChangeVisibility(() => this.#changeVisibility()),
    ];
    this.#heartbeat = setInterval(() => this.#beat(), pingMs);
    this.#load();
    // The editor sends the page in its next turns; loading the core would hold that up.
    this.#opening = setTimeout(() => void this.#open(connect), openMs);
  }

  post(message: HostMessage): void {
    if (!this.#isDisposed && this.#view.visible) void this.#view.webview.postMessage(message);
  }

  focusComposer(): void {
    this.#wantsFocus = !this.#hasSpoken;
    if (this.#hasSpoken) this.post({ type: "focus-composer" });
  }

  dispose(): void {
    this.#isDisposed = true;
    clearTimeout(this.#opening);
    clearInterval(this.#heartbeat);
    for (const watcher of this.#watchers) watcher.dispose();
    this.#connection?.dispose();
    this.#connection = undefined;
  }

  async #open(connect: Connect): Promise<void> {
    try {
      const connection = await connect((message) => this.post(message));
      if (this.#isDisposed) return connection.dispose();
      this.#connection = connection;
      for (const message of this.#waiting) connection.receive(message);
      this.#waiting = [];
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      void window.showErrorMessage(`BooCode could not start: ${reason}`);
    }
  }

  #receive(message: unknown): void {
    this.#unanswered = 0;
    this.#hasSpoken = true;
    if (this.#wantsFocus) this.focusComposer();
    if (this.#connection !== undefined) this.#connection.receive(message);
    else if (this.#waiting.length < waitingMessages) this.#waiting.push(message);
  }

  // A hidden page is thrown away by the editor and begins again, with new subscriptions, when it is shown.
  #changeVisibility(): void {
    this.#unanswered = 0;
    this.#hasSpoken = false;
    if (this.#view.visible) return this.post({ type: "ping" });
    this.#connection?.pause();
    this.#waiting = [];
  }

  // Pings are counted, not seconds: a machine that slept has missed none.
  #beat(): void {
    if (!this.#view.visible || this.#isGivenUp) return;
    if (this.#unanswered < (this.#hasSpoken ? missedPings : missedFirstPings)) {
      this.#unanswered += 1;
      this.post({ type: "ping" });
      return;
    }
    // A page that never said a word would not say one the next time either.
    if (this.#hasSpoken) this.#load();
    else this.#isGivenUp = true;
    void this.#offerReload();
  }

  #load(): void {
    this.#isGivenUp = false;
    this.#unanswered = 0;
    this.#hasSpoken = false;
    this.#waiting = [];
    this.#connection?.pause();
    this.#view.webview.html = chatPage(this.#view.webview, this.#extension);
  }

  async #offerReload(): Promise<void> {
    const reload = "Reload view";
    const answer = await window.showWarningMessage("The BooCode chat does not answer.", reload);
    if (answer === reload && !this.#isDisposed) this.#load();
  }
}
