/** Attributes of OTLP spans: the names of OpenTelemetry's GenAI conventions, and ours under `boocode.*`. */
import type { Span } from "#protocol/trace.ts";
import type { Usage } from "#protocol/usage.ts";
import type { SpanBodies } from "./exported-trace.ts";

/** A value as OTLP JSON has it; 64-bit integers are decimal strings. */
export type OtlpValue =
  | { readonly stringValue: string }
  | { readonly boolValue: boolean }
  | { readonly intValue: string }
  | { readonly doubleValue: number };

/** One attribute. */
export interface OtlpAttribute {
  readonly key: string;
  readonly value: OtlpValue;
}

/** How much of what was said goes out: nothing, titles and the messages of tools, or everything with bodies. */
export type OtlpContent = "none" | "titles" | "all";

type Fields = Readonly<Record<string, OtlpValue | undefined>>;

/** The list of all fields that have a value. */
export function attributesOf(fields: Fields): readonly OtlpAttribute[] {
  return Object.entries(fields).flatMap(([key, value]) => (value === undefined ? [] : [{ key, value }]));
}

/** A text; halves of a surrogate pair are replaced, since they can not be written as UTF-8, which protobuf asks for. */
export function text(value: string | undefined): OtlpValue | undefined {
  return value === undefined ? undefined : { stringValue: value.toWellFormed() };
}

/** A count. */
export function int(value: number | undefined): OtlpValue | undefined {
  return Number.isSafeInteger(value) ? { intValue: String(value) } : undefined;
}

/** A measure. */
export function double(value: number | undefined): OtlpValue | undefined {
  return value === undefined || !Number.isFinite(value) ? undefined : { doubleValue: value };
}

/** A yes or no. */
export function bool(value: boolean | undefined): OtlpValue | undefined {
  return value === undefined ? undefined : { boolValue: value };
}

/** Tokens as the conventions name them: those from the cache are among the input tokens, reasoning among the output. */
function genAiUsage(usage: Usage = {}): Fields {
  return {
    "gen_ai.usage.input_tokens": int(usage.promptTokens),
    "gen_ai.usage.output_tokens": int(usage.outputTokens),
    "gen_ai.usage.cache_read.input_tokens": int(usage.cacheHitTokens),
    "gen_ai.usage.reasoning.output_tokens": int(usage.reasoningTokens),
  };
}

/** The same tokens under our names, for spans that the conventions do not know: backends that add up all `gen_ai.usage` count none twice for them. */
export function ownUsage(usage: Usage = {}): Fields {
  return {
    "boocode.usage.input_tokens": int(usage.promptTokens),
    "boocode.usage.output_tokens": int(usage.outputTokens),
    "boocode.usage.reasoning_tokens": int(usage.reasoningTokens),
    ...cacheUsage(usage),
  };
}

/** Everything about a span; `bodies` count where the content is "all". */
export function spanFields(span: Span, content: OtlpContent, bodies: SpanBodies | undefined): Fields {
  const isTitled = content !== "none";
  return {
    ...conventional(span),
    ...(content === "all" && bodies !== undefined && bodyFields(span, bodies)),
    "error.type": text(errorType(span)),
    "boocode.kind": text(span.kind),
    "boocode.span.id": text(span.id),
    "boocode.agent": text(span.agent),
    "boocode.turn": int(span.turn),
    "boocode.title": isTitled ? text(span.title) : undefined,
    "boocode.outcome": text(span.outcome),
    "boocode.attempt": int(span.attempt),
    "boocode.retries": int(span.retries),
    "boocode.timing.queued_ms": double(span.timings.queuedMs),
    "boocode.timing.waiting_for_user_ms": double(span.timings.waitingForUserMs),
    "boocode.timing.first_token_ms": double(span.timings.firstTokenMs),
    "boocode.timing.generating_ms": double(span.timings.generatingMs),
    "boocode.timing.tool_ms": double(span.timings.toolMs),
    "boocode.cost.usd": double(span.costUsd),
    "boocode.usage.is_whole": bool(span.isUsageWhole),
    ...(summed.has(span.kind) ? ownUsage(span.usage) : cacheUsage(span.usage)),
    ...cacheFields(span, content),
  };
}

/** What tells the tokens of others again. */
const summed: ReadonlySet<Span["kind"]> = new Set(["run", "phase", "agent", "step"]);

