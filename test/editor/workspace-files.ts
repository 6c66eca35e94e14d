import { mkdtemp, readFile, realpath, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { commands, Uri, window, workspace, type TextDocument } from "vscode";

/** A signal that never aborts. */
export const never = new AbortController().signal;

function workspaceFolder(): string {
  const folder = workspace.workspaceFolders?.[0]?.uri.fsPath;
  if (folder === undefined) throw new Error("The suites run with a folder open.");
  return folder;
}

/** A folder of its own for a suite, inside the open one. */
export class Scratch {
  path = "";

  async make(): Promise<void> {
    this.path = await realpath(await mkdtemp(join(workspaceFolder(), "scratch-")));
  }

  at(name: string): string {
    return join(this.path, name);
  }

  async put(name: string, text: string | Uint8Array): Promise<string> {
    await writeFile(this.at(name), text);
    return this.at(name);
  }

  bytes(name: string): Promise<Buffer> {
    return readFile(this.at(name));
  }

  async remove(): Promise<void> {
    await closeTabs();
    await rm(this.path, { recursive: true, force: true });
  }
}

/** Opens a file in a tab with the focus in it. */
export async function openInTab(path: string): Promise<TextDocument> {
  const document = await workspace.openTextDocument(Uri.file(path));
  await window.showTextDocument(document);
  return document;
}

/** Types text at the start of the active editor. */
export async function typeAtStart(text: string): Promise<void> {
  const editor = window.activeTextEditor;
  if (editor === undefined) throw new Error("No editor is active.");
  await editor.edit((edit) => edit.insert(editor.document.positionAt(0), text));
}

/** Closes every tab; unsaved changes are lost. */
export async function closeTabs(): Promise<void> {
  for (const document of workspace.textDocuments.filter(({ isDirty }) => isDirty)) {
    await window.showTextDocument(document);
    await commands.executeCommand("workbench.action.files.revert");
  }
  await commands.executeCommand("workbench.action.closeAllEditors");
}

/** Resolves when a condition holds, asked whenever something happens in the editor; rejects after a time in milliseconds. */
export async function until(
  what: string,
  holds: () => boolean | Promise<boolean>,
  timeoutMs = 10_000,
): Promise<void> {
  const deadline = Date.now() + timeoutMs;
  while (!(await holds())) {
    if (Date.now() > deadline) throw new Error(`Not within ${timeoutMs} ms: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
