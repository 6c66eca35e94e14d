/** Where workflow scripts lie on disk. */
import { readdir, readFile } from "node:fs/promises";
import { isAbsolute, join, relative, resolve, sep } from "node:path";
import type { WorkflowFiles, WorkflowSource } from "#core/workflow/ports.ts";

/** Folders of scripts, those first that shadow the others: the project's, the user's, what is built in, other engines'. */
export interface WorkflowFolders {
  readonly workspace: string;
  readonly home: string;
  readonly builtIn: string;
}

/** Makes the port. */
export function createWorkflowFiles({ workspace, home, builtIn }: WorkflowFolders): WorkflowFiles {
  const folders = [
    join(workspace, ".boocode/workflows"),
    join(home, ".boocode/workflows"),
    builtIn,
    join(workspace, ".claude/workflows"),
  ];
  const named = (path: string): string => {
    const inside = relative(workspace, path);
    return inside.startsWith("..") || isAbsolute(inside) ? path : inside.split(sep).join("/");
  };
  const read = async (path: string): Promise<WorkflowSource | undefined> => {
    // What is no script is nobody's to read this way.
    if (!/\.m?js$/.test(path)) return undefined;
    const text = await readFile(path, "utf8").catch(() => undefined);
    return text === undefined ? undefined : { file: named(path), text };
  };
  return {
    async all() {
      const lists = await Promise.all(
        folders.map(async (folder) => {
          const names = await readdir(folder).catch(() => []);
          return names
            .filter((name) => name.endsWith(".js"))
            .toSorted()
            .map((name) => join(folder, name));
        }),
      );
      const sources = await Promise.all(lists.flat().map(read));
      return sources.filter((source) => source !== undefined);
    },
    read: (path) => read(resolve(workspace, path)),
  };
}
