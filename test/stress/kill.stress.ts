import { buildBundles } from "../support/build.ts";
import { KilledSession } from "../support/kill-session.ts";
import type { Stress } from "./stress.ts";

const kills = Number(process.env["STRESS_KILLS"] ?? 100);

/** Kills the host at random moments of a streaming session that calls tools. */
export const stress: Stress = {
  name: "kill",
  async run(seed, check) {
    await buildBundles();
    await using session = await KilledSession.start(seed, true);
    for (let kill = 1; kill <= kills; kill++) await check(`kill ${kill}`, () => session.killOnce());
    await check("works on after all kills", () => session.finish());
  },
};
