import assert from "node:assert/strict";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { BooError } from "#core/errors.ts";
import { listCopy } from "#core/session/copies.ts";
import type { StoreRecord } from "#core/store-ports.ts";
import type { SessionEvent } from "#protocol/session.ts";
import { event, opened, partial, shape, span, summary, temporaryFolder } from "./world.ts";

describe("store", () => {
  /** Appends each batch, then reads the session in this process and in the next one. */
  const check = (
    name: string,
    batches: readonly (readonly StoreRecord[])[],
    expected: readonly (number | string)[],
  ) =>
    it(name, async () => {
      using folder = temporaryFolder();
      {
        await using store = opened(folder.path);
        for (const batch of batches) await store.append(batch);
        assert.deepEqual(shape(await store.events("a")), expected);
      }
      await using again = opened(folder.path);
      assert.deepEqual(shape(await again.events("a")), expected);
      assert.deepEqual(again.log.worries, []);
    });

  check("gives events back in order", [[event("a", 0), event("a", 1)], [event("a", 2)]], [0, 1, 2]);
  check("knows nothing of other sessions", [[event("b", 0)]], []);
  check(
    "ends with what a stream had said",
    [[event("a", 0), partial("a", "Hel"), partial("a", "lo")]],
    [0, "Hel", "lo"],
  );
  check(
    "drops it when the whole is there",
    [[event("a", 0), partial("a", "Hel")], [event("a", 1, "", true)]],
    [0, 1],
  );
  check(
    "keeps what was said after that",
    [
      [event("a", 0), partial("a", "old")],
      [event("a", 1, "", true), partial("a", "new")],
    ],
    [0, 1, "new"],
  );
  check(
    "keeps it over events that do not close it",
    [[event("a", 0), partial("a", "Hel"), event("a", 1)]],
    [0, 1, "Hel"],
  );
  check("takes nothing", [[]], []);

  it("keeps any text as it is", async () => {
    using folder = temporaryFolder();
    await using store = opened(folder.path);
    const title = `,"body":{}\n\r\u2028 "quoted" \\ 🜁 \u0000 ${"ß".repeat(300_000)}`;
    const whole: SessionEvent = { type: "title-change", at: 1.5, title };
    await store.append([{ kind: "event", session: `,"body":"`, n: 0, event: whole }]);
    assert.deepEqual(await store.events(`,"body":"`), [whole]);
  });

  it("lists sessions, newest first, of one folder or of all", async () => {
    using folder = temporaryFolder();
    await using store = opened(folder.path);
    const summaries = [summary("old", 1), summary("new", 3), summary("other", 2, "/elsewhere")];
    await store.append(summaries.map((entry) => ({ kind: "summary", summary: entry })));
    const ids = async (of?: string) => (await store.sessions(of)).map(({ summary: { id } }) => id);
    assert.deepEqual(await ids(), ["new", "other", "old"]);
    assert.deepEqual(await ids("/project"), ["new", "old"]);
    assert.deepEqual(await ids("/nowhere"), []);
    await store.append([{ kind: "summary", summary: { ...summary("old", 0), title: "changed" } }]);
    assert.deepEqual(
      (await store.sessions("/project"))[1]?.summary.title,
      "changed",
      "although the clock was set back",
    );
  });

  it("lists a session that has no summary yet", async () => {
    using folder = temporaryFolder();
    await using store = opened(folder.path);
    const choice = { provider: "p", model: "m", effort: "low" } as const;
    const start: SessionEvent = { type: "session-start", at: 7, id: "a", folder: "/project", choice };
    await store.append([{ kind: "event", session: "a", n: 0, event: start }]);
    const [stored] = await store.sessions("/project");
    const found = stored?.summary;
    assert.deepEqual([found?.id, found?.updatedAt, found?.state], ["a", 7, "interrupted"]);
  });

  it("gives spans in order of their end", async () => {
    using folder = temporaryFolder();
    await using store = opened(folder.path);
    const spans = [span("a", "late", 3), span("b", "other", 2), span("a", "early", 1)];
    await store.append(spans.map((entry) => ({ kind: "span", span: entry })));
    assert.deepEqual(
      (await store.spans("a", { limit: 10 })).spans.map(({ id }) => id),
      ["early", "late"],
    );
  });

  it("gives spans by page, from the newest back, also where many ended at once", async () => {
    using folder = temporaryFolder();
    await using store = opened(folder.path);
    const spans = Array.from({ length: 25 }, (_, at) => span("a", `s${at}`, 1_000.125 + Math.floor(at / 4)));
    await store.append(spans.map((entry) => ({ kind: "span", span: entry })));
    const ids: string[] = [];
    let before: string | undefined;
    do {
      const page = await store.spans("a", { limit: 7, ...(before !== undefined && { before }) });
      ids.unshift(...page.spans.map(({ id }) => id));
      before = page.before;
    } while (before !== undefined);
    assert.deepEqual(
      ids,
      spans.map(({ id }) => id),
    );
  });

  it("answers with thousands of events, in their order", async () => {
    using folder = temporaryFolder();
    await using store = opened(folder.path);
    const count = 5_000;
    await store.append(Array.from({ length: count }, (_, n) => event("a", n, "x".repeat(500))));
    assert.deepEqual(
      shape(await store.events("a")),
      Array.from({ length: count }, (_, n) => n),
    );
  });

  it("keeps the order of calls that nobody waited for", async () => {
    using folder = temporaryFolder();
    await using store = opened(folder.path);
    await Promise.all(Array.from({ length: 300 }, (_, n) => store.append([event("a", n)])));
    assert.deepEqual(
      shape(await store.events("a")),
      Array.from({ length: 300 }, (_, n) => n),
    );
  });

  it("shows in one window what another one has acknowledged", async () => {
    using folder = temporaryFolder();
    await using one = opened(folder.path);
    await using two = opened(folder.path);
    await one.append([event("a", 0)]);
    assert.deepEqual(shape(await two.events("a")), [0]);
    await one.append([event("a", 1), { kind: "summary", summary: summary("a", 1) }]);
    assert.deepEqual(shape(await two.events("a")), [0, 1]);
    assert.equal((await two.sessions())[0]?.summary.id, "a");
  });

  it("writes nothing and starts nothing before it is asked to", async () => {
    using folder = temporaryFolder();
    const store = opened(join(folder.path, "store"));
    assert.deepEqual(await store.sessions(), []);
    assert.deepEqual(await store.events("a"), []);
    await store.close();
    assert.deepEqual(readdirSync(folder.path), []);
  });

  it("refuses work after it was closed", async () => {
    using folder = temporaryFolder();
    const store = opened(folder.path);
    const late = store.append([event("a", 0)]);
    await store.close();
    await late;
    const isClosed = (error: unknown) => error instanceof BooError && error.code === "store-closed";
    await assert.rejects(store.append([event("a", 1)]), isClosed);
    await assert.rejects(store.events("a"), isClosed);
  });

  it("ends its index when nobody asks, and starts it again", async () => {
    using folder = temporaryFolder();
    await using store = opened(folder.path, { index: { idleMs: 1 } });
    for (let n = 0; n < 3; n++) {
      await store.append([event("a", n)]);
      assert.equal((await store.events("a")).length, n + 1);
      for (let blob = 0; blob < 5; blob++) await store.putBlob(`${n} ${blob}`);
    }
    assert.deepEqual(store.log.worries, []);
  });

  it("leaves a copy of its list when it was folded", async () => {
    using folder = temporaryFolder();
    {
      await using store = opened(folder.path, {
        journal: { segmentBytes: 1 },
        index: { checkpointBytes: 1 },
      });
      await store.append(["a", "b"].map((id, at) => ({ kind: "summary", summary: summary(id, at) })));
    }
    await using store = opened(folder.path);
    const copy = JSON.parse((await store.readCopy(listCopy)) ?? "[]") as readonly unknown[];
    assert.deepEqual(copy, await store.sessions());
    assert.equal(copy.length, 2);
  });

  it("is readable by its user only", async () => {
    using folder = temporaryFolder();
    await using store = opened(folder.path, { journal: { segmentBytes: 1 }, index: { checkpointBytes: 1 } });
    await store.append([event("a", 0)]);
    await store.putBlob("text");
    await store.close();
    for (const entry of readdirSync(folder.path, { recursive: true, withFileTypes: true })) {
      const mode = statSync(join(entry.parentPath, entry.name)).mode & 0o777;
      if (process.platform !== "win32") assert.equal(mode, entry.isDirectory() ? 0o700 : 0o600, entry.name);
    }
  });
});

describe("blobs", () => {
  const check = (name: string, text: string) =>
    it(name, async () => {
      using folder = temporaryFolder();
      await using store = opened(folder.path);
      const [hash, same] = await Promise.all([store.putBlob(text), store.putBlob(text)]);
      assert.equal(hash, same);
      assert.equal(await store.putBlob(text), hash);
      assert.equal(await store.readBlob(hash), text);
      assert.equal(readFileSync(join(folder.path, "blobs", hash.slice(0, 2), hash), "utf8"), text);
      assert.deepEqual(readdirSync(join(folder.path, "blobs", hash.slice(0, 2))), [hash]);
    });

  check("keep a text", "text");
  check("keep nothing", "");
  check("keep a large text in many scripts", "größer 大 🜁\n".repeat(100_000));

  it("are undefined when they are gone, damaged or no hash", async () => {
    using folder = temporaryFolder();
    await using store = opened(folder.path);
    assert.equal(await store.readBlob("0".repeat(64)), undefined);
    assert.equal(await store.readBlob("../../etc/passwd"), undefined);
  });
});
