import assert from "node:assert/strict";
import { existsSync, globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { open } from "node:fs/promises";
import { isDeepStrictEqual } from "node:util";
import type { StoreChange } from "#core/store-ports.ts";
import { isElsewhere } from "#core/workflow/run-list.ts";
import type { SessionEvent } from "#protocol/session.ts";
import type { SessionMarks } from "#protocol/sessions.ts";
import { JournalWriter } from "#node/store/journal-writer.ts";
import { recordJson } from "#node/store/record-line.ts";
import type { OpenFile } from "#node/store/segment-file.ts";
import { event, opened, partial, shape, summary, temporaryFolder, type OpenedStore } from "./world.ts";

/** What a store tells of other windows, in words, and a way to wait for it. */
class Heard {
  readonly lines: string[] = [];
  readonly #waiting = new Set<() => void>();

  constructor(store: OpenedStore) {
    store.follow((change) => {
      this.lines.push(wordsOf(change));
      for (const wake of this.#waiting) wake();
    });
  }

  async until(...expected: readonly string[]): Promise<void> {
    while (!isDeepStrictEqual(this.lines.slice(-expected.length), expected))
      await new Promise<void>((resolve) => this.#waiting.add(resolve));
    this.#waiting.clear();
  }
}

function wordsOf(change: StoreChange): string {
  switch (change.kind) {
    case "event":
      return `event ${change.session} ${change.n} epoch ${change.epoch}`;
    case "partial":
      return `partial ${change.session} after ${change.after}`;
    case "summary":
      return `summary ${change.summary.id} ${change.summary.title}`;
    case "gap":
      return "gap";
    default:
      return `${change.kind} ${change.session}`;
  }
}

const say = (
  session: string,
  n: number,
  text: string,
  turn = 1,
): Parameters<OpenedStore["append"]>[0][number] => {
  const message = { id: `m${n}`, text: { text } };
  const fact: SessionEvent = { type: "turn-start", at: n, turn: `t${turn}`, number: turn, message };
  return { kind: "event", session, n, event: fact };
};

describe("two windows on one store", () => {
  /** Two windows, of which the second listens. */
  const check = (
    name: string,
    run: (one: OpenedStore, two: OpenedStore, heard: Heard, folder: string) => Promise<void>,
  ) =>
    it(name, async () => {
      using folder = temporaryFolder();
      await using one = opened(folder.path);
      await using two = opened(folder.path);
      const heard = new Heard(two);
      await two.sessions();
      await run(one, two, heard, folder.path);
    });

  check("tell each other events, pieces and lines of the list", async (one, _two, heard) => {
    await one.append([event("a", 0), event("a", 1)]);
    await one.append([partial("a", "so far")]);
    await one.append([{ kind: "summary", summary: summary("a", 1) }]);
    await heard.until("event a 0 epoch 1", "event a 1 epoch 1", "partial a after 1", "summary a title of a");
  });

  check("tell nothing of what was there before, and nothing twice", async (one, two, heard) => {
    await one.append([event("a", 0)]);
    await heard.until("event a 0 epoch 1");
    await one.append([event("a", 1)]);
    await heard.until("event a 1 epoch 1");
    await two.append([event("b", 0)]);
    assert.equal(heard.lines.length, 2);
  });

  check("run a session in one of them at a time", async (one, two) => {
    await one.append([event("a", 0)]);
    await one.acquire("a");
    assert.deepEqual([one.owner("a"), two.owner("a")], ["here", "none"]);
    await assert.rejects(two.acquire("a"), { code: "session-busy" });
    assert.equal(two.owner("a"), "elsewhere");
    await one.release("a");
    await two.acquire("a");
    assert.equal(two.owner("a"), "here");
    await assert.rejects(one.acquire("a"), { code: "session-busy" });
  });

  check("write under a new epoch when a session passes between them", async (one, two, heard) => {
    await one.append([event("a", 0)]);
    await one.acquire("a");
    await one.append([event("a", 1)]);
    await one.release("a");
    await two.acquire("a");
    await two.append([event("a", 2)]);
    await two.release("a");
    assert.equal(await one.acquire("a"), 3);
    await one.append([event("a", 3)]);
    await heard.until("event a 3 epoch 3");
    assert.equal((await two.events("a")).length, 4);
  });

  check("keep aside what the one still writes that was taken for gone", async (one, two, heard, folder) => {
    await one.append([event("a", 0), event("a", 1)]);
    await one.acquire("a");
    await one.append([event("a", 2, "before")]);
    const lost = new Heard(one);
    // On another machine, which took this window for gone.
    const there = new JournalWriter({
      directory: folder,
      ...{ onSealed: () => {}, mustShow: () => false, onProblem: () => {} },
    });
    await there.append([event("a", 3, "there")].map((record) => recordJson(record, { epoch: 9, last: 2 })));
    await lost.until("lost a", "event a 3 epoch 9");
    await one.append([event("a", 3, "here"), event("a", 4, "here, too")]);
    await heard.until("event a 3 epoch 1", "event a 4 epoch 1");
    for (const store of [one, two]) {
      const titles = (await store.events("a")).map((fact) =>
        fact.type === "title-change" ? fact.title : "",
      );
      assert.deepEqual(titles, ["", "", "before", "there"]);
      assert.deepEqual(
        (await store.strays("a")).map(({ n, epoch }) => [n, epoch]),
        [
          [3, 1],
          [4, 1],
        ],
      );
    }
    await there.close();
    await one.acquire("a");
    await one.append([event("a", 4)]);
    await heard.until("event a 4 epoch 10");
  });

  check("know who runs a session when all that its window wrote was folded", async (one, two, _, folder) => {
    await one.append([event("a", 0), { kind: "summary", summary: summary("a", 1) }]);
    await one.acquire("a");
    const heard = new Heard(one);
    await two.append([event("b", 0), { kind: "purge", session: "b", at: 1 }]);
    await heard.until("purge b");
    await two.clean();
    await assert.rejects(two.acquire("a"), { code: "session-busy" });
    await using three = opened(folder);
    await three.sessions();
    assert.equal(three.owner("a"), "elsewhere");
    await one.release("a");
    await three.acquire("a");
  });

  for (const isFolded of [false, true])
    it(`know who runs what has no events, such as a workflow's run${isFolded ? ", once that was folded" : ""}`, async () => {
      using folder = temporaryFolder();
      await using one = opened(folder.path);
      await one.append([event("a", 0), { kind: "summary", summary: summary("a", 1) }]);
      await one.acquire("run");
      if (isFolded) await one.clean();
      await using two = opened(folder.path);
      await two.sessions();
      const isOpen = () => isElsewhere(two, "run");
      assert.equal(await isOpen(), true);
      await assert.rejects(two.acquire("run"), { code: "session-busy" });
      await one.release("run");
      await two.acquire("run");
      assert.equal(await isOpen(), false);
      assert.equal(two.owner("run"), "here");
    });

  it("know who runs a session when its window's segments were full, and folded", async () => {
    using folder = temporaryFolder();
    await using one = opened(folder.path, { journal: { segmentBytes: 1 } });
    await one.append([event("a", 0)]);
    await one.acquire("a");
    await using two = opened(folder.path);
    await two.clean();
    await two.events("a");
    assert.equal(two.owner("a"), "elsewhere");
    await assert.rejects(two.acquire("a"), { code: "session-busy" });
  });

  it("miss nothing of what fills a segment while they look", async () => {
    using folder = temporaryFolder();
    const [reached, gate] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const openFile: OpenFile = async (path, flags, mode) => {
      const handle = await open(path, flags, mode);
      const write = handle.write.bind(handle) as (...given: unknown[]) => Promise<unknown>;
      return Object.assign(handle, {
        write: async (data: Buffer, ...more: unknown[]) => {
          if (data.length > 20_000) {
            reached.resolve();
            await gate.promise;
          }
          return write(data, ...more);
        },
      });
    };
    await using one = opened(folder.path, { journal: { openFile, segmentBytes: 20_000 } });
    await using two = opened(folder.path);
    const heard = new Heard(two);
    await two.sessions();
    await one.acquire("a");
    await one.append([event("a", 0)]);
    const filling = one.append([event("a", 1, "x".repeat(21_000))]);
    await reached.promise;
    assert.deepEqual(shape(await two.events("a")), [0]);
    gate.resolve();
    await filling;
    await one.append([event("a", 2)]);
    await heard.until("event a 0 epoch 1", "event a 1 epoch 1", "event a 2 epoch 1");
    assert.deepEqual(shape(await two.events("a")), [0, 1, 2]);
    await two.clean();
    await using three = opened(folder.path);
    assert.deepEqual(shape(await three.events("a")), [0, 1, 2]);
  });

  it("lose nothing while one writes, and the other reads and folds all the time", async () => {
    using folder = temporaryFolder();
    await using one = opened(folder.path, { journal: { segmentBytes: 5_000 } });
    await using two = opened(folder.path, { index: { checkpointBytes: 20_000 } });
    await one.acquire("a");
    const count = 600;
    let isWritten = false;
    const writing = (async () => {
      for (let n = 0; n < count; n++) await one.append([event("a", n, "x".repeat(300))]);
      isWritten = true;
    })();
    while (!isWritten) await two.events("a");
    await writing;
    const all = Array.from({ length: count }, (_, n) => n);
    assert.deepEqual(shape(await two.events("a")), all);
    await two.clean();
    await using three = opened(folder.path);
    assert.deepEqual(shape(await three.events("a")), all);
  });

  check("hold the newest decision, also where a clock was set back", async (one, two) => {
    const now = 1_800_000_000_000;
    await one.append([event("a", 0), { kind: "summary", summary: summary("a", 5) }]);
    await one.append([{ kind: "marks", session: "a", at: now, marks: { trashedAt: now } }]);
    const marks = async (store: OpenedStore) => (await store.sessions())[0]?.marks;
    assert.deepEqual(await marks(two), { trashedAt: now });
    const back: SessionMarks = { trashedAt: null };
    await two.append([{ kind: "marks", session: "a", at: now - 3_600_000, marks: back }]);
    for (const store of [one, two]) assert.deepEqual(await marks(store), back);
  });

  check("never both get a session that they ask for at once", async (one, two) => {
    await one.append([event("a", 0)]);
    for (let round = 0; round < 20; round++) {
      const asked = await Promise.allSettled([one.acquire("a"), two.acquire("a")]);
      const got = asked.filter(({ status }) => status === "fulfilled").length;
      assert.equal(got, 1, `round ${round}`);
      await Promise.all([one.release("a"), two.release("a")]);
    }
  });

  check("find the same words", async (one, two) => {
    await one.append([
      say("a", 0, "How high is the Tide today?"),
      { kind: "summary", summary: summary("a", 5) },
      say("b", 0, "tide and 100% moon", 1),
      { kind: "summary", summary: summary("b", 6) },
    ]);
    const found = async (...words: readonly string[]) =>
      (await two.hits(words, (await two.search(words)).toSorted(), 2)).map(
        ({ session, turn }) => `${session}${turn}`,
      );
    assert.deepEqual(await found("tide"), ["a1", "b1"]);
    assert.deepEqual(await two.hits(["tide"], ["b", "none"], 0), []);
    assert.deepEqual(await found("tide", "high"), ["a1"]);
    assert.deepEqual(await found("100%"), ["b1"]);
    assert.deepEqual(await found("0_"), []);
    assert.deepEqual(await found(...Array.from({ length: 3_000 }, (_, at) => `tide${at}`)), []);
    assert.deepEqual(await found(), []);
  });

  check("find words anywhere in a long message", async (one, two) => {
    const long = `${"Sand and stones. ".repeat(3_000)}A flibbertigibbet sat there. ${"Sand. ".repeat(3_000)}`;
    const blob = await one.putBlob(long);
    const text = { blob, bytes: long.length, preview: long.slice(0, 2_000) };
    const fact: SessionEvent = {
      type: "turn-start",
      at: 1,
      turn: "t",
      number: 1,
      message: { id: "m", text },
    };
    await one.append([
      { kind: "event", session: "a", n: 0, event: fact },
      { kind: "summary", summary: summary("a", 5) },
    ]);
    assert.deepEqual(await two.search(["flibbertigibbet", "stones"]), ["a"]);
    const [hit] = await two.hits(["flibbertigibbet"], ["a"], 3);
    assert.match(hit?.text ?? "", /stones\. A flibbertigibbet sat/);
    assert.ok((hit?.text.length ?? 0) < 20_000);
  });

  check("keep the newest mark of either", async (one, two) => {
    await one.append([{ kind: "summary", summary: summary("a", 1) }]);
    await two.append([{ kind: "marks", session: "a", at: 20, marks: { title: "later", isPinned: true } }]);
    await one.append([{ kind: "marks", session: "a", at: 10, marks: { title: "earlier", archivedAt: 10 } }]);
    const [stored] = await one.sessions();
    assert.deepEqual(stored?.marks, { title: "later", isPinned: true, archivedAt: 10 });
  });

  check("forget a purged session altogether, texts and all", async (one, two, heard, folder) => {
    const secret = "the words that must go";
    const blob = await one.putBlob(secret.repeat(2_000));
    const shared = await one.putBlob("what another session also names");
    const naming = (session: string, n: number, blob: string) => {
      const output = { blob, bytes: 1, preview: "" };
      const fact: SessionEvent = { type: "tool-end", at: n, turn: "t", call: "c", outcome: "ok", output };
      return { kind: "event", session, n, event: fact } as const;
    };
    await one.append([naming("a", 0, blob), naming("a", 1, shared), naming("b", 0, shared)]);
    await one.append([event("a", 2, secret), { kind: "summary", summary: summary("b", 1) }]);
    await one.append([{ kind: "purge", session: "a", at: 5 }]);
    await heard.until("purge a");
    await one.clean();
    assert.deepEqual(await two.events("a"), []);
    assert.equal((await two.events("b")).length, 1);
    assert.ok((await two.readBlob(blob)) === undefined);
    assert.equal(await two.readBlob(shared), "what another session also names");
    for (const file of globSync(join(folder, "**/*"), { withFileTypes: true })) {
      if (!file.isFile()) continue;
      assert.ok(
        !readFileSync(join(file.parentPath, file.name)).includes(secret),
        `${file.name} still holds it`,
      );
    }
    assert.ok(existsSync(join(folder, "boocode.sqlite")));
  });
});
