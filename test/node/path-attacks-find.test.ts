import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { linkSync, renameSync, rmSync, symlinkSync } from "node:fs";
import { check, denied, secret, type AttackWorld } from "../support/attack-world.ts";

const link = (target: string, name: string) => (world: AttackWorld) =>
  symlinkSync(target.startsWith("/") ? target : world.at(target), world.at(name));
const out = ["read directory out"];

describe("path attacks: listing", () => {
  const list = (name: string, input: object, rest: Omit<Parameters<typeof check>[1], "tool" | "input">) =>
    check(`list: ${name}`, { tool: "list_files", input, ...rest });
  const everything = /^a\.txt\nsrc\/: b\.txt\nsrc\/deep\/: c\.txt$/;
  list("what is inside", {}, { told: everything });
  list(
    "what is allowed",
    { path: "../out" },
    { asked: out, isAllowed: true, told: /\/out\/dir\/: secret\.txt$/ },
  );
  list("dots", { path: "../out" }, { asked: out, told: denied });
  list("home", { path: "~" }, { asked: ["read directory home"], told: denied });
  list("what is above", { path: ".." }, { told: denied, afterwards: asksForBase });
  list("a file outside", { path: "../out/a.txt" }, { asked: ["read file out/a.txt"], told: denied });
  list("dots in a glob", { glob: "../out/*" }, { told: /^no files match/ });
  list("dots deep in a glob", { glob: "**/../../out/**" }, { told: /^no files match/ });
  list("an absolute glob", { glob: "/out/*" }, { told: /^no files match/ });
  list("braces in a glob", { glob: "{../out,src}/*" }, { told: /^src\/: b\.txt$/ });
  list("a link in a directory is not followed", {}, { prepare: link("out", "ws/dir"), told: everything });
  list("a link by its name", { path: "dir" }, { prepare: link("out", "ws/dir"), asked: out, told: denied });
  list(
    "a link by its name in a glob",
    { glob: "dir/**" },
    { prepare: link("out", "ws/dir"), told: /^no files match/ },
  );
  list(
    "a link instead of the directory, after the look",
    { path: "src" },
    { afterLook: replaceDirectory, told: /^path-changed: |^not-a-folder: / },
  );
  list(
    "a link instead of the directory, while it is asked",
    { path: "src" },
    { meanwhile: replaceDirectory, told: /^path-changed: |^not-a-folder: / },
  );
  list(
    "a workspace whose folder becomes a link, while it is asked",
    {},
    { meanwhile: replaceWorkspace, told: /^path-changed: |^not-a-folder: / },
  );
});

function asksForBase(world: AttackWorld): void {
  assert.deepEqual(world.asked.splice(0), [`read directory ${world.base}`]);
}

function replaceDirectory(world: AttackWorld): void {
  renameSync(world.at("ws/src"), world.at("ws/aside"));
  link("out", "ws/src")(world);
}

function replaceWorkspace(world: AttackWorld): void {
  renameSync(world.at("ws"), world.at("ws-aside"));
  link("out", "ws")(world);
}

describe("path attacks: searching", () => {
  const search = (name: string, input: object, rest: Omit<Parameters<typeof check>[1], "tool" | "input">) =>
    check(`search: ${name}`, { tool: "search", input: { pattern: "SECRET|inside", ...input }, ...rest });
  const everything = /^a\.txt\n1: inside\nsrc\/b\.txt\n1: inside too\nsrc\/deep\/c\.txt\n1: inside, deep$/;
  search("what is inside", {}, { told: everything });
  search(
    "what is allowed",
    { path: "../out/dir" },
    {
      asked: ["read directory out/dir"],
      isAllowed: true,
      told: /\/out\/dir\/secret\.txt\n1: SECRET/,
    },
  );
  search(
    "a file that is allowed",
    { path: "~/notes.txt" },
    {
      asked: ["read file home/notes.txt"],
      isAllowed: true,
      told: /^~\/notes\.txt\n1: SECRET/,
    },
  );
  search("dots", { path: "../out" }, { asked: out, told: denied });
  search("a file outside", { path: "../out/a.txt" }, { asked: ["read file out/a.txt"], told: denied });
  search("an endless device", { path: "/dev/zero" }, { asked: ["read other /dev/zero"], told: denied });
  search(
    "an endless device, allowed",
    { path: "/dev/zero" },
    {
      asked: ["read other /dev/zero"],
      isAllowed: true,
      told: /^not-a-file: /,
    },
  );
  search("dots in a glob", { glob: "../out/**" }, { told: /^no matches/ });
  search("a link in a directory is not followed", {}, { prepare: link("out", "ws/dir"), told: everything });
  search(
    "a link to a file is not followed",
    {},
    { prepare: link("out/a.txt", "ws/l.txt"), told: everything },
  );
  search(
    "a link by its name",
    { path: "l.txt" },
    {
      prepare: link("out/a.txt", "ws/l.txt"),
      asked: ["read file out/a.txt"],
      told: denied,
    },
  );
  search(
    "a second name is left out",
    {},
    {
      prepare: (w) => linkSync(w.at("out/a.txt"), w.at("ws/hard.txt")),
      told: /1: inside, deep\n\[1 file left out: /,
    },
  );
  search(
    "a second name by its name",
    { path: "hard.txt" },
    {
      prepare: (w) => linkSync(w.at("out/a.txt"), w.at("ws/hard.txt")),
      asked: ["read file ws/hard.txt 2 links"],
      told: denied,
    },
  );
  search(
    "a pipe is left out",
    {},
    {
      prepare: (w) => execFileSync("mkfifo", [w.at("ws/pipe")]),
      told: everything,
    },
  );
  search(
    "a link instead of the directory, while it is asked",
    { path: "src" },
    {
      meanwhile: replaceDirectory,
      told: /^path-changed: |^not-a-folder: /,
    },
  );
  search(
    "a link instead of the file, while it is asked",
    { path: "a.txt" },
    {
      meanwhile: (w) => {
        rmSync(w.at("ws/a.txt"));
        link("out/a.txt", "ws/a.txt")(w);
      },
      told: /^path-changed: /,
    },
  );
  search(
    "unsaved texts of documents outside",
    { pattern: "unsaved" },
    {
      prepare: (w) => {
        link("out", "ws/dir")(w);
        w.dirty = [
          { path: w.at("ws/dir/a.txt"), text: `unsaved ${secret}` },
          { path: w.at("out/b.txt"), text: `unsaved ${secret}` },
          { path: w.at("ws/src/b.txt"), text: "unsaved here" },
        ];
      },
      told: /^src\/b\.txt\n1: unsaved here$/,
    },
  );
});
