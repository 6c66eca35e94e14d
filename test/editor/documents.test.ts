import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { rename, writeFile } from "node:fs/promises";
import {
  commands,
  languages,
  Range,
  Selection,
  TabInputTextDiff,
  TextEdit,
  Uri,
  window,
  workspace,
  type TextDocument,
} from "vscode";
import type { Editor } from "#core/ports.ts";
import { createDiffTexts } from "#editor/diff-texts.ts";
import { createDocuments } from "#editor/documents.ts";
import { openDocument } from "#editor/file-text.ts";
import { closeTabs, never, openInTab, Scratch, typeAtStart, until } from "./workspace-files.ts";

const wide = (text: string) => Buffer.from(`\uFEFF${text}`, "utf16le");

describe("documents", () => {
  const scratch = new Scratch();
  const diffTexts = createDiffTexts();
  const editor: Editor = createDocuments(diffTexts);
  before(() => scratch.make());
  afterEach(closeTabs);
  after(async () => {
    await scratch.remove();
    diffTexts.dispose();
  });

  const undo = () => commands.executeCommand("undo");

  const keeps = (name: string, before: Buffer, read: string, written: string, after: Buffer) =>
    it(`keeps ${name}`, async () => {
      const path = await scratch.put(`${name}.txt`, before);
      assert.deepEqual(await editor.read(path, never), { text: read, isDirty: false });
      assert.equal(openDocument(path), undefined, "reading opens no document");
      assert.deepEqual(await editor.write(path, written, read, never), { text: written, isDirty: false });
      assert.deepEqual(await scratch.bytes(`${name}.txt`), after);
      assert.deepEqual(await editor.read(path, never), { text: written, isDirty: false });
    });
  keeps("plain text", Buffer.from("a\nb"), "a\nb", "a\nc", Buffer.from("a\nc"));
  keeps("carriage returns", Buffer.from("a\r\nb\r\n"), "a\nb\n", "x\na\nb\n", Buffer.from("x\r\na\r\nb\r\n"));
  keeps(
    "mixed line ends",
    Buffer.from("a\r\nb\nc\r\n"),
    "a\r\nb\nc\r\n",
    "a\r\nB\nc\r\n",
    Buffer.from("a\r\nB\nc\r\n"),
  );
  keeps("a byte order mark", Buffer.from("\uFEFFa\n"), "a\n", "b\n", Buffer.from("\uFEFFb\n"));
  keeps("UTF-16, little end first", wide("ä\r\nb"), "ä\nb", "ä\nc", wide("ä\r\nc"));
  keeps("UTF-16, big end first", wide("ä").swap16(), "ä", "ö", wide("ö").swap16());
  keeps("an empty file", Buffer.from(""), "", "text\n", Buffer.from("text\n"));
  keeps("characters of two units", Buffer.from("a😀b"), "a😀b", "a😁b", Buffer.from("a😁b"));

  const refuses = (name: string, bytes: Uint8Array | undefined, code: string) =>
    it(`refuses to read ${name}`, async () => {
      if (bytes !== undefined) await scratch.put(`refused ${name}`, bytes);
      await assert.rejects(editor.read(scratch.at(`refused ${name}`), never), { name: "BooError", code });
    });
  refuses("nothing", undefined, "file-missing");
  refuses("a binary", Buffer.from("a\0b"), "file-binary");
  refuses("a huge file", Buffer.alloc(21 * 1024 * 1024, 97), "file-huge");
  it("refuses to read a folder", () =>
    assert.rejects(editor.read(scratch.path, never), { code: "not-a-file" }));

  it("refuses to damage a file of an unknown encoding", async () => {
    const path = await scratch.put("latin.txt", Buffer.from([0x67, 0x72, 0xfc, 0x6e, 0x0a]));
    const { text } = await editor.read(path, never);
    await assert.rejects(editor.write(path, `${text}more\n`, text, never), { code: "file-encoding" });
    assert.deepEqual(await scratch.bytes("latin.txt"), Buffer.from([0x67, 0x72, 0xfc, 0x6e, 0x0a]));
  });

  it("uses the encoding in which the user has it open", async () => {
    const path = await scratch.put("latin-open.txt", Buffer.from([0x67, 0x72, 0xfc, 0x6e, 0x0a]));
    const document = await workspace.openTextDocument(Uri.file(path), { encoding: "windows1252" });
    await window.showTextDocument(document);
    assert.equal((await editor.read(path, never)).text, "grün\n");
    await editor.write(path, "grün, blau\n", "grün\n", never);
    const wanted = Buffer.from("grün, blau\n", "latin1");
    // The editor may be saving by itself at the same time, and then the file is empty for a moment.
    await until("it is saved", async () => wanted.equals(await scratch.bytes("latin-open.txt")));
  });

  it("reads what is unsaved, and an edit leaves it unsaved", async () => {
    const path = await scratch.put("dirty.txt", "one\ntwo\n");
    await openInTab(path);
    await typeAtStart("zero\n");
    assert.deepEqual(await editor.read(path, never), { text: "zero\none\ntwo\n", isDirty: true });
    assert.deepEqual(editor.dirtyDocuments(), [{ path, text: "zero\none\ntwo\n" }]);
    const result = await editor.write(path, "zero\none\nTWO\n", "zero\none\ntwo\n", never);
    assert.deepEqual(result, { text: "zero\none\nTWO\n", isDirty: true });
    assert.equal(String(await scratch.bytes("dirty.txt")), "one\ntwo\n");
  });

  it("undoes an edit in one step", async () => {
    const before = Array.from({ length: 50 }, (_, index) => `line ${index}\n`).join("");
    const path = await scratch.put("undo.txt", before);
    const document = await openInTab(path);
    await editor.write(path, before.replaceAll("line", "row"), before, never);
    await undo();
    assert.equal(document.getText(), before);
  });

  it("undoes an edit of a file without a tab once it has one", async () => {
    const path = await scratch.put("undo-closed.txt", "one\n");
    await editor.write(path, "two\n", "one\n", never);
    const document = await openInTab(path);
    await undo();
    assert.equal(document.getText(), "one\n");
  });

  it("moves no cursor that is not in the edit", async () => {
    const path = await scratch.put("cursor.txt", "one\ntwo\nthree\n");
    await openInTab(path);
    const active = window.activeTextEditor;
    assert.ok(active);
    active.selection = new Selection(2, 0, 2, 5);
    await editor.write(path, "ONE\ntwo\nthree\n", "one\ntwo\nthree\n", never);
    assert.equal(active.document.getText(active.selection), "three");
  });

  it("creates a file with its folders", async () => {
    const path = scratch.at("new/deep/file.txt");
    assert.deepEqual(await editor.write(path, "text\nmore\n", undefined, never), {
      text: "text\nmore\n",
      isDirty: false,
    });
    assert.equal(String(await scratch.bytes("new/deep/file.txt")), "text\nmore\n");
    await assert.rejects(editor.write(path, "other", undefined, never), { code: "file-changed" });
    assert.deepEqual(await editor.write(scratch.at("new/empty.txt"), "", undefined, never), {
      text: "",
      isDirty: false,
    });
    assert.equal(existsSync(scratch.at("new/empty.txt")), true);
  });

  it("undoes a creation", async () => {
    const path = scratch.at("created.txt");
    await editor.write(path, "text\n", undefined, never);
    await openInTab(path);
    await undo();
    await until("the created file is gone", () => !existsSync(path));
  });

  it("removes a file, which can be undone", async () => {
    const path = await scratch.put("removed.txt", "text\n");
    await editor.remove(path);
    assert.equal(existsSync(path), false);
    await editor.remove(path);
  });

  it("refuses to write over what the caller did not see", async () => {
    const path = await scratch.put("seen.txt", "theirs\n");
    await assert.rejects(editor.write(path, "mine\n", "old\n", never), { code: "file-changed" });
    await openInTab(path);
    await typeAtStart("unsaved ");
    await assert.rejects(editor.write(path, "mine\n", "theirs\n", never), { code: "file-changed" });
    await assert.rejects(editor.write(scratch.at("gone.txt"), "mine\n", "old\n", never), {
      code: "file-missing",
    });
    assert.equal(String(await scratch.bytes("seen.txt")), "theirs\n");
  });

  it("writes what another program has just changed", async () => {
    const path = await scratch.put("external.txt", "one\n");
    await openInTab(path);
    // In one step: an editor that reads what is written in two keeps the time of the first, and refuses to save over the second.
    await writeFile(`${path}.new`, "one\nby another program\n");
    await rename(`${path}.new`, path);
    const { text } = await editor.read(path, never);
    const whole = "one\nby another program\nby BooCode\n";
    assert.deepEqual(await editor.write(path, `${text}by BooCode\n`, text, never), {
      text: whole,
      isDirty: false,
    });
    assert.equal(String(await scratch.bytes("external.txt")), whole);
    await until("the tab shows it", () => openDocument(path)?.getText() === whole);
  });

  it("tells what format on save made of it", async () => {
    const path = await scratch.put("format.boo", "one\n");
    const formatter = languages.registerDocumentFormattingEditProvider(
      { pattern: "**/*.boo" },
      { provideDocumentFormattingEdits: upperCase },
    );
    const config = workspace.getConfiguration("editor");
    await config.update("formatOnSave", true, true);
    try {
      assert.deepEqual(await editor.write(path, "two\n", "one\n", never), { text: "TWO\n", isDirty: false });
      assert.deepEqual(await editor.write(scratch.at("format-new.boo"), "new\n", undefined, never), {
        text: "NEW\n",
        isDirty: false,
      });
      assert.equal(String(await scratch.bytes("format.boo")), "TWO\n");
      assert.equal(String(await scratch.bytes("format-new.boo")), "NEW\n");
    } finally {
      await config.update("formatOnSave", undefined, true);
      formatter.dispose();
    }
  });

  it("does nothing once aborted", async () => {
    const path = await scratch.put("kept.txt", "kept\n");
    await assert.rejects(editor.write(path, "lost\n", "kept\n", AbortSignal.abort()), { name: "AbortError" });
    await assert.rejects(editor.write(scratch.at("never.txt"), "lost\n", undefined, AbortSignal.abort()), {
      name: "AbortError",
    });
    assert.equal(existsSync(scratch.at("never.txt")), false);
  });

  it("shows a file at a line and the diff of two texts", async () => {
    const path = await scratch.put("shown.txt", "one\ntwo\nthree\n");
    await editor.openFile(path, 3);
    assert.equal(window.activeTextEditor?.selection.active.line, 2);
    assert.equal(editor.activeFile(), path);
    await editor.showDiff(path, "before\n", undefined, "shown.txt (turn 1)");
    const tab = window.tabGroups.activeTabGroup.activeTab;
    assert.equal(tab?.label, "shown.txt (turn 1)");
    assert.ok(tab?.input instanceof TabInputTextDiff);
    assert.equal((await workspace.openTextDocument(tab.input.original)).getText(), "before\n");
  });
});

function upperCase(document: TextDocument): TextEdit[] {
  const end = document.positionAt(document.getText().length);
  const all = new Range(0, 0, end.line, end.character);
  return document.getText() === document.getText().toUpperCase()
    ? []
    : [TextEdit.replace(all, document.getText().toUpperCase())];
}
