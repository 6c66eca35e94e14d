/** Journals of runs in files: a file for each run, a line for each event, on disk before it is told. */
import { hash } from "node:crypto";
import { mkdirSync } from "node:fs";
import { open, readdir, readFile, stat, type FileHandle } from "node:fs/promises";
import { join } from "node:path";
import type { RunEvent } from "#protocol/run.ts";
import { BooError } from "#core/errors.ts";
import type { RunJournal } from "#core/workflow/ports.ts";

const extension = ".run";

/** Opens a folder of journals; `close` waits for what is under way. */
export function openRunJournal(folder: string): RunJournal & AsyncDisposable {
  mkdirSync(folder, { recursive: true });
  return new FileRunJournal(folder);
}

class FileRunJournal implements RunJournal, AsyncDisposable {
  readonly #folder: string;
  readonly #writers = new Map<string, Promise<RunWriter>>();

  constructor(folder: string) {
    this.#folder = folder;
  }

  async append(run: string, events: readonly RunEvent[]): Promise<void> {
    let writer = this.#writers.get(run);
    if (writer === undefined) {
      writer = RunWriter.open(this.#fileOf(run));
      this.#writers.set(run, writer);
    }
    const lines = events.map((event) => sealLine(JSON.stringify(event))).join("");
    try {
      await (await writer).write(lines);
    } catch (error) {
      // What was written in part is cut off by the next writer.
      await this.end(run);
      throw error;
    }
  }

  async end(run: string): Promise<void> {
    const writer = this.#writers.get(run);
    this.#writers.delete(run);
    await (await writer?.catch(() => undefined))?.close();
  }

  // What is on its way to the disk belongs to it: who is told of a run's end may ask for its result at once.
  async read(run: string): Promise<readonly RunEvent[] | undefined> {
    const writer = await this.#writers.get(run)?.catch(() => undefined);
    await writer?.last.catch(() => {});
    const text = await readFile(this.#fileOf(run), "utf8").catch(() => undefined);
    return text === undefined ? undefined : wholeLines(text).events;
  }

  async list(): Promise<readonly string[]> {
    const names = (await readdir(this.#folder)).filter((name) => name.endsWith(extension));
    const dated = await Promise.all(
      names.map(async (name) => ({ name, at: (await stat(join(this.#folder, name))).birthtimeMs })),
    );
    return dated.toSorted((a, b) => b.at - a.at).map(({ name }) => name.slice(0, -extension.length));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const writers = await Promise.allSettled(this.#writers.values());
    await Promise.all(
      writers.map((writer) => (writer.status === "fulfilled" ? writer.value.close() : Promise.resolve())),
    );
  }

  #fileOf(run: string): string {
    if (!/^[\w-]+$/.test(run)) throw new BooError("unknown-run", `"${run}" is no run's id.`);
    return join(this.#folder, run + extension);
  }
}

/** Writes one file: an fsync begins when the last one is over, and takes with it what came meanwhile. */
class RunWriter {
  /** Settles with the last write. */
  last: Promise<void> = Promise.resolve();
  readonly #file: FileHandle;
  #waiting: { readonly text: string; readonly settle: PromiseWithResolvers<void> }[] = [];
  #isWriting: Promise<void> | undefined;

  private constructor(file: FileHandle) {
    this.#file = file;
  }

  static async open(path: string): Promise<RunWriter> {
    const file = await open(path, "a+");
    // What a crash cut off would make one bad line with what comes next.
    const { length } = wholeLines((await file.readFile()).toString("utf8"));
    await file.truncate(length);
    return new RunWriter(file);
  }

  write(text: string): Promise<void> {
    const settle = Promise.withResolvers<void>();
    this.#waiting.push({ text, settle });
    this.last = settle.promise;
    this.#isWriting ??= this.#run();
    return settle.promise;
  }

  async close(): Promise<void> {
    await this.#isWriting;
    await this.#file.close();
  }

  async #run(): Promise<void> {
    while (this.#waiting.length > 0) {
      const batch = this.#waiting.splice(0);
      try {
        await this.#file.appendFile(batch.map(({ text }) => text).join(""));
        await this.#file.datasync();
        for (const { settle } of batch) settle.resolve();
      } catch (cause) {
        const error = new BooError(
          "store-unwritable",
          "The run can not be kept on disk: see that there is space.",
          { cause },
        );
        for (const { settle } of batch) settle.reject(error);
      }
    }
    this.#isWriting = undefined;
  }
}

function sumOf(json: string): string {
  return hash("sha1", json).slice(0, 8);
}

function sealLine(json: string): string {
  return `${sumOf(json)} ${json}\n`;
}

/** The events up to the first line that is broken, and the bytes that they take. */
function wholeLines(text: string): { readonly events: readonly RunEvent[]; readonly length: number } {
  const events: RunEvent[] = [];
  let from = 0;
  for (let end = text.indexOf("\n"); end >= 0; end = text.indexOf("\n", from)) {
    const json = text.slice(from + 9, end);
    if (text.slice(from, from + 8) !== sumOf(json)) break;
    events.push(JSON.parse(json) as RunEvent);
    from = end + 1;
  }
  return { events, length: Buffer.byteLength(text.slice(0, from)) };
}
