import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { existsSync, globSync } from "node:fs";
import {
  chmod,
  chown,
  mkdir,
  readdir,
  readFile,
  readlink,
  stat,
  symlink,
  utimes,
  writeFile,
} from "node:fs/promises";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { newHome } from "../support/config-home.ts";

const modeOf = async (path: string): Promise<string> => ((await stat(path)).mode & 0o7777).toString(8);

/** Runs as somebody whom the system refuses something: root as nobody. */
async function asNobody<T>(run: () => Promise<T>): Promise<T> {
  if (process.getuid?.() !== 0) return run();
  process.setegid?.(65_534);
  process.seteuid?.(65_534);
  try {
    return await run();
  } finally {
    process.seteuid?.(0);
    process.setegid?.(0);
  }
}

async function giveToNobody(path: string): Promise<void> {
  if (process.getuid?.() === 0) await chown(path, 65_534, 65_534);
}

describe("configuration files on disk: reading", () => {
  const check = (name: string, make: (path: string) => Promise<unknown>, expected: string | undefined) =>
    it(name, async () => {
      await using world = await newHome();
      const path = join(world.home, "boocode.yaml");
      await make(path);
      assert.equal(await world.files.read(path), expected);
    });
  check("nothing", async () => {}, undefined);
  check("a text", (path) => writeFile(path, "ä\r\n"), "ä\r\n");
  check("an empty one", (path) => writeFile(path, ""), "");
  check("a byte order mark", (path) => writeFile(path, "\uFEFFa"), "\uFEFFa");
  check("1 MB", (path) => writeFile(path, "x".repeat(1024 * 1024)), "x".repeat(1024 * 1024));
  check(
    "through a link",
    async (path) => {
      await writeFile(`${path}.target`, "a");
      await symlink(`${path}.target`, path);
    },
    "a",
  );
  check("a link to nothing", (path) => symlink(`${path}.none`, path), undefined);

  it("nothing, where a file is instead of the folder", async () => {
    await using world = await newHome();
    await writeFile(join(world.home, "a"), "");
    assert.equal(await world.files.read(join(world.home, "a", "boocode.yaml")), undefined);
  });

  const notOurs = "a file that is not for us";
  const refuse = (name: string, make: (path: string) => Promise<unknown>, reason: RegExp) =>
    it(`refuses ${name}`, async () => {
      await using world = await newHome();
      const path = join(world.home, "boocode.yaml");
      await make(path);
      const isRefused = () =>
        assert.rejects(world.files.read(path), {
          name: "BooError",
          code: "config-unreadable",
          message: reason,
        });
      await (name === notOurs ? asNobody(isRefused) : isRefused());
    });
  refuse("more than 1 MB", (path) => writeFile(path, "x".repeat(1024 * 1024 + 1)), /it has more than 1 MB/);
  refuse("what is no UTF-8", (path) => writeFile(path, Buffer.from([0x61, 0xff])), /save it as UTF-8/);
  refuse("UTF-16", (path) => writeFile(path, Buffer.from("\uFEFFa", "utf16le")), /save it as UTF-8/);
  refuse("a folder", (path) => mkdir(join(path, "in it"), { recursive: true }), /it is no regular file/);
  refuse("a device", (path) => symlink("/dev/zero", path), /it is no regular file/);
  refuse(
    "a pipe that nobody writes to",
    (path) => promisify(execFile)("mkfifo", [path]),
    /it is no regular file/,
  );
  refuse("a circle of links", (path) => symlink(path, path), /ELOOP/);
  refuse(notOurs, (path) => writeFile(path, "a", { mode: 0 }), /does not permit it/);
});

