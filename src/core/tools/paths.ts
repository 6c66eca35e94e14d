/** What the model calls a path, and the absolute path that it means. */
import { BooError } from "../errors.ts";
import type { Editor, Files, FileStat, WorkspaceFolder } from "../ports.ts";
import {
  innermost,
  isDrivePath,
  isWindowsPath,
  joinBelow,
  pathProblem,
  resolveDots,
  restIn,
  slashed,
} from "./path-names.ts";

/** A path, inside the workspace or outside. */
export interface Place {
  /** Absolute: in the workspace under its folder's own name, as the editor has it; outside the same as `real`. */
  readonly path: string;
  /** Where it leads, with links and the mounts below a folder resolved: what a guard is asked about, and the only thing that may be opened. */
  readonly real: string;
  /** As the model names it, with "/": relative, in a multi-root workspace with the folder's name first ("." is the only folder); outside absolute, from "~" where it is at home. */
  readonly label: string;
  /** Undefined outside the workspace. */
  readonly folder: WorkspaceFolder | undefined;
  /** Relative to the folder, with "/"; empty for the folder itself, and outside. */
  readonly inFolder: string;
}

/** A path, and what is there now, if anything. */
export interface KnownPlace extends Place {
  readonly stat: FileStat | undefined;
}

/** What paths are found by. */
export interface PathWorld {
  readonly editor: Editor;
  readonly files: Files;
  /** The user's home folder. */
  readonly home: string;
}

/**
 * Finds what a path of the model means, inside the workspace or outside: the guard decides what may be done there.
 * Throws BooError "outside-workspace" (a network path), "unknown-folder", "no-folder" or "bad-path".
 */
export async function resolvePath(world: PathWorld, said: string): Promise<KnownPlace> {
  const aim = takeAim(world, said);
  const stat = await world.files.stat(aim.native);
  const real = stat?.realPath ?? (await world.files.realPath(aim.native));
  return { ...(await placeAt(world, aim, real)), stat };
}

/** As `resolvePath`, for what is about to be read: looking at what is there is left to the reading. */
export async function resolveFile(world: PathWorld, said: string): Promise<Place> {
  const aim = takeAim(world, said);
  return placeAt(world, aim, await world.files.realPath(aim.native));
}

interface Aim {
  readonly folders: readonly WorkspaceFolder[];
  readonly named: readonly NamedFolder[];
  /** Where it lies in a folder, by its name alone. */
  readonly inside: { readonly folder: WorkspaceFolder; readonly rest: string } | undefined;
  readonly native: string;
}

function takeAim({ editor, home }: PathWorld, said: string): Aim {
  if (said.includes("\0")) throw new BooError("bad-path", "A path can not hold a NUL character.");
  const folders = editor.folders();
  const isWindows = isWindowsPath(folders[0]?.path ?? home);
  const named = nameFolders(folders);
  const logical = logicalPath(said.trim(), named, isWindows, home);
  const place = innermost(logical, folders, "said");
  const inside = place && { folder: place.root, rest: place.rest };
  // Only looking at a network path would already sign in to its server.
  if (inside === undefined && logical.startsWith("//")) throw onNetwork(said);
  const problem = pathProblem(logical, isWindows);
  if (problem !== undefined) throw new BooError("bad-path", `${problem} Use another path.`);
  const native = inside === undefined ? logical : joinBelow(inside.folder.path, inside.rest);
  return { folders, named, inside, native };
}

async function placeAt(world: PathWorld, aim: Aim, real: string): Promise<Place> {
  const { folders, named, inside } = aim;
  const roots = await Promise.all(
    folders.map(async (folder) => ({ folder, path: await world.files.rootPath(folder.path) })),
  );
  // Links are resolved on both sides: a folder may itself be reached through one.
  const behind = innermost(slashed(real), roots, "real");
  if (behind === undefined) return outside(world, real);
  const source = await world.files.mountSource(behind.root.path, real);
  if (source !== undefined && innermost(slashed(source), roots, "real") === undefined)
    return outside(world, source);
  const folder = inside?.folder ?? behind.root.folder;
  const rest = inside?.rest ?? behind.rest;
  const path = joinBelow(folder.path, rest);
  return { path, real, label: labelIn(named, folder, rest), folder, inFolder: rest };
}

