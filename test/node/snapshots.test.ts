import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { setImmediate } from "node:timers/promises";
import type { FileDifference, Snapshot } from "#core/shell-ports.ts";
import { createFiles } from "#node/files.ts";
import { createSnapshots } from "#node/snapshot/snapshots.ts";
import { temporaryFolder } from "./store/world.ts";

const signal = new AbortController().signal;
const files = createFiles({ ripgrep: undefined });

type Change = (folder: string) => void;

function write(folder: string, path: string, text: string | Uint8Array): void {
  mkdirSync(dirname(join(folder, path)), { recursive: true });
  writeFileSync(join(folder, path), text);
}

/** What a snapshot tells of a change, paths relative to the folder. */
async function differences(folder: string, store: string, change: Change, limit = 100) {
  const snapshots = createSnapshots(store, files);
  const taken = await snapshots.take([folder], signal);
  assert.ok(!("problem" in taken), JSON.stringify(taken));
  await using snapshot: Snapshot = taken;
  change(folder);
  const { files: found, isCut } = await snapshot.changes(limit, signal);
  return { isCut, found: found.map((file) => ({ ...file, path: file.path.slice(folder.length + 1) })) };
}

const project = {
  "a.txt": "one\n",
  "src/b.txt": "two\n",
  ".gitignore": "ignored/\n",
  "ignored/c.txt": "three\n",
};

for (const kind of ["repository", "folder without git's help"] as const) {
  describe(`what changed in a ${kind}`, () => {
    const setUp = (folder: string): void => {
      for (const [path, text] of Object.entries(project)) write(folder, path, text);
      if (kind === "repository") execFileSync("git", ["init", "--quiet"], { cwd: folder });
      // A repository without a commit inside is what git refuses to add.
      else execFileSync("git", ["init", "--quiet", "nested"], { cwd: folder });
    };
    const check = (name: string, change: Change, expected: readonly FileDifference[]) =>
      it(name, async () => {
        using place = temporaryFolder();
        const folder = join(place.path, "project");
        mkdirSync(folder);
        setUp(folder);
        const { found } = await differences(folder, join(place.path, "store"), change);
        assert.deepEqual(found, expected);
      });

    check("nothing", () => {}, []);
    check("a file", (folder) => write(folder, "a.txt", "1\n"), [
      { path: "a.txt", before: "one\n", after: "1\n" },
    ]);
    check("a new file", (folder) => write(folder, "new/d.txt", "d"), [
      { path: "new/d.txt", before: undefined, after: "d" },
    ]);
    check("a file that went away", (folder) => rmSync(join(folder, "src/b.txt")), [
      { path: "src/b.txt", before: "two\n", after: undefined },
    ]);
    check(
      "line ends of Windows, which documents do not show",
      (folder) => write(folder, "a.txt", "one\r\nmore\r\n"),
      [{ path: "a.txt", before: "one\n", after: "one\nmore\n" }],
    );
    check("what is ignored does not count", (folder) => write(folder, "ignored/c.txt", "x"), []);
    check("a file that is no text", (folder) => write(folder, "a.txt", new Uint8Array([1, 0, 2])), [
      { path: "a.txt", before: "", after: "", keptOut: "binary" },
    ]);
    check("a large file", (folder) => write(folder, "a.txt", "x".repeat(3_000_000)), [
      { path: "a.txt", before: "", after: "", keptOut: "too-large" },
    ]);
    check("a name with odd characters", (folder) => write(folder, 'q"ü\n.txt', "x"), [
      { path: 'q"ü\n.txt', before: undefined, after: "x" },
    ]);
  });
}

