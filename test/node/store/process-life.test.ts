import assert from "node:assert/strict";
import { mkdirSync, utimesSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { isWriterRunning, ownIdentity, type WriterIdentity } from "#node/store/process-life.ts";
import { frameLine, leaseJson, recordLine } from "#node/store/record-line.ts";
import { opened, temporaryFolder } from "./world.ts";

const nobody = 2 ** 30;

describe("whether a writer lives", () => {
  const own = { ...ownIdentity(), startedAt: Date.now() };
  const isLinux = process.platform === "linux";
  const check = (name: string, change: Partial<WriterIdentity>, expected: boolean | undefined) =>
    it(name, () => {
      assert.equal(isWriterRunning({ ...own, ...change }), expected);
    });

  check("of this process", {}, true);
  check("of a process that is gone", { pid: nobody }, false);
  check("of another machine", { host: `not ${hostname()}` }, undefined);
  if (isLinux) {
    check("of a process that had the number of one that lives", { pid: process.ppid }, false);
    check("of a process that had our own number", { born: "1" }, false);
    check("of this machine before it was started again", { boot: "earlier" }, false);
    check("of another container", { space: "another" }, undefined);
  }
  const old = { pid: own.pid, host: own.host, startedAt: own.startedAt };
  it("of this process, by a header of an earlier version", () => assert.equal(isWriterRunning(old), true));
  it("of another process, by a header of an earlier version", () =>
    assert.equal(isWriterRunning({ ...old, pid: process.ppid }), undefined));
});

describe("a session that was left by a process whose number another one has now", () => {
  /** A journal of a writer that claims a session, last touched so long (s) ago. */
  const claim = (directory: string, identity: Partial<WriterIdentity>, ageSeconds: number): void => {
    const writer = "abc-0123456789ab";
    const base = { pid: process.ppid, host: hostname(), startedAt: 1 };
    const header = { kind: "header", format: 2, writer, segment: 1, epoch: 1, ...base, ...identity };
    mkdirSync(join(directory, "journal"));
    const path = join(directory, `journal/${writer}.000001.log`);
    writeFileSync(
      path,
      `${frameLine(JSON.stringify(header))}${recordLine(1, leaseJson("a", 1, true)).toString()}`,
    );
    const at = Date.now() / 1_000 - ageSeconds;
    utimesSync(path, at, at);
  };
  const check = (name: string, identity: Partial<WriterIdentity>, age: number, owner: string) =>
    it(name, async () => {
      using folder = temporaryFolder();
      claim(folder.path, identity, age);
      await using store = opened(folder.path);
      await store.events("a");
      assert.equal(store.owner("a"), owner);
      if (owner === "gone") await store.acquire("a");
      else await assert.rejects(store.acquire("a"), { code: "session-busy" });
    });

  check(
    "is free, where the writer is known by its birth",
    { ...ownIdentity(), pid: process.ppid },
    0,
    "gone",
  );
  check("is free, where the writer has been silent", {}, 120, "gone");
  check("is taken while the writer may live", {}, 1, "elsewhere");
});
