/** The trace outside of an editor: a host with the spans of one session, in a browser. */
import type { Page } from "playwright-core";
import type { OpenSpan, Span, SpanDetail } from "../../src/protocol/trace.ts";
import { openScripted } from "./scripted-page.ts";
import { scriptCalls, scriptSteps, scriptTurns } from "./trace-spans.ts";
import { fakeHost, refuse } from "./webview-harness-host.ts";
import type { Harness, Theme } from "./webview-harness.ts";

/** What the host of the trace knows. */
export interface TraceScript {
  readonly session?: string;
  readonly title?: string;
  /** In any order. */
  readonly spans?: readonly Span[];
  /** Spans that the page makes itself, so many of them. */
  readonly generated?: number;
  readonly open?: readonly OpenSpan[];
  readonly details?: Readonly<Record<string, SpanDetail>>;
  readonly segments?: Readonly<Record<string, string>>;
  readonly bodies?: Readonly<Record<string, string>>;
}

/** How the trace is opened. */
export interface TraceOptions {
  readonly theme?: Theme;
  readonly width?: number;
  readonly height?: number;
  /** A request that fails the first time it is made. */
  readonly refused?: { readonly method: string; readonly message: string };
  /** A method whose requests stay without an answer until they are released. */
  readonly held?: string;
  /** What the cursor is to stand on. */
  readonly at?: { readonly span?: string; readonly turn?: number };
  /** Whether nothing is asked to be shown. */
  readonly isUntold?: boolean;
}

/** Opens the trace in a page and waits until it is drawn. */
export async function openTrace(
  view: Page,
  harness: Harness,
  script: TraceScript,
  options: TraceOptions = {},
): Promise<Page> {
  const { theme = "dark", width = 1400, height = 800, refused, held, at, isUntold = false } = options;
  await openScripted(view, {
    ...{ url: `${harness.url}?view=trace&theme=${theme}`, width, height },
    scripts: [
      (page) => page.addInitScript(scriptCalls),
      (page) => page.addInitScript(scriptSteps),
      (page) => page.addInitScript(scriptTurns),
      (page) => page.addInitScript(scriptTrace, script),
      (page) => page.addInitScript(fakeHost),
      ...(refused ? [refuse(refused)] : []),
      ...(held === undefined
        ? []
        : [(page: Page) => page.addInitScript((method) => window.host.hold(method), held)]),
    ],
  });
  await view.locator("main.trace").waitFor();
  if (isUntold) return view;
  const { session = "s", title = "Fix the type error in the tide table" } = script;
  await view.evaluate((message) => window.host.post(message), {
    type: "show-trace" as const,
    session,
    title,
    ...at,
  });
  await view.locator("[role=treegrid], .empty, .trace-loading").first().waitFor();
  return view;
}

/** Runs in the page before `fakeHost`; everything it uses must be inside of it. */
function scriptTrace(script: TraceScript): void {
  const history = window.makeHistory(script.generated ?? 0, Date.now() - 60_000);
  const spans = [...(script.spans ?? [])].sort((a, b) => a.endedAt - b.endedAt);
  const empty = { files: [], segments: [], hasBodies: true };
  const answers: Record<string, (params: never) => unknown> = {
    "trace.spans": ({ before, limit }: { before?: string; limit: number }) => {
      if (history.count > 0) return history.page(before === undefined ? undefined : Number(before), limit);
      const end = before === undefined ? spans.length : Number(before);
      const begin = Math.max(0, end - limit);
      return { spans: spans.slice(begin, end), ...(begin > 0 && { before: String(begin) }) };
    },
    "trace.detail": ({ span }: { span: string }) => script.details?.[span] ?? empty,
    "trace.segment": ({ index }: { index: number }) => ({
      text: script.segments?.[index] ?? `Part ${index}`,
    }),
    "trace.export": () => ({ isSaved: true }),
    "body.read": ({ blob, offset, length }: { blob: string; offset: number; length: number }) => {
      const text = script.bodies?.[blob] ?? "";
      return { text: text.slice(offset, offset + length), total: text.length };
    },
  };
  window.scripted = {
    active: () => script.session ?? "s",
    answer: (method, params) => answers[method]?.(params as never) ?? {},
    stateOf: () => ({ open: script.open ?? [], ended: spans.length + history.count }),
  };
}
