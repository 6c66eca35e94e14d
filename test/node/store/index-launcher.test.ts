import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { setImmediate } from "node:timers/promises";
import type { Store } from "#core/store-ports.ts";
import type { IndexOptions } from "#node/store/index-client.ts";
import { event, opened, shape, temporaryFolder } from "./world.ts";

interface Running {
  readonly pid: number;
  readonly isShell: boolean;
}

/** What runs for a store: index processes and the shells that start them, which all have its folder in their command lines. */
function running(directory: string): readonly Running[] {
  const lines = execFileSync("ps", ["-eo", "pid=,args=", "-ww"], { encoding: "utf8" }).split("\n");
  return lines.flatMap((line) => {
    const [, pid = "", command = ""] = /^\s*(\d+)\s+(.*)$/.exec(line) ?? [];
    const isIndex = command.includes(`"directory":"${directory}"`) && command.includes("index-process");
    return isIndex ? [{ pid: Number(pid), isShell: command.startsWith("/bin/sh") }] : [];
  });
}

/** Resolves when what runs for a store is as it should be. */
async function until(
  directory: string,
  isSo: (found: readonly Running[]) => boolean,
): Promise<readonly Running[]> {
  for (;;) {
    const found = running(directory);
    if (isSo(found)) return found;
    await setImmediate();
  }
}

const count = 3_000;
const all = Array.from({ length: count }, (_, n) => n);

async function fill(store: Store): Promise<void> {
  for (let from = 0; from < count; from += 100)
    await store.append(all.slice(from, from + 100).map((n) => event("a", n, "x".repeat(2_000))));
}

describe("the index process", () => {
  const check = (
    name: string,
    index: IndexOptions,
    work: (store: ReturnType<typeof opened>, directory: string) => Promise<void>,
  ) =>
    it(name, async () => {
      using folder = temporaryFolder();
      {
        await using store = opened(folder.path, { index });
        await fill(store);
        await work(store, folder.path);
      }
      assert.deepEqual(running(folder.path), [], "nothing is left");
    }).timeout(60_000);

  const answers = async (store: Store): Promise<void> =>
    assert.deepEqual(shape(await store.events("a")), all);

  check("answers", {}, async (store) => {
    await answers(store);
    assert.deepEqual(store.log.worries, []);
  });
  check("answers where the host itself starts it", { shell: "" }, async (store, directory) => {
    await answers(store);
    await answers(store);
    assert.equal(running(directory).length, 1);
    assert.deepEqual(store.log.worries, []);
  });
  check("answers where there is no shell", { shell: "/nowhere/sh" }, answers);
  check("ends when nobody asks, and its shell stays", { idleMs: 1 }, async (store, directory) => {
    for (let time = 0; time < 3; time++) {
      await answers(store);
      await until(directory, (found) => found.every(({ isShell }) => isShell) && found.length === 1);
    }
    assert.deepEqual(store.log.worries, []);
  });
  check(
    "ends when nobody asks where the host started it",
    { idleMs: 1, shell: "" },
    async (store, directory) => {
      for (let time = 0; time < 3; time++) {
        await answers(store);
        await until(directory, (found) => found.length === 0);
      }
      assert.deepEqual(store.log.worries, []);
    },
  );

  for (const shell of ["/bin/sh", ""])
    check(
      `is started again when it is killed over a question${shell && ", by its shell"}`,
      { shell },
      async (store, directory) => {
        await store.sessions();
        for (let time = 0; time < 3; time++) {
          const asked = Promise.all([answers(store), answers(store)]);
          const found = await until(directory, (some) => some.some(({ isShell }) => !isShell));
          for (const { pid, isShell } of found) if (!isShell) process.kill(pid, "SIGKILL");
          await asked;
        }
      },
    );

  check("answers when its shell was killed", {}, async (store, directory) => {
    await answers(store);
    for (const { pid, isShell } of running(directory)) if (isShell) process.kill(pid, "SIGKILL");
    await answers(store);
    await until(directory, (found) => found.length === 2);
  });

  check("answers what was asked before the store is closed", {}, async (store) => {
    await store.sessions();
    const asked = answers(store);
    await setImmediate();
    await store.close();
    await asked;
  });

  const host = async (script: string, directory: string) => {
    const source = `import { openStore } from "${join(import.meta.dirname, "../../../src/node/store/store.ts")}";
      const log = { info() {}, warn() {}, error() {} };
      const store = openStore({ directory: process.argv[1], log });
      await store.append([{ kind: "event", session: "a", n: 0, event: { type: "title-change", at: 0, title: "" } }]);
      await store.events("a");
      ${script}`;
    return spawn(process.execPath, ["--input-type=module", "-e", source, directory], { stdio: "inherit" });
  };

  it("does not keep a host that has nothing to do", async () => {
    using folder = temporaryFolder();
    const child = await host("", folder.path);
    const [code] = await once(child, "exit");
    assert.equal(code, 0);
    await until(folder.path, (found) => found.length === 0);
  }).timeout(60_000);

  it("ends with a host that is killed", async () => {
    using folder = temporaryFolder();
    const child = await host("setInterval(() => {}, 1_000);", folder.path);
    await until(folder.path, (found) => found.length === 2);
    child.kill("SIGKILL");
    await until(folder.path, (found) => found.length === 0);
  }).timeout(60_000);
});
