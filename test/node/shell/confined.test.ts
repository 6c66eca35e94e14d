import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { existsSync, readFileSync, readlinkSync, readdirSync, symlinkSync, statSync } from "node:fs";
import { join } from "node:path";
import { createShell } from "#node/shell/shell.ts";
import { never, until, World } from "./world.ts";

const allIn = (folder: string) => new Set(readdirSync(folder, { recursive: true, encoding: "utf8" }));

describe("shell: a confined command", () => {
  let world: World;
  before(async () => {
    world = new World();
    assert.equal(await world.shell.confinement(), "bubblewrap", world.warnings.join("\n"));
  });
  after(() => world[Symbol.asyncDispose]());

  const told = (refusals: Awaited<ReturnType<World["run"]>>["refusals"]) =>
    refusals.map((one) =>
      one.operation === "network" ? `network ${one.host}` : `${one.operation} ${one.path}`,
    );

  it("works in the workspace as any other", async () => {
    const name = `x-${randomUUID()}`;
    const line = `mkdir -p a/b; echo text > a/b/c; mv a/b/c d; cat d; echo tmp > /tmp/${name}; cat /tmp/${name} /var/tmp/${name}; echo $TMPDIR`;
    const { text, exitCode, refusals } = await world.run(line, await world.confined());
    assert.deepEqual([text, exitCode, refusals], ["text\ntmp\ntmp\n/tmp\n", 0, []]);
    assert.equal(readFileSync(join(world.workspace, "d"), "utf8"), "text\n");
    assert.equal(statSync(join(world.workspace, "d")).uid, process.getuid?.());
    const { confinement } = await world.confined();
    assert.equal(readFileSync(join(confinement.temporary, name), "utf8"), "tmp\n");
    assert.equal(existsSync(join("/tmp", name)), false);
  });

  it("has common tools", async () => {
    const line =
      "git --version && ls /usr/bin > /dev/null && id -u && [ -r /proc/self/status ] && echo > /dev/null && getent passwd root | cut -d: -f1";
    const { text, exitCode } = await world.run(line, await world.confined());
    assert.equal(exitCode, 0, text);
    assert.match(text, /git version .*\n\d+\nroot\n/s);
  });

  const refused = (name: string, line: (outside: string) => string, operation: "read" | "write") =>
    it(`is refused, and works after the grant: ${name}`, async () => {
      const outside = world.file(`outside/${name.replaceAll(/\W/g, "-")}`, "outside\n");
      const command = line(outside);
      const first = await world.run(command, await world.confined());
      assert.notEqual(first.exitCode, 0);
      assert.deepEqual(told(first.refusals), [`${operation} ${outside}`], first.text);
      assert.equal(readFileSync(outside, "utf8"), "outside\n");
      const { workspace } = world;
      const leave = operation === "read" ? { readable: [outside] } : { writable: [workspace, outside] };
      const second = await world.run(command, await world.confined(leave));
      assert.deepEqual([second.exitCode, second.refusals], [0, []], second.text);
      if (operation === "write") assert.equal(readFileSync(outside, "utf8"), "inside\n");
    });
  refused("a write of a file", (file) => `echo inside > ${file}`, "write");
  refused("a write by a program", (file) => `echo inside | tee ${file} > /dev/null`, "write");
  refused("a write by git's way", (file) => `printf 'inside\\n' | dd of=${file} status=none`, "write");
  refused("a read", (file) => `cat ${file}`, "read");
  refused("a read through a link", (file) => `ln -sfn ${file} link && cat link && cat ${file}`, "read");
  refused("a read by Python", (file) => `/usr/bin/python3 -c "open('${file}')"`, "read");

  it("is refused, and works after the grant: a new file and a new folder", async () => {
    world.file("fresh/kept", "kept\n");
    const fresh = join(world.root, "fresh");
    for (const [line, path] of [
      [`echo new > ${fresh}/file`, `${fresh}/file`],
      [`mkdir ${fresh}/folder`, `${fresh}/folder`],
    ] as const) {
      const first = await world.run(line, await world.confined());
      assert.deepEqual(told(first.refusals), [`write ${path}`], first.text);
      const leave = { writable: [world.workspace, path] };
      const second = await world.run(`${line} && cat ${fresh}/kept`, await world.confined(leave));
      // What was in that folder is neither to be read nor to be changed by that.
      assert.notEqual(second.exitCode, 0);
      assert.match(second.text, /Permission denied/);
      assert.ok(existsSync(path));
    }
    assert.deepEqual(readdirSync(fresh).toSorted(), ["file", "folder", "kept"]);
  });

  it("removes what was granted to be removed, and nothing beside it", async () => {
    for (const path of ["old/.git/hooks/x", "old/deep/file", "kept/file", "target/file"])
      world.file(`attic/${path}`, "text\n");
    const attic = join(world.root, "attic");
    symlinkSync("target", join(attic, "link"));
    const gone = [join(attic, "old"), join(attic, "link")];
    const leave = await world.confined({
      ...{ readable: gone, writable: [world.workspace, ...gone], removable: gone },
    });
    const { exitCode, text } = await world.run(
      `cd ${attic} && rm -rf old && rm link && ! rm -rf kept target && ! cat target/file`,
      leave,
    );
    assert.equal(exitCode, 0, text);
    assert.doesNotMatch(text, /^text$/m);
    assert.deepEqual([...allIn(attic)].toSorted(), ["kept", "kept/file", "target", "target/file"]);
    for (const name of ["one", "two"]) world.file(`attic/${name}/file`);
    const both = ["one", "two"].map((name) => join(attic, name));
    const move = await world.run(
      `mv ${both[0]} ${attic}/three && rm -r ${both[1]}`,
      await world.confined({ writable: [world.workspace, ...both, join(attic, "three")], removable: both }),
    );
    assert.deepEqual([move.exitCode, move.refusals], [0, []], move.text);
    assert.deepEqual(readdirSync(attic).toSorted(), ["kept", "target", "three"]);
  });

  it("removes a repository where that was granted", async () => {
    await world.run("git init --quiet . && mkdir .husky");
    const gone = [".git", ".husky"].map((name) => join(world.workspace, name));
    const leave = await world.confined({ writable: [world.workspace, ...gone], removable: gone });
    const { exitCode, text } = await world.run("rm -rf .git .husky", leave);
    assert.deepEqual([exitCode, text, gone.filter((path) => existsSync(path))], [0, "", []]);
  });

  it("can make nothing beside a new file that was granted which would be run", async () => {
    const shop = join(world.root, "shop");
    world.file("shop/profile", "original\n");
    symlinkSync("profile", join(shop, ".zshrc"));
    const leave = { writable: [world.workspace, join(shop, "new")] };
    const line = `cd ${shop}; echo new > new; echo evil > .bashrc; mkdir -p .git/hooks bin; rm .zshrc; echo evil > .zshrc; ls -A; exit 1`;
    const { text, refusals } = await world.run(line, await world.confined(leave));
    assert.match(text, /new/);
    assert.equal(readFileSync(join(shop, ".zshrc"), "utf8"), "original\n");
    assert.deepEqual(
      [".bashrc", ".git", "bin", "new"].filter((name) => existsSync(join(shop, name))),
      ["new"],
    );
    for (const name of [".bashrc", ".git", "bin", ".zshrc"])
      assert.ok(told(refusals).includes(`write ${join(shop, name)}`), `${name} of ${told(refusals).join()}`);
  });

  it("can not say that a repository's settings lie elsewhere", async () => {
    await world.run("git init --quiet repository");
    const git = join(world.workspace, "repository/.git");
    const leave = { readOnly: ["commondir", "worktrees", "hooks"].map((name) => join(git, name)) };
    const line =
      "cd repository; git status --short && echo works; echo ../evil > .git/commondir; mkdir .git/worktrees/x";
    const { text, refusals } = await world.run(line, await world.confined(leave));
    assert.match(text, /^works\n/);
    assert.ok(told(refusals).includes(`write ${join(git, "commondir")}`), told(refusals).join());
    assert.deepEqual(
      readdirSync(git).filter((name) => ["commondir", "worktrees"].includes(name)),
      [],
    );
    assert.deepEqual((await world.run("cd repository; git status --short")).text, "");
  });

  it("can not change what the repositories below the workspace run", async () => {
    await world.run("git init --quiet below; mkdir -p linked; echo gitdir: ../x > linked/.git");
    const line = `cd below; git config core.fsmonitor evil; echo evil > .git/hooks/pre-commit; mv .git g; mv .git/hooks .git/h
echo evil > ../linked/.git; echo text > a; git add a && git -c user.name=a -c user.email=a@b commit --quiet -m one && echo committed`;
    const { text } = await world.run(line, await world.confined());
    assert.match(text, /committed\n$/);
    const read = (path: string): string => readFileSync(join(world.workspace, path), "utf8");
    assert.doesNotMatch(read("below/.git/config"), /evil/);
    assert.equal(existsSync(join(world.workspace, "below/.git/hooks/pre-commit")), false);
    assert.equal(read("linked/.git"), "gitdir: ../x\n");
  });

  it("can write nowhere else, as if it had", async () => {
    const line = `for f in /x /etc/x /usr/x /home/x ~/x ~/.bashrc /srv/x /root/x /dev/x /sys/x ${world.root}/x; do echo x 2>/dev/null > $f && echo WROTE $f; done; true`;
    const environment = { ...process.env, HOME: world.home };
    await using other = new World({ home: world.home, environment });
    const { text } = await other.run(line, await other.confined());
    // /dev is the command's own, in memory.
    assert.equal(text.replace("WROTE /dev/x\n", ""), "");
  });
});

