/** Reads a provider's token counts; what it did not say stays unknown. */
import type { LanguageModelUsage } from "ai";
import { z } from "zod";
import type { Usage } from "#protocol/usage.ts";

const count = z.number().int().nonnegative().nullish();
const rawSchema = z.object({
  prompt_tokens: count,
  completion_tokens: count,
  prompt_cache_hit_tokens: count,
  prompt_cache_miss_tokens: count,
  prompt_tokens_details: z.object({ cached_tokens: count }).nullish(),
  completion_tokens_details: z.object({ reasoning_tokens: count }).nullish(),
});

/** Token counts of one call. The SDK's own fields say 0 where the server said nothing, so the raw ones are read where there are any. */
export function readUsage(usage: LanguageModelUsage): Usage {
  const raw = rawSchema.safeParse(usage.raw);
  if (usage.raw === undefined || !raw.success) {
    return known({ promptTokens: usage.inputTokens, outputTokens: usage.outputTokens });
  }
  const { data } = raw;
  const hit = data.prompt_cache_hit_tokens ?? data.prompt_tokens_details?.cached_tokens ?? undefined;
  const prompt = data.prompt_tokens ?? undefined;
  const miss =
    data.prompt_cache_miss_tokens ?? (hit === undefined || prompt === undefined ? undefined : prompt - hit);
  return known({
    promptTokens: prompt,
    cacheHitTokens: hit,
    cacheMissTokens: miss,
    outputTokens: data.completion_tokens ?? undefined,
    reasoningTokens: data.completion_tokens_details?.reasoning_tokens ?? undefined,
  });
}

function known(counts: { readonly [K in keyof Usage]: number | undefined }): Usage {
  return Object.fromEntries(Object.entries(counts).filter(([, value]) => value !== undefined));
}
