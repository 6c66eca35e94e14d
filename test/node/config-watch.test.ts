import assert from "node:assert/strict";
import { existsSync, globSync, readFileSync } from "node:fs";
import { appendFile, mkdir, readFile, rename, rm, symlink, unlink, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import type { ConfigFiles } from "#core/shell-ports.ts";
import { createConfigFiles } from "#node/config-files.ts";
import { newHome } from "../support/config-home.ts";

/** The watches that the system keeps for this process (Linux). */
function systemWatches(): number {
  return globSync("/proc/self/fdinfo/*")
    .map((file) => {
      try {
        return readFileSync(file, "utf8");
      } catch {
        return "";
      }
    })
    .join("\n")
    .split("\n")
    .filter((line) => line.startsWith("inotify ")).length;
}

describe("configuration files on disk: watching", () => {
  /** What a file says whenever it is told to have changed. */
  class Reader implements Disposable {
    readonly #watch: Disposable;
    #told: (text: string | undefined) => void = () => {};

    constructor(files: ConfigFiles, path: string, others: readonly string[]) {
      this.#watch = files.watch([...others, path], () => {
        const text = existsSync(path) ? readFileSync(path, "utf8") : undefined;
        this.#told(text);
      });
    }

    /** Resolves when the file is told of while it says this. */
    async until(text: string | undefined): Promise<void> {
      const { promise, resolve } = Promise.withResolvers<void>();
      this.#told = (said) => {
        if (said === text) resolve();
      };
      await promise;
    }

    [Symbol.dispose](): void {
      this.#watch[Symbol.dispose]();
    }
  }

  const check = (
    name: string,
    before: (path: string, home: string) => Promise<unknown>,
    change: (path: string, home: string) => Promise<unknown>,
    expected: string | undefined,
    isPolling = false,
  ) =>
    it(`tells within a second of ${name}${isPolling ? ", by looking" : ""}`, async () => {
      await using world = await newHome();
      const path = join(world.home, "a/b/config.yaml");
      await mkdir(dirname(path), { recursive: true });
      await before(path, world.home);
      const first = existsSync(path) ? await readFile(path, "utf8") : undefined;
      const files = createConfigFiles({ home: world.home, memory: "", isPolling });
      using reader = new Reader(files, path, [join(world.home, "c/other.yaml")]);
      await reader.until(first);
      const told = reader.until(expected);
      await change(path, world.home);
      await told;
    });
  const replace = async (path: string, text: string): Promise<void> => {
    await writeFile(`${path}.new`, text);
    await rename(`${path}.new`, path);
  };
  const one = (path: string) => writeFile(path, "one");
  check("a new file", async () => {}, one, "one");
  check("a file that is gone", one, (path) => unlink(path), undefined);
  for (const isPolling of [false, true]) {
    check("a change in place", one, (path) => writeFile(path, "two"), "two", isPolling);
    check("a file that was replaced", one, (path) => replace(path, "two"), "two", isPolling);
  }
  check("something that was added", one, (path) => appendFile(path, "two"), "onetwo");
  check(
    "many changes, the last too",
    one,
    async (path) => {
      for (let at = 0; at < 50; at++) await replace(path, `${at % 10}`);
      await writeFile(path, "end");
    },
    "end",
  );
  check(
    "a file in a folder that was not there",
    (_path, home) => rm(join(home, "a"), { recursive: true }),
    async (path) => {
      await mkdir(dirname(path), { recursive: true });
      await one(path);
    },
    "one",
  );
  check("a folder that is gone", one, (_path, home) => rm(join(home, "a"), { recursive: true }), undefined);
  check("a folder that was moved away", one, (path) => rename(dirname(path), `${dirname(path)}2`), undefined);
  check(
    "a folder that took the place of another",
    async (path) => {
      await one(path);
      await mkdir(`${dirname(path)}2`);
      await writeFile(join(`${dirname(path)}2`, basename(path)), "two");
    },
    async (path) => {
      await rename(dirname(path), `${dirname(path)}1`);
      await rename(`${dirname(path)}2`, dirname(path));
    },
    "two",
  );
  const link = async (path: string, home: string): Promise<void> => {
    await mkdir(join(home, "dotfiles"));
    await writeFile(join(home, "dotfiles/one"), "one");
    await writeFile(join(home, "dotfiles/two"), "two");
    await symlink("../../dotfiles/one", path);
  };
  check(
    "a change behind a link",
    link,
    (_path, home) => writeFile(join(home, "dotfiles/one"), "three"),
    "three",
  );
  check(
    "a file replaced behind a link",
    link,
    (_path, home) => replace(join(home, "dotfiles/one"), "three"),
    "three",
  );
  check(
    "a link that leads elsewhere",
    link,
    async (path, home) => {
      await symlink(join(home, "dotfiles/two"), `${path}.new`);
      await rename(`${path}.new`, path);
    },
    "two",
  );

  it("goes on after files and folders have come and gone", async () => {
    await using world = await newHome();
    const path = join(world.home, "a/config.yaml");
    using reader = new Reader(world.files, path, []);
    await reader.until(undefined);
    for (let round = 0; round < 5; round++) {
      const made = reader.until(`${round}`);
      await mkdir(dirname(path));
      await writeFile(path, `${round}`);
      await made;
      const gone = reader.until(undefined);
      await rm(dirname(path), { recursive: true });
      await gone;
    }
  });
  it("is silent about other files, and leaves nothing behind", async () => {
    await using world = await newHome();
    const before = systemWatches();
    const path = join(world.home, "config.yaml");
    let calls = 0;
    const reader = new Reader(world.files, path, []);
    const counter = world.files.watch([path], () => void (calls += 1));
    await reader.until(undefined);
    if (process.platform === "linux") assert.ok(systemWatches() > before);
    for (let at = 0; at < 20; at++) await writeFile(join(world.home, `other${at}`), "x");
    const told = reader.until("a");
    await writeFile(path, "a");
    await told;
    assert.ok(calls <= 3, `${calls} calls`);
    counter[Symbol.dispose]();
    const after = calls;
    const again = reader.until("b");
    await replace(path, "b");
    await again;
    assert.equal(calls, after);
    reader[Symbol.dispose]();
    assert.equal(systemWatches(), before);
  });
  it("can be ended before it has begun", async () => {
    await using world = await newHome();
    const before = systemWatches();
    for (let at = 0; at < 10; at++)
      world.files.watch([join(world.home, "x")], () => assert.fail())[Symbol.dispose]();
    using reader = new Reader(world.files, join(world.home, "x"), []);
    await reader.until(undefined);
    reader[Symbol.dispose]();
    assert.equal(systemWatches(), before);
  });
});
