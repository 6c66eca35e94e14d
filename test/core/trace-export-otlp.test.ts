import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import type { ExportedTrace } from "#core/trace/exported-trace.ts";
import { exportOtlp } from "#core/trace/export-otlp.ts";
import { unixNano } from "#core/trace/otlp-ids.ts";
import type { OtlpSpan } from "#core/trace/otlp-span.ts";
import type { Span } from "#protocol/trace.ts";
import { call, eventful, hostileTexts, span, start, traceOf, whole } from "../support/exported-spans.ts";
import { attributes, spansIn } from "../support/otlp-collector.ts";

async function exported(trace: ExportedTrace): Promise<readonly OtlpSpan[]> {
  return spansIn(JSON.parse(await whole(exportOtlp(trace))));
}

const sha = (text: string, digits: number): string =>
  createHash("sha256").update(text).digest("hex").slice(0, digits);

const bodies = async ({ kind }: Span) =>
  kind === "tool"
    ? { input: '{"path":"a.md"}', output: "text of a.md" }
    : { input: "the input", output: "the output", thinking: "Hm." };

describe("times in nanoseconds", () => {
  const check = (epochMs: number, expected: string) =>
    it(`${epochMs} ms`, () => assert.equal(unixNano(epochMs), expected));

  check(0, "0");
  check(1_767_614_400_000, "1767614400000000000");
  check(1_767_614_400_000.25, "1767614400000250000");
  check(1_767_614_400_123.456_8, "1767614400123456787");
  check(1_767_614_399_999.999_8, "1767614399999999756");
  check(0.999_999_9, "1000000");
  check(-5, "0");
  check(Number.NaN, "0");
});

describe("the OTLP export", () => {
  it("is read by OpenTelemetry's definitions and is the same as JSON afterwards", async () => {
    assert.equal((await exported(traceOf(eventful, { version: "1.2.3" }))).length, eventful.length + 1);
    assert.equal((await exported(traceOf(eventful, { bodies }))).length, eventful.length + 1);
  });

  it("tells the name and version of the extension", async () => {
    const request = JSON.parse(await whole(exportOtlp(traceOf([], { version: "1.2.3" }))));
    assert.deepEqual(request.resourceSpans[0].resource, {
      attributes: [
        { key: "service.name", value: { stringValue: "boocode" } },
        { key: "service.version", value: { stringValue: "1.2.3" } },
      ],
    });
    assert.deepEqual(request.resourceSpans[0].scopeSpans[0].scope, { name: "boocode", version: "1.2.3" });
  });

  it("has ids that anybody can make of ours, and parents that are in it", async () => {
    const spans = await exported(traceOf(eventful));
    const idOf = (own: string) => sha(`session-1\n${own}`, 16);
    for (const { traceId } of spans) assert.equal(traceId, sha("session-1", 32));
    assert.deepEqual(
      spans.map(({ spanId, parentSpanId }) => [spanId, parentSpanId]),
      [[idOf(""), undefined], ...eventful.map(({ id, parent }) => [idOf(id), idOf(parent ?? "")])],
    );
  });

  it("gives the session's own span the time, tokens and money of all", async () => {
    const [root] = await exported(traceOf(eventful));
    assert.deepEqual(root, {
      traceId: sha("session-1", 32),
      spanId: sha("session-1\n", 16),
      name: "session",
      kind: 1,
      startTimeUnixNano: unixNano(start),
      endTimeUnixNano: unixNano(start + 1_000),
      attributes: root?.attributes,
    });
    assert.deepEqual(root && attributes(root), {
      "gen_ai.conversation.id": "session-1",
      "boocode.kind": "session",
      "boocode.title": "A title",
      "boocode.session.folder": "/project",
      "boocode.session.spans": "7",
      "boocode.cost.usd": 0.000_000_123,
      "boocode.usage.input_tokens": "1000",
      "boocode.usage.output_tokens": "50",
      "boocode.usage.reasoning_tokens": "20",
      "boocode.cache.hit_tokens": "640",
      "boocode.cache.miss_tokens": "360",
    });
  });

  it("of an empty trace has the session's span alone", async () => {
    const [root, ...others] = await exported(traceOf([]));
    assert.equal(root?.startTimeUnixNano, root?.endTimeUnixNano);
    assert.deepEqual(others, []);
  });
});

