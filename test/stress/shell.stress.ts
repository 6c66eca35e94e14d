import assert from "node:assert/strict";
import { flood } from "../node/shell/flood.ts";
import { World } from "../node/shell/world.ts";
import type { Stress } from "./stress.ts";

const megabytes = Number(process.env["STRESS_SHELL_MB"] ?? 1_000);
const stops = Number(process.env["STRESS_STOPS"] ?? 50);

const tree =
  "sleep 1000 & (setsid sh -c 'trap \"\" TERM; sleep 1000' > /dev/null 2>&1 &); bash -c 'sleep 1000; true'; true";

/** A gigabyte of output, confined and not, and many stops of trees of processes. */
export const stress: Stress = {
  name: "shell",
  async run(_seed, check) {
    await using world = new World();
    await flood(world, 10);
    for (const [name, more] of [
      ["free", {}],
      ["confined", await world.confined()],
    ] as const) {
      await check(`${megabytes} MB of output, ${name}`, async () => {
        const { bytes, isWhole, keptMs, grownMB, delayMs, busyMs } = await flood(world, megabytes, more);
        console.log(
          `  ${name}: kept after ${(keptMs / 1_000).toFixed(1)} s, grown by ${grownMB.toFixed(1)} MB, longest delay ${delayMs.toFixed(1)} ms (own work ${busyMs.toFixed(1)} ms)`,
        );
        assert.deepEqual([bytes, isWhole], [megabytes * 1e6, true]);
        assert.ok(keptMs < 20_000 && grownMB < 50 && busyMs < 20);
      });
      for (let stop = 1; stop <= stops; stop++) {
        await check(`stop ${stop}, ${name}`, async () => {
          await using command = await world.start(`echo up; ${tree}`, more);
          const startedAt = performance.now();
          await command.stop();
          assert.ok(performance.now() - startedAt < 2_000);
          assert.equal(command.end?.cause, "stopped");
        });
      }
    }
  },
};
