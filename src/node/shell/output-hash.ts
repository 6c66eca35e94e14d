/** The hash of an output while it is written: here while it is small, in a thread of its own from then on. */
import { createHash } from "node:crypto";
import { Worker } from "node:worker_threads";
import { BooError } from "#core/errors.ts";
import { scriptFile } from "../script-file.ts";
import type { HashAnswer, HashJob } from "./hash-thread.ts";

/** Hashing this much takes the host some 25 ms, in slices. */
const smallBytes = 4 * 1024 * 1024;
/** The thread is told of progress in steps of this many bytes. */
const stepBytes = 4 * 1024 * 1024;

/** One thread for all large outputs; it ends with the last of them. */
class HashThread {
  #worker: Worker | undefined;
  readonly #waiting = new Map<string, (hash: string | undefined) => void>();
  #users = 0;

  enter(): void {
    this.#users += 1;
  }

  leave(): void {
    this.#users -= 1;
    if (this.#users > 0) return;
    void this.#worker?.terminate();
    this.#worker = undefined;
  }

  follow(job: HashJob): void {
    this.#worker ??= this.#start();
    this.#worker.postMessage(job);
  }

  end(path: string, until: number): Promise<string | undefined> {
    const { promise, resolve } = Promise.withResolvers<string | undefined>();
    this.#waiting.set(path, resolve);
    this.follow({ path, until, isEnd: true });
    // While somebody waits, the process must not end over it.
    this.#worker?.ref();
    return promise.finally(() => {
      this.#waiting.delete(path);
      if (this.#waiting.size === 0) this.#worker?.unref();
    });
  }

  #start(): Worker {
    const worker = new Worker(scriptFile("hash-thread", import.meta.url));
    worker.unref();
    worker.on("message", ({ path, hash }: HashAnswer) => this.#waiting.get(path)?.(hash));
    const fail = (): void => {
      if (this.#worker === worker) this.#worker = undefined;
      for (const resolve of this.#waiting.values()) resolve(undefined);
    };
    worker.on("error", fail);
    worker.on("exit", fail);
    return worker;
  }
}

const thread = new HashThread();

/** Follows the file at `path`, which is told what is written to it. */
export class OutputHash {
  readonly #path: string;
  readonly #small = createHash("sha256");
  #bytes = 0;
  #told = 0;

  constructor(path: string) {
    this.#path = path;
  }

  /** What was just written, in order. */
  push(bytes: Buffer): void {
    const wasSmall = this.#bytes <= smallBytes;
    this.#bytes += bytes.length;
    if (this.#bytes <= smallBytes) this.#small.update(bytes);
    else {
      if (wasSmall) thread.enter();
      if (wasSmall || this.#bytes - this.#told > stepBytes) {
        this.#told = this.#bytes;
        thread.follow({ path: this.#path, until: this.#bytes, isEnd: false });
      }
    }
  }

  /** The hash of all that was written (hex); to be asked once. */
  async end(): Promise<string> {
    if (this.#bytes <= smallBytes) return this.#small.digest("hex");
    try {
      const hash = await thread.end(this.#path, this.#bytes);
      if (hash !== undefined) return hash;
    } finally {
      thread.leave();
    }
    throw new BooError("store-unreadable", "The output of a command can not be read again: check the disk.");
  }
}
