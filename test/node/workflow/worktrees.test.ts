import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createWorktrees } from "#node/workflow/worktrees.ts";

describe("worktrees of agents", () => {
  const folder = mkdtempSync(join(tmpdir(), "boocode-worktrees-"));
  const repository = join(folder, "project");
  const place = join(folder, "trees");
  const signal = new AbortController().signal;
  const git = (...args: readonly string[]): string =>
    execFileSync("git", ["-c", "user.name=t", "-c", "user.email=t@example.com", ...args], {
      cwd: repository,
      encoding: "utf8",
    });
  before(() => {
    mkdirSync(repository);
    git("init", "--quiet");
    writeFileSync(join(repository, "a.txt"), "one\n");
    git("add", ".");
    git("commit", "--quiet", "-m", "first");
  });
  after(() => rmSync(folder, { recursive: true, force: true }));
  const trees = createWorktrees(repository, place);

  it("begin from the current HEAD and are removed where nothing changed", async () => {
    const base = await trees.base(signal);
    assert.equal(base, git("rev-parse", "HEAD").trim());
    const tree = await trees.create("run-1-1", base, signal);
    assert.ok(existsSync(join(tree.path, "a.txt")));
    assert.equal(await tree.finish(), undefined);
    assert.ok(!existsSync(tree.path));
    assert.equal(git("branch", "--list", "boocode/*"), "");
  });
  it("stay where something changed, new files too, and are told with their changes", async () => {
    const tree = await trees.create("run-1-2", await trees.base(signal), signal);
    writeFileSync(join(tree.path, "a.txt"), "two\n");
    writeFileSync(join(tree.path, "ü.txt"), "new\n");
    const kept = await tree.finish();
    assert.equal(kept?.branch, "boocode/run-1-2");
    assert.match(kept?.changes ?? "", /a\.txt[\s\S]*ü\.txt[\s\S]*2 files changed/);
    assert.ok(existsSync(tree.path));
  });
  it("stay where something was committed", async () => {
    const tree = await trees.create("run-1-3", await trees.base(signal), signal);
    writeFileSync(join(tree.path, "a.txt"), "three\n");
    execFileSync(
      "git",
      ["-c", "user.name=t", "-c", "user.email=t@example.com", "commit", "--quiet", "-am", "more"],
      { cwd: tree.path },
    );
    assert.match((await tree.finish())?.changes ?? "", /a\.txt/);
  });
  it("run nothing that the repositories in them name, and stay where there are any", async () => {
    const mark = join(folder, "ran");
    const inner = (tree: string, ...args: readonly string[]) =>
      execFileSync("git", ["-c", "user.name=t", "-c", "user.email=t@example.com", ...args], {
        cwd: join(tree, "sub"),
        stdio: "ignore",
      });
    const make = (tree: string): void => {
      mkdirSync(join(tree, "sub"), { recursive: true });
      inner(tree, "init", "--quiet");
      inner(tree, "commit", "--quiet", "--allow-empty", "-m", "inner");
      inner(tree, "config", "core.fsmonitor", `touch ${mark}; false`);
    };
    const added = await trees.create("run-1-5", await trees.base(signal), signal);
    make(added.path);
    execFileSync("git", ["add", "sub"], { cwd: added.path, stdio: "ignore" });
    rmSync(mark, { force: true });
    assert.match((await added.finish())?.changes ?? "", /sub/);
    assert.equal(existsSync(mark), false);
    git("update-index", "--add", "--cacheinfo", `160000,${git("rev-parse", "HEAD").trim()},sub`);
    git("commit", "--quiet", "-m", "with a submodule");
    const known = await trees.create("run-1-6", await trees.base(signal), signal);
    make(known.path);
    inner(known.path, "commit", "--quiet", "--allow-empty", "-m", "more");
    rmSync(mark, { force: true });
    assert.ok((await known.finish()) !== undefined);
    assert.equal(existsSync(mark), false);
    git("reset", "--quiet", "--hard", "HEAD~1");
  });
  it("are worked in where the project is a part of a repository", async () => {
    mkdirSync(join(repository, "packages/one"), { recursive: true });
    const part = createWorktrees(join(repository, "packages/one"), join(folder, "parts"));
    const tree = await part.create("run-2-1", await part.base(signal), signal);
    assert.equal(tree.path, join(folder, "parts/run-2-1/packages/one"));
    writeFileSync(join(tree.path, "new.txt"), "new\n");
    const kept = await tree.finish();
    assert.deepEqual(
      [kept?.path, kept?.changes.includes("packages/one/new.txt")],
      [join(folder, "parts/run-2-1"), true],
    );
  });
  it("are made over what a crash left", async () => {
    const base = await trees.base(signal);
    await trees.create("run-1-4", base, signal);
    const again = await trees.create("run-1-4", base, signal);
    assert.equal(await again.finish(), undefined);
  });
  it("can be made many at once", async () => {
    const base = await trees.base(signal);
    const all = await Promise.all([5, 6, 7, 8].map((n) => trees.create(`run-1-${n}`, base, signal)));
    for (const tree of all) assert.equal(await tree.finish(), undefined);
  });
  it("say so where there is no repository", async () => {
    await assert.rejects(createWorktrees(folder, place).base(signal), { code: "no-repository" });
  });
});
