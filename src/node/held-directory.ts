/**
 * A directory that was opened by its real path and is held open. On Linux names in it are reached through what is open, so that a link
 * which takes the directory's place meanwhile leads nowhere; elsewhere they go by the path, and `isStill` tells afterwards.
 */
import { constants, type BigIntStats } from "node:fs";
import { lstat, mkdir, realpath } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { changedPath, notAFolder, systemCode } from "./file-errors.ts";
import { isAt, openAt, pathOf, type OpenFile } from "./real-file.ts";
import { isSamePath } from "./real-path.ts";

// Opening for names alone, which needs no leave to list them (open(2); the value is that of every machine that Node runs on).
const namesOnly = process.platform === "linux" ? 0o10000000 : constants.O_RDONLY;
const flags = namesOnly | ((constants as Partial<typeof constants>).O_DIRECTORY ?? 0);

/** A directory that is held open. */
export class HeldDirectory implements Disposable {
  readonly path: string;
  // Windows opens no directories.
  readonly #file: OpenFile | undefined;
  readonly #before: BigIntStats | undefined;

  private constructor(path: string, file: OpenFile | undefined, before?: BigIntStats) {
    this.path = path;
    this.#file = file;
    this.#before = before;
  }

  /** Opens a directory by its real path, making it and those above where they are missing and `make` says so. Throws BooError "path-changed", "not-a-folder", and the system's own errors. */
  static async open(path: string, make = false): Promise<HeldDirectory> {
    try {
      return await HeldDirectory.#openAt(path, path);
    } catch (error) {
      if (!make || systemCode(error) !== "ENOENT" || dirname(path) === path) throw error;
    }
    using above = await HeldDirectory.open(dirname(path), true);
    const name = above.at(basename(path));
    await mkdir(name).catch((error: unknown) => {
      if (systemCode(error) !== "EEXIST") throw error;
    });
    return await HeldDirectory.#openAt(name, path);
  }

  static async #openAt(name: string, path: string): Promise<HeldDirectory> {
    const held =
      process.platform === "win32"
        ? new HeldDirectory(path, undefined, await lstat(path, { bigint: true }))
        : new HeldDirectory(path, await openDirectory(name, path));
    if (await held.isStill()) return held;
    held[Symbol.dispose]();
    throw changedPath(path);
  }

  /** How a name in the directory is reached. */
  at(name: string): string {
    return join(this.folder, name);
  }

  /** How the directory itself is reached, also by a process that is started in it. */
  get folder(): string {
    return this.#file === undefined || this.isByPath ? this.path : `/proc/self/fd/${this.#file.file}`;
  }

  /** Whether names in it go by its path, for want of another way. */
  get isByPath(): boolean {
    return this.#file === undefined || pathOf(this.#file.file) === undefined;
  }

  /** Whether the real path still leads to what is held. */
  async isStill(): Promise<boolean> {
    const { path } = this;
    const open = this.#file?.file;
    if (open !== undefined) return isAt(open, path);
    const [real, now] = await Promise.all([
      realpath(path).catch(() => undefined),
      lstat(path, { bigint: true }).catch(() => undefined),
    ]);
    return isSamePath(real ?? "", path) && now?.ino === this.#before?.ino && now?.dev === this.#before?.dev;
  }

  [Symbol.dispose](): void {
    this.#file?.[Symbol.dispose]();
  }
}

async function openDirectory(name: string, path: string): Promise<OpenFile> {
  try {
    return await openAt(name, path, flags);
  } catch (error) {
    if (systemCode(error) !== "ENOTDIR") throw error;
    const isLink = (await lstat(name).catch(() => undefined))?.isSymbolicLink() === true;
    throw isLink ? changedPath(path) : notAFolder(path, error);
  }
}