/** Outside there is one name for each file: the real one, which is shown, asked about and opened. */
async function outside({ files, home }: PathWorld, real: string): Promise<Place> {
  const path = slashed(real);
  const atHome = restIn(path, slashed(await files.rootPath(home)), "real");
  const label = atHome === undefined ? path : atHome === "" ? "~" : `~/${atHome}`;
  return { path: real, real, label, folder: undefined, inFolder: "" };
}

/** The name that the model knows an absolute path by; undefined where it is in no folder of the workspace. */
export function relativePath(folders: readonly WorkspaceFolder[], path: string): string | undefined {
  const inside = innermost(slashed(path), folders, "said");
  return inside && labelIn(nameFolders(folders), inside.root, inside.rest);
}

/** The folder that a multi-root path or glob begins with, and what follows; undefined where it begins with none. */
export function splitFolder(
  folders: readonly WorkspaceFolder[],
  said: string,
): { readonly folder: WorkspaceFolder; readonly rest: string } | undefined {
  const slash = said.indexOf("/");
  const first = slash < 0 ? said : said.slice(0, slash);
  const match = nameFolders(folders).find((entry) => entry.name === first);
  return match && { folder: match.folder, rest: slash < 0 ? "" : said.slice(slash + 1) };
}

/** The directory of an absolute path, and the name in it. */
export function splitPath(path: string): { readonly parent: string; readonly name: string } {
  const slash = Math.max(path.lastIndexOf("/"), path.lastIndexOf("\\"));
  return { parent: path.slice(0, slash) || "/", name: path.slice(slash + 1) };
}

/** The workspace's folders; throws BooError "no-folder" where there are none. */
export function openFolders(editor: Editor): readonly WorkspaceFolder[] {
  const folders = editor.folders();
  if (folders.length > 0) return folders;
  throw noFolder();
}

interface NamedFolder {
  readonly name: string;
  readonly folder: WorkspaceFolder;
}

/** Folders of one name get numbers, so that each can be named. */
function nameFolders(folders: readonly WorkspaceFolder[]): readonly NamedFolder[] {
  const seen = new Map<string, number>();
  return folders.map((folder) => {
    const count = (seen.get(folder.name) ?? 0) + 1;
    seen.set(folder.name, count);
    return { name: count === 1 ? folder.name : `${folder.name}~${count}`, folder };
  });
}

/** The absolute path with "/" that was said, dots resolved, links not. */
function logicalPath(said: string, named: readonly NamedFolder[], isWindows: boolean, home: string): string {
  const path = isWindows ? said.replaceAll("\\", "/") : said;
  // Only one's own home has a sign: "~anna" is a name like any other.
  if (path === "~" || path.startsWith("~/")) return resolveDots(`${slashed(home)}/${path.slice(1)}`);
  if (path.startsWith("/") || isDrivePath(path)) return resolveDots(path);
  const [first] = named;
  if (first === undefined) throw noFolder();
  const plain = path.replace(/^(?:\.\/+)+/, "").replace(/^\.$/, "");
  if (named.length === 1) return resolveDots(`${slashed(first.folder.path)}/${plain}`);
  const split = splitFolder(
    named.map((entry) => entry.folder),
    plain,
  );
  if (split !== undefined) return resolveDots(`${slashed(split.folder.path)}/${split.rest}`);
  const names = named.map((entry) => `${entry.name}/`).join(", ");
  throw new BooError(
    "unknown-folder",
    `"${said}" names no folder of this workspace. Begin the path with one of: ${names}`,
  );
}

function labelIn(named: readonly NamedFolder[], folder: WorkspaceFolder, rest: string): string {
  if (named.length === 1) return rest === "" ? "." : rest;
  const name = named.find((entry) => entry.folder === folder)?.name ?? folder.name;
  return rest === "" ? name : `${name}/${rest}`;
}

function noFolder(): BooError {
  return new BooError(
    "no-folder",
    "No folder is open, so there are no files to work on. Ask the user to open one.",
  );
}

function onNetwork(said: string): BooError {
  return new BooError(
    "outside-workspace",
    `"${said}" is on the network, which file tools do not reach. Ask the user to open that folder, or to copy the file here.`,
  );
}
