/** What one confined command finds where: its leave laid over what every command finds. */
import { accessSync, constants, lstatSync, readdirSync, readlinkSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { BooError } from "#core/errors.ts";
import { protectedFiles, protectedFolders, protectedInRoot } from "#core/permissions/protected.ts";
import type { Confinement } from "#core/shell-ports.ts";
import { inOrder, type Mount } from "./bubblewrap.ts";
import { secrets, toolChains } from "./home-folders.ts";
import type { HostFolder } from "./host-folder.ts";
import { protectedInRepositories } from "./nested-repositories.ts";
import { linksTo, maskOf, networkMounts, readableMounts } from "./system-view.ts";
import { exists, isIn, realPath } from "./tool-folders.ts";

/** Entries of a folder in which a new one may be made, of which each is protected by itself. */
const siblingLimit = 500;

/** What a view is made of. */
export interface ViewOptions {
  readonly confinement: Confinement;
  /** What every command finds, whatever its leave. */
  readonly common: readonly Mount[];
  readonly masks: HostFolder;
  readonly home: string;
  /** BooCode's own folder, which no command sees but for its temporary one. */
  readonly ownFolder: string;
  /** Folders that are there for other commands' sake and stand for nothing. */
  readonly stubs: ReadonlySet<string>;
}

/** A link that must stay as it is, or nothing (`to` is undefined), which nothing can be laid over. */
export interface ProtectedLink {
  readonly path: string;
  readonly to: string | undefined;
}

/** Names by which something is found and run, or let in, wherever a folder may be. */
const runningNames: readonly string[] = [
  ...new Set([
    ...[...protectedFolders, ...protectedFiles, ...protectedInRoot],
    ...[...secrets, ...toolChains].map((path) => path.split("/")[0] ?? path),
  ]),
];

/** Where this is a folder, git fails: nothing can stand for its absence. */
const stublessName = "commondir";

/** How a path looks from inside: "closed" is what does not exist and must not come to be. */
export type Sight = "writable" | "readable" | "hidden" | "closed";

/** A view that can be put before a command. */
export interface ConfinedView {
  readonly mounts: readonly Mount[];
  /** Folders that have to exist while the command runs, where nothing may come to be: nothing can be laid over nothing. */
  readonly stubs: readonly string[];
  readonly links: readonly ProtectedLink[];
  readonly sightOf: (path: string) => Sight;
  /** Whether a command sees at a path what really lies there. */
  readonly isSeen: (path: string) => boolean;
  /** Whether a path can not be renamed or removed, since something lies over it or over what is in it. */
  readonly isHeld: (path: string) => boolean;
}

/** Looks at the disk and lays out a view; throws BooError "not-confined" for a leave that can not be put in force. */
export function layOutView(options: ViewOptions): ConfinedView {
  const layout = new Layout(options);
  layout.addLeave();
  layout.hideSecrets();
  layout.hideDenied();
  layout.protect();
  return layout.finish();
}

class Layout {
  readonly #options: ViewOptions;
  readonly #mounts: Mount[];
  readonly #stubs: string[] = [];
  readonly #links: ProtectedLink[] = [];
  /** Everything that was asked for by name. */
  readonly #named: readonly string[];

  constructor(options: ViewOptions) {
    this.#options = options;
    this.#mounts = [...options.common];
    const { readable, writable, temporary } = options.confinement;
    this.#named = [...readable, ...writable, temporary].map((path) => realPath(path) ?? path);
  }

  addLeave(): void {
    const { readable, writable, hasNetwork, temporary } = this.#options.confinement;
    const isHomeWritable = writable.some((path) => isIn(this.#options.home, path));
    if (isHomeWritable) this.#dropCaches(temporary);
    if (hasNetwork) this.#mounts.push(...networkMounts());
    const removable = new Set(this.#options.confinement.removable);
    // What lies over something keeps it from being removed.
    this.#mounts.push(...readable.filter((path) => !removable.has(path)).flatMap(readableMounts));
    const entries: string[] = [];
    for (const path of writable) {
      const real = realPath(path);
      if (real === undefined || removable.has(path)) entries.push(path);
      else this.#mounts.push(...linksTo(path), { kind: "writable", path: real });
    }
    this.#openFoldersOf(entries);
  }

  // Whose whole home may be written has the caches that lie in it.
  #dropCaches(temporary: string): void {
    const kept = this.#mounts.filter(
      (mount) =>
        !(mount.kind === "writable" && mount.source?.startsWith(`${temporary}/`) === true) ||
        !isIn(mount.path, this.#options.home),
    );
    this.#mounts.splice(0, this.#mounts.length, ...kept);
  }

  /** What does not exist can only be made, and what does only be removed, if its folder may be written: all else that is in there stays as it looked before. */
  #openFoldersOf(paths: readonly string[]): void {
    const before = [...this.#mounts];
    const byFolder = Map.groupBy(paths, folderThere);
    for (const [said, inside] of [...byFolder].toSorted(([a], [b]) => a.length - b.length)) {
      const folder = realPath(said) ?? said;
      if (sightIn(before, folder) === "writable") continue;
      const own = new Set(inside.map((path) => path.slice(said.length).split("/").find(Boolean)));
      this.#openFolder(folder, own, before);
    }
  }

  #openFolder(folder: string, own: ReadonlySet<string | undefined>, before: readonly Mount[]): void {
    const names = readdirSync(folder);
    if (names.length > siblingLimit) {
      throw new BooError(
        "not-confined",
        `${folder} has too many entries to let a command make or remove only ${[...own].join(", ")} in it. Allow the folder.`,
      );
    }
    this.#mounts.push({ kind: "writable", path: folder });
    for (const name of names) if (!own.has(name)) this.#keepAsItWas(join(folder, name), before);
    // Nothing keeps others from being made beside it; those that would run something do not stay.
    for (const name of runningNames)
      if (!own.has(name) && !names.includes(name))
        this.#links.push({ path: join(folder, name), to: undefined });
  }

  #keepAsItWas(path: string, before: readonly Mount[]): void {
    const stat = lstatSync(path, { throwIfNoEntry: false });
    if (stat === undefined || before.some((mount) => mount.path === path)) return;
    if (stat.isSymbolicLink()) {
      this.#links.push({ path, to: readlinkSync(path) });
      return;
    }
    if (sightIn(before, path) === "readable") this.#mounts.push({ kind: "readable", path });
    else if (before.some((mount) => isIn(mount.path, path))) this.#mounts.push({ kind: "empty", path });
    else this.#mounts.push(maskOf(path, this.#options.masks));
  }

  /** What must not be seen by any command; nothing of what lies in it is to be seen by itself either. */
  hideDenied(): void {
    for (const said of this.#options.confinement.hidden) {
      const path = realPath(said);
      if (path === undefined || !["writable", "readable"].includes(this.#sight(path))) continue;
      const kept = this.#mounts.filter((mount) => mount.path === path || !isIn(mount.path, path));
      this.#mounts.splice(0, this.#mounts.length, ...kept, maskOf(path, this.#options.masks));
      // What it lies in could be moved to where nobody denies it.
      this.#pin(path);
    }
  }

  /** Where a folder that may be seen holds keys. */
  hideSecrets(): void {
    const { home, ownFolder, masks } = this.#options;
    // In /run lie the sockets of the machine's services, that of containers among them.
    const sensitive = [...secrets.map((path) => join(home, path)), ownFolder, "/run"];
    for (const path of sensitive.filter(exists).map((one) => realPath(one) ?? one)) {
      if (this.#named.includes(path)) continue;
      if (!["writable", "readable"].includes(this.#sight(path))) continue;
      const holdsMore = this.#mounts.some((mount) => mount.path !== path && isIn(mount.path, path));
      this.#mounts.push(holdsMore ? { kind: "empty", path } : maskOf(path, masks));
    }
  }

  protect(): void {
    const writable = new Set(this.#options.confinement.writable.map((path) => realPath(path) ?? path));
    const { readOnly, removable } = this.#options.confinement;
    // What may go away need not stay as it is.
    const kept = [...readOnly, ...protectedInRepositories([...writable])].filter(
      (path) => !removable.some((one) => isIn(path, one)),
    );
    for (const path of kept) {
      if (exists(path) && lstatSync(path).isSymbolicLink() && this.#sight(path) === "writable")
        this.#links.push({ path, to: readlinkSync(path) });
      const real = realPath(path);
      // What was allowed by this very name is allowed.
      if (writable.has(real ?? path)) continue;
      if (real === undefined || this.#options.stubs.has(real)) this.#close(path);
      else if (this.#sight(real) === "writable") {
        this.#mounts.push({ kind: "readable", path: real });
        this.#pin(real);
      }
    }
  }

  #close(path: string): void {
    let missing = path;
    while (!this.#isThere(dirname(missing))) missing = dirname(missing);
    const folder = realPath(dirname(missing));
    if (folder === undefined) return;
    const stub = resolve(folder, missing.slice(dirname(missing).length + 1));
    if (this.#sight(stub) !== "writable" || this.#isThere(stub) || !isWritable(folder)) return;
    if (stub.includes("\n"))
      throw new BooError("not-confined", `${stub} can not be protected: its name has a line end.`);
    if (basename(stub) === stublessName) {
      this.#links.push({ path: stub, to: undefined });
      return;
    }
    this.#stubs.push(stub);
    this.#mounts.push({ kind: "readable", path: stub, source: this.#options.masks.emptyFolder });
    this.#pin(stub);
  }

  #isThere(path: string): boolean {
    return exists(path) && !this.#options.stubs.has(path);
  }

  // A folder could be renamed together with what is laid over something in it, and be made anew.
  #pin(path: string): void {
    for (let folder = dirname(path); this.#sight(folder) === "writable"; folder = dirname(folder)) {
      if (this.#mounts.some((mount) => mount.path === folder)) return;
      this.#mounts.unshift({ kind: "writable", path: folder });
    }
  }

  // In a real folder a mount needs something to lie over, which must not be made there; and a link is there or is not.
  #hasPlace({ path, kind }: Mount, all: readonly Mount[]): boolean {
    if (path === "/" || isMadeUp(all, dirname(path))) return true;
    return kind !== "link" && (isOwn(all, dirname(path)) || exists(path) || this.#stubs.includes(path));
  }

  /** How what really lies at a path looks; something else may lie there for the command. */
  #sight(path: string): Sight {
    return isOwn(this.#mounts, path) ? "hidden" : sightIn(this.#mounts, path);
  }

  finish(): ConfinedView {
    const mounts = inOrder(this.#mounts).filter((mount, _, all) => this.#hasPlace(mount, all));
    return {
      mounts,
      stubs: this.#stubs,
      links: this.#links,
      sightOf: (path) => {
        const sight = sightIn(mounts, path, this.#options.masks);
        return sight === "writable" && isElsewhere(mounts, path) ? "hidden" : sight;
      },
      isSeen: (path) => ["writable", "readable"].includes(sightIn(mounts, path)) && !isOwn(mounts, path),
      isHeld: (path) => mounts.some((mount) => isIn(mount.path, path)),
    };
  }
}

/** The nearest folder that exists around what does, or does not. */
function folderThere(path: string): string {
  let folder = dirname(path);
  while (!exists(folder)) folder = dirname(folder);
  return folder;
}

// Where the user can make nothing, their commands can not either.
function isWritable(folder: string): boolean {
  try {
    accessSync(folder, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

/** The mount that decides about a path: the deepest one over it, the last of several. */
function deciding(mounts: readonly Mount[], path: string): Mount | undefined {
  let found: Mount | undefined;
  for (const mount of mounts) {
    if (mount.kind === "link" || !isIn(path, mount.path)) continue;
    if (found === undefined || mount.path.length >= found.path.length) found = mount;
  }
  return found;
}

/** Whether something of the session's own lies where the path is. */
function isOwn(mounts: readonly Mount[], path: string): boolean {
  const mount = deciding(mounts, path);
  return mount !== undefined && "source" in mount && mount.source !== undefined;
}

// The session's own temporary folder does not hold what lies in the system's.
function isElsewhere(mounts: readonly Mount[], path: string): boolean {
  const mount = deciding(mounts, path);
  if (mount === undefined || !("source" in mount) || mount.source === undefined) return false;
  const own = join(mount.source, path.slice(mount.path.length));
  return exists(path) && (!exists(own) || isPlaceholder(own));
}

// Of what was given below it something is left to lay the next thing over.
function isPlaceholder(path: string): boolean {
  try {
    const stat = lstatSync(path);
    return stat.isDirectory() ? readdirSync(path).length === 0 : stat.isFile() && stat.size === 0;
  } catch {
    return false;
  }
}

function isMadeUp(mounts: readonly Mount[], folder: string): boolean {
  const mount = deciding(mounts, folder);
  return mount === undefined || mount.kind === "empty";
}

function sightIn(mounts: readonly Mount[], path: string, masks?: HostFolder): Sight {
  const mount = deciding(mounts, path);
  switch (mount?.kind) {
    case "writable":
      return "writable";
    case "readable":
      if (masks !== undefined && mount.source === masks.emptyFolder) return "closed";
      return masks !== undefined && [masks.hiddenFile, masks.hiddenFolder].includes(mount.source ?? "")
        ? "hidden"
        : "readable";
    case "proc":
    case "dev":
      return "readable";
    case "empty":
    case "link":
    case undefined:
      return "hidden";
  }
}
