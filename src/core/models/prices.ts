/** What tokens cost: the catalog's dated prices, or those that the user's settings give. */
import { z } from "zod";
import type { Usage } from "#protocol/usage.ts";
import { findModel, type Rates } from "./catalog.ts";

// Days (UTC) that China's State Council made holidays; peak prices do not hold then. Known to the end of 2026.
const chineseHolidays: ReadonlySet<string> = new Set([
  ...["2026-10-01", "2026-10-02", "2026-10-05", "2026-10-06", "2026-10-07"],
  ...["2027-01-01"],
]);

/** Whether DeepSeek's peak prices hold: Monday to Friday 01–04 and 06–10 UTC, except Chinese public holidays. */
function isPeak(at: number): boolean {
  const date = new Date(at);
  const day = date.getUTCDay();
  const hour = date.getUTCHours();
  if (day === 0 || day === 6 || chineseHolidays.has(date.toISOString().slice(0, 10))) return false;
  return (hour >= 1 && hour < 4) || (hour >= 6 && hour < 10);
}

const rate = z.number().nonnegative();
const rates = z.object({ hit: rate, miss: rate, output: rate });
/** The setting `boocode.prices`: dollars per million tokens, by "provider/model". */
const pricesSetting = z.record(z.string(), rates.extend({ peak: rates.optional() }));

/** Looks up prices; `setting` gives the user's own, as they are written in the settings. */
export class Prices {
  readonly #setting: () => unknown;

  constructor(setting: () => unknown) {
    this.#setting = setting;
  }

  /** What a model's tokens cost at a time (epoch ms), per million; undefined where that is unknown. */
  ratesOf(provider: string, model: string, at: number): Rates | undefined {
    const own = pricesSetting.safeParse(this.#setting()).data?.[`${provider}/${model}`];
    if (own !== undefined) return isPeak(at) ? (own.peak ?? own) : own;
    const price = findModel(provider, model)?.prices.findLast((entry) => entry.from <= at);
    return price && (isPeak(at) ? price.peak : price.offPeak);
  }

  /** What a call cost in dollars at its time, or undefined where the price or a count is unknown. */
  costOf(provider: string, model: string, usage: Usage, at: number): number | undefined {
    const found = this.ratesOf(provider, model, at);
    const { cacheHitTokens: hit, cacheMissTokens: miss, outputTokens: output } = usage;
    if (found === undefined || hit === undefined || miss === undefined || output === undefined)
      return undefined;
    return (hit * found.hit + miss * found.miss + output * found.output) / 1_000_000;
  }
}
