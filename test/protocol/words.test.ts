import assert from "node:assert/strict";
import * as words from "../../src/protocol/words.ts";

const check = (actual: string, expected: string) => it(expected, () => assert.equal(actual, expected));

describe("durations", () => {
  check(words.formatDuration(0), "0 ms");
  check(words.formatDuration(12.4), "12 ms");
  check(words.formatDuration(999.6), "1.0 s");
  check(words.formatDuration(3210), "3.2 s");
  check(words.formatDuration(59_960), "1 min 0 s");
  check(words.formatDuration(125_000), "2 min 5 s");
  check(words.formatDuration(3_840_000), "1 h 4 min");
  check(words.formatElapsed(4_900), "4 s");
  check(words.formatElapsed(-20), "0 s");
  check(words.formatElapsed(65_000), "1 min 5 s");
});

describe("counts", () => {
  check(words.formatTokens(1), "1 token");
  check(words.formatTokens(812), "812 tokens");
  check(words.formatTokens(48_300), "48.3k tokens");
  check(words.formatShort(128_000), "128k");
  check(words.formatShort(999_949), "1000k");
  check(words.formatShort(1_200_000), "1.2M");
  check(words.formatBytes(1), "1 byte");
  check(words.formatBytes(3277), "3.2 KB");
  check(words.formatBytes(5 * 1024 * 1024), "5.0 MB");
  check(words.formatCount(2, "search", "searches"), "2 searches");
});

describe("money", () => {
  check(words.formatMoney(0), "$0");
  check(words.formatMoney(0.0000312), "$0.000031");
  check(words.formatMoney(0.0042), "$0.0042");
  check(words.formatMoney(0.128), "$0.128");
  check(words.formatMoney(3.2), "$3.20");
});

describe("shares are never rounded up to 100", () => {
  check(words.formatShare(1), "100%");
  check(words.formatShare(0.99999), "99.9%");
  check(words.formatShare(0.995), "99.5%");
  check(words.formatShare(0.919), "91%");
  check(words.formatShare(0.001), "<1%");
  check(words.formatShare(0), "0%");
});

describe("moments", () => {
  const now = new Date(2025, 10, 20, 15, 0).getTime();
  check(words.formatWhen(new Date(2025, 10, 20, 14, 2).getTime(), now, "en-GB"), "14:02");
  check(words.formatWhen(new Date(2025, 10, 19, 9, 5).getTime(), now, "en-GB"), "Yesterday");
  check(words.formatWhen(new Date(2025, 2, 12).getTime(), now, "en-GB"), "12 Mar");
  check(words.formatWhen(new Date(2024, 2, 12).getTime(), now, "en-GB"), "12 Mar 2024");
});
