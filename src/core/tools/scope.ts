/** Where list_files and search look: folders, each with a glob. */
import { BooError } from "../errors.ts";
import type { WorkspaceFolder } from "../ports.ts";
import { openFolders, resolvePath, splitFolder, splitPath } from "./paths.ts";
import { escapeGlob, refuseIgnored } from "./read-text.ts";
import type { ToolRun } from "./tool.ts";

/** One directory to look in; `glob` is relative to it, undefined for everything; `file` is the only file that is meant. */
export interface Scope {
  readonly root: string;
  readonly glob: string | undefined;
  readonly file?: string;
}

/** What `path` and `glob` of a model mean: a glob without "/" matches at any depth, a path may be a file. */
export async function resolveScopes(
  run: ToolRun,
  input: {
    readonly path?: string | undefined;
    readonly glob?: string | undefined;
    readonly ignored?: boolean | undefined;
  },
): Promise<readonly Scope[]> {
  const folders = openFolders(run.editor);
  const glob = input.glob?.replace(/^(?:\.?\/+)+/, "") ?? "";
  if (input.path === undefined || /^\.?\/*$/.test(input.path)) return globScopes(folders, glob);
  const place = await resolvePath(run, input.path);
  await refuseIgnored(place, input.ignored, run);
  if (place.stat === undefined) throw missing(place.label);
  if (place.stat.kind === "directory") return [{ root: place.path, glob: glob === "" ? undefined : glob }];
  const { parent, name } = splitPath(place.path);
  return [{ root: parent, glob: escapeGlob(name), file: place.path }];
}

function globScopes(folders: readonly WorkspaceFolder[], glob: string): readonly Scope[] {
  const named = folders.length > 1 && glob.includes("/") ? splitFolder(folders, glob) : undefined;
  if (named !== undefined)
    return [{ root: named.folder.path, glob: named.rest === "" ? undefined : named.rest }];
  return folders.map(({ path }) => ({ root: path, glob: glob === "" ? undefined : glob }));
}

function missing(label: string): BooError {
  return new BooError(
    "file-missing",
    `No file or directory "${label}". Leave out "path" to look everywhere, or use "glob".`,
  );
}
