/** `BooCode: New Workflow`. */
import { commands, Range, Uri, window, workspace, WorkspaceEdit } from "vscode";
import { nameProblem, newScript } from "#core/workflow/language/new-workflow.ts";

/** Where a workflow would be made. */
export interface NewWorkflowPlace {
  readonly isTrusted: boolean;
  readonly folder: Uri | undefined;
}

/** What is missing, and the command that helps. */
interface Missing {
  readonly message: string;
  readonly remedy: string;
  readonly command: string;
}

/** What keeps a workflow from being made; undefined where nothing does. */
export function whatIsMissing({ isTrusted, folder }: NewWorkflowPlace): Missing | undefined {
  if (folder === undefined)
    return {
      message: "A workflow belongs to a project: open a folder first.",
      remedy: "Open Folder",
      command: "workbench.action.files.openFolder",
    };
  if (isTrusted) return undefined;
  return {
    message: "In Restricted Mode BooCode makes and runs no workflows: trust this folder first.",
    remedy: "Manage Workspace Trust",
    command: "workbench.trust.manage",
  };
}

/** Asks for a name, unless one that can be used is given, and opens the new script where its description is to be written. */
export async function newWorkflow(given?: unknown, place: NewWorkflowPlace = here()): Promise<void> {
  const missing = whatIsMissing(place);
  if (missing !== undefined || place.folder === undefined) return missing && tellMissing(missing);
  const isName = typeof given === "string" && nameProblem(given) === undefined;
  const name = isName ? given.trim() : await askForName(typeof given === "string" ? given : "");
  if (name === undefined) return;
  const file = Uri.joinPath(place.folder, ".boocode", "workflows", `${name}.js`);
  if (await exists(file)) return tellExisting(name, file);
  const { text, start, end } = newScript(name);
  const edit = new WorkspaceEdit();
  // Refused where somebody else made the file meanwhile.
  edit.createFile(file, { contents: new TextEncoder().encode(text), overwrite: false });
  if (!(await workspace.applyEdit(edit))) return tellRefused(name, file);
  const document = await workspace.openTextDocument(file);
  const selection = new Range(document.positionAt(start), document.positionAt(end));
  await window.showTextDocument(document, { selection, preview: false });
}

function here(): NewWorkflowPlace {
  return { isTrusted: workspace.isTrusted, folder: workspace.workspaceFolders?.[0]?.uri };
}

async function tellMissing({ message, remedy, command }: Missing): Promise<void> {
  if ((await window.showWarningMessage(message, remedy)) === remedy) await commands.executeCommand(command);
}

async function askForName(value: string): Promise<string | undefined> {
  const entered = await window.showInputBox({
    title: "New workflow",
    prompt: "Its name: it is kept in .boocode/workflows and runs as /name in the chat.",
    placeHolder: "review-changes",
    value,
    ignoreFocusOut: true,
    validateInput: nameProblem,
  });
  return entered?.trim();
}

async function exists(file: Uri): Promise<boolean> {
  return workspace.fs.stat(file).then(
    () => true,
    () => false,
  );
}

async function tellExisting(name: string, file: Uri): Promise<void> {
  const open = "Open It";
  const message = `There is a workflow ${name}.js in this folder already.`;
  if ((await window.showInformationMessage(message, open)) === open) await window.showTextDocument(file);
}

async function tellRefused(name: string, file: Uri): Promise<void> {
  if (await exists(file)) return tellExisting(name, file);
  await window.showErrorMessage(`The editor could not write ${file.fsPath}. Check the folder's permissions.`);
}
