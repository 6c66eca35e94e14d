/** From what is known of a word to the paths that it may mean. */
import { ANY, BELOW, firstMark, LOOSE, NUMBER, NAME } from "./values.ts";
import type { LineContext } from "../parsed-line.ts";

/** A path, and what may stand behind it. */
export interface PlacePattern {
  readonly path: string;
  readonly rest?: string;
}

/** Where a word may lead; undefined where that can not be known. `folders` are those that a relative one may begin in. */
export function placesOf(
  value: string,
  folders: readonly string[] | undefined,
  context: Pick<LineContext, "home" | "isWindows">,
): readonly PlacePattern[] | undefined {
  if (value.includes(ANY)) return undefined;
  const said = nativePath(value, context);
  if (said === undefined) return undefined;
  if (isAbsolute(said)) {
    const place = splitPattern(said);
    return place && [place];
  }
  const places: PlacePattern[] = [];
  for (const folder of folders ?? [undefined]) {
    const place = folder === undefined ? undefined : splitPattern(`${folder.replace(/\/$/, "")}/${said}`);
    if (place === undefined) return undefined;
    places.push(place);
  }
  return places;
}

/** True for a path that begins at a root, "C:/" included. */
export function isAbsolute(path: string): boolean {
  return path.startsWith("/") || /^[A-Za-z]:\//.test(path);
}

// Tilde and drives in the forms that a shell or the system itself may understand; undefined where that is uncertain.
function nativePath(value: string, { home, isWindows }: Pick<LineContext, "home" | "isWindows">) {
  if (value === "~" || value.startsWith("~/")) return `${home}${value.slice(1)}`;
  if (/^~[\w+-]*(?:\/|$)/.test(value)) return undefined;
  const hasDrive = /^[A-Za-z]:(?:[\\/]|$)/.test(value);
  if (!isWindows) return hasDrive || value.startsWith("\\\\") ? undefined : value;
  const slashed = value.replaceAll("\\", "/");
  // A network path, a device ("//./", "//?/"), a stream or a path relative to a drive's own folder: nothing that can be looked up here.
  if (slashed.startsWith("//") || /^[A-Za-z]:(?!\/)/.test(slashed) || slashed.indexOf(":", 2) >= 0)
    return undefined;
  const drive = /^\/(?:mnt\/|cygdrive\/)?([A-Za-z])(?=\/|$)/.exec(slashed);
  if (drive) return `${drive[1]}:/${slashed.slice(drive[0].length + 1)}`;
  return slashed.startsWith("/") ? undefined : slashed;
}

/** A path up to its first part that is not known, and what follows; undefined where that may lead up. */
export function splitPattern(path: string): PlacePattern | undefined {
  const mark = firstMark(path);
  if (mark < 0) return { path };
  const start = path.lastIndexOf("/", mark) + 1;
  const rest = path.slice(start);
  // ".*" may match "..", and what a pattern matched may be left again by "..".
  if (rest.split("/").some((name) => name === ".." || isDots(name))) return undefined;
  return { path: start > 1 ? path.slice(0, start - 1) : "/", rest };
}

function isDots(name: string): boolean {
  return new RegExp(`^\\.+[${NAME}${BELOW}${LOOSE}${NUMBER}]`).test(name);
}

/** A path without "." and with ".." applied to its text, as a shell's "cd" does. */
export function applyDots(path: string): string {
  const root = /^(?:[A-Za-z]:)?\//.exec(path)?.[0] ?? "/";
  const kept: string[] = [];
  for (const name of path.slice(root.length).split("/")) {
    if (name === "..") kept.pop();
    else if (name !== "" && name !== ".") kept.push(name);
  }
  return root + kept.join("/");
}

/** The folder of a path and the name in it; undefined where it does not end in a plain name. */
export function splitEntry(path: string): { readonly parent: string; readonly name: string } | undefined {
  const slash = path.lastIndexOf("/");
  const name = path.slice(slash + 1);
  if (slash < 0 || name === "" || name === "." || name === "..") return undefined;
  return { parent: path.slice(0, slash).replace(/^([A-Za-z]:)?$/, "$1/"), name };
}
