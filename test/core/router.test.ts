import assert from "node:assert/strict";
import { Prices } from "#core/models/prices.ts";
import { Router } from "#core/models/router.ts";
import { Redactor } from "#core/session/redact.ts";
import { type FakeOptions, fakePorts } from "../support/fake-ports.ts";

const environment = { DEEPSEEK_API_KEY: "env-deepseek-key", BOOCODE_API_KEY: "env-boocode-key" };
const local = "http://127.0.0.1:9/v1";

function routerOver(options: FakeOptions): Router {
  const { settings, secrets } = fakePorts(options);
  return new Router({ settings, secrets, redactor: new Redactor() });
}

describe("router: who answers, with which key", () => {
  const check = (
    name: string,
    options: FakeOptions,
    expected: readonly [string, string | undefined, string],
  ): void => {
    it(name, async () => {
      const router = routerOver(options);
      const route = await router.route(router.defaultChoice());
      assert.deepEqual([route.provider.id, route.apiKey, route.baseUrl], expected);
    });
  };
  const deepseek = "https://api.deepseek.com";

  check("DeepSeek by its variable", { environment, settings: { provider: "deepseek" } }, [
    "deepseek",
    "env-deepseek-key",
    deepseek,
  ]);
  check(
    "a stored key comes before the variable",
    {
      environment,
      secrets: { [`boocode.apiKey:deepseek:${deepseek}`]: "stored-key" },
      settings: { provider: "deepseek" },
    },
    ["deepseek", "stored-key", deepseek],
  );
  check(
    "a key stored for another address is not used",
    {
      secrets: { [`boocode.apiKey:deepseek:${deepseek}`]: "stored-key" },
      settings: { provider: "deepseek", baseUrl: local },
    },
    ["rehearsal", undefined, ""],
  );
  check(
    "DeepSeek never gets the other variable",
    { environment: { BOOCODE_API_KEY: "x".repeat(9) }, settings: { provider: "deepseek" } },
    ["rehearsal", undefined, ""],
  );
  check(
    "a compatible server gets its own variable",
    { environment, settings: { provider: "openai-compatible", baseUrl: `${local}/` } },
    ["openai-compatible", "env-boocode-key", local],
  );
  check(
    "a compatible server never gets DeepSeek's",
    {
      environment: { DEEPSEEK_API_KEY: "x".repeat(9) },
      settings: { provider: "openai-compatible", baseUrl: local },
    },
    ["openai-compatible", undefined, local],
  );
  check(
    "a compatible server without an address",
    { environment, settings: { provider: "openai-compatible" } },
    ["rehearsal", undefined, ""],
  );
  check("an unknown provider", { environment, settings: { provider: "oracle" } }, [
    "rehearsal",
    undefined,
    "",
  ]);

  it("a stand-in says why", async () => {
    const router = routerOver({ settings: { provider: "deepseek" } });
    const route = await router.route(router.defaultChoice());
    assert.match(
      route.standInNotice ?? "",
      /Rehearsal answers, not a model: there is no API key for DeepSeek/,
    );
    assert.equal(route.keyState, "missing");
  });

  it("the address in the settings is that of the provider in the settings alone", async () => {
    const router = routerOver({ environment, settings: { provider: "openai-compatible", baseUrl: local } });
    const route = await router.route({ provider: "deepseek", model: "deepseek-flash", effort: "high" });
    assert.equal(route.baseUrl, deepseek);
  });

  it("every key that is known is kept out of texts, in use or not", () => {
    const { settings, secrets } = fakePorts({ environment, settings: { provider: "rehearsal" } });
    const redactor = new Redactor();
    new Router({ settings, secrets, redactor });
    assert.doesNotMatch(
      redactor.text(`${environment.DEEPSEEK_API_KEY} ${environment.BOOCODE_API_KEY}`),
      /env-/,
    );
  });
});

describe("prices", () => {
  const prices = new Prices(() => ({}));
  const usage = { promptTokens: 3e6, cacheHitTokens: 1e6, cacheMissTokens: 2e6, outputTokens: 1e6 };
  const check = (name: string, model: string, at: string, expected: number | undefined): void => {
    it(name, () => {
      const cost = prices.costOf("deepseek", model, usage, Date.parse(at));
      if (expected === undefined || cost === undefined) assert.equal(cost, expected);
      else assert.ok(Math.abs(cost - expected) < 1e-9, `${cost}`);
    });
  };
  check("off-peak", "deepseek-flash", "2026-11-20T12:00:00Z", 0.003 + 0.3 + 0.6);
  check("peak", "deepseek-flash", "2026-11-20T02:00:00Z", 0.006 + 0.6 + 1.2);
  check("a peak hour at the weekend", "deepseek-flash", "2026-11-21T02:00:00Z", 0.903);
  check("a peak hour on a holiday", "deepseek-flash", "2026-10-01T07:00:00Z", 0.903);
  check("between the peaks", "deepseek-v4-pro", "2026-11-20T05:00:00Z", 0.022 + 1.32 + 1.98);
  check("an unknown model", "deepseek-x", "2026-11-20T12:00:00Z", undefined);
  check("before the known prices", "deepseek-flash", "2026-01-01T12:00:00Z", undefined);

  it("of the settings come before those that are known", () => {
    const own = { hit: 1, miss: 2, output: 3 };
    const given: [unknown, number | undefined][] = [
      [{ "deepseek/deepseek-flash": own }, 8],
      [{ "deepseek/deepseek-flash": { ...own, peak: { hit: 2, miss: 4, output: 6 } } }, 8],
      [{ "other/model": own }, 0.903],
      [{ "deepseek/deepseek-flash": "cheap" }, 0.903],
      [undefined, 0.903],
    ];
    const at = Date.parse("2026-11-20T12:00:00Z");
    for (const [setting, expected] of given)
      assert.equal(new Prices(() => setting).costOf("deepseek", "deepseek-flash", usage, at), expected);
    const peak = new Prices(() => ({ "a/b": { ...own, peak: { hit: 2, miss: 4, output: 6 } } }));
    assert.equal(peak.costOf("a", "b", usage, Date.parse("2026-11-20T02:00:00Z")), 16);
  });

  it("an unknown count is not zero", () => {
    assert.equal(
      prices.costOf("deepseek", "deepseek-flash", { promptTokens: 5, outputTokens: 1 }, Date.now()),
      undefined,
    );
  });
});
