/** The `Shell` port: command lines run by bash, confined where that is asked for. */
import { createHash, randomBytes } from "node:crypto";
import { mkdir, utimes } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import { messageOf } from "#core/errors.ts";
import type { Log } from "#core/ports.ts";
import type { CommandEnd, CommandSpec, RunningCommand, Shell } from "#core/shell-ports.ts";
import { Blobs } from "../store/blobs.ts";
import { Command } from "./command.ts";
import { Confiner } from "./confiner.ts";
import {
  makeHostFolder,
  removeHostFolder,
  sweepHosts,
  sweepTemporary,
  type HostFolder,
} from "./host-folder.ts";
import { prepareLaunch, type Undo } from "./launch.ts";
import { Pipes } from "./pipes.ts";
import { usualShells } from "../programs.ts";
import { exists } from "./tool-folders.ts";

/** Bytes of output that are kept at most; a command that says more is ended. */
const outputLimit = 2 * 1024 ** 3;

/** What a shell needs. */
export interface ShellOptions {
  /** The store's directory: outputs are written below it, so that they can be moved among its blobs. */
  readonly directory: string;
  readonly log: Log;
  /** For tests. */
  readonly home?: string;
  /** For tests. */
  readonly environment?: NodeJS.ProcessEnv;
  /** For tests. */
  readonly outputLimit?: number;
  /** For tests. */
  readonly shells?: readonly string[];
}

/** Makes the port; disposed of, it ends all its commands. Nothing is done before it is asked. */
export function createShell(options: ShellOptions): Shell & AsyncDisposable {
  return new BashShell(options);
}

/** What the commands of a process share. */
interface Place {
  readonly folder: HostFolder;
  readonly pipes: Pipes;
}

class BashShell implements Shell, AsyncDisposable {
  readonly #options: ShellOptions;
  readonly #environment: NodeJS.ProcessEnv;
  readonly #confiner: Confiner;
  readonly #blobs: Blobs;
  readonly #commands: string;
  readonly #running = new Set<Command>();
  #place: Promise<Place> | undefined;
  #sweeping: Promise<void> | undefined;

  constructor(options: ShellOptions) {
    this.#options = options;
    this.#environment = options.environment ?? process.env;
    this.#blobs = new Blobs(options.directory);
    this.#commands = join(options.directory, "commands");
    this.#confiner = new Confiner({
      directory: options.directory,
      log: options.log,
      home: options.home ?? homedir(),
      environment: this.#environment,
      hostFolder: async () => (await this.#ownPlace()).folder,
    });
  }

  confinement(): ReturnType<Shell["confinement"]> {
    return this.#confiner.kind();
  }

  toolFolders(): Promise<readonly string[]> {
    return Promise.resolve(this.#confiner.toolFolders());
  }

  async temporaryFolder(session: string): Promise<string> {
    // A session's name may come from a file that somebody imported.
    const isPlain = /^[\w-]{1,64}$/.test(session);
    const name = isPlain ? session : createHash("sha256").update(session).digest("hex");
    const path = join(this.#options.directory, "temporary", name);
    await mkdir(path, { recursive: true, mode: 0o700 });
    const now = new Date();
    await utimes(path, now, now);
    return path;
  }

  async start(spec: CommandSpec, signal: AbortSignal): Promise<RunningCommand> {
    signal.throwIfAborted();
    const id = randomBytes(12).toString("hex");
    try {
      const command = await this.#launch(id, spec, signal);
      this.#running.add(command);
      void command.ended.then(() => this.#running.delete(command));
      return command;
    } catch (error) {
      signal.throwIfAborted();
      return notStarted(id, messageOf(error));
    }
  }

  async #launch(id: string, spec: CommandSpec, signal: AbortSignal): Promise<Command> {
    const undo: Undo[] = [];
    try {
      const launch = await prepareLaunch(id, spec, undo, {
        ...(await this.#ownPlace()),
        environment: this.#environment,
        confiner: this.#confiner,
        blobs: this.#blobs,
        outputLimit: this.#options.outputLimit ?? outputLimit,
        shells: this.#options.shells ?? usualShells,
        home: this.#options.home ?? homedir(),
        log: this.#options.log,
      });
      signal.throwIfAborted();
      return await Command.start(id, launch);
    } catch (error) {
      // Once it has started, the command's end undoes what was done for it.
      for (const step of undo.toReversed()) await step();
      throw error;
    }
  }

  #ownPlace(): Promise<Place> {
    this.#place ??= this.#makePlace();
    // What failed may succeed the next time.
    this.#place.catch(() => (this.#place = undefined));
    return this.#place;
  }

  async #makePlace(): Promise<Place> {
    const folder = await makeHostFolder(this.#commands);
    this.#sweeping ??= this.#sweep().catch((error: unknown) =>
      this.#options.log.error("What earlier commands left behind could not be removed.", error),
    );
    return { folder, pipes: new Pipes(folder.path) };
  }

  async #sweep(): Promise<void> {
    await sweepHosts(this.#commands);
    await this.#confiner.sweep((host) => !exists(join(this.#commands, host)));
    await sweepTemporary(join(this.#options.directory, "temporary"));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([...this.#running].map((command) => command.stop()));
    await this.#sweeping;
    this.#confiner.close();
    const place = await this.#place?.catch(() => undefined);
    if (place !== undefined) await removeHostFolder(place.folder.path);
  }
}

/** A command that ended before it began. */
function notStarted(id: string, problem: string): RunningCommand {
  const end: CommandEnd = {
    exitCode: undefined,
    cause: "not-started",
    durationMs: 0,
    bytes: 0,
    refusals: [],
    problem,
  };
  return {
    id,
    startedAt: Date.now(),
    bytes: 0,
    ended: Promise.resolve(end),
    end,
    prompt: undefined,
    onOutput: () => () => {},
    read: () => Promise.resolve(""),
    stop: () => Promise.resolve(),
    keep: () => Promise.resolve(undefined),
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
}
