import assert from "node:assert/strict";
import { EventEmitter, type SecretStorage } from "vscode";
import { createSecrets } from "#editor/secrets.ts";
import { keyProblem } from "#editor/ui.ts";

describe("keys", () => {
  const check = (value: string, expected: RegExp | undefined) =>
    it(`${JSON.stringify(value)} ${expected === undefined ? "is taken" : "is refused"}`, () => {
      const problem = keyProblem(value);
      if (expected === undefined) assert.equal(problem, undefined);
      else assert.match(problem ?? "", expected);
    });
  check("sk-0123456789abcdef", undefined);
  check("  sk-0123456789abcdef\n", undefined);
  check("", undefined);
  check("sk-0123 456789", /no spaces/);
  check("sk-0123\n456789", /no spaces/);
  check("schlüssel-123", /others/);
  check("short", /too short/);
});

describe("secrets", () => {
  const kept = new Map<string, string>();
  const storage: SecretStorage = {
    get: async (name) => kept.get(name),
    store: async (name, value) => void kept.set(name, value),
    delete: async (name) => void kept.delete(name),
    onDidChange: new EventEmitter<never>().event,
  };
  const secrets = createSecrets(storage);

  it("are kept, given back and removed", async () => {
    await secrets.set("name", "value");
    assert.equal(await secrets.get("name"), "value");
    await secrets.set("name", undefined);
    assert.deepEqual([await secrets.get("name"), kept.size], [undefined, 0]);
  });
  it("come from the environment by name", () => {
    process.env["BOOCODE_TEST_VARIABLE"] = "value";
    assert.equal(secrets.environment("BOOCODE_TEST_VARIABLE"), "value");
    delete process.env["BOOCODE_TEST_VARIABLE"];
    assert.equal(secrets.environment("BOOCODE_TEST_VARIABLE"), undefined);
  });
});
