import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { once } from "node:events";
import { linkSync, openSync, renameSync, rmSync, symlinkSync, unlinkSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { check as checkAttack, type Attack, type AttackWorld, denied } from "../support/attack-world.ts";

type Row = Omit<Attack, "tool" | "input"> & { readonly path: string | ((world: AttackWorld) => string) };

const check = (name: string, { path, ...attack }: Row) =>
  checkAttack(name, {
    ...attack,
    tool: "read_file",
    input: (world) => ({ path: typeof path === "string" ? path : path(world) }),
  });

const link = (target: string, name: string) => (world: AttackWorld) =>
  symlinkSync(target.startsWith("/") ? target : world.at(target), world.at(name));
const missing = /^file-missing: /;
const changed = /^path-changed: .* leads elsewhere now/;
const secretRead = ["read file out/secret.txt"];

describe("path attacks: reading by name", () => {
  check("what is inside", { path: "a.txt", told: /^inside\n$/ });
  check("what is allowed", {
    path: "../out/secret.txt",
    asked: secretRead,
    isAllowed: true,
    told: /^SECRET/,
  });
  check("dots", { path: "../out/secret.txt", asked: secretRead, told: denied });
  check("dots behind a directory", { path: "src/../../out/secret.txt", asked: secretRead, told: denied });
  check("dots and slashes", { path: ".//..//out///secret.txt", asked: secretRead, told: denied });
  check("a slash at the end", { path: "../out/secret.txt/", asked: secretRead, told: denied });
  check("an absolute path", { path: (w) => w.at("out/secret.txt"), asked: secretRead, told: denied });
  check("home", { path: "~/notes.txt", asked: ["read file home/notes.txt"], told: denied });
  check("dots behind home", { path: "~/../out/secret.txt", asked: secretRead, told: denied });
  check("another's home is a name", { path: "~root/secret.txt", told: missing });
  check("a directory outside", { path: "../out", asked: ["read directory out"], told: denied });
  check("whether there is something", {
    path: "../out/nothing.txt",
    asked: ["read missing out/nothing.txt"],
    told: denied,
  });
  check("a name beside", {
    path: "../ws-2/a.txt",
    asked: ["read missing ws-2/a.txt"],
    told: denied,
  });
  check("other separators", { path: "..\\out\\secret.txt", told: missing });
  check("percent signs", { path: "..%2fout%2fsecret.txt", told: missing });
  check("an address", { path: (w) => `file://${w.at("out/secret.txt")}`, told: missing });
  check("signs that look like dots", { path: "．．/out/secret.txt", told: missing });
  check("a variable", { path: "$HOME/notes.txt", told: missing });
  check("another case", {
    path: (w) => w.at("WS/a.txt"),
    asked: ["read missing WS/a.txt"],
    told: denied,
  });
  check("a line end in a name", {
    prepare: (w) => writeFileSync(w.at("out/sec\nret"), "SECRET-7f3a"),
    path: "../out/sec\nret",
    asked: ["read file out/sec\nret"],
    told: denied,
  });
  check("a NUL", { path: "a.txt\0/../../out/secret.txt", told: /^bad-path: / });
  check("a name that is too long", { path: `../out/${"n".repeat(300)}`, told: /^bad-path: / });
  check("a path that is too long", { path: "deep/".repeat(2_000), told: /^bad-path: / });
  check("a path that is too deep", { path: "d/".repeat(1_900), told: /^bad-path: / });
  check("a path that is nearly too deep", { path: "d/".repeat(240), told: missing });
  check("a computer on the network", { path: "//server/share/secret.txt", told: /^outside-workspace: / });
});

describe("path attacks: reading through links", () => {
  check("a link to a file", {
    prepare: link("out/secret.txt", "ws/link.txt"),
    path: "link.txt",
    asked: secretRead,
    told: denied,
  });
  check("a link to a directory", {
    prepare: link("out", "ws/dir"),
    path: "dir/secret.txt",
    asked: secretRead,
    told: denied,
  });
  check("a link to a link", {
    prepare: (w) => {
      link("out", "ws/one")(w);
      symlinkSync("one/secret.txt", w.at("ws/two"));
    },
    path: "two",
    asked: secretRead,
    told: denied,
  });
  check("a link out and back in", {
    prepare: (w) => {
      link("out", "ws/dir")(w);
      link("ws/a.txt", "out/back")(w);
    },
    path: "dir/back",
    told: /^inside\n$/,
  });
  check("dots through a link", {
    prepare: link("out/dir", "ws/dir"),
    path: "dir/../secret.txt",
    told: missing,
  });
  check("a link that leads nowhere yet", {
    prepare: link("out/later.txt", "ws/later"),
    path: "later",
    asked: ["read missing out/later.txt"],
    told: denied,
  });
  check("a link to itself", {
    prepare: (w) => symlinkSync("loop", w.at("ws/loop")),
    path: "loop",
    told: changed,
  });
  check("a link inside", {
    prepare: link("ws/src", "ws/dir"),
    path: "dir/b.txt",
    told: /^inside too\n$/,
  });
  check("a workspace that is reached through a link", {
    prepare: (w) => {
      link("ws", "via")(w);
      w.folders = [{ name: "ws", path: w.at("via") }];
    },
    path: "a.txt",
    told: /^inside\n$/,
  });
  check("out of a workspace that is reached through a link", {
    prepare: (w) => {
      link("ws", "out/via")(w);
      w.folders = [{ name: "ws", path: w.at("out/via") }];
    },
    path: "../secret.txt",
    asked: secretRead,
    told: denied,
  });
  const replaceFolder = async (w: AttackWorld) => {
    await w.tell("read_file", { path: "a.txt" });
    renameSync(w.at("ws"), w.at("ws-aside"));
    link("out", "ws")(w);
  };
  check("a workspace whose folder becomes a link", {
    prepare: replaceFolder,
    path: "secret.txt",
    asked: secretRead,
    told: denied,
  });
  check("a folder of the workspace, inside another, that becomes a link", {
    prepare: async (w) => {
      w.folders = [...w.folders, { name: "src", path: w.at("ws/src") }];
      await w.tell("read_file", { path: "src/b.txt" });
      rmSync(w.at("ws/src"), { recursive: true });
      link("out", "ws/src")(w);
    },
    path: "src/b.txt",
    asked: ["read file out/b.txt"],
    told: denied,
  });
});

describe("path attacks: reading through the system's own files", () => {
  const held = new Map<AttackWorld, number>();
  const openSecret = (w: AttackWorld) => void held.set(w, openSync(w.at("out/secret.txt"), "r"));
  check("the root of a process", {
    path: (w) => `/proc/self/root${w.at("out/secret.txt")}`,
    asked: secretRead,
    told: denied,
  });
  check("the directory of a process", {
    prepare: (w) => symlinkSync("/proc/self/cwd", w.at("ws/cwd")),
    path: "cwd/package.json",
    asked: [`read file ${process.cwd()}/package.json`],
    told: denied,
  });
  check("an open file of a process", {
    prepare: openSecret,
    path: (w) => `/proc/${process.pid}/fd/${held.get(w)}`,
    asked: secretRead,
    told: denied,
  });
  check("an open file by its device", {
    prepare: openSecret,
    path: (w) => `/dev/fd/${held.get(w)}`,
    asked: secretRead,
    told: denied,
  });
  check("a link to an open file", {
    prepare: (w) => {
      openSecret(w);
      symlinkSync(`/proc/self/fd/${held.get(w)}`, w.at("ws/open"));
    },
    path: "open",
    asked: secretRead,
    told: denied,
  });
  check("the variables of this process", {
    path: "/proc/self/environ",
    asked: [`read file /proc/${process.pid}/environ`],
    told: denied,
  });
  check("an endless device", { path: "/dev/zero", asked: ["read other /dev/zero"], told: denied });
  check("an endless device, allowed", {
    path: "/dev/zero",
    asked: ["read other /dev/zero"],
    isAllowed: true,
    told: /^not-a-file: "\/dev\/zero" is a device, a pipe or a socket/,
  });
  check("a device through a link", {
    prepare: link("/dev/random", "ws/dice"),
    path: "dice",
    asked: ["read other /dev/random"],
    told: denied,
  });
  checkAttack("the standard input", {
    tool: "read_file",
    input: { path: "/dev/stdin" },
    isAllowed: true,
    // What it is depends on who runs the tests; that it was asked does not.
    afterwards: (w) => assert.equal(w.asked.splice(0).length, 1),
    told: /./,
  });
});

describe("path attacks: reading what is no plain file", () => {
  check("a second name of a file outside", {
    prepare: (w) => linkSync(w.at("out/secret.txt"), w.at("ws/hard.txt")),
    path: "hard.txt",
    asked: ["read file ws/hard.txt 2 links"],
    told: denied,
  });
  check("a second name, allowed", {
    prepare: (w) => linkSync(w.at("out/secret.txt"), w.at("ws/hard.txt")),
    path: "hard.txt",
    asked: ["read file ws/hard.txt 2 links"],
    isAllowed: true,
    told: /^SECRET/,
  });
  check("a pipe that nobody writes to", {
    prepare: (w) => execFileSync("mkfifo", [w.at("ws/pipe")]),
    path: "pipe",
    asked: ["read other ws/pipe"],
    told: denied,
  });
  check("a pipe, allowed", {
    prepare: (w) => execFileSync("mkfifo", [w.at("ws/pipe")]),
    path: "pipe",
    asked: ["read other ws/pipe"],
    isAllowed: true,
    told: /^not-a-file: /,
  });
  const server = createServer();
  check("a socket", {
    prepare: (w) => once(server.listen(w.at("ws/socket")), "listening"),
    path: "socket",
    asked: ["read other ws/socket"],
    afterwards: () => server.close(),
    told: denied,
  });
  check("rules in a pipe keep nobody waiting", {
    prepare: (w) => {
      for (const name of ["ws/src/.git", "ws/src/.gitignore", "ws/.gitignore"])
        execFileSync("mkfifo", [w.at(name)]);
    },
    path: "src/b.txt",
    told: /^inside too\n$/,
  });
});

describe("path attacks: reading while names change", () => {
  const replaceFile = (w: AttackWorld) => {
    unlinkSync(w.at("ws/a.txt"));
    link("out/a.txt", "ws/a.txt")(w);
  };
  const replaceDirectory = (w: AttackWorld) => {
    renameSync(w.at("ws/src"), w.at("ws/aside"));
    link("out", "ws/src")(w);
  };
  check("a link instead of the file, after the look", {
    afterLook: replaceFile,
    path: "a.txt",
    told: changed,
  });
  check("a link instead of the directory, after the look", {
    afterLook: replaceDirectory,
    path: "src/b.txt",
    told: changed,
  });
  check("a link instead of the file, while it is asked", {
    meanwhile: replaceFile,
    path: "a.txt",
    told: changed,
  });
  check("a link instead of the directory, while it is asked", {
    meanwhile: replaceDirectory,
    path: "src/b.txt",
    told: changed,
  });
  check("a second name instead of the file, while it is asked", {
    meanwhile: (w) => {
      unlinkSync(w.at("ws/a.txt"));
      linkSync(w.at("out/a.txt"), w.at("ws/a.txt"));
    },
    path: "a.txt",
    told: changed,
  });
  check("a pipe instead of the file, while it is asked", {
    meanwhile: (w) => {
      unlinkSync(w.at("ws/a.txt"));
      execFileSync("mkfifo", [w.at("ws/a.txt")]);
    },
    path: "a.txt",
    told: changed,
  });
  check("a link instead of what was allowed outside", {
    meanwhile: (w) => {
      renameSync(w.at("out/dir"), w.at("out/aside"));
      link("home", "out/dir")(w);
    },
    path: "../out/dir/secret.txt",
    asked: ["read file out/dir/secret.txt"],
    isAllowed: true,
    told: /^(?:file-missing|path-changed): /,
  });
  check("another program that saves the file", {
    afterLook: (w) => {
      writeFileSync(w.at("ws/new"), "newer\n");
      renameSync(w.at("ws/new"), w.at("ws/a.txt"));
    },
    path: "a.txt",
    told: /^newer\n$/,
  });
});