describe("what the OTLP export says of", () => {
  const check = (name: string, id: string, expected: object, more: Partial<ExportedTrace> = {}) =>
    it(name, async () => {
      const spans = await exported(traceOf(eventful, more));
      const found = spans[1 + eventful.findIndex((each) => each.id === id)];
      assert.deepEqual(found && { kind: found.kind, status: found.status, ...attributes(found) }, expected);
    });

  const common = (kind: string, id: string, outcome = "ok") => ({
    "gen_ai.conversation.id": "session-1",
    "boocode.kind": kind,
    "boocode.span.id": id,
    "boocode.agent": "main",
    "boocode.turn": "1",
    "boocode.outcome": outcome,
  });

  check("an answered call", "s1/2", {
    kind: 3,
    status: undefined,
    ...common("model", "s1/2"),
    "gen_ai.operation.name": "chat",
    "gen_ai.provider.name": "deepseek",
    "gen_ai.request.model": "deepseek-flash",
    "gen_ai.request.stream": true,
    "gen_ai.response.time_to_first_chunk": 0.100_125,
    "gen_ai.usage.input_tokens": "1000",
    "gen_ai.usage.output_tokens": "50",
    "gen_ai.usage.cache_read.input_tokens": "640",
    "gen_ai.usage.reasoning.output_tokens": "20",
    "boocode.attempt": "2",
    "boocode.timing.queued_ms": 0.25,
    "boocode.timing.first_token_ms": 100.125,
    "boocode.timing.generating_ms": 100.125,
    "boocode.cost.usd": 0.000_000_123,
    "boocode.cache.hit_tokens": "640",
    "boocode.cache.miss_tokens": "360",
    "boocode.cache.cause": "drift",
    "boocode.cache.is_inferred": false,
    "boocode.cache.reason": "model",
    "boocode.cache.reusable_tokens": "960",
    "boocode.cache.missed_tokens": "320",
    "boocode.cache.saved_usd": 0.000_1,
    "boocode.cache.lost_usd": 0.000_05,
    "boocode.cache.drift.place": "message 3",
  });
  check("a refused call: no tokens, and no first one", "s1/1", {
    kind: 3,
    status: { code: 2, message: "DeepSeek asks to slow down (429)." },
    ...common("model", "s1/1", "error"),
    "gen_ai.operation.name": "chat",
    "gen_ai.provider.name": "deepseek",
    "gen_ai.request.model": "deepseek-flash",
    "gen_ai.request.stream": true,
    "error.type": "http-429",
    "boocode.attempt": "1",
    "boocode.timing.queued_ms": 1,
    "boocode.timing.first_token_ms": 29,
  });
  const tool = {
    ...common("tool", "call-a"),
    "gen_ai.operation.name": "execute_tool",
    "gen_ai.tool.name": "read_file",
    "gen_ai.tool.call.id": "call-a",
    "gen_ai.tool.type": "function",
    "gen_ai.agent.name": "main",
    "boocode.title": "Read a.md",
    "boocode.timing.tool_ms": 140,
  };
  check("a tool", "call-a", { kind: 1, status: undefined, ...tool });
  check(
    "a tool, with bodies",
    "call-a",
    {
      kind: 1,
      status: undefined,
      ...tool,
      "gen_ai.tool.call.arguments": '{"path":"a.md"}',
      "gen_ai.tool.call.result": "text of a.md",
    },
    { bodies },
  );
  const usage = {
    "gen_ai.usage.input_tokens": "1000",
    "gen_ai.usage.output_tokens": "50",
    "gen_ai.usage.cache_read.input_tokens": "640",
    "boocode.cache.hit_tokens": "640",
    "boocode.cache.miss_tokens": "360",
    "boocode.cost.usd": 0.000_000_123,
  };
  const turn = {
    ...common("turn", "t1"),
    ...usage,
    "gen_ai.operation.name": "invoke_agent",
    "gen_ai.provider.name": "boocode",
    "gen_ai.agent.name": "main",
    "boocode.title": "first",
    "boocode.timing.waiting_for_user_ms": 460,
  };
  check("a turn", "t1", { kind: 1, status: undefined, ...turn });
  check(
    "a turn, with bodies",
    "t1",
    {
      kind: 1,
      status: undefined,
      ...turn,
      "gen_ai.input.messages": '[{"role":"user","parts":[{"type":"text","content":"the input"}]}]',
      "gen_ai.output.messages":
        '[{"role":"assistant","parts":[{"type":"reasoning","content":"Hm."},{"type":"text","content":"the output"}],"finish_reason":"stop"}]',
    },
    { bodies },
  );
  check("a step, whose tokens are not added to those of its calls", "s1", {
    kind: 1,
    status: undefined,
    ...common("step", "s1"),
    "boocode.retries": "1",
    "boocode.usage.input_tokens": "1000",
    "boocode.usage.output_tokens": "50",
    "boocode.cache.hit_tokens": "640",
    "boocode.cache.miss_tokens": "360",
    "boocode.cost.usd": 0.000_000_123,
  });
  check(
    "a question, with bodies",
    "q1",
    {
      kind: 1,
      status: undefined,
      ...common("question", "q1"),
      "boocode.title": "Should it go on?",
      "boocode.timing.waiting_for_user_ms": 460,
      "boocode.input": "the input",
      "boocode.output": "the output",
    },
    { bodies },
  );
});

