import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import {
  appendFileSync,
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { Snapshot, Snapshots } from "#core/shell-ports.ts";
import { createSnapshots, type SnapshotsOptions } from "#node/snapshot/snapshots.ts";
import { until } from "../shell/world.ts";

const never = new AbortController().signal;

/** A project, and what remembers it. */
class Project implements AsyncDisposable {
  readonly root = realpathSync(mkdtempSync(join(tmpdir(), "boocode-snapshot-")));
  readonly folder = join(this.root, "project");
  readonly complaints: string[] = [];
  readonly snapshots: Snapshots & AsyncDisposable;

  constructor(options: Partial<SnapshotsOptions> = {}) {
    mkdirSync(this.folder);
    const note = (message: string): void => void this.complaints.push(message);
    const log = { info: () => {}, warn: note, error: note };
    this.snapshots = createSnapshots({ directory: join(this.root, "store"), log, ...options });
  }

  write(path: string, text: string | Buffer): string {
    const full = join(this.folder, path);
    mkdirSync(dirname(full), { recursive: true });
    writeFileSync(full, text);
    return full;
  }

  git(...line: readonly string[]): void {
    const user = ["-c", "user.name=Test", "-c", "user.email=test@example.invalid"];
    execFileSync("git", [...user, ...line], { cwd: this.folder, stdio: "pipe" });
  }

  async take(folders: readonly string[] = [this.folder]): Promise<Snapshot> {
    const taken = await this.snapshots.take(folders, never);
    assert.ok(!("problem" in taken), "problem" in taken ? taken.problem : "");
    return taken;
  }

  /** What has changed, as texts: path, before and after. */
  async changes(snapshot: Snapshot, limit = 100): Promise<readonly (readonly (string | undefined)[])[]> {
    const { files } = await snapshot.changes(limit, never);
    return files.map(({ path, before, after, isTooLarge }) => [
      path.slice(this.folder.length + 1),
      ...[before, after].map((bytes) => bytes && Buffer.from(bytes).toString("latin1")),
      ...(isTooLarge === true ? ["too large"] : []),
    ]);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.snapshots[Symbol.asyncDispose]();
    rmSync(this.root, { recursive: true, force: true });
  }
}

for (const [name, options] of [
  ["with git", {}],
  ["without git", { withoutGit: true }],
] as const) {
  describe(`snapshots, ${name}`, () => {
    let project: Project;
    beforeEach(() => (project = new Project(options)));
    afterEach(async () => {
      await project[Symbol.asyncDispose]();
      assert.deepEqual(project.complaints, []);
    });

    it("tell what was changed, made and removed, with all bytes", async () => {
      const bytes = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte));
      project.write("changed.txt", "before\r\nline\n");
      project.write("binary", bytes);
      project.write("deep/er/removed", "was\n");
      project.write("same", "same\n");
      project.write("empty", "");
      const snapshot = await project.take();
      project.write("changed.txt", "after\n");
      project.write("binary", Buffer.concat([bytes, bytes]));
      rmSync(join(project.folder, "deep"), { recursive: true });
      project.write("same", "same\n");
      project.write("new/file", "made\n");
      project.write("empty", "full");
      assert.deepEqual(await project.changes(snapshot), [
        ["binary", bytes.toString("latin1"), Buffer.concat([bytes, bytes]).toString("latin1")],
        ["changed.txt", "before\r\nline\n", "after\n"],
        ["deep/er/removed", "was\n", undefined],
        ["empty", "", "full"],
        ["new/file", undefined, "made\n"],
      ]);
    });

    it("see what has the same length and the same times", async () => {
      const path = project.write("file", "one\n");
      const snapshot = await project.take();
      writeFileSync(path, "two\n");
      assert.deepEqual(await project.changes(snapshot), [["file", "one\n", "two\n"]]);
      const old = new Date(Date.now() - 3_600_000);
      utimesSync(path, old, old);
      const next = await project.take();
      writeFileSync(path, "six\n");
      utimesSync(path, old, old);
      assert.deepEqual(await project.changes(next), [["file", "two\n", "six\n"]]);
    });

    it("tell a renamed file as removed and made, and one that came back as nothing", async () => {
      const path = project.write("a", "text\n");
      project.write("b", "other\n");
      const snapshot = await project.take();
      renameSync(path, join(project.folder, "c"));
      rmSync(join(project.folder, "b"));
      project.write("b", "other\n");
      assert.deepEqual(await project.changes(snapshot), [
        ["a", "text\n", undefined],
        ["c", undefined, "text\n"],
      ]);
    });

    it("do not look at what is ignored, by any rule", async () => {
      project.git("init", "--quiet");
      project.write(".gitignore", "*.log\n/dist/\n!keep.log\n");
      project.write("sub/.gitignore", "generated\n");
      writeFileSync(join(project.folder, ".git/info/exclude"), "private\n");
      const paths = [
        "a.log",
        "keep.log",
        "dist/x",
        "sub/generated/x",
        "private",
        "kept",
        "sub/kept",
        ".git/x",
      ];
      for (const path of paths) project.write(path, "before\n");
      const snapshot = await project.take();
      for (const path of paths) project.write(path, "after\n");
      const changed = (await project.changes(snapshot)).map(([path]) => path);
      assert.deepEqual(changed, ["keep.log", "kept", "sub/kept"]);
    });

    it("do not take for new what only stopped being ignored", async () => {
      project.write(".gitignore", "*.env\n");
      const secret = project.write("secret.env", "mine\n");
      const ignore = join(project.folder, ".gitignore");
      // What is made within the difference that clocks may have counts as made since.
      const probe = join(project.root, "probe");
      await until(() => {
        writeFileSync(probe, "");
        return statSync(probe).ctimeMs - statSync(secret).birthtimeMs > 200;
      });
      const longAgo = new Date(Date.now() - 60_000);
      utimesSync(ignore, longAgo, longAgo);
      const snapshot = await project.take();
      writeFileSync(ignore, "\n");
      project.write("made", "made\n");
      assert.deepEqual(
        (await project.changes(snapshot)).map(([path]) => path),
        [".gitignore", "made"],
      );
    });

    it("tell of what is ignored by now only if it was changed", async () => {
      project.write("kept", "kept\n");
      project.write("changed", "before\n");
      const snapshot = await project.take();
      project.write(".gitignore", "kept\nchanged\n");
      project.write("changed", "after\n");
      assert.deepEqual(await project.changes(snapshot), [
        [".gitignore", undefined, "kept\nchanged\n"],
        ["changed", "before\n", "after\n"],
      ]);
    });

    it("look into repositories in repositories", async () => {
      project.git("init", "--quiet");
      project.write("inner/file", "before\n");
      project.write("inner/.gitignore", "*.tmp\n");
      execFileSync("git", ["init", "--quiet"], { cwd: join(project.folder, "inner") });
      execFileSync("git", ["add", "."], { cwd: join(project.folder, "inner") });
      const snapshot = await project.take();
      project.write("inner/file", "after\n");
      project.write("inner/x.tmp", "");
      assert.deepEqual(await project.changes(snapshot), [["inner/file", "before\n", "after\n"]]);
    });

    it("hold for a folder in a repository, whose rules they follow, and for several", async () => {
      project.git("init", "--quiet");
      project.write(".gitignore", "*.log\n/part/only-here\n");
      for (const path of ["part/a", "part/x.log", "part/only-here", "other", "second/b"])
        project.write(path, "1\n");
      const part = join(project.folder, "part");
      const snapshot = await project.take([
        part,
        join(project.folder, "second"),
        join(part, "inner-gone"),
        part,
      ]);
      for (const path of ["part/a", "part/x.log", "part/only-here", "other", "second/b"])
        project.write(path, "2\n");
      assert.deepEqual(await project.changes(snapshot), [
        ["part/a", "1\n", "2\n"],
        ["second/b", "1\n", "2\n"],
      ]);
    });

    it("follow no link, and wait for no pipe", async () => {
      const outside = join(project.root, "outside");
      writeFileSync(outside, "outside\n");
      symlinkSync(outside, join(project.folder, "link"));
      execFileSync("sh", ["-c", "mkfifo pipe"], { cwd: project.folder });
      project.write("file", "text\n");
      const snapshot = await project.take();
      appendFileSync(outside, "more\n");
      rmSync(join(project.folder, "file"));
      symlinkSync(outside, join(project.folder, "file"));
      assert.deepEqual(await project.changes(snapshot), [["file", "text\n", undefined]]);
    });

    it("give bytes of so many files as are asked for, in path order", async () => {
      const snapshot = await project.take();
      for (const path of ["b", "a/z", "a.txt", "c"]) project.write(path, path);
      const { files, more } = await snapshot.changes(2, never);
      assert.deepEqual(
        [files.map(({ path }) => path.slice(project.folder.length + 1)), more],
        [["a/z", "a.txt"], 2],
      );
      assert.equal((await snapshot.changes(4, never)).more, 0);
    });

    it("can be several at a time, of which each knows its own moment", async () => {
      project.write("file", "1\n");
      const first = await project.take();
      project.write("file", "2\n");
      const second = await project.take();
      project.write("file", "3\n");
      assert.deepEqual(await project.changes(first), [["file", "1\n", "3\n"]]);
      await first[Symbol.asyncDispose]();
      assert.deepEqual(await project.changes(second), [["file", "2\n", "3\n"]]);
      await assert.rejects(first.changes(1, never), { code: "no-snapshot" });
    });

    it("touch neither the folder nor its repository", async () => {
      project.git("init", "--quiet");
      project.write("file", "text\n");
      project.git("add", ".");
      project.git("commit", "--quiet", "-m", "First");
      const states = () =>
        readdirSync(project.folder, { recursive: true, encoding: "utf8" }).map((path) => {
          const { mtimeMs, size, ino } = statSync(join(project.folder, path));
          return [path, mtimeMs, size, ino];
        });
      const before = states();
      const snapshot = await project.take();
      assert.deepEqual(await project.changes(snapshot), []);
      assert.deepEqual(states(), before);
    });

    it("run nothing that a project has set up", async () => {
      project.git("init", "--quiet");
      const trap = project.write("trap.sh", `#!/bin/sh\ntouch ${project.root}/sprung\ncat\n`);
      chmodSync(trap, 0o755);
      for (const [key, value] of [
        ["core.fsmonitor", trap],
        ["core.hooksPath", project.folder],
        ["filter.evil.clean", trap],
        ["filter.evil.smudge", trap],
        ["filter.evil.process", trap],
        ["diff.evil.textconv", trap],
        ["core.pager", trap],
        ["core.editor", trap],
        ["core.sshCommand", trap],
        ["core.gitProxy", trap],
      ] as const)
        project.git("config", key, value);
      project.write(".gitattributes", "* filter=evil diff=evil text eol=crlf ident\n");
      project.write("a.txt", "$Id$\nline\r\n");
      project.write("inner/x", "inner\n");
      execFileSync("git", ["init", "--quiet"], { cwd: join(project.folder, "inner") });
      execFileSync("git", ["config", "core.fsmonitor", trap], { cwd: join(project.folder, "inner") });
      const snapshot = await project.take();
      project.write("a.txt", "after\r\n");
      assert.deepEqual(await project.changes(snapshot), [["a.txt", "$Id$\nline\r\n", "after\r\n"]]);
      assert.equal(existsSync(join(project.root, "sprung")), false);
    });
  });
}