/** Whether a span is one that failed; what was denied or cancelled did what somebody wanted. */
export function hasFailed({ outcome }: Span): boolean {
  return outcome === "error" || outcome === "interrupted";
}

// The convention asks for a low number of different values; "_OTHER" is its word for what has no code.
function errorType(span: Span): string | undefined {
  if (!hasFailed(span)) return undefined;
  return span.error?.code ?? (span.outcome === "error" ? "_OTHER" : span.outcome);
}

function conventional(span: Span): Fields {
  const conversation = { "gen_ai.conversation.id": text(span.origin ?? span.session) };
  switch (span.kind) {
    case "agent":
    case "turn":
      return {
        "gen_ai.operation.name": text("invoke_agent"),
        // Required by the convention; the agent is our own where no model's provider is told.
        "gen_ai.provider.name": text(span.provider ?? "boocode"),
        "gen_ai.agent.name": text(span.agent),
        "gen_ai.request.model": text(span.model),
        ...conversation,
        // Its turns tell the same tokens.
        ...(span.kind === "turn" && genAiUsage(span.usage)),
      };
    case "model":
      return {
        "gen_ai.operation.name": text("chat"),
        "gen_ai.provider.name": text(span.provider ?? "boocode"),
        "gen_ai.request.model": text(span.model),
        "gen_ai.request.stream": bool(true),
        // Without generated text the time is that of waiting in vain.
        "gen_ai.response.time_to_first_chunk":
          span.timings.generatingMs === undefined ? undefined : double(seconds(span.timings.firstTokenMs)),
        ...conversation,
        ...genAiUsage(span.usage),
      };
    case "tool":
      return {
        "gen_ai.operation.name": text("execute_tool"),
        "gen_ai.tool.name": text(span.name.replace(/^execute_tool /, "")),
        "gen_ai.tool.call.id": text(span.id),
        "gen_ai.tool.type": text("function"),
        "gen_ai.agent.name": text(span.agent),
        ...conversation,
      };
    case "run":
      return { "gen_ai.operation.name": text("invoke_workflow"), ...conversation };
    case "phase":
    case "step":
    case "question":
      return conversation;
  }
}

// As JSON in a text, which the conventions allow on spans and more backends can show than nested values.
function bodyFields(span: Span, { input, output, thinking }: SpanBodies): Fields {
  if (span.kind === "tool")
    return { "gen_ai.tool.call.arguments": text(input), "gen_ai.tool.call.result": text(output) };
  if (span.kind !== "turn" && span.kind !== "model")
    return { "boocode.input": text(input), "boocode.output": text(output) };
  const parts = [
    ...(thinking ? [{ type: "reasoning", content: thinking }] : []),
    ...(output === undefined ? [] : [{ type: "text", content: output }]),
  ];
  const finish = span.outcome === "ok" ? "stop" : span.outcome;
  return {
    "gen_ai.input.messages": messages(
      "user",
      input === undefined ? [] : [{ type: "text", content: input }],
      {},
    ),
    "gen_ai.output.messages": messages("assistant", parts, { finish_reason: finish }),
  };
}

function messages(role: string, parts: readonly object[], more: object): OtlpValue | undefined {
  return parts.length === 0 ? undefined : text(JSON.stringify([{ role, parts, ...more }]));
}

function cacheUsage(usage: Usage = {}): Fields {
  return {
    "boocode.cache.hit_tokens": int(usage.cacheHitTokens),
    "boocode.cache.miss_tokens": int(usage.cacheMissTokens),
  };
}

function cacheFields({ cache }: Span, content: OtlpContent): Fields {
  if (cache === undefined) return {};
  const drift = content === "all" ? cache.drift : undefined;
  return {
    "boocode.cache.cause": text(cache.cause),
    "boocode.cache.is_inferred": bool(cache.isInferred),
    "boocode.cache.reason": text(cache.reason),
    "boocode.cache.reusable_tokens": int(cache.reusableTokens),
    "boocode.cache.missed_tokens": int(cache.missedTokens),
    "boocode.cache.saved_usd": double(cache.savedUsd),
    "boocode.cache.lost_usd": double(cache.lostUsd),
    "boocode.cache.drift.place": text(cache.drift?.place),
    "boocode.cache.drift.before": text(drift?.before),
    "boocode.cache.drift.after": text(drift?.after),
  };
}

function seconds(ms: number | undefined): number | undefined {
  return ms === undefined ? undefined : Math.round(ms * 1000) / 1_000_000;
}
