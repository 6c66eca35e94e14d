/**
 * The `Snapshots` port. Contents are copied into a file of our own rather than into objects of git's: for 20,000 files of 80 MB that takes a
 * tenth of the time, and brings back every byte whatever a project has set up about line ends, filters and large files. Git only lists what
 * is not ignored.
 */
import { fork, type ChildProcess } from "node:child_process";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { BooError } from "#core/errors.ts";
import type { Log } from "#core/ports.ts";
import type { Snapshot, Snapshots } from "#core/shell-ports.ts";
import { findProgram } from "../programs.ts";
import { scriptFile } from "../script-file.ts";
import type { FromSnapshots, SnapshotLimits, SnapshotProcessData, ToSnapshots } from "./snapshot-messages.ts";

/** The process ends, and what it knows is forgotten, after this long (ms) without a snapshot. */
const idleAfter = 10 * 60_000;
/** Folders that are too large are not looked at again for this long (ms). */
const giveUpFor = 10 * 60_000;

const usualLimits: SnapshotLimits = {
  timeMs: 5_000,
  files: 100_000,
  fileBytes: 5 * 1024 ** 2,
  bytes: 1024 ** 3,
  toldBytes: 64 * 1024 ** 2,
};

/** What snapshots need. */
export interface SnapshotsOptions {
  /** The store's directory. */
  readonly directory: string;
  readonly log: Log;
  /** For tests. */
  readonly limits?: Partial<SnapshotLimits>;
  /** For tests: does without git. */
  readonly withoutGit?: boolean;
}

/** Makes the port; disposed of, it forgets all. Nothing is done before it is asked. */
export function createSnapshots(options: SnapshotsOptions): Snapshots & AsyncDisposable {
  return new SnapshotClient(options);
}

class SnapshotClient implements Snapshots, AsyncDisposable {
  readonly #options: SnapshotsOptions;
  readonly #waiting = new Map<number, (answer: FromSnapshots) => void>();
  readonly #alive = new Set<number>();
  readonly #givenUp = new Map<string, { readonly at: number; readonly problem: string }>();
  #child: ChildProcess | undefined;
  #idle: NodeJS.Timeout | undefined;
  #lastId = 0;

  constructor(options: SnapshotsOptions) {
    this.#options = options;
  }

  async take(
    folders: readonly string[],
    signal: AbortSignal,
  ): Promise<Snapshot | { readonly problem: string }> {
    signal.throwIfAborted();
    const key = folders.join("\0");
    const known = this.#givenUp.get(key);
    if (known !== undefined && Date.now() - known.at < giveUpFor) return { problem: known.problem };
    const id = ++this.#lastId;
    const answer = await this.#ask({ kind: "take", id, folders }, signal);
    if (answer.kind === "problem") {
      if (answer.isLasting) this.#givenUp.set(key, { at: Date.now(), problem: answer.message });
      return { problem: answer.message };
    }
    this.#alive.add(id);
    return {
      changes: async (limit, changesSignal) => this.#changes(id, limit, changesSignal),
      [Symbol.asyncDispose]: async () => this.#drop(id),
    };
  }

  async #changes(snapshot: number, limit: number, signal: AbortSignal): ReturnType<Snapshot["changes"]> {
    signal.throwIfAborted();
    const answer = await this.#ask({ kind: "changes", id: ++this.#lastId, snapshot, limit }, signal);
    if (answer.kind === "changes") return { files: answer.files, more: answer.more };
    throw new BooError("no-snapshot", answer.kind === "problem" ? answer.message : "Nothing is known.");
  }

  #drop(snapshot: number): void {
    if (!this.#alive.delete(snapshot)) return;
    this.#child?.send({ kind: "drop", snapshot } satisfies ToSnapshots, () => {});
    this.#rest();
  }

  /** Asks; rejects with the signal's reason. */
  async #ask(
    question: Extract<ToSnapshots, { readonly id: number; readonly kind: "take" | "changes" }>,
    signal: AbortSignal,
  ): Promise<FromSnapshots> {
    const child = this.#connect();
    const { promise, resolve } = Promise.withResolvers<FromSnapshots>();
    const cancel = (): void =>
      void child.send({ kind: "cancel", id: question.id } satisfies ToSnapshots, () => {});
    signal.addEventListener("abort", cancel, { once: true });
    this.#waiting.set(question.id, resolve);
    this.#rest();
    // A failure to send shows as the process's end.
    child.send(question, () => {});
    try {
      const answer = await promise;
      signal.throwIfAborted();
      return answer;
    } finally {
      signal.removeEventListener("abort", cancel);
      this.#waiting.delete(question.id);
      this.#rest();
    }
  }

  #connect(): ChildProcess {
    if (this.#child?.connected === true) return this.#child;
    const { directory, limits, withoutGit } = this.#options;
    const { NODE_OPTIONS: _options, ...environment } = process.env;
    const data: SnapshotProcessData = {
      directory: join(directory, "snapshots"),
      limits: { ...usualLimits, ...limits },
      git: withoutGit === true ? undefined : findProgram("git", environment["PATH"]),
    };
    const script = fileURLToPath(scriptFile("snapshot-process", import.meta.url));
    const child = fork(script, [JSON.stringify(data)], {
      // The editor's own program runs as plain Node with this.
      env: { ...environment, ELECTRON_RUN_AS_NODE: "1" },
      execArgv: ["--max-semi-space-size=4"],
      serialization: "advanced",
      stdio: ["ignore", "ignore", "ignore", "ipc"],
    });
    child.on("message", (answer) => {
      const told = answer as FromSnapshots;
      this.#waiting.get(told.id)?.(told);
    });
    child.once("error", (error) => this.#ended(child, error.message));
    child.once("exit", (code, signal) => this.#ended(child, signal ?? `exit code ${code}`));
    this.#child = child;
    return child;
  }

  #ended(child: ChildProcess, how: string): void {
    if (this.#child !== child) return;
    this.#child = undefined;
    this.#alive.clear();
    this.#options.log.error(
      `The process that remembers files ended (${how}); it is started again when needed.`,
    );
    const message = "How the folders were is not known, because the process that remembers it ended.";
    for (const [id, resolve] of this.#waiting) resolve({ kind: "problem", id, message, isLasting: false });
  }

  /** Keeps the host alive only for a question, and begins to count idleness when there is nothing to remember. */
  #rest(): void {
    clearTimeout(this.#idle);
    const child = this.#child;
    if (child === undefined) return;
    if (this.#waiting.size > 0) {
      child.ref();
      child.channel?.ref();
      return;
    }
    child.unref();
    child.channel?.unref();
    if (this.#alive.size === 0) this.#idle = setTimeout(() => this.#end(), idleAfter).unref();
  }

  #end(): void {
    clearTimeout(this.#idle);
    const child = this.#child;
    this.#child = undefined;
    if (child?.connected === true) child.disconnect();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const child = this.#child;
    this.#end();
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    child.ref();
    await new Promise((resolve) => child.once("exit", resolve));
  }
}
