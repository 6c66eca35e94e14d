/** Where list_files and search look: folders, each with a glob. */
import { BooError } from "../errors.ts";
import type { WorkspaceFolder } from "../ports.ts";
import { openFolders, resolvePath, splitFolder } from "./paths.ts";
import { escapeGlob, refuseIgnored } from "./read-text.ts";
import type { ToolRun } from "./tool.ts";

/** One folder to look in; `glob` is relative to it, undefined for everything; `file` is the only file that is meant. */
export interface Scope {
  readonly folder: WorkspaceFolder;
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
  const { folder, inFolder } = place;
  if (place.stat === undefined) throw missing(place.label);
  if (place.stat.kind === "file") return [{ folder, glob: escapeGlob(inFolder), file: place.path }];
  const prefix = inFolder === "" ? "" : `${escapeGlob(inFolder)}/`;
  return [{ folder, glob: joinGlob(prefix, glob) }];
}

function globScopes(folders: readonly WorkspaceFolder[], glob: string): readonly Scope[] {
  const named = folders.length > 1 && glob.includes("/") ? splitFolder(folders, glob) : undefined;
  if (named !== undefined) return [{ folder: named.folder, glob: joinGlob("", named.rest) }];
  return folders.map((folder) => ({ folder, glob: joinGlob("", glob) }));
}

function joinGlob(prefix: string, glob: string): string | undefined {
  if (prefix === "") return glob === "" ? undefined : glob;
  if (glob === "") return `${prefix}**`;
  return prefix + (glob.includes("/") ? glob : `**/${glob}`);
}

function missing(label: string): BooError {
  return new BooError(
    "file-missing",
    `No file or directory "${label}". Leave out "path" to look everywhere, or use "glob".`,
  );
}
