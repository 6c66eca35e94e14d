import { setImmediate } from "node:timers/promises";
import { BooError } from "#core/errors.ts";
import type { ConfigFiles } from "#core/shell-ports.ts";

/** The `ConfigFiles` port in memory, with what a test does to the files beside it. */
export class FakeConfigFiles implements ConfigFiles {
  readonly userFile = "/home/me/.boocode/config.yaml";
  readonly texts = new Map<string, string>();
  readonly memory = new Map<string, string>();
  /** Why a file can not be read. */
  readonly unreadable = new Map<string, string>();
  /** Runs before a write compares with its base, for example to play another window. */
  beforeWrite: (() => void) | undefined;
  isReadOnly = false;
  /** Whether what was remembered can not be read. */
  isForgetful = false;
  readonly #watches = new Set<{ readonly paths: readonly string[]; readonly changed: () => void }>();

  constructor(texts: Readonly<Record<string, string>> = {}) {
    for (const [path, text] of Object.entries(texts)) this.texts.set(path, text);
  }

  /** The files that are watched now. */
  get watched(): readonly string[] {
    return [...this.#watches].flatMap(({ paths }) => paths);
  }

  /** Changes or removes a file as an editor would. */
  edit(path: string, text: string | undefined): void {
    if (text === undefined) this.texts.delete(path);
    else this.texts.set(path, text);
    for (const { paths, changed } of this.#watches) if (paths.includes(path)) changed();
  }

  async read(path: string): Promise<string | undefined> {
    await setImmediate();
    const reason = this.unreadable.get(path);
    if (reason !== undefined) throw new BooError("config-unreadable", `${path} can not be read: ${reason}.`);
    return this.texts.get(path);
  }

  async write(path: string, text: string, base: string | undefined): Promise<boolean> {
    await setImmediate();
    this.beforeWrite?.();
    if (this.isReadOnly) throw new BooError("config-unwritable", `${path} can not be written.`);
    if (this.texts.get(path) !== base) return false;
    this.edit(path, text);
    return true;
  }

  watch(paths: readonly string[], changed: () => void): Disposable {
    const watch = { paths, changed };
    this.#watches.add(watch);
    return { [Symbol.dispose]: () => void this.#watches.delete(watch) };
  }

  async remember(key: string, value: string | undefined): Promise<void> {
    if (value === undefined) this.memory.delete(key);
    else this.memory.set(key, value);
  }

  async recall(key: string): Promise<string | undefined> {
    if (this.isForgetful) throw new BooError("config-unreadable", "What was kept can not be read.");
    return this.memory.get(key);
  }
}
