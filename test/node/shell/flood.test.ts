import assert from "node:assert/strict";
import { flood } from "./flood.ts";
import { World } from "./world.ts";

describe("shell: a command that says 100 MB", () => {
  it("is kept whole and does not grow the host", async () => {
    await using world = new World();
    // What is loaded and compiled once is not the command's.
    await flood(world, 10);
    for (const more of [{}, await world.confined()]) {
      const { bytes, isWhole, grownMB } = await flood(world, 100, more);
      assert.deepEqual([bytes, isWhole], [100e6, true]);
      assert.ok(grownMB < 50, `grown by ${grownMB} MB`);
    }
  });
});
