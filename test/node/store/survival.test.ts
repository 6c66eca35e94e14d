import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { killCheckpoint, killWindows, look } from "./survival.ts";
import { shape, temporaryFolder } from "./world.ts";
import { runWindows } from "./windows.ts";
import type { WriterJob } from "./writer.ts";

describe("what was acknowledged survives", () => {
  it("three kills of a window", () => killWindows(1, 3, 1)).timeout(60_000);
  it("a kill of two windows at once", () => killWindows(2, 1, 2)).timeout(60_000);
  it("a kill of a window on a store of the first version", () => killWindows(4, 2, 1, true)).timeout(60_000);
  it("one of three windows, and the others know the same", async () => {
    await runWindows({ windows: 3, rate: 100, seconds: 2 });
  }).timeout(60_000);
  // All stages are in the stress test.
  for (const stage of ["half-written", "backed-up", "half-deleted"] as const)
    it(`a kill in a checkpoint, ${stage}`, () => killCheckpoint(stage, 3)).timeout(60_000);

  // Windows has no such limit.
  const onPosix = process.platform === "win32" ? [] : ["a limit of the system on the size of files"];
  for (const name of onPosix)
    it(name, () => {
      using folder = temporaryFolder();
      const job: WriterJob = { directory: folder.path, sessions: ["a"], seed: 4, events: 200 };
      const writer = [process.execPath, join(import.meta.dirname, "writer.ts"), JSON.stringify(job)];
      const { stdout, stderr } = spawnSync("sh", ["-c", `ulimit -f 64; exec "$0" "$@"`, ...writer], {
        encoding: "utf8",
      });
      const acknowledged = stdout.trim().split("\n").length;
      assert.match(stderr, /no space left/);
      using opened = look(folder.path);
      const read = shape(opened.index.queries.log("a").events.map((body) => JSON.parse(body)));
      assert.ok(acknowledged > 5 && read.length >= acknowledged, `${read.length} of ${acknowledged}`);
    }).timeout(60_000);
});
