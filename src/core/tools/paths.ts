/** What the model calls a path, and the absolute path that it means. */
import { BooError } from "../errors.ts";
import type { Editor, Files, FileStat, WorkspaceFolder } from "../ports.ts";

/** A path inside the workspace. */
export interface Place {
  /** Absolute, with the folder's own separators. */
  readonly path: string;
  /** As the model names it: relative, with "/", in a multi-root workspace with the folder's name first; "." is the only folder. */
  readonly label: string;
  readonly folder: WorkspaceFolder;
  /** Relative to the folder, with "/"; empty for the folder itself. */
  readonly inFolder: string;
}

/** A path inside the workspace, and what is there now, if anything. */
export interface KnownPlace extends Place {
  readonly stat: FileStat | undefined;
}

interface World {
  readonly editor: Editor;
  readonly files: Files;
}

/** Finds what a path of the model means; throws BooError "outside-workspace", "unknown-folder", "no-folder" or "bad-path". */
export async function resolvePath(world: World, said: string): Promise<KnownPlace> {
  const aim = takeAim(world.editor, said);
  const stat = await world.files.stat(aim.native);
  const real = stat?.realPath ?? (await world.files.realPath(aim.native));
  return { ...(await placeAt(world, aim, real)), stat };
}

/** As `resolvePath`, for what is about to be read: looking at what is there is left to the reading. */
export async function resolveFile(world: World, said: string): Promise<Place> {
  const aim = takeAim(world.editor, said);
  return placeAt(world, aim, await world.files.realPath(aim.native));
}

interface Aim {
  readonly said: string;
  readonly folders: readonly WorkspaceFolder[];
  readonly named: readonly NamedFolder[];
  /** Where it lies in a folder, by its name alone. */
  readonly inside: { readonly folder: WorkspaceFolder; readonly rest: string } | undefined;
  readonly native: string;
}

function takeAim(editor: Editor, said: string): Aim {
  const folders = openFolders(editor);
  if (said.includes("\0")) throw new BooError("bad-path", "A path can not hold a NUL character.");
  const named = nameFolders(folders);
  const logical = logicalPath(said.trim(), named);
  const place = innermost(logical, folders);
  const inside = place && { folder: place.root, rest: place.rest };
  // Only looking at a network path would already sign in to its server.
  if (inside === undefined && logical.startsWith("//")) throw outside(said, false);
  const native = inside === undefined ? logical : join(inside.folder, inside.rest);
  return { said, folders, named, inside, native };
}

async function placeAt(world: World, aim: Aim, real: string): Promise<Place> {
  const { said, folders, named, inside } = aim;
  const roots = await Promise.all(
    folders.map(async (folder) => ({ folder, path: await world.files.rootPath(folder.path) })),
  );
  // Links are resolved on both sides: a folder may itself be reached through one.
  const behind = innermost(slashed(real), roots);
  if (behind === undefined) throw outside(said, inside !== undefined);
  const folder = inside?.folder ?? behind.root.folder;
  const rest = inside?.rest ?? behind.rest;
  return { path: join(folder, rest), label: labelIn(named, folder, rest), folder, inFolder: rest };
}

/** The name that the model knows an absolute path by; undefined where it is in no folder of the workspace. */
export function relativePath(folders: readonly WorkspaceFolder[], path: string): string | undefined {
  const inside = innermost(slashed(path), folders);
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
  throw new BooError(
    "no-folder",
    "No folder is open, so there are no files to work on. Ask the user to open one.",
  );
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
function logicalPath(said: string, named: readonly NamedFolder[]): string {
  const first = named[0];
  if (first === undefined || said === "~" || /^~[\\/]/.test(said)) throw outside(said, false);
  const isWindows = isWindowsPath(first.folder.path);
  const path = isWindows ? said.replaceAll("\\", "/") : said;
  if (path.startsWith("/") || isDrivePath(path)) return resolveDots(path);
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

function isWindowsPath(path: string): boolean {
  return isDrivePath(path) || path.startsWith("\\\\");
}

function isDrivePath(path: string): boolean {
  return /^[a-zA-Z]:(?:[\\/]|$)/.test(path);
}

function slashed(path: string): string {
  return isWindowsPath(path) ? path.replaceAll("\\", "/") : path;
}

function resolveDots(path: string): string {
  const root = /^(?:[a-zA-Z]:|\/\/[^/]+\/[^/]+)?\/?/.exec(path)?.[0] ?? "";
  const kept: string[] = [];
  for (const part of path.slice(root.length).split("/")) {
    if (part === "..") kept.pop();
    else if (part !== "" && part !== ".") kept.push(part);
  }
  return `${root.endsWith("/") ? root : `${root}/`}${kept.join("/")}`;
}

/** The deepest root that holds a path (with "/"), and the rest of the path. */
function innermost<Root extends { readonly path: string }>(
  path: string,
  roots: readonly Root[],
): { readonly root: Root; readonly rest: string } | undefined {
  let best: { root: Root; rest: string } | undefined;
  for (const root of roots) {
    const rest = restIn(path, slashed(root.path).replace(/\/+$/, ""));
    if (rest !== undefined && (best === undefined || rest.length < best.rest.length)) best = { root, rest };
  }
  return best;
}

function restIn(path: string, root: string): string | undefined {
  // Windows compares names without case, also where drive letters differ only in it.
  const fold = (text: string): string => (isWindowsPath(root) ? text.toLowerCase() : text);
  if (fold(path) === fold(root) || path === `${root}/`) return "";
  return fold(path).startsWith(`${fold(root)}/`) ? path.slice(root.length + 1) : undefined;
}

function join(folder: WorkspaceFolder, rest: string): string {
  if (rest === "") return folder.path;
  const separator = folder.path.includes("\\") ? "\\" : "/";
  const root = /[\\/]$/.test(folder.path) ? folder.path : `${folder.path}${separator}`;
  return `${root}${separator === "/" ? rest : rest.replaceAll("/", "\\")}`;
}

function labelIn(named: readonly NamedFolder[], folder: WorkspaceFolder, rest: string): string {
  if (named.length === 1) return rest === "" ? "." : rest;
  const name = named.find((entry) => entry.folder === folder)?.name ?? folder.name;
  return rest === "" ? name : `${name}/${rest}`;
}

function outside(said: string, isLink: boolean): BooError {
  const why = isLink ? "leads through a link out of the workspace" : "is outside the workspace";
  return new BooError(
    "outside-workspace",
    `"${said}" ${why}, which is refused. Use a path inside (list_files shows them), or ask the user to open that folder.`,
  );
}
