import assert from "node:assert/strict";
import { cacheFactsOf, type CacheFacts } from "#core/models/cache-facts.ts";
import { CacheWatch } from "#core/trace/cache-watch.ts";
import type { SessionEvent } from "#protocol/session.ts";
import type { PinReason } from "#protocol/header.ts";
import type { Drift } from "#protocol/trace.ts";

const facts: CacheFacts = { unitTokens: 64, buildMs: 1_000, lifeMs: 60_000 };
const rates = { hit: 0.003, miss: 0.15, output: 0.6 };
const start = Date.UTC(2026, 10, 22, 12);

const answered = (promptTokens: number, at: number): SessionEvent =>
  ({ type: "step-end", at, usage: { promptTokens } }) as SessionEvent;
const pinned = (reason: PinReason): SessionEvent => ({ type: "header-pin", reason }) as SessionEvent;
const drift: Drift = { place: "system", before: "a", after: "b" };

describe("why a prompt was not cached", () => {
  const check = (
    name: string,
    log: readonly SessionEvent[],
    call: { readonly hit: number; readonly miss: number; readonly after?: number; readonly drift?: Drift },
    expected: string,
  ) =>
    it(name, () => {
      const watch = new CacheWatch();
      watch.learn(log);
      const usage = { cacheHitTokens: call.hit, cacheMissTokens: call.miss };
      const sentAt = start + (call.after ?? 10_000);
      const found = watch.judge({ usage, sentAt, drift: call.drift, rates }, facts);
      const words = [
        found?.cause,
        found?.reason,
        found?.isInferred ? "inferred" : undefined,
        found?.missedTokens,
      ];
      assert.equal(words.filter((word) => word !== undefined).join(" "), expected);
    });
  const last = answered(1_000, start);

  check("the first request has nothing to reuse", [], { hit: 0, miss: 900 }, "declared first 0");
  check("all that was there is reused", [last], { hit: 960, miss: 200 }, "none 0");
  check("the rest of a unit is never cached", [last], { hit: 960, miss: 40 }, "none 0");
  check("a new model", [last, pinned("model")], { hit: 0, miss: 1_100 }, "declared model 960");
  check("another effort", [last, pinned("effort")], { hit: 0, miss: 1_100 }, "declared effort 960");
  check("an edited message", [last, pinned("edit")], { hit: 512, miss: 100 }, "declared edit 100");
  check(
    "a summary instead of the log",
    [pinned("compaction")],
    { hit: 0, miss: 300 },
    "declared compaction 0",
  );
  check("bytes that changed", [last], { hit: 0, miss: 1_100, drift }, "drift 960");
  check(
    "bytes that changed, whatever else did",
    [last, pinned("model")],
    { hit: 0, miss: 1_100, drift },
    "drift 960",
  );
  check(
    "a gap over the cache's life",
    [last],
    { hit: 0, miss: 1_100, after: 60_001 },
    "expired inferred 960",
  );
  check(
    "sent before it could be stored",
    [last],
    { hit: 0, miss: 1_100, after: 999 },
    "too-soon inferred 960",
  );
  check("less than a unit", [answered(63, start)], { hit: 0, miss: 120 }, "small inferred 0");
  check("anything else", [last], { hit: 64, miss: 1_100 }, "unknown inferred 896");
  check(
    "an earlier pin explains nothing",
    [pinned("model"), last],
    { hit: 0, miss: 1_100 },
    "unknown inferred 960",
  );

  it("tells what the hits saved and the misses cost", () => {
    const watch = new CacheWatch();
    watch.learn([last]);
    const usage = { cacheHitTokens: 320, cacheMissTokens: 800 };
    const found = watch.judge({ usage, sentAt: start + 5_000, drift: undefined, rates }, facts);
    const difference = (0.15 - 0.003) / 1_000_000;
    assert.equal(found?.missedTokens, 640);
    assert.ok(Math.abs((found.savedUsd ?? 0) - 320 * difference) < 1e-12);
    assert.ok(Math.abs((found.lostUsd ?? 0) - 640 * difference) < 1e-12);
  });

  it("says nothing where the server says nothing, and no money where there is no price", () => {
    const watch = new CacheWatch();
    watch.learn([last]);
    assert.equal(watch.judge({ usage: {}, sentAt: start, drift: undefined, rates }, facts), undefined);
    const usage = { cacheHitTokens: 0, cacheMissTokens: 1_100 };
    const found = watch.judge({ usage, sentAt: start + 5_000, drift: undefined, rates: undefined }, facts);
    assert.equal(found?.missedTokens, 960);
    assert.equal(found.lostUsd, undefined);
  });
});

describe("what is known of a server's cache", () => {
  const deepSeek = { unitTokens: 64, buildMs: 5_000, lifeMs: 21_600_000 };
  const check = (setting: unknown, expected: Partial<CacheFacts>) =>
    it(JSON.stringify(setting), () => assert.deepEqual(cacheFactsOf(setting), { ...deepSeek, ...expected }));

  check({}, {});
  check({ unitTokens: 128 }, { unitTokens: 128 });
  check({ buildSeconds: 0, lifeHours: 24 }, { buildMs: 0, lifeMs: 86_400_000 });
  check({ lifeHours: "long" }, {});
  check("nonsense", {});
});
