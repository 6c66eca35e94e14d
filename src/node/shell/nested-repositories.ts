/** Repositories in the folders of a workspace: the editor looks into them by itself, and runs what their settings name. */
import { lstatSync, readdirSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { gitRuns } from "#core/permissions/confinement.ts";
import { readFile } from "../snapshot/file-memory.ts";
import { exists, realPath } from "./tool-folders.ts";

/** So many folders are looked into: with more a workspace is no place for repositories. */
const mostFolders = 500;
/** A file that says where a repository lies has one line (bytes). */
const longestLink = 8 * 1024;
/** What in a linked worktree's part of a repository names other places and settings. */
const linkedRuns: readonly string[] = ["commondir", "gitdir", "config.worktree"];

/** What must stay as it is in the repositories of folders that may be written, and in those that are such folders. */
export function protectedInRepositories(folders: readonly string[]): readonly string[] {
  return folders.flatMap((folder) => [...nestedProtected(folder), ...repositoryProtected(folder, folders)]);
}

/** What must stay as it is in the repositories of a folder and right below it; of one that lies elsewhere the file that says where. */
function nestedProtected(folder: string): readonly string[] {
  const below = foldersIn(folder).slice(0, mostFolders);
  return [".git", ...below.map((name) => join(name, ".git"))].flatMap((name) => {
    const git = join(folder, name);
    if (!exists(git)) return [];
    return lstatSync(git).isDirectory() ? gitRuns.map((part) => join(git, part)) : [git];
  });
}

/** What must stay as it is in a repository that may be written as a folder: its hooks and settings, and all that other worktrees than those at `folders` have in it. */
function repositoryProtected(repository: string, folders: readonly string[]): readonly string[] {
  if (!["HEAD", "objects", "refs"].every((name) => exists(join(repository, name)))) return [];
  const parts = gitRuns.filter((name) => name !== "worktrees").map((name) => join(repository, name));
  const own = new Set(folders.map((folder) => linkedPart(join(folder, ".git"))));
  const linked = foldersIn(join(repository, "worktrees")).map((name) => join(repository, "worktrees", name));
  return [
    ...parts,
    ...linked.flatMap((path) => (own.has(path) ? linkedRuns.map((name) => join(path, name)) : [path])),
  ];
}

/** The part of a repository that a linked worktree has to itself, as the worktree says. */
function linkedPart(file: string): string | undefined {
  const text = readFile(file, longestLink)?.bytes.toString();
  const said = /^gitdir: (.+?)\s*$/.exec(text ?? "")?.[1];
  return said === undefined ? undefined : realPath(resolve(dirname(file), said));
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
