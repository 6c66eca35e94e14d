import assert from "node:assert/strict";
import type { ExportedTrace } from "#core/trace/exported-trace.ts";
import type { Span } from "#protocol/trace.ts";

/** When the sessions of these spans start, epoch milliseconds. */
export const start = Date.UTC(2026, 0, 5, 12);

/** A span; its times are milliseconds since the session's start. */
export function span(id: string, from: number, to: number, fields: Partial<Span> = {}): Span {
  return {
    id,
    session: "session-1",
    agent: "main",
    turn: 1,
    kind: "tool",
    name: "execute_tool read_file",
    startedAt: start + from,
    endedAt: start + to,
    outcome: "ok",
    timings: {},
    ...fields,
  };
}

/** A model call that was answered. */
export function call(id: string, from: number, to: number, fields: Partial<Span> = {}): Span {
  return span(id, from, to, {
    kind: "model",
    name: "chat deepseek-flash",
    provider: "deepseek",
    model: "deepseek-flash",
    attempt: 1,
    ...fields,
  });
}

/** A trace of these spans. */
export function traceOf(spans: readonly Span[], more: Partial<ExportedTrace> = {}): ExportedTrace {
  return {
    session: { id: "session-1", title: "A title", startedAt: start, folder: "/project" },
    spans,
    ...more,
  };
}

/** A turn with a refused and an answered call, two tools side by side, one that fails, and a question; in the order in which they end. */
export const eventful: readonly Span[] = [
  call("s1/1", 10, 40, {
    parent: "s1",
    outcome: "error",
    timings: { queuedMs: 1, firstTokenMs: 29 },
    error: { code: "http-429", message: "DeepSeek asks to slow down (429)." },
  }),
  call("s1/2", 50, 250.5, {
    parent: "s1",
    attempt: 2,
    timings: { queuedMs: 0.25, firstTokenMs: 100.125, generatingMs: 100.125 },
    usage: {
      promptTokens: 1_000,
      cacheHitTokens: 640,
      cacheMissTokens: 360,
      outputTokens: 50,
      reasoningTokens: 20,
    },
    costUsd: 0.000_000_123,
    cache: {
      cause: "drift",
      isInferred: false,
      reason: "model",
      reusableTokens: 960,
      missedTokens: 320,
      savedUsd: 0.000_1,
      lostUsd: 0.000_05,
      drift: { place: "message 3", before: "was", after: "is" },
    },
  }),
  span("call-a", 260, 400, { parent: "s1", title: "Read a.md", timings: { toolMs: 140 } }),
  span("call-b", 261, 420, {
    parent: "s1",
    title: "Read b.md",
    outcome: "error",
    timings: { toolMs: 159 },
    error: { code: "tool-failed", message: "There is no file b.md; a.md says: secret." },
  }),
  span("s1", 5, 430, {
    parent: "t1",
    kind: "step",
    name: "step 1",
    retries: 1,
    usage: { promptTokens: 1_000, cacheHitTokens: 640, cacheMissTokens: 360, outputTokens: 50 },
    costUsd: 0.000_000_123,
  }),
  span("q1", 440, 900, {
    parent: "t1",
    kind: "question",
    name: "question",
    title: "Should it go on?",
    timings: { waitingForUserMs: 460 },
  }),
  span("t1", 0, 1_000, {
    kind: "turn",
    name: "invoke_agent main",
    title: "first",
    timings: { waitingForUserMs: 460 },
    usage: { promptTokens: 1_000, cacheHitTokens: 640, cacheMissTokens: 360, outputTokens: 50 },
    costUsd: 0.000_000_123,
  }),
];

/** Names that break what was not written with care. */
export const hostileTexts: readonly string[] = [
  "",
  '"quotes" and \\ backslashes',
  "two\nlines\r\nand a tab\t.",
  "half \ud83d of a pair \udc00",
  "nul \u0000, separators \u2028 \u2029, bom \ufeff",
  "</script><!--",
  '=HYPERLINK("http://127.0.0.1/","x")',
  "🜁 日本 é é",
  "x".repeat(1_048_576),
];

/** The whole text of an export. */
export async function whole(pieces: AsyncIterable<string>): Promise<string> {
  let text = "";
  for await (const piece of pieces) text += piece;
  return text;
}

/** A long trace: steps of a call and three tools side by side, in the order in which they end. */
export function manySpans(count: number): ExportedTrace {
  const usage = { promptTokens: 1_000, cacheHitTokens: 640, cacheMissTokens: 360, outputTokens: 50 };
  const spans = Array.from({ length: count / 5 }, (_, at) => {
    const from = at * 20;
    const parent = `s${at}`;
    return [
      call(`${parent}/1`, from + 1, from + 9, { parent, usage, costUsd: 0.000_1 }),
      ...[0, 1, 2].map((index) => span(`c${at}-${index}`, from + 10 + index, from + 15 + index, { parent })),
      span(parent, from, from + 19, { kind: "step", name: `step ${at}` }),
    ];
  });
  return traceOf(spans.flat());
}

/** Reads an export to its end; checks that pieces are small, and that no turn of the event loop takes long: by this thread's own work, which a busy machine does not change. */
export async function checkGentle(pieces: AsyncIterable<string>): Promise<void> {
  const began = workMs();
  let last = began;
  let waited = 0;
  const look = (): void => {
    const gap = workMs() - last;
    if (gap > 40) waited += gap;
    last += gap;
  };
  let next = setImmediate(function again() {
    look();
    next = setImmediate(again);
  });
  try {
    for await (const piece of pieces)
      assert.ok(piece.length < 262_144, `a piece has ${piece.length} characters`);
  } finally {
    clearImmediate(next);
  }
  look();
  const share = waited / (workMs() - began);
  assert.ok(share < 0.15, `others wait for more than 40 ms in ${Math.round(share * 100)} % of the time`);
}

/** The processor time of this thread so far. */
function workMs(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1000;
}
