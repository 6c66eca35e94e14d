/** The host's side of the index thread: starts it when something is asked, ends it when nothing was for a while. */
import { fileURLToPath } from "node:url";
import { Worker } from "node:worker_threads";
import { BooError } from "#core/errors.ts";
import type { Log } from "#core/ports.ts";
import type { FromIndex, IndexQuery, IndexThreadData, ToIndex } from "./index-messages.ts";
import { threadFile, wasmFile } from "./thread-file.ts";

/** The thread gives its memory back after this long (ms) without a question. */
const idleAfter = 20_000;
/** Parsing an answer leaves the event loop to others after this long (ms). */
const parseSlice = 4;

/** What came with an answer. */
export interface Answer<T> {
  readonly values: readonly T[];
  /** The highest epoch of a session's events. */
  readonly epoch: number;
  /** How many of the values are numbered events. */
  readonly events: number;
}

interface Question {
  readonly pages: string[];
  readonly resolve: (done: FromIndex & { kind: "done" }) => void;
  readonly reject: (error: BooError) => void;
}

/** One index thread at most, with what it was asked. */
export class IndexClient {
  readonly #directory: string;
  readonly #log: Log;
  readonly #options: { readonly idleMs?: number; readonly fault?: string };
  readonly #questions = new Map<number, Question>();
  #worker: Worker | undefined;
  #ended: Promise<void> = Promise.resolve();
  #lastId = 0;
  #idle: NodeJS.Timeout | undefined;
  #isClosed = false;

  constructor(
    directory: string,
    log: Log,
    options: { readonly idleMs?: number; readonly fault?: string } = {},
  ) {
    this.#directory = directory;
    this.#log = log;
    this.#options = options;
  }

  /** Asks, with all that is durable by now in view; throws BooError "store-newer", "store-unreadable". */
  async ask<T>(query: IndexQuery): Promise<Answer<T>> {
    if (this.#isClosed) throw new BooError("store-closed", "The history is closed: reload the window.");
    const id = ++this.#lastId;
    const { promise, resolve, reject } = Promise.withResolvers<FromIndex & { kind: "done" }>();
    const question: Question = { pages: [], resolve, reject };
    this.#questions.set(id, question);
    this.#post({ id, ...query });
    const { epoch, events } = await promise;
    return { values: await parsePages<T>(question.pages), epoch, events };
  }

  /** Has the journals folded into the image, if they are big enough. */
  checkpoint(): void {
    if (!this.#isClosed) this.#post({ kind: "checkpoint" });
  }

  /** Resolves when the thread has ended; what was asked is answered before. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#end();
    await this.#ended;
  }

  #post(message: ToIndex): void {
    this.#worker ??= this.#start();
    this.#worker.postMessage(message);
    this.#watchIdle();
  }

  #start(): Worker {
    const wasm = wasmFile();
    const workerData: IndexThreadData = {
      directory: this.#directory,
      wasm: typeof wasm === "string" ? wasm : fileURLToPath(wasm),
      ...(this.#options.fault === undefined ? {} : { fault: this.#options.fault }),
    };
    const worker = new Worker(threadFile("index-thread"), {
      name: "boocode index",
      workerData,
      execArgv: [],
      resourceLimits: { maxYoungGenerationSizeMb: 4, maxOldGenerationSizeMb: 256 },
    });
    worker.on("message", (message: FromIndex) => this.#receive(message));
    worker.on("error", (error) =>
      this.#log.error("The history's index thread failed and will be started again.", error),
    );
    const exited = new Promise<void>((resolve) => worker.once("exit", () => resolve()));
    this.#ended = Promise.all([this.#ended, exited]).then(() => this.#exited(worker));
    return worker;
  }

  #receive(message: FromIndex): void {
    if (message.kind === "log") return this.#log[message.level](message.message);
    const question = this.#questions.get(message.id);
    if (question === undefined) return;
    if (message.kind === "page") {
      question.pages.push(message.json);
      return;
    }
    this.#questions.delete(message.id);
    if (message.kind === "done") question.resolve(message);
    else question.reject(new BooError(message.code, message.message));
    this.#watchIdle();
  }

  /** Keeps the process alive only for a question, and begins to count idleness when there is none. */
  #watchIdle(): void {
    clearTimeout(this.#idle);
    if (this.#questions.size > 0) {
      this.#worker?.ref();
      return;
    }
    this.#worker?.unref();
    if (!this.#isClosed)
      this.#idle = setTimeout(() => this.#end(), this.#options.idleMs ?? idleAfter).unref();
  }

  /** Lets the thread finish what it does; a question that comes meanwhile starts the next one. */
  #end(): void {
    clearTimeout(this.#idle);
    const worker = this.#worker;
    if (worker === undefined) return;
    worker.ref();
    worker.postMessage({ kind: "end" } satisfies ToIndex);
    this.#worker = undefined;
  }

  #exited(worker: Worker): void {
    if (this.#worker !== worker) return;
    this.#worker = undefined;
    const failure = new BooError(
      "store-unreadable",
      "The history could not be read because its thread ended: try again.",
    );
    for (const question of this.#questions.values()) question.reject(failure);
    this.#questions.clear();
  }
}

async function parsePages<T>(pages: readonly string[]): Promise<readonly T[]> {
  const values: T[] = [];
  let since = performance.now();
  for (const page of pages) {
    for (const value of JSON.parse(page) as T[]) values.push(value);
    if (performance.now() - since < parseSlice) continue;
    await new Promise<void>((resolve) => setImmediate(resolve));
    since = performance.now();
  }
  return values;
}
