import assert from "node:assert/strict";
import type { FoundSessions, SessionQuery } from "../../../src/protocol/sessions.ts";
import { SessionFinder, usualFilters } from "../../../webview/sessions/finder.ts";
import { readKept } from "../../../webview/sessions/kept.ts";

/** A finder whose host and clock are the test's. */
function setUp(count: number) {
  const asked: SessionQuery[] = [];
  const aborted: string[] = [];
  const timers: (() => void)[] = [];
  let isHeld = false;
  const held: (() => void)[] = [];
  const finder = new SessionFinder(
    {
      async ask(query, signal) {
        asked.push(query);
        if (isHeld) {
          await new Promise<void>((go, stop) => {
            held.push(go);
            signal.addEventListener("abort", () => {
              aborted.push(query.text);
              stop(signal.reason);
            });
          });
        }
        if (query.text === "fail") throw new Error("The store is closed.");
        return page(query, count);
      },
      wait(callback) {
        timers.push(callback);
        return () => void timers.splice(timers.indexOf(callback), 1);
      },
      now: () => 1_000_000,
    },
    usualFilters,
  );
  return {
    ...{ finder, asked, aborted },
    hold: (value: boolean) => (isHeld = value),
    release: () => held.splice(0).forEach((go) => go()),
    tick: () => timers.splice(0).forEach((callback) => callback()),
    /** Lets everything go on that waits for nothing outside. */
    settle: () => new Promise<void>((done) => setImmediate(done)),
    ids: () => finder.findings.value?.found.map(({ entry }) => entry.id) ?? [],
  };
}

function page({ offset, limit }: SessionQuery, count: number): FoundSessions {
  const ids = Array.from({ length: count }, (_, index) => `s${index}`).slice(offset, offset + limit);
  return { found: ids.map((id) => ({ entry: { id } as never, hits: [] })), total: count, hidden: 3 };
}

describe("the finder of sessions", () => {
  it("asks for a page, and for the next one when it is wanted", async () => {
    const { finder, asked, ids, settle } = setUp(250);
    finder.change({});
    await settle();
    assert.deepEqual([ids().length, finder.hasMore.value, finder.findings.value?.hidden], [100, true, 3]);
    await finder.more();
    await finder.more();
    await finder.more();
    assert.deepEqual([ids().length, finder.hasMore.value], [250, false]);
    assert.deepEqual(
      asked.map(({ offset }) => offset),
      [0, 100, 200],
    );
  });

  it("asks again for all that is at hand, in the largest pages", async () => {
    const { finder, asked, ids, settle } = setUp(450);
    finder.change({});
    await settle();
    while (finder.hasMore.value) await finder.more();
    asked.length = 0;
    await finder.again();
    assert.deepEqual(
      asked.map(({ offset, limit }) => [offset, limit]),
      [
        [0, 200],
        [200, 200],
        [400, 100],
      ],
    );
    assert.equal(ids().length, 450);
  });

  it("looks for words once typing rests, and takes back what nobody waits for", async () => {
    const { finder, asked, aborted, settle, tick, hold, release } = setUp(1);
    for (const text of ["t", "ti", "tid", "tide"]) finder.change({ text });
    assert.equal(asked.length, 0);
    hold(true);
    tick();
    await settle();
    finder.change({ text: "tides" });
    finder.change({ text: "tides " });
    tick();
    await settle();
    release();
    await settle();
    assert.deepEqual(
      asked.map(({ text }) => text),
      ["tide", "tides"],
    );
    assert.deepEqual(aborted, ["tide"]);
    assert.equal(finder.findings.value?.filters.text, "tides ");
    assert.equal(finder.isBusy.value, false);
  });

  it("looks for what was pasted at once", async () => {
    const { finder, asked, settle } = setUp(1);
    finder.change({ text: "tide table" });
    await settle();
    assert.deepEqual(
      asked.map(({ text }) => text),
      ["tide table"],
    );
  });

  it("asks again when sessions change, once for many changes, also for those that come meanwhile", async () => {
    const { finder, asked, settle, tick, hold, release } = setUp(1);
    finder.change({});
    await settle();
    for (let index = 0; index < 10; index++) finder.noteChange();
    hold(true);
    tick();
    await settle();
    assert.equal(asked.length, 2);
    finder.noteChange();
    tick();
    await settle();
    assert.equal(asked.length, 2);
    hold(false);
    release();
    await settle();
    tick();
    await settle();
    assert.equal(asked.length, 3);
    tick();
    await settle();
    assert.equal(asked.length, 3);
  });

  it("says what is wrong, and is well again", async () => {
    const { finder, settle, tick } = setUp(1);
    finder.change({ text: "fail" });
    tick();
    await settle();
    assert.deepEqual([finder.problem.value, finder.findings.value], ["The store is closed.", undefined]);
    finder.change({ text: "" });
    await settle();
    assert.deepEqual([finder.problem.value, finder.findings.value?.total], ["", 1]);
  });

  it("asks as the filters say, and past all of them", async () => {
    const { finder, asked, settle } = setUp(1);
    finder.change({ scope: "all", show: "trash", period: { kind: "range", from: "", to: "1970-01-01" } });
    await settle();
    finder.showHidden();
    await settle();
    const [first, second] = asked.map(({ scope, show, from, to }) => [scope, show, from, to]);
    assert.deepEqual(first?.slice(0, 3), ["all", "trash", undefined]);
    assert.equal(first?.[3], new Date("1970-01-01T23:59:59.999").getTime());
    assert.deepEqual(second, ["all", "all", undefined, undefined]);
  });
});

describe("what the list of sessions keeps", () => {
  const kept = {
    filters: {
      text: "tide",
      scope: "all",
      show: "trash",
      period: { kind: "range", from: "2025-01-01", to: "" },
    },
    closed: ["a"],
    timeline: "b",
  };
  it("is there again", () => assert.deepEqual(readKept(structuredClone(kept)), kept));
  for (const strange of [
    undefined,
    null,
    1,
    {},
    { filters: 1, closed: 2, timeline: 3 },
    { filters: { period: 1 }, closed: [1] },
  ])
    it(`begins anew with ${JSON.stringify(strange)}`, () =>
      assert.deepEqual(readKept(strange), { filters: usualFilters, closed: [] }));
});
