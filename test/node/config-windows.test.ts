import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { PermissionSettings } from "#core/config/permission-settings.ts";
import { createConfigFiles } from "#node/config-files.ts";
import { createFiles } from "#node/files.ts";
import type { ConfigWindowJob } from "./config-window.ts";
import { newHome } from "../support/config-home.ts";

describe("windows that share a user's file", () => {
  function open(home: string, folder: string): PermissionSettings {
    return new PermissionSettings({
      configFiles: createConfigFiles({ home, memory: join(home, "memory") }),
      files: createFiles({ ripgrep: undefined }),
      log: { info: () => {}, warn: () => {}, error: () => {} },
      folders: () => [folder],
      isTrusted: () => true,
      home,
    });
  }
  const until = async (settings: PermissionSettings, isReached: () => boolean): Promise<void> => {
    const { promise, resolve } = Promise.withResolvers<void>();
    const stop = settings.onChange(() => isReached() && resolve());
    if (!isReached()) await promise;
    stop();
  };

  it("see each other's rules, approvals and edits", async () => {
    await using world = await newHome();
    const folder = join(world.home, "app");
    await mkdir(folder);
    const [one, two] = [open(world.home, folder), open(world.home, folder)];
    await Promise.all([one.start(), two.start()]);
    const saved = await one.allowAlways({ operation: "execute", pattern: "make" }, folder);
    await until(two, () => two.rules().length === 1);
    assert.deepEqual(two.state, one.state);
    await two.revoke(saved.id);
    await until(one, () => one.rules().length === 0);
    assert.equal(await readFile(join(world.home, ".boocode/config.yaml"), "utf8"), "");
    await writeFile(join(folder, "boocode.yaml"), "permissions:\n  auto_allow: [{run: x}]\n");
    await until(one, () => one.state.pending.length === 1);
    await one.approve(one.state.pending[0]?.hash ?? "", true);
    assert.equal(one.rules().length, 1);
    await two.refresh();
    assert.equal(two.rules().length, 1);
    await writeFile(join(folder, "boocode.yaml"), "permissions:\n  auto_allow: [{run: x}, {run: y}]\n");
    await until(two, () => two.rules().length === 0 && two.state.pending.length === 1);
    one.dispose();
    two.dispose();
  });
  it("lose nothing when they write at the same time", async () => {
    await using world = await newHome();
    const file = join(world.home, ".boocode/config.yaml");
    const folder = join(world.home, "app");
    await mkdir(folder);
    await mkdir(dirname(file));
    const head = "# mine\nmodels: {a: 1}   # odd\n";
    await writeFile(file, head);
    const windows = ["one", "two"].map((name) => {
      const job: ConfigWindowJob = { home: world.home, project: folder, name, count: 50 };
      const script = join(import.meta.dirname, "config-window.ts");
      return spawn(process.execPath, [script, JSON.stringify(job)], {
        stdio: ["ignore", "inherit", "inherit"],
      });
    });
    const codes = await Promise.all(windows.map(async (window) => (await once(window, "exit"))[0]));
    assert.deepEqual(codes, [0, 0]);
    const reader = open(world.home, folder);
    await reader.start();
    const expected = ["one", "two"].flatMap((name) => Array.from({ length: 50 }, (_, at) => `${name} ${at}`));
    assert.deepEqual(
      reader
        .rules()
        .map((rule) => rule.pattern)
        .toSorted(),
      expected.toSorted(),
    );
    assert.deepEqual(reader.state.problems, []);
    reader.dispose();
    assert.ok((await readFile(file, "utf8")).startsWith(head));
    assert.deepEqual(await readdir(dirname(file)), ["config.yaml"]);
  });
});
