import assert from "node:assert/strict";
import type { Store, StoreRecord } from "#core/store-ports.ts";
import type { PermissionEntry } from "#protocol/permissions.ts";
import { event, opened, temporaryFolder } from "./world.ts";

/** Event number `n` of a session: a decision at a time. */
function decision(session: string, n: number, at: number, reason = ""): StoreRecord {
  const entry: PermissionEntry = {
    ...{ id: `${session}-${n}`, at, session, agent: "BooCode", operation: "read", target: "/etc/hosts" },
    ...{ verdict: "allowed", by: "user", reason },
  };
  return { kind: "event", session, n, event: { type: "permission-decided", at, entry } };
}

/** The times of a page, and how many decisions there are. */
async function page(store: Store, offset: number, limit: number, session?: string) {
  const { events, total } = await store.decisions({ offset, limit, ...(session && { session }) });
  return [events.map((one) => (one.type === "permission-decided" ? one.entry.at : one.type)), total];
}

describe("decisions about permissions in the store", () => {
  it("are none at first, and where there are only other events", async () => {
    using folder = temporaryFolder();
    await using store = opened(folder.path);
    assert.deepEqual(await page(store, 0, 9), [[], 0]);
    await store.append([event("a", 0)]);
    assert.deepEqual(await page(store, 0, 9), [[], 0]);
  });

  it("come by page, newest first, of all sessions or one, in whatever order they were written", async () => {
    using folder = temporaryFolder();
    for (const _time of ["at once", "in the next window", "from the image"]) {
      await using store = opened(folder.path);
      if ((await page(store, 0, 1))[1] === 0) {
        await store.append([event("a", 0), decision("a", 1, 10), decision("a", 2, 30), event("a", 3)]);
        await store.append([
          decision("b", 0, 40),
          decision("b", 1, 20),
          decision("a", 4, 50, "x".repeat(5_000)),
        ]);
      }
      assert.deepEqual(await page(store, 0, 2), [[50, 40], 5]);
      assert.deepEqual(await page(store, 2, 2), [[30, 20], 5]);
      assert.deepEqual(await page(store, 4, 2), [[10], 5]);
      assert.deepEqual(await page(store, 9, 2), [[], 5]);
      assert.deepEqual(await page(store, 0, 2, "a"), [[50, 30], 3]);
      assert.deepEqual(await page(store, 0, 9, "b"), [[40, 20], 2]);
      assert.deepEqual(await page(store, 0, 9, "c"), [[], 0]);
      await store.clean();
    }
  });

  it("are told in their order, whichever window wrote them", async () => {
    using folder = temporaryFolder();
    await using one = opened(folder.path);
    await using other = opened(folder.path);
    for (let n = 0; n < 6; n++)
      await (n % 2 === 0 ? one : other).append([decision(n % 2 === 0 ? "a" : "b", n >> 1, n)]);
    assert.deepEqual(await page(one, 0, 4), [[5, 4, 3, 2], 6]);
    assert.deepEqual(await page(other, 4, 4), [[1, 0], 6]);
  });

  it("go with their session", async () => {
    using folder = temporaryFolder();
    await using store = opened(folder.path);
    await store.append([decision("a", 0, 1), decision("b", 0, 2), { kind: "purge", session: "a", at: 3 }]);
    assert.deepEqual(await page(store, 0, 9), [[2], 1]);
  });
});
