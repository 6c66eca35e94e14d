/** The host's end of one sandbox process: starts it, talks to it in lines, and ends it when it does not answer. */
import { type ChildProcess, spawn } from "node:child_process";
import type { Duplex } from "node:stream";
import type { EngineName, FromGuest, FromSandbox, ToSandbox } from "#protocol/guest.ts";
import { BooError } from "#core/errors.ts";

/** A process that has not said that it is ready by then (ms) never will. */
const readyWithin = 20_000;
/** Most characters of one line from the process; a script's own limit is lower. */
const maxLine = 64 * 1024 * 1024;
/** How much of what the process says on its own is kept, for the reason of its end. */
const maxStderr = 4_000;

/** Which program runs the sandbox. */
export interface SandboxRuntime {
  /** Shown in the status: "host" or a path. */
  readonly name: string;
  readonly execPath: string;
  /** True for the editor's own binary, which is told to be plain Node. */
  readonly isHost: boolean;
}

/** Hears the process: its own messages and its guest's lines; `exited` comes last, with what is known of the reason. */
export interface SandboxListener {
  message(message: FromSandbox): void;
  line(line: FromGuest): void;
  exited(reason: string): void;
}

/** A started process. */
export class SandboxConnection {
  readonly runtime: SandboxRuntime;
  readonly engine: EngineName;
  /** Node's version in it, when it is ready. */
  node = "";
  listener: SandboxListener | undefined;
  readonly #child: ChildProcess;
  readonly #pipe: Duplex;
  readonly #ready = Promise.withResolvers<Extract<FromSandbox, { kind: "ready" }>>();
  readonly #gone = Promise.withResolvers<void>();
  #rest: string[] = [];
  #restLength = 0;
  #stderr = "";
  #killReason: string | undefined;
  #outgoing: string[] = [];
  isGone = false;

  private constructor(file: string, engine: EngineName, runtime: SandboxRuntime) {
    this.engine = engine;
    this.runtime = runtime;
    const deepStack = engine === "quickjs" && process.platform !== "win32" ? ["--stack-size=3900"] : [];
    // isolated-vm can not work in a process that began from a snapshot; any other begins faster from one.
    const fresh = engine === "isolated-vm" ? ["--no-node-snapshot"] : [];
    const flags = [...fresh, "--no-warnings", ...deepStack];
    this.#child = spawn(runtime.execPath, [...flags, file, engine], {
      stdio: ["ignore", "ignore", "pipe", "pipe"],
      env: { TZ: "UTC", ...(runtime.isHost && { ELECTRON_RUN_AS_NODE: "1" }), ...systemRoot() },
      windowsHide: true,
    });
    this.#pipe = this.#child.stdio[3] as Duplex;
    this.#child.stderr?.setEncoding("utf8").on("data", (text: string) => {
      this.#stderr = (this.#stderr + text).slice(-maxStderr);
    });
    this.#pipe.setEncoding("utf8");
    this.#pipe.on("data", (piece: string) => this.#take(piece));
    this.#pipe.on("error", () => {});
    this.#child.on("error", (error) => this.#end(error.message));
    this.#child.on("close", (code, signal) => this.#end(this.#reasonOf(code, signal)));
  }

  /** Starts a process and waits until it can run scripts; throws BooError "no-sandbox" with the reason. */
  static async start(file: string, engine: EngineName, runtime: SandboxRuntime): Promise<SandboxConnection> {
    const started = new SandboxConnection(file, engine, runtime);
    const timeout = setTimeout(() => started.kill("it did not get ready"), readyWithin);
    try {
      const ready = await started.#ready.promise;
      if (ready.problem !== undefined) throw new BooError("no-sandbox", ready.problem);
      started.node = ready.node;
      return started;
    } catch (error) {
      started.kill("it is of no use");
      throw error;
    } finally {
      clearTimeout(timeout);
    }
  }

  /** Sends a message; those that answer what came together go out together. */
  send(message: ToSandbox): void {
    if (this.isGone) return;
    if (this.#outgoing.length === 0) setImmediate(() => this.#flush());
    this.#outgoing.push(`${JSON.stringify(message)}\n`);
  }

  /** Ends the process at once. */
  kill(reason: string): void {
    this.#killReason ??= reason;
    this.#child.kill("SIGKILL");
  }

  /** Resolves when the process is gone. */
  gone(): Promise<void> {
    return this.#gone.promise;
  }

  /** Keeps the process from holding the host open. */
  unref(): void {
    this.#child.unref();
    for (const stream of [this.#pipe, this.#child.stderr])
      (stream as { unref?: () => void } | null)?.unref?.();
  }

  /** Undoes `unref`. */
  ref(): void {
    this.#child.ref();
    for (const stream of [this.#pipe, this.#child.stderr]) (stream as { ref?: () => void } | null)?.ref?.();
  }

  #flush(): void {
    const text = this.#outgoing.join("");
    this.#outgoing = [];
    if (!this.isGone && this.#pipe.writable) this.#pipe.write(text);
  }

  #take(piece: string): void {
    const lines = piece.split("\n");
    const last = lines.pop() ?? "";
    if (lines.length > 0) {
      lines[0] = this.#rest.join("") + lines[0];
      this.#rest = [];
      this.#restLength = 0;
    }
    this.#rest.push(last);
    this.#restLength += last.length;
    if (this.#restLength > maxLine) return this.kill("it sent a message without an end");
    for (const line of lines) this.#hear(line);
  }

  #hear(line: string): void {
    if (line.startsWith("g")) {
      const told = parseLine<FromGuest>(line.slice(1));
      if (told === undefined) this.kill("its guest sent what is no message");
      else this.listener?.line(told);
      return;
    }
    const message = parseLine<FromSandbox>(line);
    if (message === undefined) this.kill("it sent what is no message");
    else if (message.kind === "ready") this.#ready.resolve(message);
    else this.listener?.message(message);
  }

  #reasonOf(code: number | null, signal: NodeJS.Signals | null): string {
    if (this.#killReason !== undefined) return this.#killReason;
    const said = this.#stderr.trim().split("\n").slice(-3).join(" ");
    return `it ended with ${signal ?? `code ${code}`}${said === "" ? "" : `: ${said}`}`;
  }

  #end(reason: string): void {
    if (this.isGone) return;
    this.isGone = true;
    this.#ready.reject(new BooError("no-sandbox", `The sandbox can not start: ${reason}.`));
    this.listener?.exited(reason);
    this.#gone.resolve();
  }
}

// Windows finds no system library without it.
function systemRoot(): Record<string, string> {
  const root = process.env["SystemRoot"];
  return root === undefined ? {} : { SystemRoot: root };
}

function parseLine<T extends object>(line: string): T | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === "object" && value !== null ? (value as T) : undefined;
  } catch {
    return undefined;
  }
}
