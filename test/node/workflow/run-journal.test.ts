import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, truncateSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openRunJournal } from "#node/workflow/run-journal.ts";
import type { RunEvent } from "#protocol/run.ts";

const log = (text: string): RunEvent => ({ type: "log", at: 1, level: "info", text });

describe("journals of runs in files", () => {
  let folder = "";
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "boocode-journal-"));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it("are read with what is on its way to the disk", async () => {
    await using journal = openRunJournal(folder);
    for (const number of Array.from({ length: 50 }).keys()) {
      const appended = journal.append("one", [log(`event ${number}`)]);
      const events = await journal.read("one");
      assert.deepEqual(events?.at(-1), log(`event ${number}`));
      await appended;
    }
  });

  it("are read without what could not be written", async () => {
    await using journal = openRunJournal(folder);
    mkdirSync(join(folder, "one.run"));
    const appended = assert.rejects(journal.append("one", [log("lost")]));
    assert.equal(await journal.read("one"), undefined);
    await appended;
  });

  it("are read up to what a crash cut, and written on from there", async () => {
    await using journal = openRunJournal(folder);
    await journal.append("one", [log("first")]);
    await journal.append("one", [log("second")]);
    await journal.end?.("one");
    truncateSync(join(folder, "one.run"), 100);
    assert.deepEqual(await journal.read("one"), [log("first")]);
    await journal.append("one", [log("third")]);
    assert.deepEqual(await journal.read("one"), [log("first"), log("third")]);
  });

  it("are unknown where nothing was written", async () => {
    await using journal = openRunJournal(folder);
    assert.equal(await journal.read("none"), undefined);
  });
});
