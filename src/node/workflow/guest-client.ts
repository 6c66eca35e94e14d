/** One guest, seen from the host. */
import type {
  FromGuest,
  FromSandbox,
  GuestAnswer,
  GuestLimits,
  GuestProgram,
  GuestStart,
  GuestStop,
  SandboxStatus,
} from "#protocol/guest.ts";
import type { GuestListener, GuestSession } from "#core/workflow/ports.ts";
import type { SandboxConnection } from "./sandbox-connection.ts";

/** How often (ms) a running guest's process is asked whether it still answers. */
const pingEvery = 1_000;
/** How long (ms) beyond its limit a process may be silent before it is ended from outside. */
const grace = 1_000;
/** A process that is asked to end its guest and does not (ms) is killed. */
const closeWithin = 500;

/** The guest's session; `onClosed` hears whether the process is fit for another guest. */
export class GuestClient implements GuestSession {
  readonly status: SandboxStatus;
  readonly #process: SandboxConnection;
  readonly #limits: GuestLimits;
  readonly #listener: GuestListener;
  readonly #onClosed: (isClean: boolean) => void;
  readonly #closed = Promise.withResolvers<void>();
  readonly #watch: NodeJS.Timeout;
  #isOver = false;
  #isClosing = false;
  #wasStopped = false;
  #lastPing = 0;
  #unansweredSince: number | undefined;

  constructor(
    process: SandboxConnection,
    status: SandboxStatus,
    request: { readonly limits: GuestLimits; readonly start: GuestStart },
    listener: GuestListener,
    onClosed: (isClean: boolean) => void,
  ) {
    this.#process = process;
    this.status = status;
    this.#limits = request.limits;
    this.#listener = listener;
    this.#onClosed = onClosed;
    process.listener = {
      message: (message) => this.#hear(message),
      line: (line) => this.#line(line),
      exited: (reason) => this.#exited(reason),
    };
    this.#watch = setInterval(() => this.#check(), Math.min(pingEvery, request.limits.syncMs));
    process.send({ kind: "open", limits: request.limits, start: request.start });
  }

  answer(id: number, answer: GuestAnswer): void {
    if (!this.#isOver) this.#process.send({ kind: "answer", id, answer });
  }

  runProgram(id: number, number: number, name: string, program: GuestProgram, args: unknown): void {
    this.#process.send({
      ...{ kind: "program", id, number, name, program },
      ...(args !== undefined && { args }),
    });
  }

  async close(): Promise<void> {
    if (!this.#isClosing) {
      this.#isClosing = true;
      this.#isOver = true;
      this.#process.send({ kind: "close" });
      const timeout = setTimeout(() => this.#process.kill("it did not end its guest"), closeWithin);
      void this.#closed.promise.then(() => clearTimeout(timeout));
    }
    await this.#closed.promise;
  }

  #line(line: FromGuest): void {
    if (this.#isOver) return;
    if (line.t === "end") this.#isOver = true;
    this.#listener.line(line);
  }

  #hear(message: FromSandbox): void {
    if (message.kind === "pong") {
      this.#unansweredSince = undefined;
      return;
    }
    if (message.kind === "stopped") this.#stop(message.reason, message.message);
    else if (message.kind === "closed") this.#settle(!this.#wasStopped);
  }

  #stop(reason: GuestStop, message: string): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#wasStopped = true;
    this.#listener.stopped(reason, message);
  }

  #exited(reason: string): void {
    if (this.#unansweredSince !== undefined && reason === "time")
      this.#stop(
        "time",
        `Synchronous code ran longer than ${this.#limits.syncMs / 1000} s. Split the work, or wait for something in between.`,
      );
    else if (reason.includes("heap") || reason.includes("memory"))
      this.#stop(
        "memory",
        `The script needs more than its ${this.#limits.memoryMb} MB of memory. Keep less at a time.`,
      );
    else this.#stop("crash", `The sandbox was lost: ${reason}.`);
    this.#settle(false);
  }

  #settle(isClean: boolean): void {
    clearInterval(this.#watch);
    this.#process.listener = undefined;
    this.#closed.resolve();
    this.#onClosed(isClean);
  }

  #check(): void {
    const now = performance.now();
    if (this.#unansweredSince === undefined) {
      this.#unansweredSince = now;
      this.#process.send({ kind: "ping", id: ++this.#lastPing });
    } else if (now - this.#unansweredSince > this.#limits.syncMs + grace) this.#process.kill("time");
  }
}
