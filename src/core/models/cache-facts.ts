/** What is known of a model server's cache: DeepSeek's documentation, or what the user's settings say. */
import { z } from "zod";

/** What a server's cache is known to do; servers do not tell it. */
export interface CacheFacts {
  /** Only whole units of so many tokens are kept. */
  readonly unitTokens: number;
  /** A request that comes sooner after the one before may find nothing of it yet. */
  readonly buildMs: number;
  /** What was not asked for in so long may be gone. */
  readonly lifeMs: number;
}

/** DeepSeek's cache: units of 64 tokens, built in seconds, kept for hours to days (its documentation, 2026-11). */
const deepSeek: CacheFacts = { unitTokens: 64, buildMs: 5_000, lifeMs: 6 * 3_600_000 };

/** The setting `boocode.cache`: what is left out is DeepSeek's. */
const cacheSetting = z.object({
  unitTokens: z.number().int().min(1).optional(),
  buildSeconds: z.number().nonnegative().optional(),
  lifeHours: z.number().nonnegative().optional(),
});

/** The facts that hold with a setting as it is written; one that can not be read counts as none. */
export function cacheFactsOf(setting: unknown): CacheFacts {
  const own = cacheSetting.safeParse(setting).data ?? {};
  return {
    unitTokens: own.unitTokens ?? deepSeek.unitTokens,
    buildMs: own.buildSeconds === undefined ? deepSeek.buildMs : own.buildSeconds * 1_000,
    lifeMs: own.lifeHours === undefined ? deepSeek.lifeMs : own.lifeHours * 3_600_000,
  };
}
