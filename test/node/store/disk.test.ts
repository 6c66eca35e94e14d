import assert from "node:assert/strict";
import { globSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { open, type FileHandle } from "node:fs/promises";
import { join } from "node:path";
import { BooError } from "#core/errors.ts";
import type { OpenFile } from "#node/store/segment-file.ts";
import { event, opened, partial, shape, temporaryFolder, type OpenedStore } from "./world.ts";

/** A disk that fails as it is told: `write` and `sync` are error codes, `open` too; `room` bytes go in before "write" fails. */
class Disk {
  open: string | undefined;
  write: string | undefined;
  sync: string | undefined;
  truncate: string | undefined;
  room = 0;

  readonly openFile: OpenFile = async (path, flags, mode) => {
    this.#fail(this.open);
    const handle = await open(path, flags, mode);
    return new Proxy(handle, {
      get: (target, name) => {
        if (name === "write") return this.#write.bind(this, target);
        if (name === "datasync") return () => this.#before(this.sync, () => target.datasync());
        if (name === "truncate")
          return (size: number) => this.#before(this.truncate, () => target.truncate(size));
        const value: unknown = Reflect.get(target, name, target);
        return typeof value === "function" ? value.bind(target) : value;
      },
    });
  };

  async #write(
    handle: FileHandle,
    data: Buffer,
    offset: number,
    length: number,
    position: number,
  ): Promise<object> {
    if (this.write === undefined) return handle.write(data, offset, length, position);
    const fits = Math.min(length, this.room);
    if (fits === 0) this.#fail(this.write);
    this.room -= fits;
    return handle.write(data, offset, fits, position);
  }

  async #before<T>(code: string | undefined, then: () => Promise<T>): Promise<T> {
    this.#fail(code);
    return then();
  }

  #fail(code: string | undefined): void {
    if (code !== undefined) throw Object.assign(new Error(`${code}: the test says so`), { code });
  }
}

const isUnwritable = (error: unknown) => error instanceof BooError && error.code === "store-unwritable";

/** The problems that a store tells, and a way to wait for the next one. */
function watch(store: OpenedStore): {
  readonly told: (string | undefined)[];
  next(): Promise<string | undefined>;
} {
  const told: (string | undefined)[] = [];
  let wake: ((problem: string | undefined) => void) | undefined;
  store.onProblem((problem) => {
    told.push(problem?.message);
    wake?.(problem?.message);
  });
  return { told, next: () => new Promise((resolve) => (wake = resolve)) };
}

describe("a disk", () => {
  it("is written once with what was appended in one go, also by those who wait for each other", async () => {
    using folder = temporaryFolder();
    let writes = 0;
    const openFile: OpenFile = async (path, flags, mode) => {
      const handle = await open(path, flags, mode);
      const write = handle.write.bind(handle) as (...given: unknown[]) => unknown;
      return Object.assign(handle, {
        write: (...given: unknown[]) => {
          writes += 1;
          return write(...given);
        },
      });
    };
    await using store = opened(folder.path, { journal: { openFile } });
    await store.append([event("a", 0)]);
    writes = 0;
    const appends: Promise<void>[] = [];
    for (let n = 1; n <= 20; n++) {
      appends.push(store.append([event("a", n)]));
      await Promise.resolve().then(() => {});
    }
    await Promise.all(appends);
    assert.equal(writes, 1);
    await store.append([event("a", 21)]);
    assert.equal(writes, 2);
  });
});

