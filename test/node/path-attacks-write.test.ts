import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import {
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  unlinkSync,
} from "node:fs";
import {
  check as checkAttack,
  type Attack,
  type AttackWorld,
  denied,
  secret,
} from "../support/attack-world.ts";

type Row = Omit<Attack, "tool" | "input"> & { readonly path: string | ((world: AttackWorld) => string) };

const pathOf = ({ path }: Row, world: AttackWorld): string => (typeof path === "string" ? path : path(world));

/** Writes a file whole. */
const check = (name: string, row: Row) =>
  checkAttack(`write: ${name}`, {
    ...row,
    tool: "write_file",
    input: (world) => ({ path: pathOf(row, world), content: "written\n" }),
  });

/** Changes a text in a file. */
const checkEdit = (name: string, row: Row & { readonly old: string }) =>
  checkAttack(`edit: ${name}`, {
    ...row,
    tool: "edit_file",
    input: (world) => ({ path: pathOf(row, world), old: row.old, new: "written" }),
  });

const link = (target: string, name: string) => (world: AttackWorld) =>
  symlinkSync(target.startsWith("/") ? target : world.at(target), world.at(name));
const read = (world: AttackWorld, path: string): string => readFileSync(world.at(path), "utf8");
const changed = /^path-changed: .* leads elsewhere now/;
const overwrite = ["write file out/a.txt"];

describe("path attacks: writing by name", () => {
  check("what is inside", {
    path: "a.txt",
    told: /^ok/,
    afterwards: (w) => assert.equal(read(w, "ws/a.txt"), "written\n"),
  });
  check("what is new inside", { path: "new/deep/a.txt", told: /^ok .*created$/ });
  check("what is allowed", {
    path: "../out/a.txt",
    asked: overwrite,
    isAllowed: true,
    told: /^ok/,
    afterwards: (w) => assert.equal(read(w, "out/a.txt"), "written\n"),
  });
  check("dots", { path: "../out/a.txt", asked: overwrite, told: denied });
  check("an absolute path", { path: (w) => w.at("out/a.txt"), asked: overwrite, told: denied });
  check("home", { path: "~/notes.txt", asked: ["write file home/notes.txt"], told: denied });
  check("a new file outside", {
    path: "../out/new/deep.txt",
    asked: ["write missing out/new/deep.txt"],
    told: denied,
  });
  check("beside the workspace", { path: "../ws.txt", asked: ["write missing ws.txt"], told: denied });
  check("a directory outside", { path: "../out", asked: ["read directory out"], told: denied });
  check("through a process", {
    path: (w) => `/proc/self/root${w.at("out/a.txt")}`,
    asked: overwrite,
    told: denied,
  });
  check("a device", { path: "/dev/null", asked: ["read other /dev/null"], told: denied });
  check("a name that is as long as can be", { path: "n".repeat(255), told: /^ok .*created$/ });
  check("a name that is too long", { path: "n".repeat(256), told: /^bad-path: / });
  check("a NUL", { path: "../out/a.txt\0.txt", told: /^bad-path: / });
  checkAttack("write: whether a file has a text", {
    tool: "write_file",
    input: { path: "../out/a.txt", content: `${secret} a\n` },
    asked: ["read file out/a.txt"],
    told: denied,
  });
  checkEdit("what is inside", { path: "a.txt", old: "inside", told: /^ok/ });
  checkEdit("a file outside", { path: "../out/a.txt", old: secret, asked: overwrite, told: denied });
  checkEdit("what is near in a file outside", {
    path: "../out/a.txt",
    old: "SECRET-0000 a",
    asked: ["read file out/a.txt"],
    told: denied,
  });
  checkEdit("whether there is a file outside", {
    path: "../out/none.txt",
    old: "x",
    asked: ["read missing out/none.txt"],
    told: denied,
  });
});

