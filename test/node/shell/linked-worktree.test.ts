import assert from "node:assert/strict";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { CommandSpec } from "#core/shell-ports.ts";
import { World, type Ran } from "./world.ts";

const author = "-c user.name=a -c user.email=a@b -c protocol.file.allow=always";

/** A workspace whose repository lies elsewhere. */
class LinkedWorld extends World {
  /** The repository that it belongs to. */
  readonly repository = join(this.root, "main/.git");

  /** Runs what makes it, unconfined. */
  async make(line: string): Promise<void> {
    const { exitCode, text } = await this.run(line, { folder: this.root });
    assert.equal(exitCode, 0, text);
  }

  static async linked(): Promise<LinkedWorld> {
    const world = new LinkedWorld();
    await world.make(
      `git init --quiet main && cd main && echo one > file && git add . && git ${author} commit --quiet -m one &&
git worktree add --quiet ../home/project && git worktree add --quiet ../other`,
    );
    return world;
  }

  async given(line: string, leave: Parameters<World["confined"]>[0] = {}): Promise<Ran> {
    const spec: Partial<CommandSpec> = await this.confined(leave);
    return this.run(line, spec);
  }

  refusals({ refusals }: Ran): readonly string[] {
    return refusals.map((one) =>
      one.operation === "network" ? "network" : `${one.operation} ${one.path.replace(`${this.root}/`, "")}`,
    );
  }
}

describe("shell: a workspace that is a linked worktree", () => {
  let world: LinkedWorld;
  before(async () => (world = await LinkedWorld.linked()));
  after(() => world[Symbol.asyncDispose]());
  const writable = () => ({ writable: [world.workspace, world.repository] });

  for (const line of ["git status", "git log --oneline", "git -C . diff", "mkdir -p sub; cd sub; git status"])
    it(`asks for the repository: ${line}`, async () => {
      const ran = await world.given(line);
      assert.notEqual(ran.exitCode, 0);
      assert.deepEqual(world.refusals(ran), ["read main/.git"], ran.text);
    });

  it("is looked at once the repository may be read", async () => {
    const leave = { readable: [world.repository] };
    const { exitCode, text } = await world.given(
      "git status --short && git log --format=%s && cat file",
      leave,
    );
    assert.deepEqual([exitCode, text], [0, "one\none\n"]);
  });

  it("asks for the whole repository where it is written", async () => {
    const line = `echo two > two && git add two && git ${author} commit -m two`;
    const ran = await world.given(line, { readable: [world.repository] });
    assert.notEqual(ran.exitCode, 0);
    assert.deepEqual(world.refusals(ran), ["write main/.git"], ran.text);
  });

  it("is committed in once the repository may be written", async () => {
    const line = `echo three > three && git add three && git ${author} commit --quiet -m three && git log --format=%s`;
    const { exitCode, text } = await world.given(line, writable());
    assert.deepEqual([exitCode, text], [0, "three\none\n"]);
  });

  it("is given more worktrees beside it once both are allowed", async () => {
    const made = join(world.root, "made");
    const leave = { writable: [world.workspace, made, world.repository] };
    const { exitCode, text } = await world.given(
      "git worktree add --quiet ../../made && git -C ../../made log --format=%s -1",
      leave,
    );
    assert.deepEqual([exitCode, text.split("\n").at(-2)], [0, "three"], text);
    assert.ok(existsSync(join(made, ".git")));
  });

  it("gives nobody its hooks and settings, nor what other worktrees have", async () => {
    const other = join(world.repository, "worktrees/other/HEAD");
    const own = join(world.repository, "worktrees/project");
    const before = [other, join(world.repository, "config"), join(own, "commondir")].map((path) =>
      readFileSync(path, "utf8"),
    );
    const line = `G=${world.repository}; git config core.fsmonitor evil; echo evil > $G/hooks/pre-commit; mv $G/hooks $G/h; mkdir $G/h
echo evil > $G/worktrees/other/HEAD; echo evil > $G/worktrees/project/commondir; echo evil > $G/worktrees/project/config.worktree
mv $G/worktrees $G/w; mv $G/worktrees/other $G/worktrees/o; rm -rf $G/worktrees/other; echo gitdir: /evil > .git`;
    await world.given(line, writable());
    assert.deepEqual(
      [other, join(world.repository, "config"), join(own, "commondir")].map((path) =>
        readFileSync(path, "utf8"),
      ),
      before,
    );
    assert.equal(existsSync(join(world.repository, "hooks/pre-commit")), false);
    assert.equal(existsSync(join(own, "config.worktree")), false);
    assert.match(readFileSync(join(world.workspace, ".git"), "utf8"), /main\/\.git\/worktrees\/project\n$/);
    assert.equal((await world.run("git status --short", { folder: join(world.root, "other") })).text, "");
  });
});

