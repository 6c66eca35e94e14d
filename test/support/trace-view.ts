/** One trace after another for the tests of a `describe`, with what they all ask of it. */
import assert from "node:assert/strict";
import type { Browser, Locator, Page } from "playwright-core";
import type { Method } from "../../src/protocol/protocol.ts";
import type { TraceEvent } from "../../src/protocol/trace.ts";
import { launchBrowser } from "./browser.ts";
import { until } from "./e2e-chat.ts";
import { openTrace, type TraceOptions, type TraceScript } from "./trace-harness.ts";
import { startHarness, type Harness } from "./webview-harness.ts";

/** The trace that a test has opened. */
export interface TraceUnderTest {
  readonly page: Page;
  readonly open: (script: TraceScript, options?: TraceOptions) => Promise<void>;
  readonly rows: () => Locator;
  /** The first row that holds a text. */
  readonly row: (text: string) => Locator;
  readonly tree: () => Locator;
  readonly detail: () => Locator;
  readonly button: (name: string) => Locator;
  readonly press: (key: string) => Promise<void>;
  /** What the rows are called. */
  readonly names: () => Promise<readonly string[]>;
  /** Waits until the rows are called so. */
  readonly shows: (expected: readonly string[]) => Promise<unknown>;
  /** The parameters of every request of a method so far. */
  readonly requests: (method: Method) => Promise<readonly unknown[]>;
  /** Lets something happen. */
  readonly emit: (...events: readonly TraceEvent[]) => Promise<void>;
  /** Waits until the tree has the focus and its cursor is on a row that holds a text. */
  readonly isAt: (text: string) => Promise<unknown>;
}

/** Sets a browser and the built view up around the tests of a `describe`. */
export function useTraceView(): TraceUnderTest {
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
  const view = (): Page => page ?? assert.fail("Nothing is open yet.");
  const rows = () => view().getByTestId("trace-row");
  const tree = () => view().getByRole("treegrid", { name: "Spans" });
  const names = () => rows().locator(".label-text").allInnerTexts();
  const cursor = () =>
    tree().evaluate((element) => {
      const id = element.getAttribute("aria-activedescendant") ?? "";
      return element === document.activeElement ? document.getElementById(id)?.textContent : undefined;
    });
  return {
    get page() {
      return view();
    },
    async open(script, options) {
      page = await openTrace(browser, harness, script, options);
    },
    rows,
    row: (text) => rows().filter({ hasText: text }).first(),
    tree,
    detail: () => view().getByTestId("trace-detail"),
    button: (name) => view().getByRole("button", { name, exact: true }),
    press: (key) => view().keyboard.press(key),
    names,
    shows: (expected) => until(names, (now) => JSON.stringify(now) === JSON.stringify(expected)),
    requests: (method) =>
      view().evaluate(
        (wanted) =>
          window.host.sent.flatMap((message) =>
            message.type === "request" && message.method === wanted ? [message.params] : [],
          ),
        method,
      ),
    emit: (...events) => view().evaluate((all) => window.host.emit("trace", all), events),
    isAt: (text) => until(cursor, (now) => now?.includes(text) === true),
  };
}
