/** What every confined command finds: the system's own folders without their secrets, tools, caches of its own. */
import { lstatSync, mkdirSync, readdirSync, readlinkSync, statSync } from "node:fs";
import { join } from "node:path";
import { setImmediate as nextTurn } from "node:timers/promises";
import type { Mount } from "./bubblewrap.ts";
import { caches, gitSettings } from "./home-folders.ts";
import type { HostFolder } from "./host-folder.ts";
import { exists, isIn, realPath, systemFolders } from "./tool-folders.ts";

/**
 * Root may change these without any capability: with a line in one of them a program of root's choice would run outside. Bubblewrap covers them
 * only where its own process may write to the folder itself.
 */
const kernelSettings: readonly string[] = [
  ...["/proc/sys", "/proc/sysrq-trigger", "/proc/fs", "/proc/acpi", "/proc/scsi", "/proc/mtrr"],
  ...["/proc/driver", "/proc/tty", "/proc/asound", "/proc/pressure"],
];

/** Entries of /etc that are looked at; there are one or two thousand. */
const entryLimit = 20_000;
/** Looking leaves the event loop to others after this long (ms). */
const slice = 2;

/** The system's folders, links as links, and over what only root may read there something that nobody can. */
export async function systemMounts(masks: HostFolder): Promise<readonly Mount[]> {
  const folders = systemFolders.flatMap((path): readonly Mount[] => {
    if (!exists(path)) return [];
    return lstatSync(path).isSymbolicLink()
      ? [{ kind: "link", path, to: readlinkSync(path) }]
      : [{ kind: "readable", path }];
  });
  const secrets = (await privateEntries("/etc")).map((path) => maskOf(path, masks));
  return [
    ...folders,
    ...secrets,
    { kind: "proc", path: "/proc" },
    { kind: "dev", path: "/dev" },
    ...kernelSettings.filter(exists).map((path): Mount => ({ kind: "readable", path })),
  ];
}

/** What hides a file or folder. */
export function maskOf(path: string, { hiddenFile, hiddenFolder }: HostFolder): Mount {
  const isFolder = statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
  return { kind: "readable", path, source: isFolder ? hiddenFolder : hiddenFile };
}

// Who is root here could read them, and so could members of their groups.
async function privateEntries(top: string): Promise<readonly string[]> {
  const found: string[] = [];
  const folders = [top];
  let left = entryLimit;
  let startedAt = performance.now();
  for (let folder = folders.pop(); folder !== undefined && left > 0; folder = folders.pop()) {
    const paths = namesIn(folder).map((name) => `${folder}/${name}`);
    left -= paths.length;
    for (const path of paths) {
      const stat = lstatSync(path, { throwIfNoEntry: false });
      if (stat === undefined || stat.isSymbolicLink()) continue;
      if ((stat.mode & (stat.isDirectory() ? 0o005 : 0o004)) === 0) found.push(path);
      else if (stat.isDirectory()) folders.push(path);
    }
    if (performance.now() - startedAt < slice) continue;
    await nextTurn();
    startedAt = performance.now();
  }
  return found;
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

/** The temporary folder, twice; in the home, tools and git's settings to read, and caches to write that are the session's own. */
export function sessionMounts(
  temporary: string,
  home: string,
  toolFolders: readonly string[],
): readonly Mount[] {
  const own = (name: string): Mount => {
    const source = join(temporary, ".home", name);
    mkdirSync(source, { recursive: true, mode: 0o700 });
    return { kind: "writable", path: join(home, name), source };
  };
  const readable = [...toolFolders, ...gitSettings.map((path) => join(home, path))];
  return [
    { kind: "writable", path: "/tmp", source: temporary },
    { kind: "writable", path: "/var/tmp", source: temporary },
    ...(temporary.startsWith("/tmp/") ? [] : [{ kind: "writable", path: temporary } as const]),
    ...caches.map(own),
    ...readable.flatMap(readableMounts),
  ];
}

/** What names are looked up by, where that lies outside of the system's folders. */
export function networkMounts(): readonly Mount[] {
  const resolver = realPath("/etc/resolv.conf");
  const isElsewhere = resolver !== undefined && !isIn(resolver, "/etc");
  return ["/run/systemd/resolve", ...(isElsewhere ? [resolver] : [])].flatMap(readableMounts);
}

/** A path to read as it is, and the links by which it is reached; nothing where nothing is. */
export function readableMounts(path: string): readonly Mount[] {
  const real = realPath(path);
  return real === undefined ? [] : [...linksTo(path), { kind: "readable", path: real }];
}

/** The links among the folders of a path and at its end, each by its own real path. */
export function linksTo(path: string): readonly Mount[] {
  const links: Mount[] = [];
  let rest = path.split("/").filter((name) => name !== "");
  let at = "/";
  // As many as the system itself would follow.
  for (let left = 40; rest.length > 0 && left > 0;) {
    const [name = "", ...others] = rest;
    const next = join(at, name);
    const isLink = lstatSync(next, { throwIfNoEntry: false })?.isSymbolicLink() === true;
    rest = others;
    if (!isLink) {
      at = next;
      continue;
    }
    left -= 1;
    const to = readlinkSync(next);
    links.push({ kind: "link", path: next, to });
    rest = [...to.split("/").filter((part) => part !== "" && part !== "."), ...others];
    if (to.startsWith("/")) at = "/";
  }
  return links;
}
