/** The `ConfigFiles` port over the disk: whole files, replaced in one step, watched by their folders. */
import { createHash, randomBytes } from "node:crypto";
import { chmod, constants, lstat, open, readlink, rename, rm, readdir } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { setTimeout } from "node:timers/promises";
import { BooError, messageOf } from "#core/errors.ts";
import type { ConfigFiles } from "#core/shell-ports.ts";
import { FileWatch } from "./config-watch.ts";
import { codeOf } from "./store/disk-problem.ts";
import { makeDirectory, syncDirectory } from "./store/durable-directory.ts";

/** Largest file that is read, in bytes. */
const maxBytes = 1024 * 1024;
const maxLinks = 40;
// Opening a named pipe would otherwise wait for its other end.
const readFlags = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0);
/** A lock whose window died is given up after this long (ms); waiting for others goes on for longer. */
const lockStaleAfter = 5_000;
const lockWait = 15_000;
const lockPause = 20;

/** Makes the port. */
export function createConfigFiles(options: {
  /** The user's home. */
  readonly home: string;
  /** Where short texts are kept; made when the first one is. */
  readonly memory: string;
  /** Looks once a second instead of being told of changes, for systems that tell nothing. */
  readonly isPolling?: boolean;
}): ConfigFiles {
  const memoryPath = (key: string): string =>
    join(options.memory, createHash("sha256").update(key).digest("hex"));
  return {
    userFile: join(options.home, ".boocode", "config.yaml"),
    read: readText,
    write: (path, text, base) =>
      orUnwritable(path, async () => {
        await makeDirectory(dirname(path));
        return locked(path, () => replaceFile(path, text, base));
      }),
    watch: (paths, changed) => new FileWatch(paths, changed, options.isPolling ?? false),
    remember: (key, value) =>
      orUnwritable(memoryPath(key), async () => {
        if (value === undefined) return rm(memoryPath(key), { force: true });
        await makeDirectory(options.memory);
        await writeAside(memoryPath(key), value, 0o600);
      }),
    recall: (key) => readText(memoryPath(key)),
  };
}

/** A file's text, a byte order mark too; undefined where there is none. Throws BooError "config-unreadable". */
async function readText(path: string): Promise<string | undefined> {
  const bytes = await readAtMost(path, maxBytes).catch((cause: unknown) => {
    if (["ENOENT", "ENOTDIR"].includes(codeOf(cause))) return undefined;
    if (cause instanceof BooError) throw cause;
    throw unreadable(path, reasonOf(cause), cause);
  });
  if (bytes === undefined) return undefined;
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (cause) {
    throw unreadable(path, "it is no UTF-8 text: save it as UTF-8", cause);
  }
}

async function readAtMost(path: string, limit: number): Promise<Buffer | undefined> {
  const file = await open(path, readFlags);
  try {
    const found = await file.stat();
    // While a confined command runs, an empty folder keeps the place of a file that is not there.
    if (found.isDirectory() && (await readdir(path)).length === 0) return undefined;
    if (!found.isFile()) throw unreadable(path, "it is no regular file");
    // The size may be another by now, or never have been true.
    const bytes = Buffer.alloc(Math.min(found.size, limit) + 1);
    let length = 0;
    while (length < bytes.length) {
      const { bytesRead } = await file.read(bytes, length, bytes.length - length, length);
      if (bytesRead === 0) return bytes.subarray(0, length);
      length += bytesRead;
    }
    throw unreadable(path, found.size > limit ? "it has more than 1 MB: shorten it" : "it is being written");
  } finally {
    await file.close();
  }
}

/** Replaces a file whose text is still `base`; a link stays, and what it leads to is replaced. */
async function replaceFile(path: string, text: string, base: string | undefined): Promise<boolean> {
  if ((await readText(path)) !== base) return false;
  const target = await targetOf(path);
  const mode = base === undefined ? undefined : (await lstat(target)).mode & 0o7777;
  // Renaming would also replace a file that its owner made read-only.
  if (mode !== undefined) await (await open(target, constants.O_WRONLY)).close();
  else await makeDirectory(dirname(target));
  await writeAside(target, text, mode ?? 0o600);
  return true;
}

async function targetOf(path: string): Promise<string> {
  let target = path;
  for (let links = 0; links < maxLinks; links++) {
    const next = await readlink(target).catch(() => undefined);
    if (next === undefined) return target;
    target = resolve(dirname(target), next);
  }
  return target;
}

async function writeAside(path: string, text: string, mode: number): Promise<void> {
  const temporary = `${path}.${randomBytes(4).toString("hex")}.tmp`;
  try {
    const file = await open(temporary, "wx", 0o600);
    try {
      await file.writeFile(text);
      if (mode !== 0o600) await chmod(temporary, mode);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
    await syncDirectory(dirname(path));
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}

/** Runs while no other window does. */
async function locked<T>(path: string, run: () => Promise<T>): Promise<T> {
  let lost: Error | undefined;
  const release = await takeLock(path, (error) => (lost = error));
  try {
    const result = await run();
    if (lost !== undefined) throw lost;
    return result;
  } finally {
    await release().catch(() => {});
  }
}

async function takeLock(path: string, onCompromised: (error: Error) => void): Promise<() => Promise<void>> {
  const { lock } = (await import("proper-lockfile")).default;
  const options = { lockfilePath: `${path}.lock`, realpath: false, stale: lockStaleAfter, onCompromised };
  for (const since = performance.now(); ;) {
    try {
      return await lock(path, options);
    } catch (error) {
      // Its own retries would try again after any failure.
      if (codeOf(error) !== "ELOCKED" || performance.now() - since > lockWait) throw error;
    }
    await setTimeout(lockPause * Math.random());
  }
}

async function orUnwritable<T>(path: string, run: () => Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (cause) {
    if (cause instanceof BooError) throw cause;
    if (codeOf(cause) === "ELOCKED")
      throw new BooError("config-busy", `Another window is changing ${path}. Try again.`, { cause });
    throw new BooError("config-unwritable", `${path} can not be written: ${reasonOf(cause)}.`, { cause });
  }
}

function unreadable(path: string, reason: string, cause?: unknown): BooError {
  return new BooError("config-unreadable", `${path} can not be read: ${reason}.`, { cause });
}

function reasonOf(error: unknown): string {
  switch (codeOf(error)) {
    case "EROFS":
      return "the disk is read-only. Make it writable";
    case "EACCES":
    case "EPERM":
      return "the system does not permit it. Change the permissions of the file and its folder";
    case "ENOSPC":
    case "EDQUOT":
      return "there is no space left. Free some";
    case "EISDIR":
      return "there is a folder of that name";
    case "ENOTDIR":
    case "EEXIST":
      return "something that is no folder is where its folder should be";
    default:
      return messageOf(error);
  }
}