describe("shell: what a confined command does not see", () => {
  let world: World;
  before(() => {
    world = new World({ environment: { ...process.env, SECRET_TOKEN: "sk-1" } });
    for (const file of [".ssh/id_rsa", ".aws/credentials", ".npmrc", ".netrc", "notes.txt", ".nvm/version"])
      world.file(`home/${file}`, "SECRET\n");
    world.file("home/.gitconfig", "[user]\n\tname = Somebody\n");
  });
  after(() => world[Symbol.asyncDispose]());

  const hidden = (path: string) =>
    it(path, async () => {
      const full = path.replace("~", world.home);
      const { text, exitCode } = await world.run(`cat ${full}/* || cat ${full}`, await world.confined());
      assert.notEqual(exitCode, 0);
      assert.doesNotMatch(text, /SECRET|root:/);
    });
  for (const path of ["~/.ssh/id_rsa", "~/.aws/credentials", "~/.npmrc", "~/.netrc", "~/notes.txt"])
    hidden(path);
  for (const path of ["/etc/shadow", "/etc/gshadow", "/run/docker.sock", "/var/run/docker.sock"])
    hidden(path);
  for (const path of ["/srv", "/mnt", "/media", "/boot", "/var/lib/docker"]) hidden(path);

  it("secrets in a home that is the workspace", async () => {
    const leave = { writable: [world.home], readOnly: [join(world.home, ".bashrc")] };
    const line =
      "cat .ssh/id_rsa .npmrc .aws/credentials; ls .ssh; cat notes.txt; echo new > new.txt; echo x > .bashrc; echo x >> .nvm/version";
    const { text, refusals } = await world.run(`${line}; exit 1`, {
      ...(await world.confined(leave)),
      folder: world.home,
    });
    assert.equal(text.match(/SECRET/g)?.length, 1);
    assert.ok(existsSync(join(world.home, "new.txt")));
    assert.deepEqual(
      refusals.map((one) => one.operation !== "network" && one.path.slice(world.home.length + 1)),
      [".ssh/id_rsa", ".npmrc", ".aws/credentials", ".ssh", ".bashrc", ".nvm/version"],
    );
  });

  it("keys that were asked for by name are seen", async () => {
    const leave = { readable: [join(world.home, ".npmrc")] };
    const { text } = await world.run(`cat ${world.home}/.npmrc`, await world.confined(leave));
    assert.equal(text, "SECRET\n");
  });

  it("processes of others, and their variables", async () => {
    const more = { ...(await world.confined()), hiddenVariables: ["SECRET_TOKEN"] };
    const { text } = await world.run(
      "ls /proc | grep -c '^[0-9]'; cat /proc/*/environ | tr '\\0' '\\n' | grep SECRET",
      more,
    );
    assert.match(text, /^\d\n$/);
  });

  it("but it sees tools and git's settings", async () => {
    const line = `cat ${world.home}/.nvm/version; HOME=${world.home} git config --global user.name`;
    const { text } = await world.run(line, await world.confined());
    assert.equal(text, "SECRET\nSomebody\n");
  });

  it("and it can set nothing of the kernel's", async () => {
    const own = ["/proc/[0-9]*", "/proc/self/*", "/proc/thread-self/*"].map((path) => `-not -path '${path}'`);
    const line = `find /proc /sys /etc -writable -not -type l ${own.join(" ")} 2> /dev/null`;
    assert.equal((await world.run(line, await world.confined())).text, "");
  });

  it("and it has no power over the machine", async () => {
    const line =
      "cat /proc/sys/kernel/core_pattern > /proc/sys/kernel/core_pattern && echo WROTE; grep -E 'Cap(Eff|Bnd)|NoNewPrivs' /proc/self/status; mount -t tmpfs x /tmp; chown 1 /tmp; dmesg; true";
    const { text } = await world.run(line, await world.confined());
    assert.doesNotMatch(text, /WROTE/);
    assert.match(text, /CapEff:\t0+\nCapBnd:\t0+\nNoNewPrivs:\t1\n/);
    assert.match(text, /mount: .*(permission denied|must be superuser)/i);
  });
});

