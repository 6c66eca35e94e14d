/** One page of the harness after another for the tests of a `describe`, whichever view it shows. */
import assert from "node:assert/strict";
import type { Browser, Locator, Page } from "playwright-core";
import type { Method } from "../../src/protocol/protocol.ts";
import { launchBrowser } from "./browser.ts";
import { startHarness, type Harness } from "./webview-harness.ts";

/** The page that a test has opened. */
export interface HarnessPages {
  /** Fails where nothing is open yet. */
  readonly page: Page;
  /** Opens a page, which is closed after the test. */
  open(how: (browser: Browser, harness: Harness) => Promise<Page>): Promise<void>;
  readonly press: (key: string) => Promise<void>;
  /** The parameters of every request of a method so far. */
  readonly requests: (method: Method) => Promise<readonly unknown[]>;
}

/** Sets a browser and the built views up around the tests of a `describe`. */
export function useHarness(): HarnessPages {
  let harness: Harness;
  let browser: Browser;
  let page: Page | undefined;
  before(async () => {
    harness = await startHarness();
    browser = await launchBrowser();
  });
  afterEach(() => page?.context().close());
  after(async () => {
    await browser.close();
    await harness[Symbol.asyncDispose]();
  });
  const shown = (): Page => page ?? assert.fail("Nothing is open yet.");
  return {
    get page() {
      return shown();
    },
    async open(how) {
      page = await how(browser, harness);
    },
    press: (key) => shown().keyboard.press(key),
    requests: (method) => requestsOf(shown(), method),
  };
}

/** The parameters of every request of a method that a page has made. */
export function requestsOf(page: Page, method: Method): Promise<readonly unknown[]> {
  return page.evaluate(
    (wanted) =>
      window.host.sent.flatMap((message) =>
        message.type === "request" && message.method === wanted ? [message.params] : [],
      ),
    method,
  );
}

/** The text of the row that an element with the focus says is the active one; undefined where it has no focus. */
export function activeRow(element: Locator): Promise<string | null | undefined> {
  return element.evaluate((list) => {
    const id = list.getAttribute("aria-activedescendant") ?? "";
    return list === document.activeElement ? document.getElementById(id)?.textContent : undefined;
  });
}
