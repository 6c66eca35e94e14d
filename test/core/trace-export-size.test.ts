import assert from "node:assert/strict";
import { exportChrome } from "#core/trace/export-chrome.ts";
import { exportCsv } from "#core/trace/export-csv.ts";
import { exportOtlp } from "#core/trace/export-otlp.ts";
import type { ExportedTrace } from "#core/trace/exported-trace.ts";
import { checkGentle, manySpans } from "../support/exported-spans.ts";

describe("exports of 20,000 spans", () => {
  const trace = manySpans(20_000);

  const check = (name: string, write: (trace: ExportedTrace) => AsyncGenerator<string>) =>
    it(`${name} come in small pieces and let others run all the while`, () => checkGentle(write(trace)));

  check("as OTLP", exportOtlp);
  check("as a Chrome trace", exportChrome);
  check("as CSV", exportCsv);

  it("would be found out if they did not", async () => {
    async function* greedy(): AsyncGenerator<string> {
      const until = performance.now() + 200;
      while (performance.now() < until);
      yield "";
    }
    await assert.rejects(checkGentle(greedy()), /others wait/);
  });
});
