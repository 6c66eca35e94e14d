import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import {
  existsSync,
  linkSync,
  mkdirSync,
  readFileSync,
  renameSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { mkdtemp, realpath, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { workspace } from "vscode";
import type { FoundFile } from "#core/ports.ts";
import { createDiffTexts } from "#editor/diff-texts.ts";
import { createDocuments } from "#editor/documents.ts";
import { closeTabs, never, openInTab, Scratch, typeAtStart } from "./workspace-files.ts";

describe("documents: names that lead elsewhere", () => {
  const scratch = new Scratch();
  const diffTexts = createDiffTexts();
  const editor = createDocuments(diffTexts);
  let outside = "";
  let count = 0;
  before(() => scratch.make());
  beforeEach(async () => {
    outside = await realpath(await mkdtemp(join(tmpdir(), "boocode-outside-")));
    writeFileSync(join(outside, "a.txt"), "outside\n");
  });
  afterEach(async () => {
    await closeTabs();
    await rm(outside, { recursive: true });
  });
  after(async () => {
    await scratch.remove();
    diffTexts.dispose();
  });

  /** A directory of its own with a file, and what replaces it by a link. */
  const makeDirectory = () => {
    const directory = scratch.at(`d${(count += 1)}`);
    mkdirSync(directory);
    const path = join(directory, "a.txt");
    writeFileSync(path, "inside\n");
    const replace = () => {
      renameSync(directory, `${directory}-aside`);
      symlinkSync(outside, directory);
    };
    return { directory, path, replace };
  };
  const changed = { name: "BooError", code: "path-changed" };
  const outsideText = () => readFileSync(join(outside, "a.txt"), "utf8");

  it("reads and writes through a link what it was allowed to lead to", async () => {
    const { path, directory } = makeDirectory();
    const link = scratch.at(`link${count}.txt`);
    symlinkSync(path, link);
    await assert.rejects(editor.read(link, never), changed);
    const found: FoundFile[] = [];
    const allow = async (now: FoundFile) => void found.push(now);
    assert.deepEqual(await editor.read(link, never, { real: path, allow }), {
      text: "inside\n",
      isDirty: false,
    });
    assert.deepEqual(found, [{ kind: "file", links: 1 }]);
    await assert.rejects(editor.write(link, "two\n", "inside\n", never), changed);
    await editor.write(link, "two\n", "inside\n", never, { real: path, links: 1 });
    assert.equal(readFileSync(path, "utf8"), "two\n");
    await editor.write(join(directory, "a.txt"), "three\n", "two\n", never);
    assert.equal(readFileSync(path, "utf8"), "three\n");
  });

  it("gives nothing where leave is not given", async () => {
    const { path } = makeDirectory();
    const allow = async () => {
      throw new Error("no");
    };
    await assert.rejects(editor.read(path, never, { real: path, allow }), { message: "no" });
    await openInTab(path);
    await typeAtStart("typed ");
    await assert.rejects(editor.read(path, never, { real: path, allow }), { message: "no" });
  });

  it("reads no unsaved text of a name that leads elsewhere", async () => {
    const { path, replace } = makeDirectory();
    await openInTab(path);
    await typeAtStart("typed ");
    assert.equal((await editor.read(path, never)).text, "typed inside\n");
    replace();
    await assert.rejects(editor.read(path, never), changed);
    await assert.rejects(editor.write(path, "typed 2\n", "typed inside\n", never), changed);
    assert.equal(outsideText(), "outside\n");
  });

  it("reads and writes no file of a directory that became a link", async () => {
    const { path, replace } = makeDirectory();
    replace();
    await assert.rejects(editor.read(path, never), changed);
    await assert.rejects(editor.write(path, "two\n", "outside\n", never), changed);
    await assert.rejects(editor.remove(path), changed);
    assert.equal(outsideText(), "outside\n");
  });

  it("creates nothing through a link", async () => {
    const { directory, replace } = makeDirectory();
    const later = join(directory, "later.txt");
    symlinkSync(join(outside, "later.txt"), later);
    await assert.rejects(editor.write(later, "new\n", undefined, never), changed);
    replace();
    await assert.rejects(editor.write(join(directory, "new.txt"), "new\n", undefined, never), changed);
    await assert.rejects(editor.write(join(directory, "deep/new.txt"), "new\n", undefined, never), changed);
    assert.deepEqual(
      [existsSync(join(outside, "later.txt")), existsSync(join(outside, "deep"))],
      [false, false],
    );
  });

  it("leaves files with other names alone, unless that is allowed", async () => {
    const { path } = makeDirectory();
    const other = scratch.at(`other${count}.txt`);
    linkSync(path, other);
    await assert.rejects(editor.read(path, never), { code: "hard-links" });
    await assert.rejects(editor.write(path, "two\n", "inside\n", never), changed);
    await editor.write(path, "two\n", "inside\n", never, { real: path, links: 2 });
    assert.equal(readFileSync(other, "utf8"), "two\n");
  });

  it("tells, and takes back a new file, where a directory becomes a link while the editor saves", async () => {
    const { directory, replace } = makeDirectory();
    const watcher = workspace.onWillSaveTextDocument(() => {
      watcher.dispose();
      replace();
    });
    await assert.rejects(editor.write(join(directory, "new.txt"), "new\n", undefined, never), changed);
    assert.equal(existsSync(join(outside, "new.txt")), false);
    assert.equal(outsideText(), "outside\n");
  });

  it("tells where a directory becomes a link while the editor saves a file that is there", async () => {
    const { path, replace } = makeDirectory();
    const watcher = workspace.onWillSaveTextDocument(() => {
      watcher.dispose();
      replace();
    });
    await assert.rejects(editor.write(path, "two\n", "inside\n", never), changed);
  });

  it("opens no pipe", async () => {
    const pipe = scratch.at("pipe");
    execFileSync("mkfifo", [pipe]);
    await assert.rejects(editor.openFile(pipe), { code: "not-a-file" });
  });
});
