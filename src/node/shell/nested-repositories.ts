/** Repositories in the folders of a workspace: the editor looks into them by itself, and runs what their settings name. */
import { lstatSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { gitRuns } from "#core/permissions/confinement.ts";

/** So many folders are looked into: with more a workspace is no place for repositories. */
const mostFolders = 500;

/** What must stay as it is in the repositories right below a folder; of one that lies elsewhere the file that says where. */
export function nestedProtected(folder: string): readonly string[] {
  return foldersIn(folder)
    .slice(0, mostFolders)
    .flatMap((name) => {
      const git = join(folder, name, ".git");
      const found = lstatSync(git, { throwIfNoEntry: false });
      if (found === undefined) return [];
      return found.isDirectory() ? gitRuns.map((part) => join(git, part)) : [git];
    });
}

function foldersIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder, { withFileTypes: true })
      .filter((entry) => entry.isDirectory() && entry.name !== ".git")
      .map(({ name }) => name);
  } catch {
    return [];
  }
}
