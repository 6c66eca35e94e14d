/** Paths as texts: what their separators, dots and names mean on each system, without a look at any disk. */
import { byteLength } from "./cut.ts";

/** The longest name that file systems take, in UTF-8 bytes. */
const maxNameBytes = 255;
/** The longest path that systems take, in UTF-8 bytes (Linux; Windows takes more, of which nobody has need). */
const maxPathBytes = 4_096;
/** More directories than this in one another are a trick: each is looked at. */
const maxDepth = 256;

/** Whether an absolute path is one of Windows. */
export function isWindowsPath(path: string): boolean {
  return isDrivePath(path) || path.startsWith("\\\\");
}

/** Whether a path begins with a drive: "c:\a", "c:/a", "c:". */
export function isDrivePath(path: string): boolean {
  return /^[a-zA-Z]:(?:[\\/]|$)/.test(path);
}

/** An absolute path with "/" for every separator. */
export function slashed(path: string): string {
  return isWindowsPath(path) ? path.replaceAll("\\", "/") : path;
}

/** A path with "/" whose "." and ".." are resolved; ".." ends at the root. */
export function resolveDots(path: string): string {
  const root = /^(?:[a-zA-Z]:|\/\/[^/]+\/[^/]+)?\/?/.exec(path)?.[0] ?? "";
  const kept: string[] = [];
  for (const part of path.slice(root.length).split("/")) {
    if (part === "..") kept.pop();
    else if (part !== "" && part !== ".") kept.push(part);
  }
  return `${root.endsWith("/") ? root : `${root}/`}${kept.join("/")}`;
}

/** A name below a directory, with the directory's own separators; the directory itself for "". */
export function joinBelow(directory: string, rest: string): string {
  if (rest === "") return directory;
  const separator = directory.includes("\\") ? "\\" : "/";
  const root = /[\\/]$/.test(directory) ? directory : `${directory}${separator}`;
  return `${root}${separator === "/" ? rest : rest.replaceAll("/", "\\")}`;
}

/** How names are compared: as they were said (Windows does not tell case apart), or as the system gave them, which is exact. */
export type Comparison = "said" | "real";

/** The rest of a path (with "/") below a root, "" for the root itself; undefined where it is not in it. */
export function restIn(path: string, root: string, comparison: Comparison): string | undefined {
  const base = slashed(root).replace(/\/+$/, "");
  const fold = (text: string): string => {
    if (!isWindowsPath(base)) return text;
    // A directory of Windows may tell case apart, so two real names that differ in it are two; drive letters never are.
    return comparison === "said"
      ? text.toLowerCase()
      : text.replace(/^[a-z]:/, (drive) => drive.toUpperCase());
  };
  if (fold(path) === fold(base) || path === `${base}/`) return "";
  return fold(path).startsWith(`${fold(base)}/`) ? path.slice(base.length + 1) : undefined;
}

/** The deepest root that holds a path (with "/"), and the rest of the path. */
export function innermost<Root extends { readonly path: string }>(
  path: string,
  roots: readonly Root[],
  comparison: Comparison,
): { readonly root: Root; readonly rest: string } | undefined {
  let best: { root: Root; rest: string } | undefined;
  for (const root of roots) {
    const rest = restIn(path, root.path, comparison);
    if (rest !== undefined && (best === undefined || rest.length < best.rest.length)) best = { root, rest };
  }
  return best;
}

/** Why an absolute path with "/" can be no file's; undefined where it can. */
export function pathProblem(path: string, isWindows: boolean): string | undefined {
  if (byteLength(path) > maxPathBytes) return "The path is longer than one can be.";
  const names = path.split("/");
  if (names.length > maxDepth) return "The path goes deeper than any.";
  const long = names.find((name) => byteLength(name) > maxNameBytes);
  if (long !== undefined) return `The name "${long.slice(0, 40)}…" is longer than a file's can be.`;
  if (isDrivePath(path) && !isWindows) return `"${path}" is a path of Windows, and this is another system.`;
  return isWindows ? windowsProblem(names) : undefined;
}

// CONIN$ and CONOUT$ are devices as well; superscript digits count as digits (Microsoft, "Naming Files, Paths, and Namespaces").
const deviceName = /^(?:con|prn|aux|nul|conin\$|conout\$|com[0-9¹²³]|lpt[0-9¹²³])\s*(?:[.:]|$)/i;

/** Windows reads some names as others than they look: streams ("a::$DATA"), devices ("nul.txt"), dots and spaces at the end. */
function windowsProblem(names: readonly string[]): string | undefined {
  for (const [index, name] of names.entries()) {
    if (index === 0 && /^[a-zA-Z]:$/.test(name)) continue;
    if (name.includes(":")) return `"${name}" holds a colon, which names a stream or a drive, not a file.`;
    if (deviceName.test(name)) return `"${name}" is the name of a device on Windows.`;
    if (/[. ]$/.test(name) && name !== "." && name !== "..")
      return `"${name}" ends in a dot or a space, which Windows leaves out.`;
    // oxlint-disable-next-line no-control-regex -- these are what Windows forbids
    if (/[<>"|?*\u0001-\u001f]/.test(name)) return `"${name}" holds a character that Windows has in no name.`;
  }
  return undefined;
}
