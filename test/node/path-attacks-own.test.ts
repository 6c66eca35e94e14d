import { emptySession } from "#protocol/session.ts";
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { linkSync, renameSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { createBooCode } from "#core/boocode.ts";
import { BooError } from "#core/errors.ts";
import { ContextSource } from "#core/agent/context.ts";
import { revertTurn } from "#core/session/revert.ts";
import type { FileChange, Turn } from "#protocol/session.ts";
import { noUsage } from "#protocol/usage.ts";
import { AttackWorld, check, denied, secret } from "../support/attack-world.ts";
import { fakePorts } from "../support/fake-ports.ts";

const link = (target: string, name: string) => (world: AttackWorld) =>
  symlinkSync(target.startsWith("/") ? target : world.at(target), world.at(name));

describe("path attacks: problems", () => {
  const problems = (
    name: string,
    path: string,
    asked: readonly string[],
    prepare?: (w: AttackWorld) => void,
  ) =>
    check(`problems: ${name}`, {
      prepare: (w) => {
        Object.assign(w.ports, { codeIntel: { ...w.ports.codeIntel, isAvailable: true } });
        prepare?.(w);
      },
      tool: "get_diagnostics",
      input: { path },
      asked,
      told: denied,
    });
  problems("of a file outside", "../out/a.txt", ["read file out/a.txt"]);
  problems("of a directory outside", "../out", ["read directory out"]);
  problems("through a link", "dir/a.txt", ["read file out/a.txt"], link("out", "ws/dir"));
  problems("of a pipe", "pipe", ["read other ws/pipe"], (w) => execFileSync("mkfifo", [w.at("ws/pipe")]));
});

describe("path attacks: rules of the project", () => {
  const rules = (name: string, prepare: (world: AttackWorld) => void, expected: RegExp) =>
    it(name, async () => {
      await using world = await AttackWorld.make();
      prepare(world);
      const ports = { ...fakePorts(), ...world.ports };
      const source = new ContextSource(ports);
      const kept: string[] = [];
      const session = {
        keep: async (text: string) => {
          kept.push(text);
          return { text };
        },
        read: async () => "",
        state: emptySession,
      };
      await source.message(session, "m1", "hello", new AbortController().signal);
      assert.match(kept.join("\n"), expected);
      assert.ok(!kept.join("\n").includes(secret));
    });
  const told = /RULE-1/;
  const silent = /^(?!.*RULE-1)/s;
  rules("are read", (w) => writeFileSync(w.at("ws/AGENTS.md"), "RULE-1"), told);
  rules(
    "are read through a link inside",
    (w) => {
      writeFileSync(w.at("ws/CLAUDE.md"), "RULE-1");
      symlinkSync("CLAUDE.md", w.at("ws/AGENTS.md"));
    },
    told,
  );
  rules("are not read through a link that leads out", link("out/secret.txt", "ws/AGENTS.md"), silent);
  rules(
    "are not read by a second name",
    (w) => linkSync(w.at("out/secret.txt"), w.at("ws/AGENTS.md")),
    silent,
  );
  rules("are not read from a pipe", (w) => execFileSync("mkfifo", [w.at("ws/AGENTS.md")]), silent);
  rules("are not read from a device", link("/dev/zero", "ws/AGENTS.md"), silent);
});

function turnThat(change: FileChange): Turn {
  const call = {
    ...{ id: "c1", name: "write_file", arguments: "{}", title: { verb: "Write", object: change.path } },
    ...{ startedAt: 0, status: "ended" as const, endedAt: 0, outcome: "ok" as const },
    ...{ output: { text: "ok" }, files: [change] },
  };
  const items = [{ kind: "tool" as const, id: "i1", call }];
  return { id: "t1", number: 1, startedAt: 0, items, usage: noUsage, steps: 1 };
}

function replaceDirectory(world: AttackWorld): void {
  renameSync(world.at("ws/src"), world.at("ws/aside"));
  link("out", "ws/src")(world);
}

describe("path attacks: reverting", () => {
  const revert = (
    name: string,
    change: Pick<FileChange, "path" | "kind">,
    attack: (world: AttackWorld) => void,
    expected: RegExp | undefined,
  ) =>
    it(name, async () => {
      await using world = await AttackWorld.make();
      const ports = { ...fakePorts(), ...world.ports };
      const written = `${secret} b\n`;
      writeFileSync(world.at("ws/src/b.txt"), written);
      const after = await ports.store.putBlob(written);
      const before = change.kind === "created" ? {} : { before: await ports.store.putBlob("before\n") };
      attack(world);
      const outside = world.outside();
      const turn = turnThat({ ...change, added: 1, removed: 1, after, ...before });
      const result = await revertTurn(turn, ports, new AbortController().signal);
      if (expected === undefined) assert.deepEqual(result.reverted, [change.path]);
      else assert.match(result.refused[0]?.reason ?? "", expected);
      if (expected !== undefined) assert.deepEqual(world.outside(), outside);
    });
  revert("what is as it was", { path: "src/b.txt", kind: "changed" }, () => {}, undefined);
  revert(
    "a link instead of the directory",
    { path: "src/b.txt", kind: "changed" },
    replaceDirectory,
    /leads to .*\/out\/b\.txt by now/,
  );
  revert(
    "a link instead of the directory of a new file",
    { path: "src/b.txt", kind: "created" },
    replaceDirectory,
    /leads to .*\/out\/b\.txt by now/,
  );
  revert(
    "a second name instead of the file",
    { path: "src/b.txt", kind: "changed" },
    (w) => {
      rmSync(w.at("ws/src/b.txt"));
      linkSync(w.at("out/b.txt"), w.at("ws/src/b.txt"));
    },
    /other names \(hard links\)/,
  );
});

describe("path attacks: opening what the chat names", () => {
  const check = (name: string, path: string, expected: string, prepare?: (world: AttackWorld) => void) =>
    it(name, async () => {
      await using world = await AttackWorld.make();
      prepare?.(world);
      const opened: string[] = [];
      const openFile = async (file: string) => void opened.push(file.replace(world.base, ""));
      const fake = fakePorts();
      const ports = { ...fake, ...world.ports, editor: { ...world.ports.editor, openFile } };
      const handlers = createBooCode(ports).handlers;
      const failure = await handlers["file.open"]({ path }, new AbortController().signal).then(
        () => undefined,
        (error: unknown) => (error instanceof BooError ? error.code : String(error)),
      );
      assert.equal(failure ?? opened.join(), expected);
    });
  check("a file", "src/b.txt", "/ws/src/b.txt");
  check("a file outside, under its own name", "dir/a.txt", "/out/a.txt", link("out", "ws/dir"));
  check("a file at home", "~/notes.txt", "/home/notes.txt");
  check("a computer on the network", "//server/share/a.txt", "outside-workspace");
  check("a NUL", "a.txt\0", "bad-path");
});
