/** The workflows that a script can name. */
import { homedir } from "node:os";
import { Uri, workspace } from "vscode";
import { listWorkflows } from "#core/workflow/catalog.ts";
import type { ValueReference } from "#core/workflow/language/reference.ts";
import { createWorkflowFiles } from "#node/workflow/workflow-files.ts";

/** Their names with what each does, those that others shadow left out. */
export async function workflowNames(extension: Uri): Promise<readonly ValueReference[]> {
  const files = createWorkflowFiles({
    workspace: workspace.workspaceFolders?.[0]?.uri.fsPath ?? homedir(),
    home: homedir(),
    builtIn: Uri.joinPath(extension, "workflows").fsPath,
  });
  return (await listWorkflows(files)).flatMap(({ meta, shadowedBy }) =>
    meta === undefined || shadowedBy !== undefined ? [] : [{ name: meta.name, doc: meta.description }],
  );
}
