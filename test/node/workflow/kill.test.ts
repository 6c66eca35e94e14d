import { KilledRuns } from "../../support/kill-run.ts";

describe("a run whose host is killed", () => {
  it("goes on without running any finished agent again, and ends as if nothing had been", async () => {
    using runs = new KilledRuns(5, "isolated-vm");
    await runs.prepare();
    for (let kill = 0; kill < 8; kill++) await runs.killOnce();
    await runs.finish();
    await runs.change();
  }).timeout(120_000);
});
