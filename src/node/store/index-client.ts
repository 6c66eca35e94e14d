/** The host's side of the index process: starts it when something is asked, ends it when nothing was for a while. */
import { setImmediate } from "node:timers/promises";
import { BooError } from "#core/errors.ts";
import type { Log } from "#core/ports.ts";
import { wasmFile } from "./bundle-file.ts";
import { IndexLauncher } from "./index-launcher.ts";
import type { AnswerEnd, FromIndex, IndexQuery, IndexSettings } from "./index-messages.ts";

/** The process ends, and its memory with it, after this long (ms) without a question. */
const idleAfter = 20_000;
/** When the store closes, a checkpoint that is being made is given this long (ms); being killed in it costs nothing. */
const endWithin = 3_000;
/** Parsing an answer leaves the event loop to others after this long (ms). */
const parseSlice = 1;
/** A question is asked again if the process ends over it, this often in all. */
const attempts = 3;

/** What came with an answer. */
export interface Answer<T> extends AnswerEnd {
  readonly values: readonly T[];
}

/** Settings that only tests change; `idleMs` is the time after which the process ends, `shell` what starts it ("": the host itself). */
export interface IndexOptions extends IndexSettings {
  readonly idleMs?: number;
  readonly shell?: string;
}

type Done = FromIndex & { readonly kind: "done" };

interface Question {
  readonly query: IndexQuery;
  readonly resolve: (done: Done) => void;
  readonly reject: (error: BooError) => void;
  /** The texts of JSON arrays. */
  pages: Buffer[];
  /** How often it was asked. */
  tries: number;
}

/** At most one index process, which is asked. */
export class IndexClient {
  readonly #log: Log;
  readonly #idleMs: number;
  readonly #launcher: IndexLauncher;
  readonly #questions = new Map<number, Question>();
  #lastId = 0;
  #lastRun = 0;
  /** The number of the process that runs. */
  #run: number | undefined;
  #idle: NodeJS.Timeout | undefined;
  #isClosed = false;

  constructor(directory: string, log: Log, options: IndexOptions = {}) {
    const {
      idleMs = idleAfter,
      shell = process.platform === "win32" ? "" : "/bin/sh",
      ...settings
    } = options;
    this.#log = log;
    this.#idleMs = idleMs;
    this.#launcher = new IndexLauncher({
      data: { directory, wasm: wasmFile(), ...settings },
      shell: shell === "" ? undefined : shell,
      onLine: (line) => this.#receive(line),
      onEnd: (run, failure) => this.#ended(run, failure),
    });
  }

  /** Makes the start of the process cheap for later, when the host has grown. */
  async open(): Promise<void> {
    // Starting a process takes milliseconds, which are not added to those of whoever asks for it.
    await setImmediate();
    if (!this.#isClosed) this.#launcher.open();
  }

  /** Asks, with all that is durable by now in view; throws BooError "store-unreadable", and "store-newer" where that forbids it. */
  async ask<T>(query: IndexQuery): Promise<Answer<T>> {
    if (this.#run === undefined) await setImmediate();
    if (this.#isClosed) throw closed();
    const { promise, resolve, reject } = Promise.withResolvers<Done>();
    const question: Question = { query, resolve, reject, pages: [], tries: 0 };
    const id = ++this.#lastId;
    this.#questions.set(id, question);
    this.#put(id, question);
    const { run: _run, kind: _kind, id: _id, ...end } = await promise;
    return { ...end, values: await parsePages<T>(question.pages) };
  }

  /** Has the journals folded into the image, if they are big enough. */
  checkpoint(): void {
    if (this.#isClosed) return;
    this.#launcher.send({ run: this.#connect(), kind: "checkpoint" });
    this.#watchIdle();
  }

  /** Resolves when no process is left; what was asked is answered before. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#end();
    await this.#launcher.close(endWithin);
  }

  #put(id: number, question: Question): void {
    question.tries += 1;
    this.#launcher.send({ run: this.#connect(), id, ...question.query });
    this.#watchIdle();
  }

  #connect(): number {
    if (this.#run !== undefined) return this.#run;
    this.#run = ++this.#lastRun;
    this.#launcher.start(this.#run);
    return this.#run;
  }

  /** What a process was asked that has ended, the next one is. */
  #ended(run: number, failure: string | undefined): void {
    if (run !== this.#run) return;
    this.#run = undefined;
    if (failure !== undefined && !this.#isClosed)
      this.#log.error(`The history's index process ended (${failure}); it is started again when needed.`);
    for (const [id, question] of this.#questions) {
      question.pages = [];
      if (!this.#isClosed && question.tries < attempts) this.#put(id, question);
      else this.#refuse(id, question, this.#isClosed ? closed() : unreadable());
    }
  }

  #refuse(id: number, question: Question, error: BooError): void {
    this.#questions.delete(id);
    question.reject(error);
  }

  #receive(line: Buffer): void {
    const tab = line.indexOf(9);
    const message = parseMessage(tab < 0 ? line : line.subarray(0, tab));
    if (message?.kind === "log") return this.#log[message.level](message.message);
    if (message === undefined || message.run !== this.#run) return;
    const question = this.#questions.get(message.id);
    if (question === undefined) return;
    if (message.kind === "page") {
      question.pages.push(line.subarray(tab + 1));
      return;
    }
    if (message.kind === "failed")
      this.#refuse(message.id, question, new BooError(message.code, message.message));
    else {
      this.#questions.delete(message.id);
      question.resolve(message);
    }
    this.#watchIdle();
  }

  /** Keeps the host alive only for a question, and begins to count idleness when there is none. */
  #watchIdle(): void {
    clearTimeout(this.#idle);
    const isAsked = this.#questions.size > 0;
    this.#launcher.hold(isAsked);
    if (!isAsked && !this.#isClosed) this.#idle = setTimeout(() => this.#end(), this.#idleMs).unref();
  }

  /** Lets the process finish what it does and end; a question that comes meanwhile keeps it, or starts the next one. */
  #end(): void {
    clearTimeout(this.#idle);
    if (this.#run !== undefined) this.#launcher.send({ run: this.#run, kind: "end" });
  }
}

function closed(): BooError {
  return new BooError("store-closed", "The history is closed: reload the window.");
}

function unreadable(): BooError {
  const reason =
    "The history can not be read because the process that reads it ended: see the log, then try again.";
  return new BooError("store-unreadable", reason);
}

/** A line's message; undefined for what a process had written of one when it was killed. */
function parseMessage(json: Buffer): FromIndex | undefined {
  try {
    return JSON.parse(json.toString()) as FromIndex;
  } catch {
    return undefined;
  }
}

async function parsePages<T>(pages: readonly Buffer[]): Promise<readonly T[]> {
  const values: T[] = [];
  let since = performance.now();
  for (const page of pages) {
    for (const value of JSON.parse(page.toString()) as T[]) values.push(value);
    if (performance.now() - since < parseSlice) continue;
    await setImmediate();
    since = performance.now();
  }
  return values;
}