describe("shell: a workspace whose repository lies elsewhere", () => {
  it("is a submodule", async () => {
    await using world = new LinkedWorld();
    await world.make(
      `git init --quiet lib && cd lib && git ${author} commit --quiet --allow-empty -m lib && cd .. &&
rmdir home/project && git init --quiet home && cd home && git ${author} submodule --quiet add ../lib project`,
    );
    const first = await world.given("git status");
    assert.deepEqual(world.refusals(first), ["read home/.git/modules/project"], first.text);
    const repository = join(world.home, ".git/modules/project");
    const line = `echo x > x && git add x && git ${author} commit --quiet -m x && git status --short && git log --format=%s`;
    const leave = { writable: [world.workspace, repository] };
    const { exitCode, text } = await world.given(`${line}; git config core.fsmonitor evil`, leave);
    assert.match(text, /^x\nlib\n/);
    assert.notEqual(exitCode, 0);
  });

  it("is that of a folder further up, which is asked for to be read, and the repository to be written", async () => {
    await using world = new LinkedWorld();
    const folder = join(world.workspace, "packages/one");
    await world.make(
      "cd home/project && git init --quiet && mkdir -p packages/one && echo x > packages/one/x",
    );
    const given = async (line: string, leave: object) =>
      world.run(line, { ...(await world.confined({ writable: [folder], ...leave })), folder });
    const first = await given("git status", {});
    assert.deepEqual(world.refusals(first), ["read home/project"], first.text);
    const readable = [world.workspace];
    const second = await given(`git status --short && git add x`, { readable });
    assert.deepEqual(world.refusals(second), ["write home/project/.git/index.lock"], second.text);
    const writable = [folder, join(world.workspace, ".git")];
    const line = `git add x && git ${author} commit --quiet -m x && git log --format=%s; git config core.fsmonitor evil`;
    const third = await given(line, { readable, writable });
    assert.match(third.text, /^x\n/);
    assert.notEqual(third.exitCode, 0);
  });

  it("is asked for each time where its place is the session's own to other commands", async () => {
    await using world = new LinkedWorld();
    const repository = join(world.home, ".cache/main/.git");
    await world.make(
      `git init --quiet home/.cache/main && cd home/.cache/main && git ${author} commit --quiet --allow-empty -m one &&
git worktree add --quiet ../../project`,
    );
    for (let time = 0; time < 2; time++) {
      const refused = await world.given("git status");
      assert.deepEqual(world.refusals(refused), ["read home/.cache/main/.git"], refused.text);
      const given = await world.given("git log --format=%s", { readable: [repository] });
      assert.deepEqual([given.exitCode, given.text], [0, "one\n"]);
    }
  });

  it("is a home's, which nobody is asked for", async () => {
    await using world = new LinkedWorld();
    await world.make("git init --quiet home");
    assert.deepEqual(world.refusals(await world.given("git status")), []);
  });

  it("is what a link leads to", async () => {
    await using world = new LinkedWorld();
    await world.make("git init --quiet other && ln -s ../../other/.git home/project/.git");
    const first = await world.given("git status");
    assert.deepEqual(world.refusals(first), ["read other/.git"], first.text);
    const { exitCode, text } = await world.given("git status --short", {
      readable: [join(world.root, "other/.git")],
    });
    assert.deepEqual([exitCode, text], [0, ""]);
  });

  it("is none, whatever the file says: the folder that it names is asked for, and not seen", async () => {
    await using world = new LinkedWorld();
    world.file("home/.ssh/id_rsa", "SECRET\n");
    for (const said of [`${world.home}/.ssh`, "../.ssh", `${world.home}/.ssh/x/worktrees/y`]) {
      writeFileSync(join(world.workspace, ".git"), `gitdir: ${said}\n`);
      const ran = await world.given("git status; git log; cat ../.ssh/id_rsa");
      assert.doesNotMatch(ran.text, /SECRET/);
      assert.ok(
        world.refusals(ran).every((one) => one.startsWith("read home/.ssh")),
        ran.text,
      );
    }
  });
});
