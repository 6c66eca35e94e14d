/** One page of the harness after another for the tests of a `describe`, whichever view it shows. */
import assert from "node:assert/strict";
import type { Browser, Locator, Page } from "playwright-core";
import type { Method } from "../../src/protocol/protocol.ts";
import { launchBrowser } from "./browser.ts";
import { newPage } from "./scripted-page.ts";
import { startHarness, type Harness } from "./webview-harness.ts";

/** The page that a test has opened. */
export interface HarnessPages {
  /** Fails where nothing is open yet. */
  readonly page: Page;
  /** Opens a view in place of the one before. */
  open(how: (page: Page, harness: Harness) => Promise<unknown>): Promise<void>;
  readonly press: (key: string) => Promise<void>;
  /** The parameters of every request of a method so far. */
  readonly requests: (method: Method) => Promise<readonly unknown[]>;
}

/** A browser and the built views, for all tests of a run. */
interface Shared {
  readonly browser: Browser;
  readonly harness: Harness;
}

let shared: Promise<Shared> | undefined;

after("end the browser and the harness of the views", async () => {
  const { browser, harness } = (await shared) ?? {};
  await browser?.close();
  await harness?.[Symbol.asyncDispose]();
});

/** Starts the browser and builds the views, once. */
export function sharedHarness(): Promise<Shared> {
  shared ??= Promise.all([launchBrowser(), startHarness()]).then(([browser, harness]) => ({
    browser,
    harness,
  }));
  return shared;
}

/** Sets a page and the built views up around the tests of a `describe`. */
export function useHarness(): HarnessPages {
  let page: Page | undefined;
  after(() => page?.context().close());
  const shown = (): Page => page ?? assert.fail("Nothing is open yet.");
  return {
    get page() {
      return shown();
    },
    async open(how) {
      const { browser, harness } = await sharedHarness();
      page ??= await newPage(browser);
      await how(page, harness);
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
