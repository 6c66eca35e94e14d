/** The host's side of the index process: starts it when something is asked, ends it when nothing was for a while. */
import { fork, type ChildProcess } from "node:child_process";
import { BooError } from "#core/errors.ts";
import type { Log } from "#core/ports.ts";
import { entryFile, wasmFile } from "./bundle-file.ts";
import type {
  AnswerEnd,
  FromIndex,
  IndexProcessData,
  IndexQuery,
  IndexSettings,
  ToIndex,
} from "./index-messages.ts";

/** The process ends, and its memory with it, after this long (ms) without a question. */
const idleAfter = 20_000;
/** When the store closes, a checkpoint that is being made is given this long (ms); being killed in it costs nothing. */
const endWithin = 3_000;
/** Parsing an answer leaves the event loop to others after this long (ms). */
const parseSlice = 4;
/** A question is asked again if the process ends over it, this often in all. */
const attempts = 2;

/** What came with an answer. */
export interface Answer<T> extends AnswerEnd {
  readonly values: readonly T[];
}

/** Settings that only tests change; `idleMs` is the time after which the process ends. */
export interface IndexOptions extends IndexSettings {
  readonly idleMs?: number;
}

type Done = FromIndex & { readonly kind: "done" };

interface Question {
  readonly child: ChildProcess;
  readonly pages: string[];
  /** Undefined if the process ended before it had answered. */
  readonly resolve: (done: Done | undefined) => void;
  readonly reject: (error: BooError) => void;
}

/** At most one index process that is asked, and those that are still ending. */
export class IndexClient {
  readonly #directory: string;
  readonly #log: Log;
  readonly #options: IndexOptions;
  readonly #questions = new Map<number, Question>();
  readonly #running = new Map<ChildProcess, Promise<void>>();
  #child: ChildProcess | undefined;
  #lastId = 0;
  #idle: NodeJS.Timeout | undefined;
  #isClosed = false;

  constructor(directory: string, log: Log, options: IndexOptions = {}) {
    this.#directory = directory;
    this.#log = log;
    this.#options = options;
  }

  /** Asks, with all that is durable by now in view; throws BooError "store-newer", "store-unreadable". */
  async ask<T>(query: IndexQuery): Promise<Answer<T>> {
    for (let attempt = 1; attempt <= attempts; attempt++) {
      if (this.#isClosed) throw new BooError("store-closed", "The history is closed: reload the window.");
      const { promise, resolve, reject } = Promise.withResolvers<Done | undefined>();
      const question: Question = { child: this.#connect(), pages: [], resolve, reject };
      const id = ++this.#lastId;
      this.#questions.set(id, question);
      this.#post({ id, ...query });
      const done = await promise;
      if (done === undefined) continue;
      const { epoch, events, lease } = done;
      return { values: await parsePages<T>(question.pages), epoch, events, ...(lease && { lease }) };
    }
    const reason =
      "The history can not be read because the process that reads it ended: see the log, then try again.";
    throw new BooError("store-unreadable", reason);
  }

  /** Has the journals folded into the image, if they are big enough. */
  checkpoint(): void {
    if (!this.#isClosed) this.#post({ kind: "checkpoint" });
  }

  /** Resolves when no process is left; what was asked is answered before. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#end();
    for (const child of this.#running.keys()) holdHost(child, true);
    const killer = setTimeout(() => {
      for (const child of this.#running.keys()) child.kill("SIGKILL");
    }, endWithin);
    await Promise.all(this.#running.values());
    clearTimeout(killer);
  }

  #post(message: ToIndex): void {
    // A failure to send shows as the process's end.
    this.#connect().send(message, () => {});
    this.#watchIdle();
  }

  #connect(): ChildProcess {
    if (this.#child?.connected === true) return this.#child;
    const { idleMs: _idle, ...settings } = this.#options;
    const data: IndexProcessData = { directory: this.#directory, wasm: wasmFile(), ...settings };
    const { NODE_OPTIONS: _options, ...environment } = process.env;
    const child = fork(entryFile("index-process"), [JSON.stringify(data)], {
      // The editor's own program runs as plain Node with this.
      env: { ...environment, ELECTRON_RUN_AS_NODE: "1" },
      execArgv: ["--max-semi-space-size=4"],
      serialization: "advanced",
      stdio: ["ignore", "ignore", "ignore", "ipc"],
    });
    child.on("message", (message) => this.#receive(message as FromIndex));
    this.#running.set(child, this.#ended(child));
    this.#child = child;
    return child;
  }

  /** Resolves when a process has ended or could not be started; its questions are given back then. */
  async #ended(child: ChildProcess): Promise<void> {
    const end = await new Promise<string>((resolve) => {
      child.once("error", (error) => resolve(error.message));
      child.once("exit", (code, signal) => resolve(signal ?? `exit code ${code}`));
    });
    this.#running.delete(child);
    if (this.#child === child) {
      this.#child = undefined;
      if (!this.#isClosed)
        this.#log.error(`The history's index process ended (${end}); it is started again when needed.`);
    }
    for (const [id, question] of this.#questions) {
      if (question.child !== child) continue;
      this.#questions.delete(id);
      question.resolve(undefined);
    }
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

  /** Keeps the host alive only for a question, and begins to count idleness when there is none. */
  #watchIdle(): void {
    clearTimeout(this.#idle);
    const isAsked = this.#questions.size > 0;
    if (this.#child !== undefined) holdHost(this.#child, isAsked);
    if (!isAsked && !this.#isClosed) {
      this.#idle = setTimeout(() => this.#end(), this.#options.idleMs ?? idleAfter).unref();
    }
  }

  /** Lets the process finish what it does; a question that comes meanwhile starts the next one. */
  #end(): void {
    clearTimeout(this.#idle);
    const child = this.#child;
    if (child === undefined) return;
    this.#child = undefined;
    holdHost(child, false);
    child.send({ kind: "end" } satisfies ToIndex, () => {});
  }
}

function holdHost(child: ChildProcess, isHeld: boolean): void {
  if (isHeld) {
    child.ref();
    child.channel?.ref();
  } else {
    child.unref();
    child.channel?.unref();
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
