/** A command from its start to its end. */
import { spawn, type ChildProcess } from "node:child_process";
import { unlink } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { messageOf } from "#core/errors.ts";
import type { Log } from "#core/ports.ts";
import type { CommandEnd, Refusal, RunningCommand } from "#core/shell-ports.ts";
import { News } from "./news.ts";
import type { Output } from "./output.ts";
import { closeNow, readPipe, readStream, type OutputSource } from "./output-source.ts";
import type { Pipe } from "./pipes.ts";
import { StreamText, type StreamOptions } from "./streams.ts";
import { birthOf, endTreeOnWindows, findProcesses, type ProcessMark, signalAll } from "./processes.ts";
import { openPrompt, unansweredPrompt } from "./prompts.ts";

/** How long (ms) processes may take to end by themselves once they are asked, and until they are given up even when killed. */
const graceMs = 500;
const patienceMs = 1_900;
/** Killed processes are looked for again after this long (ms): they may have forked meanwhile. */
const killPauseMs = 20;
/** Processes that keep no output open are looked for after so long (ms) when everything else has ended, and ever less often. */
const lookMs = { first: 100, longest: 1_000 };
/** A line without an end is taken for a question after so long a silence (ms). */
const silenceMs = 300;
/** A timer for longer than this (ms) would be over at once. */
const longestTimer = 2 ** 31 - 1;
/** Bytes of an output's beginning and end in which refusals are looked for. */
const searched = { head: 64 * 1024, tail: 192 * 1024 };

/** What is to be run, and what is to be done about it. */
export interface Launch {
  readonly program: string;
  readonly arguments: readonly string[];
  readonly folder: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly timeoutMs: number | undefined;
  readonly isConfined: boolean;
  /** Undefined where there are no named pipes. */
  readonly pipe: Pipe | undefined;
  /** Set where errors come by a pipe of their own: what both outputs say is kept apart, too. */
  readonly errors?: StreamOptions & { readonly pipe: Pipe };
  readonly output: { readonly path: string; readonly open: (command: Command) => Promise<Output> };
  /** What was refused, by what the output says; takes back what was made for the command. */
  readonly settle: (said: string, exitCode: number | undefined) => Promise<readonly Refusal[]>;
  /** Takes the pipe back if nobody has it open any more. */
  readonly giveBack: (isFree: boolean) => void;
  /** Moves the output among the blobs, and tells where it lies. */
  readonly adopt: (path: string, hash: string) => Promise<string>;
  readonly log: Log;
}

type Exit = { readonly code: number | null; readonly signal: NodeJS.Signals | null };

/** One command; made by `Command.start`. */
export class Command implements RunningCommand {
  readonly id: string;
  readonly startedAt = Date.now();
  readonly ended: Promise<CommandEnd>;
  readonly #launch: Launch;
  readonly #settleEnd: (end: CommandEnd) => void;
  readonly #givenUp = Promise.withResolvers<void>();
  readonly #began = performance.now();
  #output: Output | undefined;
  #news: News | undefined;
  #sources: readonly OutputSource[] = [];
  #streams: { readonly stdout: StreamText; readonly stderr: StreamText } | undefined;
  #child: ChildProcess | undefined;
  #birth: string | undefined;
  #end: CommandEnd | undefined;
  #cause: CommandEnd["cause"] | undefined;
  #problem: string | undefined;
  #saidAt = performance.now();
  #stopping: Promise<void> | undefined;
  #keeping: Promise<string | undefined> | undefined;
  #path: string;

