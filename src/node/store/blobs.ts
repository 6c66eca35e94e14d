/** Texts by content hash: `blobs/<first 2 hex digits>/<sha-256>`, written once, for the user's eyes only. */
import { randomBytes, webcrypto } from "node:crypto";
import { open, readFile, rename, stat, unlink, utimes } from "node:fs/promises";
import { dirname, join } from "node:path";
import { BooError } from "#core/errors.ts";
import { codeOf, diskProblem } from "./disk-problem.ts";
import { makeDirectory, syncDirectory } from "./durable-directory.ts";
import { readCharacters } from "../read-characters.ts";

/** The blobs of a store; nothing here holds the host up: hashing and files are work for Node's thread pool. */
export class Blobs {
  readonly #directory: string;
  /** What is being written, so that nobody is told that a text is durable before it is. */
  readonly #writing = new Map<string, Promise<void>>();

  constructor(directory: string) {
    this.#directory = directory;
  }

  /** Keeps a text and gives its hash when it is durable; throws BooError "store-unwritable". */
  async put(text: string): Promise<string> {
    const bytes = Buffer.from(text);
    const hash = await hashOf(bytes);
    let writing = this.#writing.get(hash);
    if (writing === undefined) {
      writing = this.#write(hash, bytes).finally(() => this.#writing.delete(hash));
      this.#writing.set(hash, writing);
    }
    try {
      await writing;
    } catch (cause) {
      throw new BooError("store-unwritable", diskProblem(cause, this.#directory), { cause });
    }
    return hash;
  }

  /** A blob's text; undefined where it is gone, or is no longer what was written. */
  async read(hash: string): Promise<string | undefined> {
    if (!/^[0-9a-f]{64}$/.test(hash)) return undefined;
    try {
      const bytes = await readFile(this.#path(hash));
      return (await hashOf(bytes)) === hash ? bytes.toString() : undefined;
    } catch (cause) {
      if (codeOf(cause) === "ENOENT" || codeOf(cause) === "ENOTDIR") return undefined;
      throw unreadable(this.#directory, cause);
    }
  }

  /** Moves a finished file, of which the caller knows the hash, among the blobs and gives its path there; durable when it resolves. */
  async adopt(file: string, hash: string): Promise<string> {
    const path = this.#path(hash);
    try {
      const handle = await open(file, "r");
      try {
        await handle.sync();
      } finally {
        await handle.close();
      }
      await makeDirectory(dirname(path));
      // One that is there already is the same, or broken.
      await rename(file, path);
      await syncDirectory(dirname(path));
      return path;
    } catch (cause) {
      throw new BooError("store-unwritable", diskProblem(cause, this.#directory), { cause });
    }
  }

  /** The characters that begin in a range of a blob's bytes, unchecked: to compute a hash it would have to be read whole; undefined where it is gone. */
  async readRange(hash: string, offset: number, length: number): Promise<string | undefined> {
    if (!/^[0-9a-f]{64}$/.test(hash)) return undefined;
    try {
      return await readCharacters(this.#path(hash), offset, length);
    } catch (cause) {
      if (codeOf(cause) === "ENOENT" || codeOf(cause) === "ENOTDIR") return undefined;
      throw unreadable(this.#directory, cause);
    }
  }

  /** Resolves when nothing is being written. */
  async settle(): Promise<void> {
    await Promise.allSettled(this.#writing.values());
  }

  #path(hash: string): string {
    return join(this.#directory, "blobs", hash.slice(0, 2), hash);
  }

  async #write(hash: string, bytes: Buffer): Promise<void> {
    const path = this.#path(hash);
    const folder = dirname(path);
    // One that is used again is young again: nobody removes it before the event that names it is there.
    const now = new Date();
    const existing = await utimes(path, now, now).then(
      () => stat(path),
      () => undefined,
    );
    if (existing?.size !== bytes.length) {
      await makeDirectory(folder);
      await writeAside(path, bytes);
    }
    // Another window may have renamed it into place a moment ago.
    await syncDirectory(folder);
  }
}

function unreadable(directory: string, cause: unknown): BooError {
  return new BooError("store-unreadable", `A saved text can not be read from ${directory}: check the disk.`, {
    cause,
  });
}

async function writeAside(path: string, bytes: Buffer): Promise<void> {
  const temporary = `${path}.${randomBytes(4).toString("hex")}.tmp`;
  try {
    const handle = await open(temporary, "wx", 0o600);
    try {
      await handle.writeFile(bytes);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(temporary, path);
  } catch (error) {
    await unlink(temporary).catch(() => {});
    throw error;
  }
}

async function hashOf(bytes: Buffer): Promise<string> {
  return Buffer.from(await webcrypto.subtle.digest("SHA-256", bytes)).toString("hex");
}