describe("shell: protected paths of a confined command", () => {
  let world: World;
  let more: Awaited<ReturnType<World["confined"]>>;
  const inside = (path: string) => join(world.workspace, path);
  beforeEach(async () => {
    world = new World();
    world.file("home/project/.git/config", "original\n");
    world.file("home/project/.git/hooks/pre-commit", "original\n");
    world.file("home/project/.husky/x", "original\n");
    const names = [".git/config", ".git/hooks", ".husky", ".vscode", "boocode.yaml", "deep/er/.claude"];
    more = await world.confined({ readOnly: names.map(inside) });
  });
  afterEach(() => world[Symbol.asyncDispose]());

  const fails = (line: string) =>
    it(`stay as they are: ${line}`, async () => {
      const before = allIn(world.workspace);
      const { exitCode, refusals, text } = await world.run(line, more);
      assert.notEqual(exitCode, 0, text);
      assert.ok(
        refusals.some((one) => one.operation === "write"),
        text,
      );
      assert.equal(readFileSync(inside(".git/config"), "utf8"), "original\n");
      assert.equal(readFileSync(inside(".git/hooks/pre-commit"), "utf8"), "original\n");
      assert.deepEqual(allIn(world.workspace), before);
    });
  fails("echo evil > .git/config");
  fails("rm .git/config");
  fails("echo evil > x && mv x .git/config || { rm x; false; }");
  fails("echo evil > .git/hooks/post-commit");
  fails("rm -rf .husky/x");
  fails("mv .git .git.old");
  fails("mv .git/hooks .git/hooks.old");
  fails("mkdir .vscode");
  fails("mkdir -p .vscode && echo {} > .vscode/settings.json");
  fails("echo evil > boocode.yaml");
  fails("rmdir boocode.yaml");
  fails("mv .vscode elsewhere");
  fails("mkdir deep");
  fails("mkdir -p deep/er/.claude");

  it("let everything beside them be changed", async () => {
    const line =
      "echo x > .git/index.lock && mv .git/index.lock .git/index && mkdir .git/refs && cat .git/index";
    const { text, exitCode } = await world.run(line, more);
    assert.deepEqual([text, exitCode], ["x\n", 0]);
  });

  it("keep a link that is one of them", async () => {
    world.file("home/project/config/tasks.json", "original\n");
    symlinkSync("config", inside(".link"));
    const leave = await world.confined({ readOnly: [inside(".link")] });
    const { refusals } = await world.run(
      "echo x > .link/tasks.json; rm .link && mkdir .link && echo evil > .link/tasks.json",
      leave,
    );
    assert.equal(readlinkSync(inside(".link")), "config");
    assert.equal(readFileSync(inside(".link/tasks.json"), "utf8"), "original\n");
    assert.ok(refusals.some((one) => one.operation === "write" && one.path === inside(".link")));
  });

  it("do not take away what the user makes meanwhile", async () => {
    await using command = await world.start("echo up; until [ -e go ]; do sleep 0.01; done", more);
    await until(() => command.bytes > 0);
    world.file("home/project/.vscode/settings.json", "mine\n");
    world.file("home/project/go");
    await command.ended;
    assert.equal(readFileSync(inside(".vscode/settings.json"), "utf8"), "mine\n");
    assert.equal(existsSync(inside("boocode.yaml")), false);
  });

  it("hold for all of several commands, of several windows, to the end of each", async () => {
    const log = { info: () => {}, warn: () => {}, error: () => {} };
    await using other = createShell({ directory: world.store, log, home: world.home });
    const third = other.start(
      world.spec("until [ -e two ]; do sleep 0.01; done; sleep 0.1; mkdir .vscode", more),
      never,
    );
    await using one = await world.start("echo up; until [ -e one ]; do sleep 0.01; done", more);
    await using same = await world.start(
      "echo up; until [ -e two ]; do sleep 0.01; done; mkdir .vscode",
      more,
    );
    await using elsewhere = await third;
    await until(() => one.bytes > 0 && same.bytes > 0);
    world.file("home/project/one");
    await one.ended;
    assert.ok(existsSync(inside(".vscode")));
    world.file("home/project/two");
    assert.equal((await same.ended).exitCode, 1);
    assert.equal((await elsewhere.ended).exitCode, 1);
    assert.equal(existsSync(inside(".vscode")), false);
  });
});
