import assert from "node:assert/strict";
import { Arrangement } from "../../webview/arrangement.ts";
import { HostClock } from "../../webview/host-clock.ts";

function setUp(kept?: unknown) {
  let state = kept;
  const port = {
    post: () => {},
    listen: () => {},
    readState: () => state,
    writeState: (next: unknown) => (state = structuredClone(next)),
  };
  return { make: () => new Arrangement(port), state: () => state };
}

describe("what the user arranged", () => {
  it("is there again", () => {
    const { make } = setUp();
    const arrangement = make();
    arrangement.setDraft("s", "draft");
    arrangement.setPlace("s", { row: "t1/a", offset: 12 });
    arrangement.setOpen("s", "t1/b", true);
    arrangement.flush();
    const again = make();
    assert.equal(again.draft("s"), "draft");
    assert.deepEqual(again.place("s"), { row: "t1/a", offset: 12 });
    assert.equal(again.isOpen("s", "t1/b"), true);
    assert.equal(again.isOpen("s", "t1/c"), undefined);
    assert.equal(again.draft("other"), "");
  });

  it("keeps the 20 sessions used last", () => {
    const { make, state } = setUp();
    const arrangement = make();
    for (let index = 0; index < 30; index++) arrangement.setDraft(`s${index}`, "x");
    arrangement.flush();
    assert.equal((state() as { sessions: unknown[] }).sessions.length, 20);
    assert.equal(make().draft("s29"), "x");
    assert.equal(make().draft("s0"), "");
  });

  for (const kept of [
    undefined,
    null,
    1,
    "x",
    {},
    { sessions: 1 },
    { sessions: [1, ["a"], ["b", null], ["c", { draft: 1, place: {}, open: 2 }]] },
  ]) {
    it(`begins anew with ${JSON.stringify(kept)}`, () => assert.equal(setUp(kept).make().draft("c"), ""));
  }
});

describe("the host's clock", () => {
  it("takes the smallest difference that it saw", () => {
    const clock = new HostClock();
    clock.see(1000, 4040);
    clock.see(2000, 5005);
    clock.see(3000, 6900);
    assert.ok(Math.abs(Date.now() - clock.now() - 3005) < 50);
  });
});
