/** What is known of models: context windows and dated prices. Source: DeepSeek's price page as of 2026-11. */
import type { Usage } from "#protocol/usage.ts";

/** Dollars per million tokens. */
export interface Rates {
  readonly hit: number;
  readonly miss: number;
  readonly output: number;
}

/** Prices that hold from a day on (UTC, epoch ms). */
export interface DatedPrice {
  readonly from: number;
  readonly offPeak: Rates;
  readonly peak: Rates;
}

/** One model of the catalog; unknown models have neither window nor price. */
export interface CatalogModel {
  readonly provider: string;
  readonly model: string;
  readonly contextWindow: number;
  readonly maxOutput: number;
  readonly detail: string;
  readonly prices: readonly DatedPrice[];
}

const autumn2026 = Date.UTC(2026, 9, 1);

/** The models that BooCode knows by name. */
export const catalog: readonly CatalogModel[] = [
  {
    provider: "deepseek",
    model: "deepseek-flash",
    contextWindow: 1_000_000,
    maxOutput: 384_000,
    detail: "Fast and cheap; the default",
    prices: [
      {
        from: autumn2026,
        offPeak: { hit: 0.003, miss: 0.15, output: 0.6 },
        peak: { hit: 0.006, miss: 0.3, output: 1.2 },
      },
    ],
  },
  {
    provider: "deepseek",
    model: "deepseek-v4-pro",
    contextWindow: 1_000_000,
    maxOutput: 384_000,
    detail: "For hard problems; about four times the price",
    prices: [
      {
        from: autumn2026,
        offPeak: { hit: 0.022, miss: 0.66, output: 1.98 },
        peak: { hit: 0.044, miss: 1.32, output: 3.96 },
      },
    ],
  },
];

// Days (UTC) that China's State Council made holidays; peak prices do not hold then. Known to the end of 2026.
const chineseHolidays: ReadonlySet<string> = new Set([
  ...["2026-10-01", "2026-10-02", "2026-10-05", "2026-10-06", "2026-10-07"],
  ...["2027-01-01"],
]);

/** Finds a model; undefined for one that the catalog does not know. */
export function findModel(provider: string, model: string): CatalogModel | undefined {
  return catalog.find((entry) => entry.provider === provider && entry.model === model);
}

/** Whether DeepSeek's peak prices hold: Monday to Friday 01–04 and 06–10 UTC, except Chinese public holidays. */
function isPeak(at: number): boolean {
  const date = new Date(at);
  const day = date.getUTCDay();
  const hour = date.getUTCHours();
  if (day === 0 || day === 6 || chineseHolidays.has(date.toISOString().slice(0, 10))) return false;
  return (hour >= 1 && hour < 4) || (hour >= 6 && hour < 10);
}

/** What a call cost in dollars at its time, or undefined where the price or a count is unknown. */
export function costOf(provider: string, model: string, usage: Usage, at: number): number | undefined {
  const price = findModel(provider, model)?.prices.findLast((entry) => entry.from <= at);
  const { cacheHitTokens, cacheMissTokens, outputTokens } = usage;
  if (
    price === undefined ||
    cacheHitTokens === undefined ||
    cacheMissTokens === undefined ||
    outputTokens === undefined
  ) {
    return undefined;
  }
  const rates = isPeak(at) ? price.peak : price.offPeak;
  return (
    (cacheHitTokens * rates.hit + cacheMissTokens * rates.miss + outputTokens * rates.output) / 1_000_000
  );
}
