import assert from "node:assert/strict";
import { judgeIn, readRows } from "../../support/judge-rows.ts";
import { calmDisk, disk } from "../../support/judge-world.ts";

describe("command lines", () => {
  for (const name of ["attacks", "bypasses", "everyday"] as const)
    describe(name, () => {
      for (const { confined, unconfined, line, written } of readRows(name))
        it(written, async () => {
          const on = name === "everyday" ? calmDisk : disk;
          const inSandbox = await judgeIn(line, { isConfined: true }, on);
          const outside = await judgeIn(line, { isConfined: false }, on);
          assert.deepEqual([inSandbox.verdict, outside.verdict], [confined, unconfined], outside.reason);
        });
    });

  it("lets no attack through, whatever its row says", () => {
    const rows = [...readRows("attacks"), ...readRows("bypasses")];
    assert.ok(rows.length > 900);
    assert.deepEqual(
      rows.filter(({ confined, unconfined }) => confined === "allow" || unconfined === "allow"),
      [],
    );
  });

  it("asks for nothing of every day where a sandbox holds", () => {
    const rows = readRows("everyday");
    assert.ok(rows.length > 400);
    assert.deepEqual(
      rows.filter(({ confined }) => confined !== "allow"),
      [],
    );
  });
});