  private constructor(id: string, launch: Launch) {
    this.id = id;
    this.#launch = launch;
    this.#path = launch.output.path;
    const { promise, resolve } = Promise.withResolvers<CommandEnd>();
    this.ended = promise;
    this.#settleEnd = (end) => {
      this.#end = end;
      resolve(end);
    };
  }

  /** Starts a command; that it could not be started is told by its end. `id` marks its processes. */
  static async start(id: string, launch: Launch): Promise<Command> {
    const command = new Command(id, launch);
    command.#output = await launch.output.open(command);
    command.#news = new News(command.#output.tail);
    const exited = command.#spawn();
    void command.#watch(exited);
    return command;
  }

  get bytes(): number {
    return this.#output?.bytes ?? 0;
  }

  get end(): CommandEnd | undefined {
    return this.#end;
  }

  takeStreams(): { readonly stdout: string; readonly stderr: string } | undefined {
    const streams = this.#streams;
    this.#streams = undefined;
    return streams && { stdout: streams.stdout.text, stderr: streams.stderr.text };
  }

  get prompt(): string | undefined {
    if (this.#end !== undefined || performance.now() - this.#saidAt < silenceMs) return undefined;
    return openPrompt(this.#output?.tail.text() ?? "");
  }

  onOutput(listener: (text: string) => void): () => void {
    return this.#news?.add(listener) ?? (() => {});
  }

  async read(offset: number, length: number): Promise<string> {
    return (await this.#output?.read(this.#path, offset, length)) ?? "";
  }

  stop(): Promise<void> {
    return this.stopFor("stopped");
  }

  /** Ends it for a reason; the first one counts. */
  async stopFor(cause: CommandEnd["cause"], problem?: string): Promise<void> {
    if (this.#end !== undefined) return;
    this.#cause ??= cause;
    this.#problem ??= problem;
    this.#stopping ??= this.#endProcesses();
    await this.#stopping;
  }

  /** There is room for output again. */
  resume(): void {
    for (const source of this.#sources) source.resume();
  }

  keep(): Promise<string | undefined> {
    this.#keeping ??= this.#keep();
    return this.#keeping;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
    await this.#keeping?.catch(() => {});
    if (this.#path === this.#launch.output.path) await unlink(this.#path).catch(() => {});
  }

  #spawn(): Promise<Exit> {
    const { program, folder, environment, pipe, errors } = this.#launch;
    const errorEnd = errors?.pipe.writeEnd ?? pipe?.writeEnd ?? "ignore";
    const { promise, resolve } = Promise.withResolvers<Exit>();
    const fail = (error: unknown): void => {
      this.#cause = "not-started";
      this.#problem = `The command could not be started: ${messageOf(error)}.`;
      resolve({ code: null, signal: null });
    };
    try {
      const child = spawn(program, this.#launch.arguments, {
        cwd: folder,
        env: environment,
        detached: true,
        stdio: ["ignore", pipe?.writeEnd ?? "pipe", errorEnd],
        windowsHide: true,
      });
      child.once("error", fail);
      child.once("exit", (code, signal) => resolve({ code, signal }));
      this.#child = child;
      if (child.pid !== undefined) this.#birth = birthOf(child.pid);
    } catch (error) {
      fail(error);
    }
    for (const one of [pipe, errors?.pipe]) if (one !== undefined) closeNow(one.writeEnd);
    this.#listen();
    return promise;
  }

  #listen(): void {
    const take = (bytes: Buffer): boolean => {
      this.#saidAt = performance.now();
      const hasRoom = this.#output?.take(bytes) ?? true;
      this.#news?.note();
      return hasRoom;
    };
    const { pipe, errors } = this.#launch;
    if (pipe !== undefined && errors !== undefined) {
      const [stdout, stderr] = [new StreamText(errors), new StreamText(errors)];
      this.#streams = { stdout, stderr };
      this.#sources = [
        readPipe(pipe.readEnd, (bytes) => take(stdout.push(bytes))),
        readPipe(errors.pipe.readEnd, (bytes) => take(stderr.push(bytes))),
      ];
    } else if (pipe !== undefined) this.#sources = [readPipe(pipe.readEnd, take)];
    else if (this.#child?.stdout) this.#sources = [readStream(this.#child.stdout, take)];
  }

  async #watch(exited: Promise<Exit>): Promise<void> {
    const { timeoutMs, log } = this.#launch;
    const timer =
      timeoutMs === undefined
        ? undefined
        : setTimeout(() => void this.stopFor("timeout"), Math.min(timeoutMs, longestTimer));
    let exit: Exit = { code: null, signal: null };
    let isDrained = false;
    const leader = exited.then((told) => (exit = told));
    const drained = Promise.all(this.#sources.map((source) => source.drained)).then(
      () => (isDrained = this.#sources.length > 0),
    );
    const all = Promise.all([leader, drained]).then(() => this.#othersGone());
    await Promise.race([all, this.#givenUp.promise]);
    clearTimeout(timer);
    try {
      await this.#finish(exit, isDrained);
    } catch (error) {
      log.error("The end of a command could not be recorded.", error);
      this.#settleEnd(this.#endWith(exit, [], undefined, messageOf(error)));
    }
  }

  // A confined command ends with its namespace. Elsewhere a process may have left its group, closed its output, and gone on.
  async #othersGone(): Promise<void> {
    if (this.#launch.isConfined || this.#cause === "not-started") return;
    let pause = lookMs.first;
    while ((await findProcesses(this.#mark(), false)).length > 0) {
      await sleep(pause);
      pause = Math.min(pause * 1.2, lookMs.longest);
    }
  }

  async #finish(exit: Exit, isDrained: boolean): Promise<void> {
    const { isConfined, giveBack, settle } = this.#launch;
    for (const source of this.#sources) source.close();
    for (const stream of Object.values(this.#streams ?? {})) this.#output?.take(stream.end());
    await this.#output?.end();
    giveBack(isDrained);
    const said = isConfined ? await this.#searched() : "";
    this.#noteSandboxFailure(said, exit);
    const code = this.#cause === "not-started" ? undefined : (exit.code ?? undefined);
    const refusals = await settle(this.#cause === "not-started" ? "" : said, code);
    this.#news?.tell();
    const prompt = unansweredPrompt(this.#output?.tail.text() ?? "");
    this.#settleEnd(this.#endWith(exit, refusals, prompt, this.#problem));
  }

  #endWith(
    exit: Exit,
    refusals: readonly Refusal[],
    prompt: string | undefined,
    problem: string | undefined,
  ): CommandEnd {
    return {
      ...this.#result(exit),
      cause: this.#cause ?? "exit",
      durationMs: performance.now() - this.#began,
      bytes: this.bytes,
      refusals,
      ...(prompt !== undefined && { prompt }),
      ...(problem !== undefined && { problem }),
    };
  }

  // In the sandbox a shell stands between, which tells of a signal as shells do.
  #result({ code, signal }: Exit): Pick<CommandEnd, "exitCode" | "signal"> {
    if (signal !== null) return { exitCode: undefined, signal };
    if (code === null) return { exitCode: undefined };
    const told = this.#launch.isConfined ? signalOf(code) : undefined;
    return told === undefined ? { exitCode: code } : { exitCode: undefined, signal: told };
  }

  /** Where bubblewrap itself failed the command was not started. */
  #noteSandboxFailure(said: string, { code }: Exit): void {
    if (this.#cause !== undefined || code !== 1 || !said.startsWith("bwrap: ")) return;
    this.#cause = "not-started";
    this.#problem = `The command could not be confined: ${said.split("\n")[0]}`;
  }

  async #searched(): Promise<string> {
    const { bytes } = this;
    const head = await this.read(0, searched.head);
    const from = Math.max(searched.head, bytes - searched.tail);
    return from >= bytes ? head : `${head}\n${await this.read(from, searched.tail)}`;
  }

  async #endProcesses(): Promise<void> {
    const pid = this.#child?.pid;
    const deadline = performance.now() + patienceMs;
    if (pid !== undefined && process.platform === "win32") await endTreeOnWindows(pid);
    else if (pid !== undefined) {
      const { isConfined } = this.#launch;
      // To ask bubblewrap itself would be to kill all that it holds.
      const asked = isConfined ? { mark: this.id } : this.#mark();
      signalAll(await findProcesses(asked, !isConfined), "SIGTERM");
      await this.#endedWithin(graceMs);
      while (this.#end === undefined && performance.now() < deadline) {
        signalAll(await findProcesses(this.#mark(), true), "SIGKILL");
        await this.#endedWithin(killPauseMs);
      }
      await this.#endLateOnes(deadline);
    }
    await this.#endedWithin(deadline - performance.now());
    this.#givenUp.resolve();
    await this.ended;
  }

  // What was begun between a look and its signals outlives the first process. Whose number may be another's by now.
  async #endLateOnes(deadline: number): Promise<void> {
    if (this.#end === undefined) return;
    const { leader: _, ...mark } = this.#mark();
    do {
      const late = await findProcesses(mark, true);
      if (late.length === 0) return;
      signalAll(late, "SIGKILL");
      await sleep(killPauseMs);
    } while (performance.now() < deadline);
  }

  #mark(): ProcessMark {
    const { pipe, errors } = this.#launch;
    const pipes = [pipe, errors?.pipe].flatMap((one) => (one === undefined ? [] : [one.path]));
    return {
      mark: this.id,
      ...(this.#child?.pid !== undefined && { leader: this.#child.pid }),
      ...(this.#birth !== undefined && { birth: this.#birth }),
      ...(pipes.length > 0 && { pipes }),
    };
  }

  async #endedWithin(ms: number): Promise<void> {
    if (this.#end !== undefined || ms <= 0) return;
    const done = new AbortController();
    await Promise.race([this.ended, sleep(ms, undefined, { signal: done.signal }).catch(() => {})]);
    done.abort();
  }

  async #keep(): Promise<string | undefined> {
    const { bytes } = await this.ended;
    const hash = await this.#output?.hash();
    if (bytes === 0 || hash === undefined) return undefined;
    this.#path = await this.#launch.adopt(this.#path, hash);
    return hash;
  }
}

const told: Readonly<Record<number, string>> = {
  132: "SIGILL",
  133: "SIGTRAP",
  134: "SIGABRT",
  135: "SIGBUS",
  136: "SIGFPE",
  137: "SIGKILL",
  139: "SIGSEGV",
  143: "SIGTERM",
};

/** The signal that a shell's exit code tells of, as far as no program ends with that code by itself. */
function signalOf(code: number): string | undefined {
  return told[code];
}
