/** A page in the side bar: its life, and its connection once the core is there. */
import {
  commands,
  Uri,
  window,
  type Disposable,
  type ViewBadge,
  type Webview,
  type WebviewView,
  type WebviewViewProvider,
} from "vscode";
import type { HostMessage } from "#protocol/protocol.ts";
import type { Connection } from "./connection.ts";
import { pageFolder, writePage, type Page } from "./page.ts";

const openMs = 50;
const usualPingMs = 5_000;
// After this many pings without an answer, or without a first word, the page is taken for dead.
const missedPings = 2;
const missedFirstPings = 6;
const waitingMessages = 200;

/** Connects a view; the message poster may be called until the connection is disposed. */
export type Connect = (post: (message: HostMessage) => void) => Promise<Connection>;

/** What a view is made of. */
export interface PageViewOptions {
  readonly id: string;
  /** What a person calls it: "chat". */
  readonly name: string;
  readonly extension: Uri;
  readonly page: Page;
  readonly connect: Connect;
  /** What the page is told each time that it begins: it keeps nothing while it is hidden. */
  readonly greeting?: () => readonly HostMessage[];
  /** How often the page is asked whether it lives, in milliseconds. */
  readonly pingMs?: number;
}

/** A view of the side bar; there is at most one of its id in a window. */
export class PageView implements WebviewViewProvider {
  readonly id: string;
  readonly #options: PageViewOptions;
  #shown: ShownPage | undefined;
  // What is told to the view that the editor is about to make.
  #awaited: HostMessage[] = [];
  #view: WebviewView | undefined;
  #badge: ViewBadge | undefined;

  constructor(options: PageViewOptions) {
    this.id = options.id;
    this.#options = options;
  }

  /** Called by the editor when the view is first shown, and again after it was moved. */
  resolveWebviewView(view: WebviewView): void {
    this.#shown?.dispose();
    const shown = new ShownPage(view, this.#options);
    this.#shown = shown;
    this.#view = view;
    view.badge = this.#badge;
    for (const message of this.#awaited.splice(0)) shown.tell(message);
    view.onDidDispose(() => {
      shown.dispose();
      if (this.#shown !== shown) return;
      this.#shown = undefined;
      this.#view = undefined;
    });
  }

  /** Shows the view with the focus in it, and tells its page something. */
  async focus(...messages: readonly HostMessage[]): Promise<void> {
    await commands.executeCommand(`${this.id}.focus`);
    this.#tell(messages);
  }

  /** Shows the view and leaves the focus where it is, and tells its page something. */
  async reveal(...messages: readonly HostMessage[]): Promise<void> {
    if (this.#shown === undefined) await commands.executeCommand(`${this.id}.focus`, { preserveFocus: true });
    else this.#shown.show();
    this.#tell(messages);
  }

  /** Whether a person can see the page. */
  get isVisible(): boolean {
    return this.#shown?.isVisible ?? false;
  }

  /** Shows a number on the view's icon, with a word of what it counts; 0 takes it away. */
  setBadge(value: number, tooltip: string): void {
    this.#badge = value === 0 ? undefined : { value, tooltip };
    if (this.#view !== undefined) this.#view.badge = this.#badge;
  }

  /** Ends the view's connection. */
  dispose(): void {
    this.#shown?.dispose();
    this.#shown = undefined;
  }

  /** Tells the page something, now or when it is first shown. */
  tell(message: HostMessage): void {
    this.#tell([message]);
  }

  #tell(messages: readonly HostMessage[]): void {
    if (this.#shown === undefined) this.#awaited = [...messages];
    else for (const message of messages) this.#shown.tell(message);
  }
}

/** What holds a page: a view of the side bar, or a panel. */
export interface PageHolder {
  readonly webview: Webview;
  readonly visible: boolean;
  onDidChangeVisibility(listener: () => void): Disposable;
  show(preserveFocus: boolean): void;
}

/** A page while its holder lives: written, connected, asked whether it lives. */
export class ShownPage {
  readonly #view: PageHolder;
  readonly #options: PageViewOptions;
  readonly #watchers: Disposable[];
  readonly #opening: ReturnType<typeof setTimeout>;
  readonly #heartbeat: ReturnType<typeof setInterval>;
  #connection: Connection | undefined;
  #waiting: unknown[] = [];
  #unanswered = 0;
  #hasSpoken = false;
  // What is told as soon as the page has said its first word; the last of each kind.
  #pending: HostMessage[] = [];
  #isGivenUp = false;
  #isDisposed = false;

  constructor(view: PageHolder, options: PageViewOptions) {
    const { extension, connect, pingMs = usualPingMs } = options;
    this.#view = view;
    this.#options = options;
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

  get isVisible(): boolean {
    return !this.#isDisposed && this.#view.visible;
  }

  post(message: HostMessage): void {
    if (!this.#isDisposed && this.#view.visible) void this.#view.webview.postMessage(message);
  }

  /** Tells the page something that it must not miss, as soon as it listens. */
  tell(message: HostMessage): void {
    if (this.#hasSpoken) this.post(message);
    else this.#pending = [...this.#pending.filter(({ type }) => type !== message.type), message];
  }

  /** Brings the view to the front, without the focus. */
  show(): void {
    this.#view.show(true);
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
    if (!this.#hasSpoken) for (const message of this.#options.greeting?.() ?? []) this.post(message);
    this.#hasSpoken = true;
    for (const pending of this.#pending.splice(0)) this.post(pending);
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
    this.#view.webview.html = writePage(this.#view.webview, this.#options.extension, this.#options.page);
  }

  async #offerReload(): Promise<void> {
    const reload = "Reload view";
    const answer = await window.showWarningMessage(
      `BooCode's ${this.#options.name} does not answer.`,
      reload,
    );
    if (answer === reload && !this.#isDisposed) this.#load();
  }
}
