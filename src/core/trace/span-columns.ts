/** The figures of a span under flat names, as tables and tracing tools show them. */
import type { Span } from "#protocol/trace.ts";

/** A figure of a span: its name with the unit, and how it is read; undefined is unknown, which is not zero. */
export interface SpanColumn {
  readonly name: string;
  readonly of: (span: Span) => string | number | boolean | undefined;
}

/** Who did what, and how long it took; milliseconds to the microsecond. */
export const identity: readonly SpanColumn[] = [
  { name: "session", of: ({ session }) => session },
  { name: "agent", of: ({ agent }) => agent },
  { name: "turn", of: ({ turn }) => turn },
  { name: "kind", of: ({ kind }) => kind },
  { name: "name", of: ({ name }) => name },
  { name: "title", of: ({ title }) => title },
  { name: "span", of: ({ id }) => id },
  { name: "parent", of: ({ parent }) => parent },
  { name: "started_at", of: ({ startedAt }) => isoTime(startedAt) },
  { name: "ended_at", of: ({ endedAt }) => isoTime(endedAt) },
  { name: "duration_ms", of: ({ startedAt, endedAt }) => rounded(endedAt - startedAt) },
];

/** Times, tokens, money and the cache; tokens are absent where the server did not tell them. */
export const figures: readonly SpanColumn[] = [
  { name: "outcome", of: ({ outcome }) => outcome },
  { name: "provider", of: ({ provider }) => provider },
  { name: "model", of: ({ model }) => model },
  { name: "attempt", of: ({ attempt }) => attempt },
  { name: "retries", of: ({ retries }) => retries },
  { name: "queued_ms", of: ({ timings }) => rounded(timings.queuedMs) },
  { name: "waiting_for_user_ms", of: ({ timings }) => rounded(timings.waitingForUserMs) },
  { name: "first_token_ms", of: ({ timings }) => rounded(timings.firstTokenMs) },
  { name: "generating_ms", of: ({ timings }) => rounded(timings.generatingMs) },
  { name: "tool_ms", of: ({ timings }) => rounded(timings.toolMs) },
  { name: "prompt_tokens", of: ({ usage }) => usage?.promptTokens },
  { name: "cache_hit_tokens", of: ({ usage }) => usage?.cacheHitTokens },
  { name: "cache_miss_tokens", of: ({ usage }) => usage?.cacheMissTokens },
  { name: "output_tokens", of: ({ usage }) => usage?.outputTokens },
  { name: "reasoning_tokens", of: ({ usage }) => usage?.reasoningTokens },
  { name: "is_usage_whole", of: ({ isUsageWhole }) => isUsageWhole },
  { name: "cost_usd", of: ({ costUsd }) => costUsd },
  { name: "cache_cause", of: ({ cache }) => cache?.cause },
  { name: "is_cause_inferred", of: ({ cache }) => cache?.isInferred },
  { name: "cache_reason", of: ({ cache }) => cache?.reason },
  { name: "reusable_tokens", of: ({ cache }) => cache?.reusableTokens },
  { name: "missed_tokens", of: ({ cache }) => cache?.missedTokens },
  { name: "saved_usd", of: ({ cache }) => cache?.savedUsd },
  { name: "lost_usd", of: ({ cache }) => cache?.lostUsd },
  { name: "drift_place", of: ({ cache }) => cache?.drift?.place },
  { name: "error_code", of: ({ error }) => error?.code },
  { name: "error_message", of: ({ error }) => error?.message },
];

/** A time as ISO 8601 in UTC, to the millisecond; undefined where it is none. */
export function isoTime(epochMs: number): string | undefined {
  const date = new Date(epochMs);
  return Number.isNaN(date.getTime()) ? undefined : date.toISOString();
}

function rounded(ms: number | undefined): number | undefined {
  return ms === undefined ? undefined : Math.round(ms * 1000) / 1000;
}
