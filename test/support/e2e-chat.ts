/** The chat as a person in front of the workbench sees and works it. */
import type { FrameLocator, Locator, Page } from "playwright-core";
import { openChat } from "./browser.ts";

/** The chat view of a workbench page; its parts are found anew each time, since the editor throws hidden views away. */
export class Chat {
  readonly page: Page;
  /** What the editor gives the view for good, and each of its pages. */
  readonly #origin: string;

  private constructor(page: Page, origin: string) {
    this.page = page;
    this.#origin = origin;
  }

  /** Shows the view by its focus command and waits until it answers to keys. */
  static async open(page: Page): Promise<Chat> {
    const frame = await openChat(page);
    const address = new URL(frame.parentFrame()?.url() ?? "");
    const chat = new Chat(page, address.searchParams.get("origin") ?? "");
    await chat.ready();
    return chat;
  }

  /** Waits until the view has heard from the host. */
  async ready(): Promise<void> {
    await this.frame.locator(".model-name").filter({ hasText: /./ }).waitFor();
  }

  get frame(): FrameLocator {
    const view = `iframe.webview.ready[src*='origin=${this.#origin}']`;
    return this.page.frameLocator(view).first().frameLocator("#active-frame");
  }

  get composer(): Locator {
    return this.frame.getByTestId("composer");
  }

  get conversation(): Locator {
    return this.frame.getByTestId("conversation");
  }

  get stop(): Locator {
    return this.frame.getByTestId("stop");
  }

  get calls(): Locator {
    return this.frame.getByTestId("tool-call");
  }

  /** The last lines of turns: their outcome, changed files and figures. */
  get endings(): Locator {
    return this.frame.locator(".ending");
  }

  button(name: string | RegExp): Locator {
    return this.frame.getByRole("button", { name, exact: typeof name === "string" });
  }

  text(text: string | RegExp): Locator {
    return this.conversation.getByText(text).first();
  }

  /** Writes a message and sends it. */
  async send(text: string): Promise<void> {
    await this.composer.fill(text);
    await this.composer.press("Enter");
  }

  /** Sends a message and waits until the agent is done with it. */
  async ask(text: string): Promise<void> {
    const before = await this.endings.count();
    await this.send(text);
    await this.endings.nth(before).waitFor();
  }

  /** Begins a new session by its button. */
  async begin(): Promise<void> {
    await this.button("New session").click();
    // The cursor comes back to the composer once the session is there.
    await this.frame.locator("[data-testid=composer]:focus").waitFor();
    await this.frame.getByRole("heading", { name: "Ask about this project" }).waitFor();
  }
}

/** Polls until a condition holds; its last value is in the complaint. */
export async function until<T>(
  look: () => Promise<T> | T,
  holds: (value: T) => boolean,
  timeoutMs = 15_000,
): Promise<T> {
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    const value = await look();
    if (holds(value)) return value;
    if (Date.now() > deadline)
      throw new Error(`This did not come about in ${timeoutMs} ms: ${String(value)}`);
    // What is looked at sends no event: files, the status bar, a server's list.
    await new Promise((next) => setTimeout(next, 20));
  }
}

/** The editor's own input: what commands ask for, and lists to pick from. */
export function quickInput(page: Page): { readonly box: Locator; readonly row: (text: string) => Locator } {
  const widget = page.locator(".quick-input-widget");
  return {
    box: widget.locator("input.input"),
    row: (text) => widget.locator(".monaco-list-row").filter({ hasText: text }).first(),
  };
}

/** How many errors the editor's status bar counts. */
export async function errorCount(page: Page): Promise<number> {
  const label = await page.locator("[id='status.problems'] a").getAttribute("aria-label");
  return Number(/(\d+)/.exec(label ?? "")?.[1] ?? 0);
}
