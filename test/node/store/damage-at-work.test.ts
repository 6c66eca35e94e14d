import assert from "node:assert/strict";
import {
  cpSync,
  globSync,
  mkdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import type { StoreProblem } from "#protocol/workspace.ts";
import { checkpoint } from "#node/store/checkpoint.ts";
import { trailerOf } from "#node/store/image.ts";
import { frameLine, recordJson, recordLine } from "#node/store/record-line.ts";
import { all, backup, flip, image, lastJournal, lineStart, seal, strange, useDamaged } from "./damaged.ts";
import { event, opened, seededRandom, shape, temporaryFolder } from "./world.ts";

describe("a damaged store at work", () => {
  const { copy, open, look, fold } = useDamaged();

  it("has what other sessions said behind the damage", async () => {
    using folder = temporaryFolder();
    {
      await using store = opened(folder.path);
      for (const n of [0, 1, 2]) await store.append([event("a", n), event("b", n)]);
    }
    flip(lastJournal(folder.path), lineStart(lastJournal(folder.path), 3) + 20);
    const found = look(folder.path);
    assert.deepEqual(found.shape, [0]);
    assert.deepEqual(look(folder.path, "b").shape, [0, 1, 2]);
    assert.match(found.log.worries.join(), /A part of the journal .* kept as/);
  });

  /** Damages both images in some way; what SQLite can read of them, and the journals, are there, and both are kept. */
  const keepsBoth = (name: string, damage: (path: string) => void, [readable, ...rest]: readonly number[]) =>
    it(`keeps both images when both are ${name}`, async () => {
      using folder = copy();
      damage(image(folder.path));
      damage(backup(folder.path));
      const damaged = [image(folder.path), backup(folder.path)].map((path) => readFileSync(path));
      const expected = readable === undefined ? [] : [readable, ...rest];
      assert.deepEqual(look(folder.path).shape, expected);
      for (let time = 0; time < 3; time++) await fold(folder.path);
      assert.deepEqual(look(folder.path).shape, expected);
      const kept = globSync(join(folder.path, "broken/*")).map((path) => readFileSync(path));
      for (const bytes of damaged) assert.ok(kept.some((one) => one.equals(bytes)));
    });
  keepsBoth("cut", (path) => truncateSync(path, 4_096), []);
  keepsBoth("without their checksum", (path) => truncateSync(path, statSync(path).size - 64), all);
  keepsBoth("overwritten at their heads", (path) => flip(path, 3), []);

  it("is whole when its image is damaged twice, one after the other", async () => {
    using folder = copy();
    flip(image(folder.path), 5_000);
    await fold(folder.path);
    flip(image(folder.path), 5_000);
    const found = look(folder.path);
    assert.deepEqual(found.shape, all);
    await fold(folder.path);
    assert.deepEqual(look(folder.path).log.worries, []);
  });

  /** Puts something where a checkpoint needs a place; it is put aside, and checkpoints go on. */
  const odd = (name: string, path: string, put: (path: string) => void) =>
    it(`is folded beside ${name}`, async () => {
      using folder = copy();
      rmSync(join(folder.path, path), { recursive: true, force: true });
      put(join(folder.path, path));
      await fold(folder.path);
      await fold(folder.path);
      assert.deepEqual(look(folder.path).shape, all);
      assert.equal(globSync(join(folder.path, "broken/*")).length, 1);
    });
  odd("a folder for the image before it", "boocode.sqlite.bak", (path) => mkdirSync(path));
  odd("a file for a lock", "boocode.lock", (path) => writeFileSync(path, "me"));
  odd("a folder with something in it for a lock", "boocode.lock", (path) => {
    mkdirSync(path);
    writeFileSync(join(path, "notes"), "me");
  });

  it("is folded in spite of a lock of the future, once nobody has renewed it", async () => {
    using folder = copy();
    const lock = join(folder.path, "boocode.lock");
    const ahead = Date.now() / 1000 + 86_400;
    mkdirSync(lock);
    utimesSync(lock, ahead, ahead);
    const index = open(folder.path);
    assert.equal(await checkpoint(index, () => {}, { limit: 1 }), false);
    assert.ok(statSync(lock).mtimeMs <= Date.now());
    utimesSync(lock, 1, 1);
    assert.equal(await checkpoint(index, () => {}, { limit: 1 }), true);
    index.close();
  });

  it("is mended by the next checkpoint, which keeps the damaged image", async () => {
    using folder = copy();
    flip(image(folder.path), 5_000);
    const damaged = readFileSync(image(folder.path));
    await fold(folder.path);
    const found = look(folder.path);
    assert.deepEqual(found.shape, all);
    assert.deepEqual(found.log.worries, []);
    const [kept = ""] = globSync(join(folder.path, "broken/*"));
    assert.deepEqual(readFileSync(kept), damaged);
  });

  it("can be written on from the last event before the damage", async () => {
    using folder = copy();
    flip(backup(folder.path), 5_000);
    const path = lastJournal(folder.path);
    flip(path, lineStart(path, 1) + 20);
    await using store = opened(folder.path);
    assert.deepEqual(shape(await store.events("a")), [0, 1, 2, 3]);
    assert.equal(await store.acquire("a"), 4);
    await store.append([event("a", 4, "new")]);
    assert.deepEqual(shape(await store.events("a")), [0, 1, 2, 3, 4]);
    assert.deepEqual(
      (await store.strays("a")).map(({ n }) => n),
      [5, 6],
    );
  });

  it("keeps the bytes that it can not read", () => {
    using folder = copy();
    const path = lastJournal(folder.path);
    flip(path, -seal - 10);
    const rest = readFileSync(path).subarray(lineStart(path, 3), -seal);
    look(folder.path);
    const [kept = ""] = globSync(join(folder.path, "journal/broken/*"));
    assert.deepEqual(readFileSync(kept), rest);
  });

  /** Has a newer version write a part of a store: the rest of it is shown, where the problem is is told, and nothing is changed. */
  const checkNewer = (
    name: string,
    renew: (directory: string) => string,
    expected: readonly number[] | undefined,
  ) =>
    it(`that is newer, by its ${name}, is read as far as it can be, and not written`, async () => {
      using folder = copy();
      const path = renew(folder.path);
      const before = filesOf(folder.path);
      await using store = opened(folder.path, { index: { checkpointBytes: 1 } });
      const problems: (StoreProblem | undefined)[] = [];
      store.onProblem((problem) => problems.push(problem));
      const found = store.events("a").then(shape);
      if (expected === undefined) await assert.rejects(found, { code: "store-newer" });
      else assert.deepEqual(await found, expected);
      assert.equal(problems.length, 1);
      assert.equal(problems[0]?.needsReload, true);
      assert.ok(problems[0]?.message.includes(path), problems[0]?.message);
      for (const deed of [store.append([event("a", 99)]), store.acquire("a"), store.clean()])
        await assert.rejects(deed, { code: "store-newer" });
      await store.close();
      assert.deepEqual(filesOf(folder.path), before);
    });
  checkNewer(
    "journal",
    (directory) => {
      const header = { kind: "header", format: 99, writer: "w", segment: 1 };
      writeFileSync(strange(directory), frameLine(JSON.stringify(header)));
      return strange(directory);
    },
    all,
  );
  checkNewer(
    "image's schema",
    (directory) => {
      const bytes = readFileSync(image(directory)).subarray(0, -64);
      bytes.writeUInt32BE(999, 60);
      writeFileSync(image(directory), Buffer.concat([bytes, trailerOf(9, bytes)]));
      return image(directory);
    },
    all,
  );
  const renewFormat = (path: string) => {
    const bytes = readFileSync(path);
    bytes.write("boocode-image 2", bytes.length - 63);
    writeFileSync(path, bytes);
    return path;
  };
  checkNewer("image's format", (directory) => renewFormat(image(directory)), all);
  checkNewer(
    "image's format, without one before it",
    (directory) => {
      rmSync(backup(directory));
      return renewFormat(image(directory));
    },
    undefined,
  );

  it("that is newer is not written before it is read, either", async () => {
    using folder = copy();
    renewFormat(image(folder.path));
    await using store = opened(folder.path);
    await assert.rejects(store.acquire("new"), { code: "store-newer" });
  });

  it("that becomes newer under an open window is left as it is, and what was known stays", async () => {
    using folder = copy();
    await using store = opened(folder.path);
    const blob = await store.putBlob("what only the newer version names");
    utimesSync(join(folder.path, "blobs", blob.slice(0, 2), blob), 1, 1);
    assert.deepEqual(shape(await store.events("a")), all);
    renewFormat(image(folder.path));
    renewFormat(backup(folder.path));
    const newer = readFileSync(image(folder.path));
    await assert.rejects(store.clean(), { code: "store-newer" });
    assert.deepEqual(readFileSync(image(folder.path)), newer);
    assert.deepEqual(shape(await store.events("a")), all);
    assert.equal(await store.readBlob(blob), "what only the newer version names");
  });

  it("whose image says nonsense of its version is damaged, not newer", async () => {
    using folder = copy();
    const bytes = readFileSync(image(folder.path));
    bytes.fill(0xff, 0, 512);
    writeFileSync(image(folder.path), bytes);
    await using store = opened(folder.path);
    await store.acquire("a");
    await store.append([event("a", 7)]);
    assert.deepEqual(shape(await store.events("a")), [...all, 7]);
  });

  it("keeps texts that only something damaged may name", async () => {
    using folder = copy();
    for (const path of [image(folder.path), backup(folder.path)]) truncateSync(path, 4_096);
    await using store = opened(folder.path);
    const blob = await store.putBlob("named by what can not be read");
    utimesSync(join(folder.path, "blobs", blob.slice(0, 2), blob), 1, 1);
    await store.clean();
    assert.equal(await store.readBlob(blob), "named by what can not be read");
  });

  it("has what a disk kept in part when it refused it, and took whole afterwards", async () => {
    using folder = temporaryFolder();
    const writer = "abc-0123456789ab";
    const line = (n: number) => recordLine(n + 1, recordJson(event("a", n), undefined));
    const segment = (number: number, lines: readonly Buffer[]) => {
      const header = { kind: "header", format: 1, writer, segment: number, host: hostname(), pid: 2 ** 30 };
      const path = join(folder.path, "journal", `${writer}.00000${number}.log`);
      writeFileSync(path, Buffer.concat([Buffer.from(frameLine(JSON.stringify(header))), ...lines]));
    };
    mkdirSync(join(folder.path, "journal"));
    const nothing = Buffer.alloc(line(2).length, 0);
    nothing.write("\n", nothing.length - 1);
    segment(1, [line(0), line(1), nothing, line(3), line(4)]);
    segment(2, [line(2), line(3), line(4), line(5)]);
    for (let time = 0; time < 2; time++) {
      await using store = opened(folder.path);
      assert.deepEqual(shape(await store.events("a")), [0, 1, 2, 3, 4, 5]);
      await store.clean();
    }
  });

  it("is never worse than the records before the damage, wherever that is", () => {
    using folder = temporaryFolder();
    using whole = copy();
    const random = seededRandom(7);
    for (let round = 0; round < 60; round++) {
      const directory = join(folder.path, String(round));
      cpSync(whole.path, directory, { recursive: true });
      const files = [
        image(directory),
        backup(directory),
        ...globSync(join(directory, "journal/*.log")),
      ].toSorted();
      const path = files[Math.floor(random() * files.length)] ?? "";
      const at = Math.floor(random() * statSync(path).size);
      if (random() < 0.3) truncateSync(path, at);
      else flip(path, at);
      const found = look(directory).shape;
      assert.deepEqual(found, all.slice(0, found.length), `${path} at ${at}`);
      const least = path === lastJournal(directory) ? 4 : all.length;
      assert.ok(found.length >= least, `${path} at ${at}: ${found.join()}`);
    }
  });
});

/** What lies in a store's directory, with its bytes; copies of the list and of sessions apart. */
function filesOf(directory: string): readonly (readonly [string, string])[] {
  return globSync(join(directory, "{*,journal/*,blobs/*/*}"))
    .filter((path) => statSync(path).isFile())
    .toSorted()
    .map((path) => [path, readFileSync(path, "latin1")] as const);
}
