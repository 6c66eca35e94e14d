/** The `Editor` port over VS Code's documents and windows. */
import { stat } from "node:fs/promises";
import { dirname } from "node:path";
import { commands, Position, Range, Uri, window, workspace, WorkspaceEdit, type TextDocument } from "vscode";
import { BooError } from "#core/errors.ts";
import type {
  DocumentText,
  Editor,
  FoundFile,
  ReadTarget,
  WorkspaceFolder,
  WriteResult,
  WriteTarget,
} from "#core/ports.ts";
import { changedFile, changedPath, notAFile } from "#node/file-errors.ts";
import { HeldDirectory } from "#node/held-directory.ts";
import { ownTarget } from "#node/read-bytes.ts";
import { lookAt } from "#node/real-file.ts";
import { replaceFile } from "#node/replace-file.ts";
import type { DiffTexts } from "./diff-texts.ts";
import {
  documentText,
  encodeLike,
  flatten,
  openDocument,
  readFileText,
  requireKnownEncoding,
  type FileText,
} from "./file-text.ts";
import { smallestEdit } from "./smallest-edit.ts";
import { requireLeadsTo, writeInPlace } from "./written-file.ts";

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
    write: (path, text, base, signal, target = { real: path, links: 1 }) =>
      base === undefined
        ? createFile(path, text, signal, target)
        : changeFile(path, text, base, signal, target),
    async save(path) {
      const open = openDocument(path);
      if (open?.isDirty === true && !(await open.save())) throw refusedEdit(path);
    },
    remove,
    async openFile(path, line) {
      // The editor would wait for the other end of a pipe.
      if ((await stat(path).catch(() => undefined))?.isFile() === false) throw notAFile(path, false);
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

async function read(
  path: string,
  signal: AbortSignal,
  target: ReadTarget = ownTarget(path),
): Promise<DocumentText> {
  signal.throwIfAborted();
  const open = openDocument(path);
  if (open?.isDirty !== true)
    return { text: (await readFileText(path, signal, target)).text, isDirty: false };
  await requireLeadsTo(path, target.real);
  await target.allow(lookAt(target.real));
  return { text: documentText(open), isDirty: true };
}

async function remove(path: string, real = path): Promise<void> {
  if (lookAt(real).kind === "missing") return;
  using held = await HeldDirectory.open(dirname(real));
  await requireLeadsTo(path, real);
  const edit = new WorkspaceEdit();
  edit.deleteFile(Uri.file(path), { ignoreIfNotExists: true });
  if (!(await workspace.applyEdit(edit))) throw refusedEdit(path);
  if (!(await held.isStill())) throw changedPath(path, "and a file may be gone there: tell the user");
}

async function createFile(
  path: string,
  text: string,
  signal: AbortSignal,
  target: WriteTarget,
): Promise<WriteResult> {
  const uri = Uri.file(path);
  if (lookAt(target.real).kind !== "missing") throw changedFile(path);
  signal.throwIfAborted();
  // The editor would make the directories above by their names, and through links.
  using _made = await HeldDirectory.open(dirname(target.real), true);
  return writeInPlace({ path, target, before: undefined }, async () => {
    const edit = new WorkspaceEdit();
    edit.createFile(uri, { overwrite: false });
    if (text !== "") edit.insert(uri, new Position(0, 0), text);
    if (!(await workspace.applyEdit(edit)))
      throw lookAt(target.real).kind === "missing" ? refusedEdit(path) : changedFile(path);
    return save(await workspace.openTextDocument(uri));
  });
}

async function changeFile(
  path: string,
  text: string,
  base: string,
  signal: AbortSignal,
  target: WriteTarget,
): Promise<WriteResult> {
  const isDirty = openDocument(path)?.isDirty === true;
  const file = isDirty ? undefined : await readFileText(path, signal, asAllowed(path, target));
  if (file !== undefined) {
    if (flatten(file.text) !== flatten(base)) throw changedFile(path);
    // The editor's documents have one kind of line end: a file that mixes them would be rewritten whole.
    if (file.hasMixedLineEnds) return writeBytes(path, file, text, signal, target);
    await requireKnownEncoding(path, file);
  }
  await requireLeadsTo(path, target.real);
  const document = await workspace.openTextDocument(Uri.file(path));
  if (!(await hasText(document, flatten(base), signal))) {
    if (file === undefined || document.isDirty) throw changedFile(path);
    return writeBytes(path, file, text, signal, target);
  }
  signal.throwIfAborted();
  if (file === undefined) {
    if (!document.isDirty) throw changedFile(path);
    await applyText(document, flatten(base), flatten(text));
    return { text: documentText(document), isDirty: true };
  }
  return writeInPlace({ path, target, before: file.bytes }, async () => {
    const wasDirty = document.isDirty;
    await applyText(document, flatten(base), flatten(text));
    return wasDirty ? { text: documentText(document), isDirty: true } : save(document);
  });
}

/** The target of a write, for the look before it. */
function asAllowed(path: string, { real, links }: WriteTarget): ReadTarget {
  const allow = async (found: FoundFile): Promise<void> => {
    if (found.kind === "file" && found.links !== links) throw changedPath(path);
  };
  return { real, allow };
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

// Past the editor, which notices; what is written is as the file was and goes nowhere else.
async function writeBytes(
  path: string,
  file: FileText,
  text: string,
  signal: AbortSignal,
  target: WriteTarget,
): Promise<WriteResult> {
  const bytes = Buffer.from(await encodeLike(path, file, text));
  const replace = (current: Buffer): Buffer => {
    if (!current.equals(file.bytes)) throw changedFile(path);
    return bytes;
  };
  await replaceFile(target, replace, signal);
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

function refusedEdit(path: string): BooError {
  return new BooError(
    "edit-refused",
    `The editor refused to change ${path}; it may be read-only. Tell the user.`,
  );
}
