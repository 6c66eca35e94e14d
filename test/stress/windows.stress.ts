import assert from "node:assert/strict";
import { runWindows } from "../node/store/windows.ts";
import type { Stress } from "./stress.ts";

const seconds = Number(process.env["STRESS_SECONDS"] ?? 60);

/** Five windows that write to one store at once, one of which is killed, while journals are folded. */
export const stress: Stress = {
  name: "windows",
  run: async (_seed, check) => {
    await check("five windows know the same", async () => {
      const latest = await runWindows({ windows: 5, rate: 200, seconds });
      console.log(`  heard of elsewhere after ${latest} ms at the latest`);
      assert.ok(latest < 1_000, `${latest} ms`);
    });
  },
};
