import assert from "node:assert/strict";
import { Arrangement, type KeepText } from "../../webview/arrangement.ts";
import { HostClock } from "../../webview/host-clock.ts";
import { newPasted } from "../../webview/parts/pasted-text.ts";

function setUp(kept?: unknown, keep: KeepText = () => Promise.reject(new Error("full"))) {
  let state = kept;
  const port = {
    post: () => {},
    listen: () => {},
    readState: () => state,
    writeState: (next: unknown) => (state = structuredClone(next)),
  };
  return { make: () => new Arrangement(port, keep), state: () => state };
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

  it("keeps what is written longer than where a reader was", () => {
    const { make } = setUp();
    const arrangement = make();
    arrangement.setDraft("written", "draft");
    for (let index = 0; index < 30; index++) arrangement.setPlace(`s${index}`, { row: "a", offset: 1 });
    arrangement.flush();
    assert.equal(make().draft("written"), "draft");
  });

  describe("a text that is too long for it", () => {
    const long = "a line of it\n".repeat(20_000);
    const size = (state: unknown) => JSON.stringify(state).length;
    const host = () => {
      const given: string[] = [];
      const keep: KeepText = (text) => Promise.resolve(`blob${given.push(text)}`);
      return { given, keep };
    };

    it("is given to the host once, and is there again by its name", async () => {
      const { given, keep } = host();
      const { make, state } = setUp(undefined, keep);
      const arrangement = make();
      const pasted = newPasted(long);
      arrangement.setPasted("s", [pasted]);
      await Promise.resolve();
      arrangement.setPasted("s", [pasted, newPasted("second")]);
      await new Promise(setImmediate);
      arrangement.flush();
      assert.deepEqual(given, [long, "second"]);
      assert.ok(size(state()) < 1_000);
      const again = make().pasted("s");
      assert.deepEqual(
        again.map(({ length, text, blob }) => [length, text, blob]),
        [
          [long.length, undefined, "blob1"],
          [6, undefined, "blob2"],
        ],
      );
      assert.equal(given.length, 2);
    });

    it("is kept whole while the host does not have it, and given to it by the next view", () => {
      const { make } = setUp(undefined, () => new Promise(() => {}));
      const arrangement = make();
      arrangement.setPasted("s", [newPasted(long)]);
      arrangement.flush();
      assert.equal(make().pasted("s")[0]?.text, long);
      const { given, keep } = host();
      const state = { sessions: [["s", { pasted: [{ id: "1", length: long.length, text: long }] }]] };
      setUp(state, keep).make();
      assert.deepEqual(given, [long]);
    });

    it("is kept whole where the host refuses it", async () => {
      const { make } = setUp();
      const arrangement = make();
      arrangement.setPasted("s", [newPasted(long)]);
      await new Promise(setImmediate);
      arrangement.flush();
      assert.equal(make().pasted("s")[0]?.text, long);
    });

    it("comes back beside the composer when it was typed", () => {
      const { make } = setUp();
      const arrangement = make();
      arrangement.setPasted("s", [newPasted("pasted")]);
      arrangement.setDraft("s", long);
      assert.equal(arrangement.draft("s"), long);
      arrangement.flush();
      const again = make();
      assert.equal(again.draft("s"), "");
      assert.deepEqual(
        again.pasted("s").map(({ text }) => text),
        [long, "pasted"],
      );
    });

    it("is forgotten when it is taken out", () => {
      const { make, state } = setUp();
      const arrangement = make();
      arrangement.setPasted("s", [newPasted(long)]);
      arrangement.setPasted("s", []);
      arrangement.flush();
      assert.ok(size(state()) < 100);
    });
  });

  for (const kept of [
    undefined,
    null,
    1,
    "x",
    {},
    { sessions: 1 },
    { sessions: [1, ["a"], ["b", null], ["c", { draft: 1, pasted: [1, { id: "x" }], place: {}, open: 2 }]] },
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
    const [before, now, after] = [Date.now(), clock.now(), Date.now()];
    assert.ok(now >= before - 3005 && now <= after - 3005);
  });
});
