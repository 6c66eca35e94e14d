/** Pipes that a command writes to: named ones, because Node's own are sockets, which "> /dev/stderr" in a script can not open. */
import { execFile } from "node:child_process";
import { close, constants, open } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);
const openFile = promisify(open);
const closeFile = promisify(close);

/** They are made so many at a time: making them takes a process. */
const batch = 8;

/** The two ends of a pipe; who takes the reading end closes it. */
export interface Pipe {
  readonly path: string;
  readonly readEnd: number;
  readonly writeEnd: number;
}

/** Named pipes in a folder, used again when nobody writes to them any more. */
export class Pipes {
  readonly #folder: string;
  readonly #free: string[] = [];
  #making: Promise<void> | undefined;
  #made = 0;

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** A pipe of one's own; rejects where named pipes can not be made. */
  async take(): Promise<Pipe> {
    let path = this.#free.pop();
    while (path === undefined) {
      this.#making ??= this.#make().finally(() => (this.#making = undefined));
      await this.#making;
      path = this.#free.pop();
    }
    // In this order neither end waits for the other.
    const readEnd = await openFile(path, constants.O_RDONLY | constants.O_NONBLOCK);
    try {
      return { path, readEnd, writeEnd: await openFile(path, constants.O_WRONLY) };
    } catch (error) {
      await closeFile(readEnd);
      throw error;
    }
  }

  /** Takes back a pipe that nobody has open. */
  giveBack(path: string): void {
    this.#free.push(path);
  }

  async #make(): Promise<void> {
    const names = Array.from({ length: batch }, () => join(this.#folder, `pipe-${(this.#made += 1)}`));
    await run("mkfifo", ["-m", "600", ...names]);
    this.#free.push(...names);
  }
}