describe("configuration files on disk: writing", () => {
  it("makes file and folder for the user alone", async () => {
    await using world = await newHome();
    const { userFile } = world.files;
    assert.equal(userFile, join(world.home, ".boocode", "config.yaml"));
    assert.equal(await world.files.write(userFile, "a: 1\n", undefined), true);
    assert.deepEqual(
      [await readFile(userFile, "utf8"), await modeOf(userFile), await modeOf(dirname(userFile))],
      ["a: 1\n", "600", "700"],
    );
    assert.deepEqual(await readdir(dirname(userFile)), ["config.yaml"]);
  });
  it("replaces only what it knows", async () => {
    await using world = await newHome();
    const { userFile } = world.files;
    assert.equal(await world.files.write(userFile, "a", "b"), false);
    assert.equal(existsSync(userFile), false);
    assert.equal(await world.files.write(userFile, "a", undefined), true);
    assert.equal(await world.files.write(userFile, "b", undefined), false);
    assert.equal(await world.files.write(userFile, "b", "x"), false);
    assert.equal(await world.files.write(userFile, "b", "a"), true);
    assert.equal(await readFile(userFile, "utf8"), "b");
    assert.deepEqual(await readdir(dirname(userFile)), ["config.yaml"]);
  });
  it("replaces in one step and keeps the mode", async () => {
    await using world = await newHome();
    const path = join(world.home, "x.yaml");
    await writeFile(path, "a");
    await chmod(path, 0o640);
    const before = await stat(path);
    await world.files.write(path, "b", "a");
    assert.notEqual((await stat(path)).ino, before.ino);
    assert.equal(await modeOf(path), "640");
  });
  for (const [name, target] of [
    ["relative", "../dotfiles/boo.yaml"],
    ["absolute", "/dotfiles/boo.yaml"],
  ] as const)
    it(`writes through a ${name} link, also to what does not exist yet`, async () => {
      await using world = await newHome();
      const { userFile } = world.files;
      const real = join(world.home, "dotfiles", "boo.yaml");
      const link = name === "relative" ? target : real;
      await mkdir(dirname(userFile));
      await symlink(link, userFile);
      for (const [text, base] of [
        ["a", undefined],
        ["b", "a"],
      ] as const)
        assert.equal(await world.files.write(userFile, text, base), true);
      assert.equal(await readlink(userFile), link);
      assert.equal(await readFile(real, "utf8"), "b");
      assert.deepEqual(await readdir(dirname(real)), ["boo.yaml"]);
    });
  it("many at once: one after the other wins", async () => {
    await using world = await newHome();
    const { userFile } = world.files;
    await world.files.write(userFile, "0", undefined);
    const results = await Promise.all(
      Array.from({ length: 8 }, (_, at) => world.files.write(userFile, `w${at}`, "0")),
    );
    assert.equal(results.filter(Boolean).length, 1);
  });
  it("a lock whose holder died is given up", async () => {
    await using world = await newHome();
    const { userFile } = world.files;
    await mkdir(`${userFile}.lock`, { recursive: true });
    await utimes(`${userFile}.lock`, 1, 1);
    assert.equal(await world.files.write(userFile, "a", undefined), true);
  });

  const refuse = (name: string, make: (home: string, file: string) => Promise<unknown>, reason: RegExp) =>
    it(`says why it can not write ${name}, and leaves nothing behind`, async () => {
      await using world = await newHome();
      const { userFile } = world.files;
      await giveToNobody(world.home);
      await make(world.home, userFile);
      const before = globSync("**", { cwd: world.home });
      await asNobody(async () => {
        const base = await world.files.read(userFile);
        await assert.rejects(world.files.write(userFile, "new", base), {
          name: "BooError",
          code: "config-unwritable",
          message: reason,
        });
      });
      await chmod(world.home, 0o700);
      assert.deepEqual(globSync("**", { cwd: world.home }), before);
    });
  const notPermitted =
    /config\.yaml can not be written: the system does not permit it\. Change the permissions/;
  refuse("in a home that is read-only", (home) => chmod(home, 0o500), notPermitted);
  refuse(
    "in a folder that is read-only",
    async (_home, file) => {
      await mkdir(dirname(file));
      await giveToNobody(dirname(file));
      await chmod(dirname(file), 0o500);
    },
    notPermitted,
  );
  refuse(
    "a file that is read-only",
    async (_home, file) => {
      await mkdir(dirname(file));
      await giveToNobody(dirname(file));
      await writeFile(file, "a");
      await giveToNobody(file);
      await chmod(file, 0o400);
    },
    notPermitted,
  );
  refuse(
    "where a file is instead of the folder",
    (_home, file) => writeFile(dirname(file), ""),
    /something that is no folder/,
  );
});

describe("configuration files on disk: remembering", () => {
  it("keeps short texts for the user alone, by names that tell nothing", async () => {
    await using world = await newHome();
    const { files, home } = world;
    assert.equal(await files.recall("../a b"), undefined);
    await files.remember("../a b", "one");
    await files.remember("other", "two");
    await files.remember("../a b", "three");
    assert.deepEqual([await files.recall("../a b"), await files.recall("other")], ["three", "two"]);
    const names = await readdir(join(home, "memory"));
    assert.equal(names.length, 2);
    for (const name of names) {
      assert.match(name, /^[0-9a-f]{64}$/);
      assert.equal(await modeOf(join(home, "memory", name)), "600");
    }
    assert.equal(await modeOf(join(home, "memory")), "700");
    await files.remember("other", undefined);
    await files.remember("other", undefined);
    assert.equal(await files.recall("other"), undefined);
    assert.equal((await readdir(join(home, "memory"))).length, 1);
  });
});
