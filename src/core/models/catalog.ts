/** What is known of models: context windows and dated prices. Source: DeepSeek's price page as of 2026-11. */
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

/** Finds a model; undefined for one that the catalog does not know. */
export function findModel(provider: string, model: string): CatalogModel | undefined {
  return catalog.find((entry) => entry.provider === provider && entry.model === model);
}
