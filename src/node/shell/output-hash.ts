/** The hash of an output while it is written: here while it is small, in a process of its own from then on. */
import { fork, type ChildProcess } from "node:child_process";
import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { fileURLToPath } from "node:url";
import { BooError } from "#core/errors.ts";
import { scriptFile } from "../script-file.ts";
import type { HashAnswer, HashJob } from "./hash-process.ts";

/** Hashing this much takes the host some 25 ms, in slices. */
const smallBytes = 4 * 1024 * 1024;
/** The process is told of progress in steps of this many bytes. */
const stepBytes = 4 * 1024 * 1024;

/** One process for all large outputs; it ends with the last of them. */
class HashProcess {
  #child: ChildProcess | undefined;
  /** Whether none could be started: it is not tried again for the outputs of now. */
  #isMissing = false;
  readonly #waiting = new Map<string, (hash: string | undefined) => void>();
  #users = 0;

  enter(): void {
    this.#users += 1;
  }

  leave(): void {
    this.#users -= 1;
    if (this.#users > 0) return;
    const child = this.#child;
    this.#child = undefined;
    this.#isMissing = false;
    if (child?.connected === true) child.disconnect();
  }

  follow(job: HashJob): void {
    this.#child ??= this.#isMissing ? undefined : this.#start();
    // A failure to send shows as the process's end.
    if (this.#child?.connected === true) this.#child.send(job, () => {});
    else if (job.isEnd) this.#waiting.get(job.path)?.(undefined);
  }

  /** The hash of a file, up to there; undefined where the process could not compute it. */
  end(path: string, until: number): Promise<string | undefined> {
    const { promise, resolve } = Promise.withResolvers<string | undefined>();
    this.#waiting.set(path, resolve);
    this.follow({ path, until, isEnd: true });
    // While somebody waits, the host must not end over it.
    const child = this.#child;
    child?.ref();
    child?.channel?.ref();
    return promise.finally(() => {
      this.#waiting.delete(path);
      if (this.#waiting.size > 0) return;
      child?.unref();
      child?.channel?.unref();
    });
  }

  #start(): ChildProcess | undefined {
    const { NODE_OPTIONS: _options, ...environment } = process.env;
    try {
      const child = fork(fileURLToPath(scriptFile("hash-process", import.meta.url)), [], {
        // The editor's own program runs as plain Node with this.
        env: { ...environment, ELECTRON_RUN_AS_NODE: "1" },
        execArgv: ["--max-semi-space-size=1"],
        // No folder of the user's, which it would keep in use.
        cwd: "/",
        stdio: ["ignore", "ignore", "ignore", "ipc"],
      });
      this.#follow(child);
      return child;
    } catch {
      this.#isMissing = true;
      return undefined;
    }
  }

  #follow(child: ChildProcess): void {
    child.unref();
    child.channel?.unref();
    child.on("message", (told) => {
      const { path, hash } = told as HashAnswer;
      this.#waiting.get(path)?.(hash);
    });
    const fail = (): void => {
      if (this.#child !== child) return;
      this.#child = undefined;
      for (const resolve of this.#waiting.values()) resolve(undefined);
    };
    child.once("error", () => {
      this.#isMissing = true;
      fail();
    });
    child.once("exit", fail);
  }
}

const hashing = new HashProcess();

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
      if (wasSmall) hashing.enter();
      if (wasSmall || this.#bytes - this.#told > stepBytes) {
        this.#told = this.#bytes;
        hashing.follow({ path: this.#path, until: this.#bytes, isEnd: false });
      }
    }
  }

  /** The hash of all that was written (hex); to be asked once. */
  async end(): Promise<string> {
    if (this.#bytes <= smallBytes) return this.#small.digest("hex");
    const ask = (): Promise<string | undefined> => hashing.end(this.#path, this.#bytes);
    try {
      // The process may have been killed, which a second one may be spared; where there can be none, it is done here.
      return (await ask()) ?? (await ask()) ?? (await hashOf(this.#path, this.#bytes));
    } catch (cause) {
      throw new BooError(
        "store-unreadable",
        "The output of a command can not be read again: check the disk.",
        { cause },
      );
    } finally {
      hashing.leave();
    }
  }
}

/** The hash of a file's first bytes; others have their turn between the pieces. */
async function hashOf(path: string, bytes: number): Promise<string> {
  const hash = createHash("sha256");
  for await (const piece of createReadStream(path, { end: bytes - 1 })) hash.update(piece as Buffer);
  return hash.digest("hex");
}
