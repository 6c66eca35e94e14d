import { exportChrome } from "#core/trace/export-chrome.ts";
import { exportCsv } from "#core/trace/export-csv.ts";
import { exportOtlp } from "#core/trace/export-otlp.ts";
import { checkGentle, manySpans } from "../support/exported-spans.ts";
import type { Stress } from "./stress.ts";

/** Exports of 100,000 spans, five times in each format. */
export const stress: Stress = {
  name: "trace-export",
  async run(_seed, check) {
    const trace = manySpans(100_000);
    for (let round = 1; round <= 5; round++) {
      for (const write of [exportOtlp, exportChrome, exportCsv])
        await check(`${write.name}, round ${round}`, () => checkGentle(write(trace)));
    }
  },
};
