/** The list of sessions as a person in front of the workbench sees and works it. */
import type { Frame, Locator, Page } from "playwright-core";
import { runCommand, webviewFrame } from "./browser.ts";
import { quickInput, until } from "./e2e-chat.ts";

/** The view `boocode.sessions` of a workbench page, from when it is shown until it is hidden. */
export class SessionList {
  readonly page: Page;
  readonly frame: Frame;

  private constructor(page: Page, frame: Frame) {
    this.page = page;
    this.frame = frame;
  }

  /** Shows the view by its command, with the cursor in the search box, high enough to work in. */
  static async open(page: Page): Promise<SessionList> {
    await runCommand(page, "BooCode: Search Sessions");
    const frame = await webviewFrame(page, "[data-testid=session-search]:focus");
    await raiseView(page, "Sessions");
    return new SessionList(page, frame);
  }

  get items(): Locator {
    return this.frame.getByTestId("session-item");
  }

  get hits(): Locator {
    return this.frame.getByTestId("session-hit");
  }

  get search(): Locator {
    return this.frame.getByTestId("session-search");
  }

  get toast(): Locator {
    return this.frame.getByTestId("toast");
  }

  item(title: string): Locator {
    return this.items.filter({ has: this.frame.getByText(title, { exact: true }) });
  }

  /** Waits until these are the titles, in this order. */
  async shows(titles: readonly string[]): Promise<void> {
    await until(
      async () => JSON.stringify(await this.frame.locator(".session-title").allInnerTexts()),
      (now) => now === JSON.stringify(titles),
    );
  }

  /** Does something with a session by its menu. */
  async act(title: string, name: string): Promise<void> {
    await this.item(title).click({ button: "right" });
    await this.frame.getByRole("menuitem", { name, exact: true }).click();
  }

  /** Shows active, archived or deleted sessions. */
  async show(kind: "Active" | "Archived" | "Trash"): Promise<void> {
    const kinds = this.frame.getByLabel("Kind");
    if (!(await kinds.isVisible()))
      await this.frame.getByRole("button", { name: "Filters", exact: true }).click();
    await kinds.selectOption(kind);
  }

  /** Answers the editor's question for a file, once it has made its suggestion: a folder to open from, or a file to save to. */
  async giveFile(path: string, suggested: RegExp): Promise<void> {
    const { box } = quickInput(this.page);
    await until(
      () => box.inputValue(),
      (value) => suggested.test(value),
    );
    // What is written before the folder is read, the suggestion would replace.
    await quickInput(this.page).row("src").waitFor();
    await box.fill(path);
    await until(
      () => box.inputValue(),
      (value) => value === path,
    );
    await box.press("Enter");
    await box.waitFor({ state: "hidden" });
  }
}

/** Makes room for a view of the side bar, which the editor opens as low as it can be. */
export async function raiseView(page: Page, name: string): Promise<void> {
  const header = page.locator(".part.sidebar .pane-header").filter({ hasText: name });
  const top = async () => (await header.boundingBox())?.y ?? 0;
  const before = await top();
  await page.mouse.move(200, before);
  await page.mouse.down();
  await page.mouse.move(200, before - 150);
  await page.mouse.move(200, before - 300);
  await page.mouse.up();
  await until(top, (now) => now < before - 200, 3_000).catch(() => undefined);
}