describe("path attacks: writing through links", () => {
  check("a link to a file", {
    prepare: link("out/a.txt", "ws/link.txt"),
    path: "link.txt",
    asked: overwrite,
    told: denied,
  });
  check("a link to a directory", {
    prepare: link("out", "ws/dir"),
    path: "dir/a.txt",
    asked: overwrite,
    told: denied,
  });
  check("a new file through a link", {
    prepare: link("out", "ws/dir"),
    path: "dir/new.txt",
    asked: ["write missing out/new.txt"],
    told: denied,
  });
  check("a link that leads nowhere yet", {
    prepare: link("out/later.txt", "ws/later"),
    path: "later",
    asked: ["write missing out/later.txt"],
    told: denied,
  });
  check("a chain of links that leads nowhere yet", {
    prepare: (w) => {
      link("out/later.txt", "ws/two")(w);
      symlinkSync("two", w.at("ws/one"));
    },
    path: "one",
    asked: ["write missing out/later.txt"],
    told: denied,
  });
  check("a link inside stays a link", {
    prepare: (w) => symlinkSync("a.txt", w.at("ws/link.txt")),
    path: "link.txt",
    told: /^ok/,
    afterwards: (w) => {
      assert.ok(lstatSync(w.at("ws/link.txt")).isSymbolicLink());
      assert.equal(read(w, "ws/a.txt"), "written\n");
    },
  });
  check("a second name of a file outside", {
    prepare: (w) => linkSync(w.at("out/a.txt"), w.at("ws/hard.txt")),
    path: "hard.txt",
    asked: ["write file ws/hard.txt 2 links"],
    told: denied,
  });
  checkEdit("a second name of a file outside", {
    prepare: (w) => linkSync(w.at("out/a.txt"), w.at("ws/hard.txt")),
    path: "hard.txt",
    old: secret,
    asked: ["write file ws/hard.txt 2 links"],
    told: denied,
  });
  check("a pipe", {
    prepare: (w) => execFileSync("mkfifo", [w.at("ws/pipe")]),
    path: "pipe",
    asked: ["read other ws/pipe"],
    told: denied,
  });
  checkEdit("a link to a file", {
    prepare: link("out/a.txt", "ws/link.txt"),
    path: "link.txt",
    old: secret,
    asked: overwrite,
    told: denied,
  });
});

describe("path attacks: writing while names change", () => {
  const replaceFile = (w: AttackWorld) => {
    unlinkSync(w.at("ws/a.txt"));
    link("out/a.txt", "ws/a.txt")(w);
  };
  const replaceDirectory = (w: AttackWorld) => {
    renameSync(w.at("ws/src"), w.at("ws/aside"));
    link("out", "ws/src")(w);
  };
  const kept = (w: AttackWorld) => assert.equal(read(w, "ws/aside/b.txt"), "inside too\n");
  check("a link instead of the file, after the look", {
    afterLook: replaceFile,
    path: "a.txt",
    told: changed,
  });
  check("a link instead of the directory, after the look", {
    afterLook: replaceDirectory,
    path: "src/b.txt",
    told: changed,
    afterwards: kept,
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
    afterwards: kept,
  });
  check("a link instead of the directory of a new file", {
    meanwhile: replaceDirectory,
    path: "src/new.txt",
    told: changed,
    afterwards: (w) => assert.ok(!existsSync(w.at("ws/aside/new.txt"))),
  });
  check("a link instead of a directory above", {
    meanwhile: replaceDirectory,
    path: "src/deep/c.txt",
    told: /^file-missing: /,
  });
  check("a link where a directory is to be made", {
    meanwhile: link("out", "ws/new"),
    path: "new/a.txt",
    told: changed,
  });
  check("a link where directories are to be made", {
    meanwhile: link("out", "ws/new"),
    path: "new/dir/deep/a.txt",
    told: changed,
  });
  check("a link that leads nowhere yet where a file is to be made", {
    meanwhile: link("out/later.txt", "ws/new.txt"),
    path: "new.txt",
    told: /^(?:path|file)-changed: /,
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
  check("a directory instead of the file, while it is asked", {
    meanwhile: (w) => {
      unlinkSync(w.at("ws/a.txt"));
      mkdirSync(w.at("ws/a.txt"));
    },
    path: "a.txt",
    told: changed,
  });
  check("a workspace whose folder becomes a link, while it is asked", {
    meanwhile: (w) => {
      renameSync(w.at("ws"), w.at("ws-aside"));
      link("out", "ws")(w);
    },
    path: "a.txt",
    told: changed,
    afterwards: (w) => assert.equal(read(w, "ws-aside/a.txt"), "inside\n"),
  });
  check("another directory instead of the one that was allowed outside", {
    meanwhile: (w) => {
      renameSync(w.at("out/dir"), w.at("out/aside"));
      link("home", "out/dir")(w);
    },
    path: "../out/dir/secret.txt",
    asked: ["write file out/dir/secret.txt"],
    isAllowed: true,
    told: changed,
    afterwards: (w) => assert.ok(!existsSync(w.at("home/secret.txt"))),
  });
  check("a directory that is gone", {
    meanwhile: (w) => rmSync(w.at("ws/src"), { recursive: true }),
    path: "src/b.txt",
    told: /^file-missing: /,
  });
});
