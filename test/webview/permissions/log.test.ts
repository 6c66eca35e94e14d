import assert from "node:assert/strict";
import type { PermissionEntry } from "../../../src/protocol/permissions.ts";
import { readKept } from "../../../webview/permissions/kept.ts";
import { PermissionLog, usualFilters, type LogFilters } from "../../../webview/permissions/log.ts";

const entry = (id: string, change: Partial<PermissionEntry> = {}): PermissionEntry => ({
  ...{ id, at: 0, session: "s", agent: "BooCode", operation: "execute", target: `run ${id}` },
  ...{ verdict: "allowed", by: "policy", reason: "" },
  ...change,
});

/** A log over a host with so many entries, and what it asked. */
function world(count: number, filters: LogFilters = usualFilters) {
  const entries = Array.from({ length: count }, (_, index) =>
    entry(`e${index}`, index % 10 === 0 ? { verdict: "denied" } : {}),
  );
  const asked: unknown[] = [];
  const timers: (() => void)[] = [];
  const failures: Error[] = [];
  const log = new PermissionLog(
    {
      ask: async (query, signal) => {
        asked.push(query);
        const failure = failures.shift();
        if (failure !== undefined) throw failure;
        await Promise.resolve();
        signal.throwIfAborted();
        const found = entries.filter(({ target }) => target.includes(query.text));
        return { entries: found.slice(query.offset, query.offset + query.limit), total: found.length };
      },
      wait: (callback) => {
        timers.push(callback);
        return () => void timers.splice(timers.indexOf(callback), 1);
      },
    },
    filters,
  );
  const ids = () => log.entries.value?.map(({ id }) => id);
  return { log, entries, asked, timers, failures, ids };
}

describe("the permission log as a view reads it", () => {
  it("is unknown at first, then read by pages", async () => {
    const { log, asked, ids } = world(150);
    assert.equal(ids(), undefined);
    await log.again();
    assert.deepEqual([ids()?.length, log.total.value, log.hasMore.value], [100, 150, true]);
    await log.more();
    assert.deepEqual([ids()?.length, log.hasMore.value], [150, false]);
    await log.more();
    assert.deepEqual(asked, [
      { text: "", offset: 0, limit: 100 },
      { text: "", offset: 100, limit: 100 },
    ]);
  });
  it("shows each entry once, though new ones push others on to the next page", async () => {
    const { log, entries, ids } = world(150);
    await log.again();
    entries.unshift(entry("new"));
    log.add(entry("new"));
    log.add(entry("new"));
    await log.more();
    assert.equal(ids()?.length, 151);
    assert.equal(new Set(ids()).size, 151);
    assert.equal(log.total.value, 151);
  });
  it("ends where a page brings nothing new", async () => {
    const { log, entries } = world(150);
    await log.again();
    entries.length = 100;
    await log.more();
    assert.equal(log.hasMore.value, false);
  });
  it("sifts by verdict without asking", async () => {
    const { log, asked, ids } = world(50);
    await log.again();
    log.change({ verdict: "denied" });
    assert.deepEqual(ids(), ["e0", "e10", "e20", "e30", "e40"]);
    assert.equal(asked.length, 1);
  });
  it("looks for words once typing rests, and at once for none", async () => {
    const { log, asked, timers, ids } = world(50);
    log.change({ text: "e" });
    log.change({ text: "e4" });
    assert.deepEqual([asked.length, timers.length], [0, 1]);
    timers.shift()?.();
    await Promise.resolve();
    await new Promise(setImmediate);
    assert.equal(ids()?.length, 11);
    log.change({ text: "" });
    await new Promise(setImmediate);
    assert.equal(ids()?.length, 50);
  });
  it("counts the last question alone", async () => {
    const { log, ids } = world(50);
    const first = log.again();
    log.change({ scope: "session" });
    await first;
    await new Promise(setImmediate);
    assert.equal(ids()?.length, 50);
    assert.equal(log.problem.value, "");
    assert.equal(log.isBusy.value, false);
  });
  it("asks for the session that is shown where only that counts", async () => {
    const { log, asked } = world(1, { ...usualFilters, scope: "session" });
    log.showSession("a");
    log.showSession("a");
    log.showSession("b");
    await new Promise(setImmediate);
    assert.deepEqual(asked, [
      { text: "", offset: 0, limit: 100, session: "a" },
      { text: "", offset: 0, limit: 100, session: "b" },
    ]);
  });
  it("takes what is decided meanwhile where it fits", async () => {
    const { log, ids } = world(0);
    log.add(entry("early"));
    await log.again();
    log.showSession("s");
    log.add(entry("a", { target: "npm test", word: "Not NOW" }));
    log.change({ scope: "session" });
    await new Promise(setImmediate);
    log.add(entry("b", { session: "other" }));
    log.add(entry("c"));
    assert.deepEqual(ids(), ["c"]);
  });
  it("says why it could not be read, and keeps what it has", async () => {
    const { log, failures, ids } = world(150);
    await log.again();
    failures.push(new Error("The store is closed."));
    await log.more();
    assert.deepEqual([log.problem.value, ids()?.length], ["The store is closed.", 100]);
    await log.more();
    assert.deepEqual([log.problem.value, ids()?.length], ["", 150]);
  });
});

describe("the filters that the editor kept", () => {
  const check = (name: string, state: unknown, expected: LogFilters) =>
    it(name, () => assert.deepEqual(readKept(state), expected));
  check("are the usual ones at first", undefined, usualFilters);
  check("are the usual ones where nothing fits", { filters: 1 }, usualFilters);
  check(
    "are what they were",
    { filters: { text: "a", verdict: "denied", scope: "session" } },
    {
      text: "a",
      verdict: "denied",
      scope: "session",
    },
  );
  check(
    "are the usual ones for what is unknown",
    { filters: { text: 1, verdict: "x", scope: "y" } },
    usualFilters,
  );
});