describe("snapshots of a project", () => {
  const world = () => {
    const place = temporaryFolder();
    const folder = join(place.path, "project");
    mkdirSync(folder);
    for (const [path, text] of Object.entries(project)) write(folder, path, text);
    return { folder, store: join(place.path, "store"), [Symbol.dispose]: () => place[Symbol.dispose]() };
  };

  it("leave its repository as it is", async () => {
    using at = world();
    execFileSync("git", ["init", "--quiet"], { cwd: at.folder });
    const list = () => new Set(readdirSync(join(at.folder, ".git"), { recursive: true, encoding: "utf8" }));
    const before = list();
    await differences(at.folder, at.store, (folder) => write(folder, "a.txt", "1\n"));
    assert.deepEqual(list(), before);
  });

  it("run nothing that its settings, hooks or attributes name", async () => {
    using at = world();
    const mark = join(at.folder, "../ran");
    const script = join(at.folder, "evil.sh");
    write(at.folder, "evil.sh", `#!/bin/sh\ntouch ${mark}\ncat\n`);
    chmodSync(script, 0o755);
    execFileSync("git", ["init", "--quiet"], { cwd: at.folder });
    const config = `[core]\n\tfsmonitor = ${script}\n\thooksPath = ${at.folder}\n[filter "evil"]\n\tclean = ${script}\n\tprocess = ${script}\n[diff "evil"]\n\ttextconv = ${script}\n`;
    writeFileSync(join(at.folder, ".git/config"), config);
    write(at.folder, ".gitattributes", "* filter=evil diff=evil text=auto working-tree-encoding=UTF-16\n");
    const { found } = await differences(at.folder, at.store, (folder) => write(folder, "a.txt", "1\n"));
    assert.deepEqual(found, [{ path: "a.txt", before: "one\n", after: "1\n" }]);
    assert.equal(existsSync(mark), false);
  });

  it("say that there are more changes than were asked for", async () => {
    using at = world();
    const many: Change = (folder) => {
      for (let n = 0; n < 5; n++) write(folder, `n${n}.txt`, "x");
    };
    const { found, isCut } = await differences(at.folder, at.store, many, 3);
    assert.equal(isCut, true);
    assert.equal(found.length, 3);
  });

  it("do not follow links out of it", async () => {
    using at = world();
    const outside = join(at.folder, "../outside.txt");
    writeFileSync(outside, "secret");
    symlinkSync(outside, join(at.folder, "link"));
    const { found } = await differences(at.folder, at.store, () => writeFileSync(outside, "other"));
    assert.deepEqual(found, []);
  });

  it("are taken after one that was stopped in the middle", async () => {
    using at = world();
    const store = join(at.store, "stopped");
    const snapshots = createSnapshots(store, files);
    await snapshots.take([at.folder], signal);
    for (let n = 0; n < 2_000; n++) write(at.folder, `many/${n % 20}/${n}.txt`, `${n}\n`);
    const stopper = new AbortController();
    const isLocked = (): boolean =>
      readdirSync(store, { recursive: true }).some((name) => name.toString().endsWith(".lock"));
    const taking = snapshots.take([at.folder], stopper.signal).catch(() => "stopped");
    while (!isLocked()) await setImmediate();
    stopper.abort(new Error("stopped"));
    assert.equal(await taking, "stopped");
    assert.equal(isLocked(), false);
    assert.ok("changes" in (await snapshots.take([at.folder], signal)));
  });

  it("are not tried again and again where they take too long", async () => {
    using at = world();
    const [bin, tries] = [join(at.folder, "../bin"), join(at.folder, "../tries")];
    write(bin, "git", `#!/bin/sh\necho x >> "${tries}"\nexec sleep 60\n`);
    chmodSync(join(bin, "git"), 0o755);
    const path = process.env["PATH"];
    process.env["PATH"] = `${bin}:${path}`;
    try {
      const snapshots = createSnapshots(at.store, files, 1_000);
      const first = await snapshots.take([at.folder], signal);
      assert.match("problem" in first ? first.problem : "", /takes too long/);
      assert.deepEqual(await snapshots.take([at.folder], signal), { problem: "" });
      assert.equal(readFileSync(tries, "utf8"), "x\n");
    } finally {
      process.env["PATH"] = path;
    }
  });

  it("take two at a time", async () => {
    using at = world();
    const snapshots = createSnapshots(at.store, files);
    const taken = await Promise.all([
      snapshots.take([at.folder], signal),
      snapshots.take([at.folder], signal),
    ]);
    write(at.folder, "a.txt", "1\n");
    for (const one of taken) {
      assert.ok("changes" in one);
      assert.equal((await one.changes(10, signal)).files.length, 1);
    }
  });

  it("keep what they hold from other users", async () => {
    using at = world();
    await differences(at.folder, at.store, () => {});
    const [name = ""] = readdirSync(at.store);
    assert.equal(statSync(join(at.store, name)).mode & 0o077, 0);
  });
});
