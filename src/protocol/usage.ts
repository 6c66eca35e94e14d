/** Tokens of one or more model calls; a figure that the provider did not give is absent, never zero. */
export interface Usage {
  readonly promptTokens?: number;
  readonly cacheHitTokens?: number;
  readonly cacheMissTokens?: number;
  readonly outputTokens?: number;
  readonly reasoningTokens?: number;
}

/** The usage of no calls. */
export const noUsage: Usage = {};

const fields = [
  "promptTokens",
  "cacheHitTokens",
  "cacheMissTokens",
  "outputTokens",
  "reasoningTokens",
] as const;

/** Sums two usages field by field; a field unknown in both stays unknown. */
export function addUsage(a: Usage, b: Usage): Usage {
  const sum: { -readonly [K in keyof Usage]: Usage[K] } = {};
  for (const field of fields) {
    const left = a[field];
    const right = b[field];
    if (left !== undefined || right !== undefined) sum[field] = (left ?? 0) + (right ?? 0);
  }
  return sum;
}

/** The share of the prompt that came from the cache, 0 to 1, or undefined when the provider did not say. */
export function cachedShare(usage: Usage): number | undefined {
  const { cacheHitTokens: hit, cacheMissTokens: miss } = usage;
  if (hit === undefined || miss === undefined || hit + miss === 0) return undefined;
  return hit / (hit + miss);
}
