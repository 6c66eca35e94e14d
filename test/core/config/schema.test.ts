import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { configSchemas } from "../../support/config-schemas.ts";

describe("schemas that editors check configuration with", () => {
  for (const [file, schema] of configSchemas())
    it(`${file.replace(/^.*\//, "")} is what BooCode reads (node test/support/config-schemas.ts writes it)`, () =>
      assert.deepEqual(JSON.parse(readFileSync(file, "utf8")), JSON.parse(JSON.stringify(schema))));
});