describe("snapshots, bounded", () => {
  const bounded = async (limits: SnapshotsOptions["limits"], run: (project: Project) => Promise<void>) => {
    await using project = new Project(limits && { limits });
    await run(project);
  };

  it("keep no file that is too large, but tell that it changed", () =>
    bounded({ fileBytes: 10 }, async (project) => {
      for (const path of ["grows", "large", "shrinks", "same"])
        project.write(path, path === "grows" ? "small" : "0123456789 and more");
      const snapshot = await project.take();
      project.write("grows", "0123456789 and more");
      project.write("large", "0123456789 and less");
      project.write("shrinks", "small");
      project.write("made", "0123456789 and more");
      assert.deepEqual(await project.changes(snapshot), [
        ["grows", "small", undefined, "too large"],
        ["large", undefined, undefined, "too large"],
        ["made", undefined, undefined, "too large"],
        ["shrinks", undefined, "small", "too large"],
      ]);
    }));

  it("tell no more bytes at once than fit", () =>
    bounded({ toldBytes: 10 }, async (project) => {
      const snapshot = await project.take();
      project.write("a", "12345");
      project.write("b", "1234567");
      project.write("c", "12345");
      assert.deepEqual(await project.changes(snapshot), [
        ["a", undefined, "12345"],
        ["b", undefined, undefined, "too large"],
        ["c", undefined, "12345"],
      ]);
    }));

  for (const [name, limits] of [
    ["files", { files: 3 }],
    ["bytes", { bytes: 10 }],
  ] as const) {
    it(`say that a folder is too large: ${name}`, () =>
      bounded(limits, async (project) => {
        for (let n = 0; n < 5; n++) project.write(`${n}`, "12345");
        const taken = [
          await project.snapshots.take([project.folder], never),
          await project.snapshots.take([project.folder], never),
        ];
        for (const one of taken)
          assert.match("problem" in one ? one.problem : "", /can not be reverted: there are more than/);
        assert.deepEqual(taken[0], taken[1]);
      }));
  }

  it("give up in time", () =>
    bounded({ timeMs: 1 }, async (project) => {
      for (let n = 0; n < 1_000; n++) project.write(`${n}`, "");
      const taken = await project.snapshots.take([project.folder], never);
      assert.match("problem" in taken ? taken.problem : "", /took longer than/);
    }));

  it("end at once when they are not needed any more", () =>
    bounded(undefined, async (project) => {
      for (let n = 0; n < 1_000; n++) project.write(`${n}`, "");
      const stop = new AbortController();
      const taking = project.snapshots.take([project.folder], stop.signal);
      const reason = new Error("not needed");
      stop.abort(reason);
      await assert.rejects(taking, reason);
      await assert.rejects(project.snapshots.take([project.folder], stop.signal), reason);
      assert.deepEqual(await project.changes(await project.take()), []);
    }));

  it("leave no content on disk by a name", () =>
    bounded(undefined, async (project) => {
      project.write("file", "SECRET\n");
      await project.take();
      const store = join(project.root, "store");
      const files = readdirSync(store, { recursive: true, encoding: "utf8", withFileTypes: true }).filter(
        (one) => one.isFile(),
      );
      for (const file of files)
        assert.doesNotMatch(readFileSync(join(file.parentPath, file.name), "utf8"), /SECRET/);
    }));

  it("make nothing before they are asked", () =>
    bounded(undefined, async (project) => assert.equal(existsSync(join(project.root, "store")), false)));
});
