/**
 * Starts index processes. To start a process the system copies the tables of the host's memory, for which the host stands still: 7 ms for
 * each 100 MB of it on Linux. So a small shell is started once, while the host is small, and starts all index processes from then on.
 */
import { spawn, type ChildProcess } from "node:child_process";
import { Socket } from "node:net";
import { messageOf } from "#core/errors.ts";
import { entryFile } from "./bundle-file.ts";
import type { IndexProcessData, ToIndex } from "./index-messages.ts";
import { readLines } from "./lines.ts";

/** Each line on its input is the number of a run; of each run that has ended it tells number and exit code. */
const shellScript = `while read -r run; do "$0" "$@" "$run" </dev/null >/dev/null; echo "$run $?"; done`;

/** What a launcher is made with. */
export interface LauncherOptions {
  readonly data: IndexProcessData;
  /** Undefined where the system has no such shell, or none is to be used: then each index process is started by the host. */
  readonly shell: string | undefined;
  /** A line that an index process wrote. */
  readonly onLine: (line: Buffer) => void;
  /** A run is over; `failure` says how where it was not by itself. */
  readonly onEnd: (run: number, failure: string | undefined) => void;
}

interface Launched {
  readonly child: ChildProcess;
  /** To and from the index process, whichever runs. */
  readonly channel: Socket;
  /** Resolves when nothing is left of it. */
  readonly ended: Promise<void>;
  readonly isShell: boolean;
}

/** At most one index process at a time; what it is told and tells goes over one channel that outlives it. */
export class IndexLauncher {
  readonly #options: LauncherOptions;
  readonly #leaving = new Set<Launched>();
  #shell: string | undefined;
  #launched: Launched | undefined;
  /** The run that was started last and has not ended, as far as is known. */
  #run = 0;

  constructor(options: LauncherOptions) {
    this.#options = options;
    this.#shell = options.shell;
  }

  /** Starts the shell, if that is how index processes are started. */
  open(): void {
    if (this.#shell !== undefined) this.#launched ??= this.#launch(0);
  }

  /** Starts an index process; the one before has ended. */
  start(run: number): void {
    this.#run = run;
    this.#launched ??= this.#launch(run);
    const { child, channel, isShell } = this.#launched ?? {};
    if (isShell === true) child?.stdin?.write(`${run}\n`);
    // Ends what is left of a message that the process before it had read in part.
    channel?.write("\n");
  }

  /** Tells the index process something. That it could not be told shows as its end. */
  send(message: ToIndex): void {
    this.#launched?.channel.write(`${JSON.stringify(message)}\n`);
  }

  /** Whether the host stays alive for what the index process says. */
  hold(isHeld: boolean): void {
    const { channel } = this.#launched ?? {};
    if (isHeld) channel?.ref();
    else channel?.unref();
  }

  /** Resolves when no process is left; one that takes longer than this (ms) is killed. */
  async close(patienceMs: number): Promise<void> {
    this.#leave();
    const killer = setTimeout(() => this.#leaving.forEach(kill), patienceMs);
    await Promise.all([...this.#leaving].map(({ ended }) => ended));
    clearTimeout(killer);
  }

  /** Has the shell end when the index process has, and waits for both. */
  #leave(): void {
    const launched = this.#launched;
    if (launched === undefined) return;
    this.#launched = undefined;
    const { child, channel } = launched;
    child.stdin?.end();
    child.ref();
    // It has ended when all of these have.
    for (const stream of [child.stdout, channel]) if (stream instanceof Socket) stream.ref();
  }

  #launch(run: number): Launched | undefined {
    try {
      return this.#follow(this.#spawn(run), this.#shell !== undefined);
    } catch (error) {
      // Told later, as a process that could not be started tells it.
      process.nextTick(() => this.#failed(error));
      return undefined;
    }
  }

  #spawn(run: number): ChildProcess {
    const { NODE_OPTIONS: _options, ...environment } = process.env;
    // The editor's own program runs as plain Node with this.
    const env = { ...environment, ELECTRON_RUN_AS_NODE: "1" };
    const { data } = this.#options;
    const index = ["--max-semi-space-size=4", entryFile("index-process"), JSON.stringify(data)];
    if (this.#shell === undefined) {
      const stdio = ["ignore", "ignore", "ignore", "overlapped"] as const;
      return spawn(process.execPath, [...index, `${run}`], { env, stdio: [...stdio], windowsHide: true });
    }
    const words = ["-c", shellScript, process.execPath, ...index];
    // A group of its own, so that it can be ended with what it started; no folder of the user's, which it would keep in use.
    const stdio = ["pipe", "pipe", "ignore", "pipe"] as const;
    return spawn(this.#shell, words, { env, stdio: [...stdio], detached: true, cwd: "/" });
  }

  #follow(child: ChildProcess, isShell: boolean): Launched | undefined {
    const channel = child.stdio?.[3];
    child.once("error", (error) => this.#failed(error));
    if (child.pid === undefined || !(channel instanceof Socket)) return undefined;
    const { promise: ended, resolve } = Promise.withResolvers<void>();
    const launched: Launched = { child, channel, ended, isShell };
    this.#leaving.add(launched);
    child.once("close", () => {
      this.#leaving.delete(launched);
      resolve();
    });
    child.once("exit", (code, signal) => this.#gone(launched, signal ?? code ?? 0));
    // Whoever does not listen any more has ended, which is told by other means.
    for (const stream of [child.stdin, channel]) stream?.on("error", () => {});
    readLines(channel, this.#options.onLine);
    if (child.stdout !== null) readLines(child.stdout, (line) => this.#note(line.toString()));
    for (const stream of [child.stdin, child.stdout, channel]) if (stream instanceof Socket) stream.unref();
    child.unref();
    return launched;
  }

  /** Takes in what the shell tells of the end of a run. */
  #note(line: string): void {
    const [run = 0, code = 0] = line.split(" ").map(Number);
    this.#end(run, failureOf(code));
  }

  /** A shell that is gone can have left an index process, which ends with its channel. */
  #gone(launched: Launched, how: number | string): void {
    if (this.#launched === launched) this.#launched = undefined;
    launched.channel.end();
    this.#end(this.#run, launched.isShell ? `its shell ended, ${how}` : failureOf(how));
  }

  #failed(error: unknown): void {
    // Where there is no shell the host does its work.
    this.#shell = undefined;
    this.#end(this.#run, messageOf(error));
  }

  #end(run: number, failure: string | undefined): void {
    if (run === 0 || run !== this.#run) return;
    this.#run = 0;
    this.#options.onEnd(run, failure);
  }
}

/** What an exit code, as shells tell it, or the name of a signal says. */
function failureOf(how: number | string): string | undefined {
  if (typeof how === "string") return how;
  if (how === 0) return undefined;
  return how > 128 ? `signal ${how - 128}` : `exit code ${how}`;
}

/** A process that is gone already needs no killing. */
function kill({ child, isShell }: Launched): void {
  try {
    if (child.pid !== undefined) process.kill(isShell ? -child.pid : child.pid, "SIGKILL");
  } catch {
    // It ended in between.
  }
}
