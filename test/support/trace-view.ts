/** One trace after another for the tests of a `describe`, with what they all ask of it. */
import type { Locator, Page } from "playwright-core";
import type { Method } from "../../src/protocol/protocol.ts";
import type { TraceEvent } from "../../src/protocol/trace.ts";
import { until } from "./e2e-chat.ts";
import { activeRow, useHarness } from "./harness-pages.ts";
import { openTrace, type TraceOptions, type TraceScript } from "./trace-harness.ts";

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
  const pages = useHarness();
  const view = (): Page => pages.page;
  const rows = () => view().getByTestId("trace-row");
  const tree = () => view().getByRole("treegrid", { name: "Spans" });
  const names = () => rows().locator(".label-text").allInnerTexts();
  return {
    get page() {
      return view();
    },
    async open(script, options) {
      await pages.open((page, harness) => openTrace(page, harness, script, options));
    },
    rows,
    row: (text) => rows().filter({ hasText: text }).first(),
    tree,
    detail: () => view().getByTestId("trace-detail"),
    button: (name) => view().getByRole("button", { name, exact: true }),
    press: pages.press,
    names,
    shows: (expected) => until(names, (now) => JSON.stringify(now) === JSON.stringify(expected)),
    requests: pages.requests,
    emit: (...events) => view().evaluate((all) => window.host.emit("trace", all), events),
    isAt: (text) =>
      until(
        () => activeRow(tree()),
        (now) => now?.includes(text) === true,
      ),
  };
}
