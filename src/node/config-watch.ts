/** Tells when files change that editors replace, and whose folders may come and go. */
import { watch, type FSWatcher } from "node:fs";
import { readlink, stat, statfs } from "node:fs/promises";
import { basename, dirname, resolve } from "node:path";

/** Many events come for one change: they are looked at this long (ms) after the first. */
const lookAfter = 30;
/** Where the system does not tell of changes they are looked for this often (ms). */
const pollEvery = 1_000;
const maxLinks = 10;

// File systems (statfs, Linux) whose other users' changes are not told: NFS, SMB, CIFS, SMB2, FUSE, 9P, AFS, Ceph.
const remoteTypes: ReadonlySet<number> = new Set([
  ...[0x6969, 0x517b, 0xff534d42, 0xfe534d42, 0x65735546, 0x01021997, 0x5346414f, 0x00c36400],
]);

interface Folder {
  readonly watcher: FSWatcher | undefined;
  /** The folder's identity: another one can take its place. */
  readonly identity: string;
  /** Names in it whose events count, in lower case. */
  names: ReadonlySet<string>;
}

/** Watches files until it is disposed; calls back once when it has begun, since nothing was told before. */
export class FileWatch implements Disposable {
  readonly #paths: readonly string[];
  readonly #changed: () => void;
  readonly #isPolling: boolean;
  readonly #folders = new Map<string, Folder>();
  #stamps: readonly string[] | undefined;
  #soon: NodeJS.Timeout | undefined;
  #poll: NodeJS.Timeout | undefined;
  #pass: Promise<void>;
  #isTold = false;
  #isClosed = false;

  constructor(paths: readonly string[], changed: () => void, isPolling: boolean) {
    this.#paths = paths;
    this.#changed = changed;
    this.#isPolling = isPolling;
    this.#pass = this.#look();
  }

  [Symbol.dispose](): void {
    this.#isClosed = true;
    clearTimeout(this.#soon);
    clearInterval(this.#poll);
    for (const { watcher } of this.#folders.values()) watcher?.close();
    this.#folders.clear();
  }

  #lookSoon(): void {
    if (this.#isClosed || this.#soon !== undefined) return;
    this.#soon = setTimeout(() => {
      this.#soon = undefined;
      this.#pass = this.#pass.then(() => this.#look());
    }, lookAfter).unref();
  }

  /** Watches the folders that matter now, then compares the files with how they were. */
  async #look(): Promise<void> {
    if (this.#isClosed) return;
    const isTold = this.#isTold;
    this.#isTold = false;
    const wanted = new Map<string, Set<string>>();
    for (const path of this.#paths) await addPlaces(path, wanted);
    const isBlind = await this.#watchFolders(wanted);
    const stamps = await Promise.all(this.#paths.map(stampOf));
    if (this.#isClosed) return;
    this.#setPolling(isBlind);
    const isSame = stamps.join("\n") === this.#stamps?.join("\n");
    this.#stamps = stamps;
    // Two changes within one tick of the file system's clock have the same stamp.
    if (isTold || !isSame) this.#changed();
  }

  /** True where changes in one of the folders would not be told. */
  async #watchFolders(wanted: ReadonlyMap<string, ReadonlySet<string>>): Promise<boolean> {
    for (const path of this.#folders.keys()) if (!wanted.has(path)) this.#drop(path);
    let isBlind = this.#isPolling;
    for (const [path, names] of wanted) {
      const identity = await identityOf(path);
      if (this.#folders.get(path)?.identity !== identity) this.#drop(path);
      const known = this.#folders.get(path);
      if (this.#isClosed) return false;
      if (known?.watcher === undefined)
        this.#folders.set(path, { watcher: this.#watch(path), identity, names });
      else known.names = names;
      isBlind ||= this.#folders.get(path)?.watcher === undefined || (await isRemote(path));
    }
    return isBlind;
  }

  #watch(path: string): FSWatcher | undefined {
    if (this.#isPolling) return undefined;
    try {
      const watcher = watch(path, { persistent: false });
      const own = basename(path);
      watcher.on("change", (_event, file) => {
        const name = file?.toString();
        // The folder itself was moved or removed, and what is watched with it.
        if (name === own) this.#drop(path);
        else if (name !== undefined && !this.#folders.get(path)?.names.has(name.toLowerCase())) return;
        this.#isTold ||= name !== own;
        this.#lookSoon();
      });
      watcher.on("error", () => {
        this.#drop(path);
        this.#lookSoon();
      });
      return watcher;
    } catch {
      // Gone, or the system watches as much as it can: looking now and then will do.
      return undefined;
    }
  }

  #drop(path: string): void {
    this.#folders.get(path)?.watcher?.close();
    this.#folders.delete(path);
  }

  #setPolling(isNeeded: boolean): void {
    if (isNeeded === (this.#poll !== undefined)) return;
    clearInterval(this.#poll);
    this.#poll = isNeeded ? setInterval(() => this.#lookSoon(), pollEvery - lookAfter).unref() : undefined;
  }
}

/** Adds the folders in which something would happen when a file changes, and the names there: its own, those of links on the way, or that of the first folder that is missing. */
async function addPlaces(file: string, into: Map<string, Set<string>>): Promise<void> {
  let path = file;
  for (let links = 0; links < maxLinks; links++) {
    let name = path;
    while (dirname(name) !== name && (await identityOf(dirname(name))) === "") name = dirname(name);
    const folder = dirname(name);
    into.set(folder, (into.get(folder) ?? new Set()).add(basename(name).toLowerCase()));
    const target = name === path ? await readlink(path).catch(() => undefined) : undefined;
    if (target === undefined) return;
    path = resolve(dirname(path), target);
  }
}

/** Tells one folder from another in the same place; "" where there is none. */
async function identityOf(path: string): Promise<string> {
  const found = await stat(path, { bigint: true }).catch(() => undefined);
  return found?.isDirectory() === true ? `${found.dev}:${found.ino}` : "";
}

async function stampOf(path: string): Promise<string> {
  const found = await stat(path, { bigint: true }).catch(() => undefined);
  if (found === undefined) return "";
  return [found.dev, found.ino, found.size, found.mtimeNs, found.ctimeNs, found.mode].join(":");
}

async function isRemote(path: string): Promise<boolean> {
  if (process.platform !== "linux") return false;
  const found = await statfs(path).catch(() => undefined);
  return found !== undefined && remoteTypes.has(found.type >>> 0);
}
