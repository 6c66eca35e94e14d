import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { chownSync, existsSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import type { Confinement } from "#core/shell-ports.ts";
import { bubblewrapArguments, inOrder, type Mount } from "#node/shell/bubblewrap.ts";
import { layOutView } from "#node/shell/confined-view.ts";
import { makeHostFolder, type HostFolder } from "#node/shell/host-folder.ts";
import { findProgram } from "#node/programs.ts";
import { sandboxProfile } from "#node/shell/sandbox-exec.ts";
import { sessionMounts, systemMounts } from "#node/shell/system-view.ts";

describe("shell: bubblewrap's arguments", () => {
  const spec = { folder: "/project", variables: {}, command: ["true"], hasNetwork: false };

  it("are these, in this order", () => {
    const mounts: readonly Mount[] = [
      { kind: "readable", path: "/project/.git" },
      { kind: "writable", path: "/project" },
      { kind: "readable", path: "/project/.vscode", source: "/store/empty" },
      { kind: "link", path: "/bin", to: "usr/bin" },
      { kind: "empty", path: "/home/user" },
      { kind: "proc", path: "/proc" },
      { kind: "dev", path: "/dev" },
    ];
    const command = ["bash", "-c", "--proc"];
    const found = bubblewrapArguments({ ...spec, mounts, command, variables: { A: "b c" } });
    assert.deepEqual(found.join(" ").split(/ (?=--)/), [
      ...["--unshare-user", "--unshare-pid", "--unshare-ipc", "--unshare-uts", "--unshare-cgroup-try"],
      ...["--unshare-net", "--die-with-parent", "--new-session", "--cap-drop ALL", "--as-pid-1"],
      ...["--bind /project /project", "--symlink usr/bin /bin", "--proc /proc", "--dev /dev"],
      ...["--ro-bind /project/.git /project/.git", "--ro-bind /store/empty /project/.vscode"],
      ...["--tmpfs /home/user", "--remount-ro /home/user", "--remount-ro /", "--setenv A b c"],
      ...["--chdir /project", "-- bash -c", "--proc"],
    ]);
  });

  it("leave the network on where that is allowed", () => {
    assert.equal(
      bubblewrapArguments({ ...spec, mounts: [], hasNetwork: true }).includes("--unshare-net"),
      false,
    );
  });

  it("do not close a disk that is the workspace", () => {
    const whole = bubblewrapArguments({ ...spec, mounts: [{ kind: "writable", path: "/" }] });
    assert.equal(whole.includes("--remount-ro"), false);
  });

  it("take the last of several mounts for a path, and folders before what is in them", () => {
    const mounts: readonly Mount[] = [
      { kind: "readable", path: "/a/b" },
      { kind: "readable", path: "/a" },
      { kind: "writable", path: "/a/b" },
    ];
    assert.deepEqual(inOrder(mounts), [mounts[1], mounts[2]]);
  });
});

/** A folder outside of the system's and of the temporary one, which `owner` may enter. */
function folderOf(owner: number): string {
  const parent = process.getuid?.() === 0 ? "/home" : join(homedir(), ".cache");
  mkdirSync(parent, { recursive: true });
  const root = mkdtempSync(join(parent, "boocode-view-"));
  if (process.getuid?.() === 0) chownSync(root, owner, owner);
  return root;
}

describe("shell: the view of a confined command", () => {
  let root = "";
  let masks: HostFolder;
  const at = (path: string) => join(root, path);
  before(async () => {
    root = folderOf(process.getuid?.() ?? 0);
    masks = await makeHostFolder(at("store/commands"));
    for (const file of [
      ...["home/project/.git/config", "home/project/sub/.git/hooks/x", "home/.ssh/id", "home/other/x"],
      ...["home/.config/git/config", "home/.config/gh/token", "store/temporary/s/x"],
    ]) {
      mkdirSync(dirname(at(file)), { recursive: true });
      writeFileSync(at(file), "");
    }
  });
  after(() => rmSync(root, { recursive: true }));

  const viewOf = (leave: Partial<Confinement>, stubs: readonly string[] = []) =>
    layOutView({
      confinement: {
        ...{
          writable: [at("home/project")],
          readable: [],
          readOnly: [],
          hidden: [],
          removable: [],
          hasNetwork: false,
        },
        temporary: at("store/temporary/s"),
        ...leave,
      },
      common: [
        { kind: "readable", path: "/etc" },
        { kind: "readable", path: at("home/.config/git") },
      ],
      masks,
      home: at("home"),
      ownFolder: at("store"),
      stubs: new Set(stubs),
    });
  const check = (name: string, leave: Partial<Confinement>, sights: Readonly<Record<string, string>>) =>
    it(name, () => {
      const { sightOf } = viewOf(leave);
      const found = Object.keys(sights).map((path) => [
        path,
        sightOf(path.startsWith("/") ? path : at(path)),
      ]);
      assert.deepEqual(Object.fromEntries(found), sights);
    });

  check(
    "is the workspace and no more",
    {},
    {
      "home/project/x": "writable",
      "home/other/x": "hidden",
      "home/.ssh/id": "hidden",
      "/etc/hosts": "readable",
      "/etc/../root": "readable",
      store: "hidden",
    },
  );
  const withoutNested = (paths: readonly string[]) =>
    paths.filter(
      (path) => !["sub/.git", ".git"].some((name) => path.startsWith(`${at("home/project")}/${name}/`)),
    );

  it("names the folders that have to be made for it", () => {
    const readOnly = [".git/config", ".vscode", "new/deep/.git", "new/other"].map((path) =>
      at(`home/project/${path}`),
    );
    const view = viewOf({ readOnly });
    assert.deepEqual(withoutNested(view.stubs), [at("home/project/.vscode"), at("home/project/new")]);
    assert.deepEqual(
      [".git/config", ".git", ".vscode", "new/deep", "sub"].map((path) =>
        view.sightOf(at(`home/project/${path}`)),
      ),
      ["readable", "writable", "closed", "closed", "writable"],
    );
    assert.deepEqual(
      [".git", "sub", "sub/none"].map((path) => view.isHeld(at(`home/project/${path}`))),
      // The repository in "sub" is protected, and the folder with it.
      [true, true, false],
    );
  });

  it("takes another command's stub for what it stands for", () => {
    mkdirSync(at("home/project/.husky"));
    const readOnly = [at("home/project/.husky")];
    assert.deepEqual(withoutNested(viewOf({ readOnly }).stubs), []);
    assert.deepEqual(withoutNested(viewOf({ readOnly }, readOnly).stubs), readOnly);
  });

  it("pins the folders above what is protected, which could be renamed with it", () => {
    const view = viewOf({ readOnly: [at("home/project/sub/.git/hooks")] });
    const kinds = view.mounts.filter(({ path }) => path.startsWith(at("home/project/")));
    assert.deepEqual(
      kinds
        .map(({ path, kind }) => [path.slice(at("home/project/").length), kind])
        .filter(([path]) => ["sub", "sub/.git", "sub/.git/hooks"].includes(path ?? "")),
      [
        ["sub", "writable"],
        ["sub/.git", "writable"],
        ["sub/.git/hooks", "readable"],
      ],
    );
  });

  it("lets what was allowed by name be written though it is protected", () => {
    const config = at("home/project/.git/config");
    const view = viewOf({
      writable: [at("home/project"), config],
      readOnly: [at("home/project/.git"), config],
    });
    assert.deepEqual([config, at("home/project/.git/x")].map(view.sightOf), ["writable", "readable"]);
  });

  it("opens a folder for a new file without showing or giving away what is in it", () => {
    const view = viewOf({ writable: [at("home/project"), at("home/new.txt")] });
    const sights = [
      "new.txt",
      "also-new",
      "other",
      "other/x",
      ".ssh",
      ".ssh/id",
      ".config/gh",
      ".config/git/config",
      "project/x",
    ];
    assert.deepEqual(
      sights.map((path) => view.sightOf(at(`home/${path}`))),
      ["writable", "writable", "hidden", "hidden", "hidden", "hidden", "hidden", "readable", "writable"],
    );
  });

  it("refuses a leave that it can not put in force", () => {
    for (let n = 0; n < 501; n++) writeFileSync(at(`home/other/${n}`), "");
    assert.throws(() => viewOf({ writable: [at("home/other/new")] }), { code: "not-confined" });
  });
});

describe("shell: bubblewrap for an ordinary user", () => {
  it("confines as it does for root", async () => {
    const user = process.getuid?.() === 0 ? 65_534 : (process.getuid?.() ?? 0);
    const root = folderOf(user);
    try {
      const masks = await makeHostFolder(join(root, "store/commands"));
      const [home, workspace, temporary] = ["home", "home/project", "store/temporary"].map((name) =>
        join(root, name),
      );
      assert.ok(home !== undefined && workspace !== undefined && temporary !== undefined);
      mkdirSync(workspace, { recursive: true });
      mkdirSync(temporary, { recursive: true });
      writeFileSync(join(home, "notes"), "SECRET\n");
      const confinement = {
        ...{
          writable: [workspace],
          readable: [],
          readOnly: [join(workspace, ".vscode")],
          hidden: [],
          removable: [],
        },
        ...{ temporary, hasNetwork: false },
      };
      const common = [...(await systemMounts(masks)), ...sessionMounts(temporary, home, [])];
      const view = layOutView({
        confinement,
        common,
        masks,
        home,
        ownFolder: join(root, "store"),
        stubs: new Set(),
      });
      for (const stub of view.stubs) mkdirSync(stub);
      if (process.getuid?.() === 0) execFileSync("chown", ["-R", `${user}:${user}`, root]);
      const line =
        "id -u; echo x > made; cat /etc/shadow; cat ../notes; mkdir .vscode; touch /x; ls /proc | grep -c '^[0-9]'; true";
      const command = ["/bin/bash", "-c", line];
      const sandbox = bubblewrapArguments({
        mounts: view.mounts,
        folder: workspace,
        hasNetwork: false,
        variables: {},
        command,
      });
      const options = { encoding: "utf8", env: { PATH: process.env["PATH"] }, uid: user, gid: user } as const;
      const { stdout, stderr, status } = spawnSync(
        findProgram("bwrap", process.env["PATH"]) ?? "",
        sandbox,
        options,
      );
      assert.equal(status, 0, stderr);
      assert.match(stdout, new RegExp(`^${user}\n\\d\n$`), stderr);
      assert.equal(stderr.match(/Permission denied|No such file|File exists|Read-only/g)?.length, 4, stderr);
      assert.equal(statSync(join(workspace, "made")).uid, user);
      assert.equal(existsSync("/x"), false);
    } finally {
      rmSync(root, { recursive: true, force: true });
    }
  });
});

describe("shell: the profile of sandbox-exec", () => {
  const confinement = {
    ...{ writable: ["/Users/u/project"], readable: ["/Users/u/notes.txt"] },
    ...{ readOnly: ["/Users/u/project/.vscode", "/Users/u/project/sub/.git"] },
    ...{ temporary: "/Users/u/store/temporary", hasNetwork: false },
    hidden: ["/Users/u/project/secret"],
    removable: [],
  };
  const profile = (more = {}) =>
    sandboxProfile({
      confinement: { ...confinement, ...more },
      home: "/Users/u",
      toolFolders: ["/Users/u/.nvm"],
    });

  it("denies by default, allows by path, and denies again what is protected", () => {
    const text = profile();
    assert.match(text, /^\(version 1\)\n\(deny default\)\n/);
    const order = [
      '(subpath "/Users/u/.nvm")',
      "(allow file-read* file-write*",
      '(deny file-read* file-write* (subpath "/private/etc/master.passwd")',
      '(subpath "/Users/u/project/secret"))',
      '(deny file-write* (subpath "/Users/u/project/.vscode") (subpath "/Users/u/project/sub/.git"))',
      '(deny file-write-unlink (literal "/Users/u/project/sub"))',
    ].map((part) => text.indexOf(part));
    assert.ok(
      order.every((place, index) => place > (order[index - 1] ?? 0)),
      String(order),
    );
    assert.doesNotMatch(text, /network/);
  });

  it("lets keys be read that were asked for by name, and the network be used where that is allowed", () => {
    const text = profile({ readable: ["/Users/u/.npmrc"], hasNetwork: true });
    assert.doesNotMatch(text, /deny[^\n]*\.npmrc/);
    assert.match(text, /\(allow network\*\)/);
  });

  it("is proof against names with quotes", () => {
    assert.match(profile({ writable: ['/Users/u/a"b)'] }), /\(subpath "\/Users\/u\/a\\"b\)"\)/);
  });
});
