/** Folders outside of the system in which tools lie. */
import { lstatSync, realpathSync } from "node:fs";
import { basename, delimiter, dirname, isAbsolute, join, normalize, sep } from "node:path";
import { secrets, toolChains } from "./home-folders.ts";

/** Folders of the system, which confined commands can read anyway. */
export const systemFolders: readonly string[] = [
  ...["/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32", "/etc", "/opt"],
  ...["/nix", "/gnu", "/snap", "/sw", "/run/current-system", "/home/linuxbrew/.linuxbrew"],
  ...["/var/lib/dpkg", "/var/lib/snapd/snap", "/var/cache/fontconfig", "/var/cache/man"],
  // How many processors there are, and how much of them one may use.
  ...["/sys/devices/system", "/sys/fs/cgroup"],
];

/** A folder of programs belongs to one with their libraries when it is called so and lies beside one called so. */
const programs = /^(bin|sbin)$/;
const libraries = ["lib", "lib64", "libexec", "share"];

/** The folders of the search path and of known tool chains in the home, as they are named and, where that is another, as they are. */
export function findToolFolders(home: string, path: string): readonly string[] {
  const isWanted = (folder: string): boolean => isHarmless(folder, home);
  const named = path
    .split(delimiter)
    .filter((folder) => isAbsolute(folder))
    .map((folder) => normalize(folder).replace(/(?<=.)\/$/, ""))
    .flatMap((folder) => [withLibraries(folder), folder].find(isWanted) ?? []);
  const known = toolChains.map((folder) => join(home, folder));
  const found = [...new Set([...known, ...named])].flatMap((folder) => {
    const real = realPath(folder);
    return real === undefined ? [] : [folder, real];
  });
  return [...new Set(found)].filter(isWanted).toSorted();
}

function withLibraries(folder: string): string {
  const parent = dirname(folder);
  const isPrefix = programs.test(basename(folder)) && parent !== sep;
  return isPrefix && libraries.some((name) => exists(join(parent, name))) ? parent : folder;
}

// Nothing that is seen anyway, and nothing that holds the home, or keys.
function isHarmless(folder: string, home: string): boolean {
  if (folder === sep || isIn(home, folder) || folder.startsWith("/proc")) return false;
  if (systemFolders.some((system) => isIn(folder, system))) return false;
  return !secrets.some((secret) => isIn(folder, join(home, secret)));
}

/** Whether a path is a folder or lies in it. */
export function isIn(path: string, folder: string): boolean {
  return path === folder || path.startsWith(folder === sep ? sep : `${folder}${sep}`);
}

/** Whether something is at a path, as far as one may know; a link counts for itself. */
export function exists(path: string): boolean {
  try {
    return lstatSync(path, { throwIfNoEntry: false }) !== undefined;
  } catch {
    return false;
  }
}

/** The path with all links resolved; undefined where nothing is. */
export function realPath(path: string): string | undefined {
  try {
    return realpathSync.native(path);
  } catch {
    return undefined;
  }
}
