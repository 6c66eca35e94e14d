/** Texts that are kept for speed alone: what is in them is elsewhere in the store, too. */
import { randomBytes } from "node:crypto";
import { readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { makeDirectory } from "./durable-directory.ts";

/** Files by name; neither durable nor needed. */
export class Copies {
  readonly #directory: string;
  readonly #writing = new Map<string, Promise<void>>();

  /** Of the store in a directory. */
  constructor(directory: string) {
    this.#directory = join(directory, "copies");
  }

  /** Keeps a text, or forgets what was kept where it is empty. A disk that refuses is no concern here. */
  async keep(name: string, text: string): Promise<void> {
    // One after the other, so that an old copy never replaces a newer one.
    const writing = (this.#writing.get(name) ?? Promise.resolve())
      .then(() => this.#write(name, text))
      .catch(() => {});
    this.#writing.set(name, writing);
    await writing;
    if (this.#writing.get(name) === writing) this.#writing.delete(name);
  }

  /** The text of a name; undefined where there is none. */
  async read(name: string): Promise<string | undefined> {
    return readFile(this.#path(name), "utf8").catch(() => undefined);
  }

  /** Resolves when nothing is being written. */
  async settle(): Promise<void> {
    await Promise.allSettled(this.#writing.values());
  }

  async #write(name: string, text: string): Promise<void> {
    const path = this.#path(name);
    if (text === "") return rm(path, { force: true });
    await makeDirectory(this.#directory);
    const temporary = `${path}.${randomBytes(4).toString("hex")}.tmp`;
    try {
      await writeFile(temporary, text, { mode: 0o600 });
      await rename(temporary, path);
    } catch (error) {
      await rm(temporary, { force: true });
      throw error;
    }
  }

  #path(name: string): string {
    return join(this.#directory, `${name.replace(/[^\w-]/g, "_")}.json`);
  }
}
