import { engineNames } from "#protocol/guest.ts";
import { KilledRuns } from "../support/kill-run.ts";
import type { Stress } from "./stress.ts";

const kills = Number(process.env["STRESS_KILLS"] ?? 200);

/** Kills the host of runs of sixty agents at random moments, on both engines: no finished agent runs again. */
export const stress: Stress = {
  name: "workflow",
  async run(seed, check) {
    for (const engine of engineNames) {
      using runs = new KilledRuns(seed, engine);
      await runs.prepare();
      for (let kill = 1; kill <= kills / engineNames.length; kill++)
        await check(`kill ${kill} on ${engine}`, () => runs.killOnce());
      await check(`the last run on ${engine} comes to its end`, () => runs.finish());
      await check(`one changed prompt on ${engine}`, () => runs.change());
    }
  },
};
