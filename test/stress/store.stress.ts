import { killCheckpoint, killWindows, stages } from "../node/store/survival.ts";
import type { Stress } from "./stress.ts";

/** Kills of one store before the next one begins, and how many stores. */
const one = { stores: 20, kills: 40 };
const two = { stores: 10, kills: 20 };

/** Kills of windows and checkpoints: what was acknowledged must be there. */
export const stress: Stress = {
  name: "store",
  run: async (seed, check) => {
    for (let at = 0; at < one.stores; at++)
      await check(`${one.kills} kills of a window, ${at}`, () =>
        killWindows(seed + at, one.kills, 1, at % 2 === 0),
      );
    for (let at = 0; at < two.stores; at++)
      await check(`${two.kills} kills of two windows at once, ${at}`, () =>
        killWindows(seed + 100 + at, two.kills, 2),
      );
    for (const stage of stages)
      for (let at = 0; at < 5; at++)
        await check(`a kill in a checkpoint, ${stage}, ${at}`, () => killCheckpoint(stage, seed + 200 + at));
  },
};
