import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import {
  appendFileSync,
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
import { join } from "node:path";
import initSqlJs, { type SqlJsStatic } from "sql.js";
import { BooError } from "#core/errors.ts";
import type { StoreProblem } from "#protocol/workspace.ts";
import { checkpoint } from "#node/store/checkpoint.ts";
import { HistoryIndex } from "#node/store/history-index.ts";
import { trailerOf } from "#node/store/image.ts";
import { frameLine, sealLine } from "#node/store/record-line.ts";
import { event, LogLines, opened, seededRandom, shape, temporaryFolder } from "./world.ts";

/** What is found in a damaged store. */
interface Found {
  readonly shape: readonly (number | string)[];
  readonly log: LogLines;
}

const keptAside = /kept as .*journal\/broken/;

describe("a damaged store", () => {
  let sql: SqlJsStatic;
  const fixture = temporaryFolder();
  before(async () => {
    sql = await initSqlJs();
    await write(fixture.path);
  });
  after(() => fixture[Symbol.dispose]());

  /** A copy of the written store. */
  function copy(): ReturnType<typeof temporaryFolder> {
    const folder = temporaryFolder();
    cpSync(fixture.path, folder.path, { recursive: true });
    return folder;
  }

  function open(directory: string, log = new LogLines()): HistoryIndex {
    const index = new HistoryIndex(sql, directory, (level, message) => log[level](message));
    index.follow();
    return index;
  }

  function look(directory: string, session = "a"): Found {
    const log = new LogLines();
    const index = open(directory, log);
    const { events, partials } = index.queries.log(session);
    index.close();
    return { shape: shape([...events, ...partials].map((body) => JSON.parse(body))), log };
  }

  /** Folds all journals into a new image. */
  async function fold(directory: string): Promise<void> {
    const index = open(directory);
    assert.equal(await checkpoint(index, () => {}, { isForced: true }), true);
    index.close();
  }

  /** Writes events 0–6 of session a: 0–3 are in the image, 0 and 1 in the one before it, 2–6 in journals. */
  async function write(directory: string): Promise<void> {
    for (const [at, batches] of [[[0, 1]], [[2, 3]], [[4, 5], [6]]].entries()) {
      await using store = opened(directory);
      if (at > 0) await store.events("a");
      for (const batch of batches) await store.append(batch.map((n) => event("a", n)));
      await store.close();
      if (at < 2) await fold(directory);
    }
  }

  const lastJournal = (directory: string) =>
    globSync(join(directory, "journal/*.log")).toSorted().at(-1) ?? "";
  const image = (directory: string) => join(directory, "boocode.sqlite");
  const backup = (directory: string) => join(directory, "boocode.sqlite.bak");
  const flip = (path: string, at: number) => {
    const bytes = readFileSync(path);
    const place = at < 0 ? bytes.length + at : at;
    bytes[place] = (bytes[place] ?? 0) ^ 0x10;
    writeFileSync(path, bytes);
  };

  /** Damages a written store; expects what can be read, and a sentence if one is named. */
  const check = (
    name: string,
    damage: (directory: string) => void,
    expected: readonly number[],
    worry?: RegExp,
  ) =>
    it(name, () => {
      using folder = copy();
      damage(folder.path);
      const found = look(folder.path);
      assert.deepEqual(found.shape, expected);
      if (worry === undefined) assert.deepEqual(found.log.worries, []);
      else assert.match(found.log.worries.join("\n"), worry);
    });

  const all = [0, 1, 2, 3, 4, 5, 6];
  const cut = (directory: string, bytes: number) => {
    const path = lastJournal(directory);
    truncateSync(path, statSync(path).size - bytes);
    return path;
  };
  const seal = sealLine.length;

  check("which is not damaged is whole", () => {}, all);
  check("without a seal is whole", (directory) => void cut(directory, seal), all);
  check(
    "of a dead process, with half a seal, is whole",
    (directory) => abandon(cut(directory, 10)),
    all,
    keptAside,
  );
  check(
    "of a dead process, cut in its last record, has the others",
    (directory) => abandon(cut(directory, seal + 10)),
    [0, 1, 2, 3, 4, 5],
    keptAside,
  );
  check(
    "of a live process, cut in its last record, waits for it",
    (directory) => void cut(directory, seal + 10),
    [0, 1, 2, 3, 4, 5],
  );
  check(
    "with a flipped bit has what is before it",
    (directory) => flip(lastJournal(directory), -seal - 10),
    [0, 1, 2, 3, 4, 5],
    keptAside,
  );
  check(
    "with a flipped bit in a header is whole",
    (directory) => flip(lastJournal(directory), 20),
    all,
    keptAside,
  );
  check(
    "with zeros at a journal's end is whole",
    (directory) => {
      const path = cut(directory, seal);
      appendFileSync(path, Buffer.alloc(5_000));
      abandon(path);
    },
    all,
    keptAside,
  );
  check("with an empty journal is whole", (directory) => writeFileSync(strange(directory), ""), all);
  check(
    "with an old empty journal is whole, and says so",
    (directory) => {
      writeFileSync(strange(directory), "");
      utimesSync(strange(directory), 1, 1);
    },
    all,
    /journal .*zzz.* is empty/,
  );
  check(
    "with a journal whose header says nothing is whole",
    (directory) => {
      writeFileSync(strange(directory), frameLine("null"));
      utimesSync(strange(directory), 1, 1);
    },
    all,
    keptAside,
  );
  check(
    "with half a header is whole",
    (directory) => {
      writeFileSync(strange(directory), `0bad0bad {"kind":"hea`);
      utimesSync(strange(directory), 1, 1);
    },
    all,
    keptAside,
  );
  check(
    "with a foreign file for a journal is whole",
    (directory) => {
      writeFileSync(strange(directory), "This is no journal.\nIt has two lines.\n");
      utimesSync(strange(directory), 1, 1);
    },
    all,
    keptAside,
  );
  check(
    "with foreign files in its folders is whole",
    (directory) => {
      writeFileSync(join(directory, "journal", "notes.txt"), "hello");
      writeFileSync(join(directory, "journal", "notes.log"), "hello");
    },
    all,
  );
  check(
    "with a flipped bit in the image is whole",
    (directory) => flip(image(directory), 5_000),
    all,
    /damaged: the one before it/,
  );
  check(
    "with half an image is whole",
    (directory) => truncateSync(image(directory), 9_000),
    all,
    /damaged: the one before it/,
  );
  check(
    "with an empty image is whole",
    (directory) => truncateSync(image(directory), 0),
    all,
    /damaged: the one before it/,
  );
  check(
    "with a foreign file for an image is whole",
    (directory) => writeFileSync(image(directory), "hello"),
    all,
    /damaged: the one before it/,
  );
  check(
    "with a folder for an image is whole",
    (directory) => {
      rmSync(image(directory));
      mkdirSync(image(directory));
    },
    all,
    /damaged: the one before it/,
  );
  if (process.platform !== "win32") {
    check(
      "with a pipe for an image is whole",
      (directory) => {
        rmSync(image(directory));
        execFileSync("mkfifo", [image(directory)]);
      },
      all,
      /damaged: the one before it/,
    );
    check(
      "with a pipe for a journal is whole",
      (directory) => void execFileSync("mkfifo", [strange(directory)]),
      all,
    );
  }
  check("with a folder for a journal is whole", (directory) => mkdirSync(strange(directory)), all);
  check(
    "without its image is whole",
    (directory) => rmSync(image(directory)),
    all,
    /missing: the one before it/,
  );
  check("without the image before it is whole", (directory) => rmSync(backup(directory)), all);
  check(
    "with a flipped bit in both images is read without them where SQLite can read none",
    (directory) => {
      for (const path of [image(directory), backup(directory)]) truncateSync(path, 4_096);
    },
    [],
    /can not be read/,
  );
  check(
    "whose image lost its checksum only is whole",
    (directory) => {
      rmSync(backup(directory));
      truncateSync(image(directory), statSync(image(directory)).size - 64);
    },
    all,
    /does not match its checksum but can be read/,
  );

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

  /** Makes a store that a newer version wrote, which nobody may read or fold. */
  const checkNewer = (name: string, renew: (directory: string) => void) =>
    it(`that is newer, by its ${name}, is refused`, () => {
      using folder = copy();
      renew(folder.path);
      assert.throws(() => open(folder.path), isNewer);
    });
  it("that is newer is refused over the process boundary", async () => {
    using folder = copy();
    writeFileSync(strange(folder.path), newerJournal);
    await using store = opened(folder.path);
    await assert.rejects(store.sessions(), isNewer);
  });
  checkNewer("journal", (directory) => writeFileSync(strange(directory), newerJournal));
  checkNewer("image's schema", (directory) => {
    const bytes = readFileSync(image(directory)).subarray(0, -64);
    bytes.writeUInt32BE(999, 60);
    writeFileSync(image(directory), Buffer.concat([bytes, trailerOf(9, bytes)]));
  });
  it("that is newer is not written, and says so", async () => {
    using folder = copy();
    writeFileSync(join(folder.path, "journal", "zzzzzzzz-0123456789ab.000001.log"), newerJournal);
    await using store = opened(folder.path);
    const problems: (StoreProblem | undefined)[] = [];
    store.onProblem((problem) => problems.push(problem));
    await assert.rejects(store.sessions(), isNewer);
    await assert.rejects(store.append([event("a", 99)]), isNewer);
    assert.match(problems.at(-1)?.message ?? "", /newer version/);
    assert.equal(problems.at(-1)?.needsReload, true);
  });

  checkNewer("image's format", (directory) => {
    const bytes = readFileSync(image(directory));
    bytes.write("boocode-image 2", bytes.length - 63);
    writeFileSync(image(directory), bytes);
  });

  it("is never worse than the records before the damage, wherever that is", () => {
    using folder = temporaryFolder();
    const random = seededRandom(7);
    for (let round = 0; round < 60; round++) {
      const directory = join(folder.path, String(round));
      cpSync(fixture.path, directory, { recursive: true });
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

const newerJournal = frameLine(JSON.stringify({ kind: "header", format: 99, writer: "w", segment: 1 }));

function isNewer(error: unknown): boolean {
  return (
    error instanceof BooError && error.code === "store-newer" && error.message.includes("reload the window")
  );
}

function strange(directory: string): string {
  return join(directory, "journal", "zzzzzzzzz-0123456789ab.000001.log");
}

/** Where a line of a file starts, counted from 0. */
function lineStart(path: string, line: number): number {
  return readFileSync(path, "latin1").split("\n").slice(0, line).join("\n").length + 1;
}

/** Makes a journal that of a dead process: no system gives a process this number. */
function abandon(path: string): void {
  const [first = "", ...rest] = readFileSync(path, "latin1").split("\n");
  const header = frameLine(JSON.stringify({ ...JSON.parse(first.slice(9)), pid: 2 ** 30 })).trimEnd();
  writeFileSync(path, [header, ...rest].join("\n"), "latin1");
}