describe("the OTLP export of what is odd", () => {
  const check = (name: string, given: Span, test: (found: OtlpSpan, root: OtlpSpan) => void) =>
    it(name, async () => {
      const [root, found] = await exported(traceOf([given]));
      assert.ok(root && found);
      test(found, root);
    });

  check(
    "a span whose parent has not ended hangs below the session",
    span("a", 1, 2, { parent: "open" }),
    (found, root) => assert.equal(found.parentSpanId, root.spanId),
  );
  check("a session that began after its first span begins with it", span("a", -50, 2), (found, root) =>
    assert.equal(root.startTimeUnixNano, found.startTimeUnixNano),
  );
  check("a clock that was set back makes no negative time", span("a", 9, 2), (found) =>
    assert.equal(found.endTimeUnixNano, found.startTimeUnixNano),
  );
  check(
    "a call without usage has no tokens, and the session says that some are missing",
    call("a", 1, 2),
    (found, root) => {
      const keys = Object.keys({ ...attributes(found), ...attributes(root) });
      assert.deepEqual(
        keys.filter((key) => /tokens|cost/.test(key)),
        [],
      );
      assert.equal(attributes(root)["boocode.usage.is_whole"], false);
    },
  );
  check(
    "tokens of nothing are told",
    call("a", 1, 2, { usage: { promptTokens: 5, outputTokens: 0 } }),
    (found) => assert.equal(attributes(found)["gen_ai.usage.output_tokens"], "0"),
  );
  check(
    "a failure without a code has the conventions' own",
    span("a", 1, 2, { outcome: "error" }),
    (found) => {
      assert.equal(attributes(found)["error.type"], "_OTHER");
      assert.deepEqual(found.status, { code: 2 });
    },
  );
  check("what was interrupted has failed", span("a", 1, 2, { outcome: "interrupted" }), (found) =>
    assert.deepEqual([found.status, attributes(found)["error.type"]], [{ code: 2 }, "interrupted"]),
  );
  for (const outcome of ["denied", "cancelled"] as const)
    check(`what was ${outcome} has not failed`, span("a", 1, 2, { outcome }), (found) =>
      assert.deepEqual([found.status, attributes(found)["error.type"]], [undefined, undefined]),
    );
  for (const text of hostileTexts)
    check(
      `the text ${JSON.stringify(text.slice(0, 40))}`,
      span(text, 1, 2, { name: text, title: text, outcome: "error", error: { code: text, message: text } }),
      (found) => {
        assert.equal(found.name, text.toWellFormed());
        assert.equal(attributes(found)["boocode.title"], text.toWellFormed());
      },
    );
});
