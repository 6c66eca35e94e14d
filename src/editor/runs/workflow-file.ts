/** How the core names the file of a workflow. */
import { workspace, type Uri } from "vscode";

/** From the workspace where it is in it. */
export function fileOf(uri: Uri): string {
  return workspace.asRelativePath(uri, false).replaceAll("\\", "/");
}
