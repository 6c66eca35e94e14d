/** Where list_files and search look: folders, each with a glob. */
import { BooError } from "../errors.ts";
import type { WorkspaceFolder } from "../ports.ts";
import { plural } from "./cut.ts";
import { askToRead, foundAt } from "./leave.ts";
import { openFolders, relativePath, resolvePath, splitFolder } from "./paths.ts";
import { refuseIgnored } from "./read-text.ts";
import type { ToolRun } from "./tool.ts";

/** One directory to look in, or the only file that is meant; leave to read it was given. */
export interface Scope {
  readonly root: string;
  /** `root` with all links resolved. */
  readonly real: string;
  /** Relative to `root`; undefined for everything. */
  readonly glob: string | undefined;
  readonly isFile: boolean;
  /** Names (hard links) of the file. */
  readonly links: number;
  /** As the model names it; undefined where paths below it have names in the workspace. */
  readonly outside: string | undefined;
  /** Files in it that must not be told. */
  readonly isWithheld?: (path: string) => boolean;
}

/** What a result says of files that were withheld; "" where there were none. */
export function withheldNote(count: number): string {
  if (count === 0) return "";
  return `\n[${plural(count, "file")} left out: a rule denies to read ${count === 1 ? "it" : "them"}, or keys are in ${count === 1 ? "it" : "them"}]`;
}

/** What `path` and `glob` of a model mean, after asking leave to read there: a glob without "/" matches at any depth, a path may be a file. */
export async function resolveScopes(
  run: ToolRun,
  input: {
    readonly path?: string | undefined;
    readonly glob?: string | undefined;
    readonly ignored?: boolean | undefined;
  },
): Promise<readonly Scope[]> {
  const glob = input.glob?.replace(/^(?:\.?\/+)+/, "") ?? "";
  if (input.path === undefined || /^\.?\/*$/.test(input.path)) return globScopes(run, glob);
  const place = await resolvePath(run, input.path);
  await refuseIgnored(place, input.ignored, run);
  await askToRead(place, run, foundAt(place));
  if (place.stat === undefined) throw missing(place.label);
  const isFile = place.stat.kind !== "directory";
  const isWithheld = isFile ? undefined : await run.guard.withheld(place.real);
  return [
    {
      root: place.path,
      real: place.real,
      glob: isFile || glob === "" ? undefined : glob,
      isFile,
      links: place.stat.links,
      outside: place.folder === undefined ? place.label : undefined,
      ...(isWithheld && { isWithheld }),
    },
  ];
}

/** The name that the model knows a path by that was found in a scope. */
export function nameIn(scope: Scope, run: ToolRun, path: string): string {
  if (scope.outside !== undefined)
    return (scope.outside + path.slice(scope.root.length).replaceAll("\\", "/")).replace(/^\/+/, "/");
  return relativePath(run.editor.folders(), path) ?? path;
}

async function globScopes(run: ToolRun, glob: string): Promise<readonly Scope[]> {
  const folders = openFolders(run.editor);
  const named = folders.length > 1 && glob.includes("/") ? splitFolder(folders, glob) : undefined;
  if (named !== undefined) return [await folderScope(run, named.folder, named.rest)];
  return Promise.all(folders.map((folder) => folderScope(run, folder, glob)));
}

async function folderScope(run: ToolRun, { path }: WorkspaceFolder, glob: string): Promise<Scope> {
  const real = await run.files.rootPath(path);
  await run.guard.file({ operation: "read", path: real, kind: "directory", links: 1 });
  const isWithheld = await run.guard.withheld(real);
  return {
    root: path,
    real,
    glob: glob === "" ? undefined : glob,
    isFile: false,
    links: 1,
    outside: undefined,
    ...(isWithheld && { isWithheld }),
  };
}

function missing(label: string): BooError {
  return new BooError(
    "file-missing",
    `No file or directory "${label}". Leave out "path" to look everywhere, or use "glob".`,
  );
}
