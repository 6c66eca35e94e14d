/** The `Editor` port over VS Code's documents and windows. */
import { stat } from "node:fs/promises";
import { commands, Position, Range, Uri, window, workspace, WorkspaceEdit, type TextDocument } from "vscode";
import { BooError } from "#core/errors.ts";
import type { Editor, WorkspaceFolder, WriteResult } from "#core/ports.ts";
import { changedFile } from "#node/file-errors.ts";
import type { DiffTexts } from "./diff-texts.ts";
import {
  documentText,
  encodeLike,
  flatten,
  isMissing,
  openDocument,
  readFileText,
  requireKnownEncoding,
} from "./file-text.ts";
import { smallestEdit } from "./smallest-edit.ts";

// A document that changed on disk is loaded again by the editor when its watcher tells, which takes well under this.
const reloadMs = 2_000;

/** Makes the port. */
export function createDocuments(diffTexts: DiffTexts): Editor {
  return {
    folders,
    read,
    dirtyDocuments: () =>
      workspace.textDocuments
        .filter(({ uri, isDirty }) => isDirty && uri.scheme === "file")
        .map((document) => ({ path: document.uri.fsPath, text: documentText(document) })),
    write: (path, text, base, signal) =>
      base === undefined ? createFile(path, text, signal) : changeFile(path, text, base, signal),
    async save(path) {
      const open = openDocument(path);
      if (open?.isDirty === true && !(await open.save())) throw refusedEdit(path);
    },
    async remove(path) {
      const edit = new WorkspaceEdit();
      edit.deleteFile(Uri.file(path), { ignoreIfNotExists: true });
      if (!(await workspace.applyEdit(edit))) throw refusedEdit(path);
    },
    async openFile(path, line) {
      const at = Math.max((line ?? 1) - 1, 0);
      const options = line === undefined ? {} : { selection: new Range(at, 0, at, 0) };
      await commands.executeCommand("vscode.open", Uri.file(path), options);
    },
    showDiff: (path, before, after, title) => diffTexts.show(path, before, after, title),
    activeFile() {
      const uri = window.activeTextEditor?.document.uri;
      return uri?.scheme === "file" ? uri.fsPath : undefined;
    },
  };
}

function folders(): readonly WorkspaceFolder[] {
  const all = workspace.workspaceFolders ?? [];
  return all.filter(({ uri }) => uri.scheme === "file").map(({ name, uri }) => ({ name, path: uri.fsPath }));
}

async function read(path: string, signal: AbortSignal): Promise<{ text: string; isDirty: boolean }> {
  signal.throwIfAborted();
  const open = openDocument(path);
  if (open?.isDirty === true) return { text: documentText(open), isDirty: true };
  return { text: (await readFileText(path, signal)).text, isDirty: false };
}

async function createFile(path: string, text: string, signal: AbortSignal): Promise<WriteResult> {
  const uri = Uri.file(path);
  if (await exists(uri)) throw changedFile(path);
  signal.throwIfAborted();
  const edit = new WorkspaceEdit();
  edit.createFile(uri, { overwrite: false });
  if (text !== "") edit.insert(uri, new Position(0, 0), text);
  if (!(await workspace.applyEdit(edit))) throw (await exists(uri)) ? changedFile(path) : refusedEdit(path);
  return save(await workspace.openTextDocument(uri));
}

async function changeFile(
  path: string,
  text: string,
  base: string,
  signal: AbortSignal,
): Promise<WriteResult> {
  const isDirty = openDocument(path)?.isDirty === true;
  const file = isDirty ? undefined : await readFileText(path, signal);
  if (file !== undefined) {
    if (flatten(file.text) !== flatten(base)) throw changedFile(path);
    // The editor's documents have one kind of line end: a file that mixes them would be rewritten whole.
    if (file.hasMixedLineEnds) return writeBytes(path, await encodeLike(path, file, text), text, signal);
    await requireKnownEncoding(path, file);
  }
  const document = await workspace.openTextDocument(Uri.file(path));
  if (!(await hasText(document, flatten(base), signal))) {
    if (file === undefined || document.isDirty) throw changedFile(path);
    return writeBytes(path, await encodeLike(path, file, text), text, signal);
  }
  signal.throwIfAborted();
  const wasDirty = document.isDirty;
  await applyText(document, flatten(base), flatten(text));
  return wasDirty ? { text: documentText(document), isDirty: true } : save(document);
}

// The edit carries the document's version: what the user types meanwhile makes it fail, not overwrite.
async function applyText(document: TextDocument, before: string, after: string): Promise<void> {
  const change = smallestEdit(before, after);
  if (change === undefined) return;
  const edit = new WorkspaceEdit();
  const { start, end } = change;
  edit.replace(document.uri, new Range(start.line, start.character, end.line, end.character), change.text);
  if (await workspace.applyEdit(edit)) return;
  throw documentText(document) === before
    ? refusedEdit(document.uri.fsPath)
    : changedFile(document.uri.fsPath);
}

async function save(document: TextDocument): Promise<WriteResult> {
  await document.save();
  return { text: documentText(document), isDirty: document.isDirty };
}

async function writeBytes(
  path: string,
  bytes: Uint8Array,
  text: string,
  signal: AbortSignal,
): Promise<WriteResult> {
  signal.throwIfAborted();
  await workspace.fs.writeFile(Uri.file(path), bytes);
  return { text, isDirty: false };
}

async function hasText(document: TextDocument, text: string, signal: AbortSignal): Promise<boolean> {
  if (documentText(document) === text) return true;
  if (document.isDirty) return false;
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const timer = setTimeout(() => resolve(false), reloadMs);
  const abort = () => resolve(false);
  signal.addEventListener("abort", abort);
  const watcher = workspace.onDidChangeTextDocument((change) => {
    if (change.document === document && documentText(document) === text) resolve(true);
  });
  try {
    return await promise;
  } finally {
    clearTimeout(timer);
    signal.removeEventListener("abort", abort);
    watcher.dispose();
  }
}

async function exists(uri: Uri): Promise<boolean> {
  try {
    await stat(uri.fsPath);
    return true;
  } catch (error) {
    if (isMissing(error)) return false;
    throw error;
  }
}

function refusedEdit(path: string): BooError {
  return new BooError(
    "edit-refused",
    `The editor refused to change ${path}; it may be read-only. Tell the user.`,
  );
}
