/** Dollars per million tokens. */
interface Price {
  readonly hit: number;
  readonly miss: number;
  readonly output: number;
}

/** DeepSeek's off-peak prices as checked in November 2026, by the beginning of the model's id. */
const offPeakPrices: Readonly<Record<string, Price>> = {
  "deepseek-flash": { hit: 0.003, miss: 0.15, output: 0.6 },
  "deepseek-v4-flash": { hit: 0.003, miss: 0.15, output: 0.6 },
  "deepseek-v4-pro": { hit: 0.022, miss: 0.66, output: 1.98 },
};

/** The tokens of one answer, in the fields of the wire. */
export interface WireUsage {
  readonly prompt_tokens: number;
  readonly prompt_cache_hit_tokens: number;
  readonly prompt_cache_miss_tokens: number;
  readonly prompt_tokens_details: { readonly cached_tokens: number };
  readonly completion_tokens: number;
  readonly completion_tokens_details: { readonly reasoning_tokens: number };
  readonly total_tokens: number;
}

/** What a number of answers cost together. */
export interface Account {
  readonly requests: number;
  readonly promptTokens: number;
  readonly hitTokens: number;
  readonly missTokens: number;
  readonly outputTokens: number;
  readonly reasoningTokens: number;
  /** Off-peak; a model without a known price costs nothing. */
  readonly dollars: number;
}

/** Writes an answer's tokens as DeepSeek does, which OpenAI's fields are a part of. */
export function wireUsage(prompt: number, hit: number, completion: number, reasoning: number): WireUsage {
  return {
    prompt_tokens: prompt,
    completion_tokens: completion,
    total_tokens: prompt + completion,
    prompt_tokens_details: { cached_tokens: hit },
    completion_tokens_details: { reasoning_tokens: reasoning },
    prompt_cache_hit_tokens: hit,
    prompt_cache_miss_tokens: prompt - hit,
  };
}

/** Adds up what answers cost. */
export function sumUp(answers: readonly { readonly model: string; readonly usage: WireUsage }[]): Account {
  const total = (of: (usage: WireUsage) => number) =>
    answers.reduce((sum, answer) => sum + of(answer.usage), 0);
  return {
    requests: answers.length,
    promptTokens: total((usage) => usage.prompt_tokens),
    hitTokens: total((usage) => usage.prompt_cache_hit_tokens),
    missTokens: total((usage) => usage.prompt_cache_miss_tokens),
    outputTokens: total((usage) => usage.completion_tokens),
    reasoningTokens: total((usage) => usage.completion_tokens_details.reasoning_tokens),
    dollars: answers.reduce((sum, answer) => sum + dollars(answer.model, answer.usage), 0),
  };
}

function dollars(model: string, usage: WireUsage): number {
  const [, price] = Object.entries(offPeakPrices).find(([prefix]) => model.startsWith(prefix)) ?? [];
  if (!price) return 0;
  const { prompt_cache_hit_tokens: hit, prompt_cache_miss_tokens: miss, completion_tokens: output } = usage;
  return (hit * price.hit + miss * price.miss + output * price.output) / 1_000_000;
}
