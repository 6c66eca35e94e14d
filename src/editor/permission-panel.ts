/** The permission log: a panel in the editor area. */
import type { Uri } from "vscode";
import { PagePanel } from "./page-panel.ts";
import { permissionsPage } from "./page.ts";
import type { Connect } from "./page-view.ts";

/** The one permission log of a window; it comes back with the window, and keeps its filters itself. */
export class PermissionPanel extends PagePanel {
  constructor(extension: Uri, connect: Connect) {
    super("Permission Log", {
      ...{ id: "boocode.permissions", name: "permission log", extension, page: permissionsPage, connect },
    });
  }
}