describe("a disk that fails", () => {
  /** Breaks the disk after one event, appends more, mends it: nothing is acknowledged meanwhile, all is there afterwards, once. */
  const check = (
    name: string,
    failure: Partial<Pick<Disk, "open" | "write" | "sync" | "truncate" | "room">>,
    sentence: RegExp,
  ) =>
    it(name, async () => {
      using folder = temporaryFolder();
      const disk = new Disk();
      // A segment that is full after each batch makes the store open files while the disk fails.
      const segmentBytes = failure.open === undefined ? 1_000_000 : 1;
      await using store = opened(folder.path, {
        journal: { openFile: disk.openFile, segmentBytes, retryMs: 1 },
      });
      const problems = watch(store);
      await store.append([event("a", 0)]);
      Object.assign(disk, failure);
      await assert.rejects(store.append([event("a", 1), partial("a", "said")]), isUnwritable);
      await assert.rejects(store.append([event("a", 2, "x".repeat(5_000))]), isUnwritable);
      assert.match(problems.told.join(), sentence);
      assert.equal(problems.told.length, 1, "one sentence, not one per try");
      const mended = problems.next();
      Object.assign(disk, new Disk());
      assert.equal(await mended, undefined);
      await store.append([event("a", 3)]);
      assert.deepEqual(shape(await store.events("a")), [0, 1, 2, 3, "said"]);
      await store.close();
      await using again = opened(folder.path);
      assert.deepEqual(shape(await again.events("a")), [0, 1, 2, 3, "said"]);
      assert.deepEqual(again.log.worries, [], "nothing half-written is left");
    });

  check("because it is full", { write: "ENOSPC" }, /no space left .* free some space.* saves everything/);
  check("because it is full in the middle of a record", { write: "ENOSPC", room: 100 }, /no space left/);
  check("because a quota is used up", { write: "EDQUOT" }, /no space left/);
  check("with an error of the device", { write: "EIO" }, /reports an error/);
  check("when it syncs, so that nobody knows what is on it", { sync: "EIO" }, /reports an error/);
  check("when a new file is made, because it is read-only", { open: "EROFS" }, /read-only/);
  check("when a new file is made, because it may not be written", { open: "EACCES" }, /read-only/);
  check("because it is gone", { write: "ENODEV", truncate: "ENODEV" }, /is gone/);

  it("in the middle of a record, and can not even take that back, hides the half record", async () => {
    using folder = temporaryFolder();
    const disk = new Disk();
    await using store = opened(folder.path, { journal: { openFile: disk.openFile, retryMs: 1 } });
    const problems = watch(store);
    await store.append([event("a", 0)]);
    Object.assign(disk, { write: "EIO", room: 50, truncate: "EIO" });
    await assert.rejects(store.append([event("a", 1)]), isUnwritable);
    const mended = problems.next();
    Object.assign(disk, new Disk());
    await mended;
    assert.deepEqual(shape(await store.events("a")), [0, 1]);
    assert.equal(globSync(join(folder.path, "journal/broken/*")).length, 1);
  });

  it("refuses what does not fit into memory any more, and says so", async () => {
    using folder = temporaryFolder();
    const disk = new Disk();
    await using store = opened(folder.path, { journal: { openFile: disk.openFile } });
    disk.open = "ENOSPC";
    const half = event("a", 0, "x".repeat(17 << 20));
    await assert.rejects(store.append([half]), /free some space/);
    await assert.rejects(store.append([half]), /More than 32 MB .* is lost/);
  });

  it("takes one piece of more than that, too", async () => {
    using folder = temporaryFolder();
    await using store = opened(folder.path);
    await store.append([event("a", 0, "x".repeat(33 << 20))]);
    await store.append([event("a", 1)]);
    assert.deepEqual(shape(await store.events("a")), [0, 1]);
  });

  const much = "x".repeat(17 << 20);
  /** On a disk that became full after two sessions began, with so much of session a waiting that nothing large fits any more. */
  const whenFull = (
    name: string,
    then: (store: OpenedStore, disk: Disk, problems: ReturnType<typeof watch>) => Promise<void>,
  ) =>
    it(name, async () => {
      using folder = temporaryFolder();
      const disk = new Disk();
      await using store = opened(folder.path, { journal: { openFile: disk.openFile, retryMs: 1 } });
      const problems = watch(store);
      await store.append([event("a", 0), event("b", 0)]);
      disk.write = "ENOSPC";
      await assert.rejects(store.append([event("a", 1, much)]), isUnwritable);
      await then(store, disk, problems);
    });

  whenFull("never acknowledges what follows something that was lost", async (store, disk, problems) => {
    await assert.rejects(store.append([event("a", 2, much)]), { code: "store-lost" });
    const mended = problems.next();
    Object.assign(disk, new Disk());
    assert.match((await mended) ?? "", /can be written again, but the end of a session was lost/);
    await assert.rejects(store.append([event("a", 3)]), { code: "store-lost" });
    await store.append([event("b", 1)]);
    assert.deepEqual(shape(await store.events("a")), [0, 1]);
    assert.deepEqual(shape(await store.events("b")), [0, 1]);
    assert.ok(!store.log.lines.some((line) => line.includes("nothing was lost")));
  });

  whenFull("loses no session with a note about it, and tells the worst", async (store, disk, problems) => {
    const marks = { title: much };
    await assert.rejects(store.append([{ kind: "marks", session: "b", at: 1, marks }]), {
      code: "store-lost",
    });
    await assert.rejects(store.append([event("b", 1)]), isUnwritable);
    await assert.rejects(store.append([event("a", 2, much)]), { code: "store-lost" });
    disk.write = "EACCES";
    await assert.rejects(store.append([event("b", 2)]), isUnwritable);
    assert.match(problems.told.at(-1) ?? "", /What is done in this session until then is lost/);
    const mended = problems.next();
    Object.assign(disk, new Disk());
    assert.match((await mended) ?? "", /the end of a session was lost/);
    assert.deepEqual(shape(await store.events("b")), [0, 1, 2]);
    await store.append([{ kind: "purge", session: "a", at: 5 }]);
    assert.deepEqual(await store.events("a"), []);
  });

  it("fails close() if something could not be saved", async () => {
    using folder = temporaryFolder();
    const disk = new Disk();
    const store = opened(folder.path, { journal: { openFile: disk.openFile } });
    disk.open = "EROFS";
    await assert.rejects(store.append([event("a", 0)]), isUnwritable);
    await assert.rejects(store.close(), isUnwritable);
  });

  it("is told to who listens later, too", async () => {
    using folder = temporaryFolder();
    writeFileSync(join(folder.path, "file"), "");
    await using store = opened(join(folder.path, "file", "store"));
    await assert.rejects(store.append([event("a", 0)]), isUnwritable);
    assert.match(watch(store).told.join(), /is not a folder/);
    await assert.rejects(store.putBlob("text"), isUnwritable);
    assert.equal(await store.readBlob("0".repeat(64)), undefined);
    assert.deepEqual(await store.sessions(), []);
  });

  it("because somebody deleted its folder goes on in a new one", async () => {
    using folder = temporaryFolder();
    const directory = join(folder.path, "store");
    await using store = opened(directory, { journal: { retryMs: 1 } });
    const problems = watch(store);
    await store.append([event("a", 0)]);
    rmSync(directory, { recursive: true });
    const mended = problems.next().then(() => problems.next());
    await assert.rejects(store.append([event("b", 0)]), isUnwritable);
    assert.equal(await mended, undefined);
    assert.deepEqual(shape(await store.events("b")), [0]);
  });

  const isLinux = process.platform === "linux";
  for (const where of isLinux ? ["/proc/boocode", "/proc/boocode/a/store", "/proc/self/boocode/store"] : [])
    it(`because nothing can be made in ${where} is told at once`, async () => {
      await using store = opened(where);
      const problems = watch(store);
      await assert.rejects(store.append([event("a", 0)]), isUnwritable);
      await assert.rejects(store.putBlob("text"), isUnwritable);
      await store.keepCopy("list", "[]");
      assert.deepEqual(await store.sessions(), []);
      assert.match(problems.told.join(), /is gone or can not be made: bring it back/);
    });

  it("because its folder was moved away goes on when it is back", async () => {
    using folder = temporaryFolder();
    const [here, away] = [join(folder.path, "store"), join(folder.path, "away")];
    await using store = opened(here, { journal: { retryMs: 1, segmentBytes: 1 } });
    const problems = watch(store);
    await store.append([event("a", 0)]);
    renameSync(here, away);
    writeFileSync(here, "a file where the folder was");
    await assert.rejects(store.append([event("a", 1)]), isUnwritable);
    const mended = problems.next();
    rmSync(here);
    renameSync(away, here);
    await mended;
    assert.deepEqual(shape(await store.events("a")), [0, 1]);
  });
});
