/** One view after another for the tests of a `describe`, with what they all ask of it. */
import type { Locator, Page } from "playwright-core";
import type { Method } from "../../src/protocol/protocol.ts";
import { requestsOf, sharedHarness } from "./harness-pages.ts";
import { newPage } from "./scripted-page.ts";
import { openView, type Harness, type HostScript, type ViewOptions } from "./webview-harness.ts";

/** The view that a test has opened. */
export interface ViewUnderTest {
  readonly harness: Harness;
  readonly page: Page;
  /** Opens a view in place of the one before. */
  open(script: HostScript, options?: Partial<ViewOptions>): Promise<Page>;
  /** A page in which nothing is opened yet. */
  blank(): Promise<Page>;
  composer(): Locator;
  conversation(): Locator;
  /** The parameters of every request of a method so far. */
  requests(method: Method): Promise<readonly unknown[]>;
  /** How far the conversation is from its end, in pixels. */
  toEnd(): Promise<number>;
}

/** Sets a browser and the built view up around the tests of a `describe`. */
export function useView(): ViewUnderTest {
  let shared: Awaited<ReturnType<typeof sharedHarness>> | undefined;
  let page: Page | undefined;
  let isBlank = false;
  before(async () => {
    shared = await sharedHarness();
  });
  after(() => page?.context().close());
  const renew = async (): Promise<Page> => {
    await page?.context().close();
    return (page = await newPage(there(shared).browser));
  };
  const there = <T>(value: T | undefined): T => {
    if (value === undefined) throw new Error("Nothing is open yet.");
    return value;
  };
  return {
    get harness() {
      return there(shared).harness;
    },
    get page() {
      return there(page);
    },
    async open(script, options) {
      const shown = page === undefined || isBlank ? await renew() : page;
      isBlank = false;
      await openView(shown, there(shared).harness, { script, ...options });
      return shown;
    },
    async blank() {
      isBlank = true;
      return renew();
    },
    composer: () => there(page).getByTestId("composer"),
    conversation: () => there(page).getByRole("region", { name: "Conversation" }),
    requests: (method) => requestsOf(there(page), method),
    toEnd() {
      return this.conversation().evaluate(
        ({ scrollTop, scrollHeight, clientHeight }) => scrollHeight - clientHeight - scrollTop,
      );
    },
  };
}
