/** The commands of one session: started, followed, ended; those in the background live on between turns. */
import { BooError } from "../errors.ts";
import type { Log, Ports } from "../ports.ts";
import type { CommandLeave } from "../permissions/guard.ts";
import { keyVariables } from "../models/router.ts";
import { secretMarker, type Redactor } from "../session/redact.ts";
import type { RunningCommand } from "../shell-ports.ts";
import { BackgroundChanges } from "./background-changes.ts";

/** What a command needs to start. */
export interface CommandStart {
  /** The tool call that starts it. */
  readonly call: string;
  readonly line: string;
  readonly folder: string;
  readonly leave: CommandLeave;
  readonly timeoutMs: number | undefined;
  readonly isBackground: boolean;
  readonly streamBytes?: number | undefined;
}

/** A command with the short name by which a model speaks of it. */
export interface SessionCommand {
  readonly name: string;
  readonly call: string;
  readonly line: string;
  readonly folder: string;
  readonly isBackground: boolean;
  readonly running: RunningCommand;
}

// Of those that have ended the newest are remembered, so that their output can be read on.
const rememberedCommands = 50;
const runningInBackground = 16;

/** Knows the commands of a session by name; ends what runs when the session is closed. */
export class Commands {
  readonly #ports: Pick<Ports, "shell">;
  readonly #redactor: Redactor;
  readonly #known = new Map<string, SessionCommand>();
  readonly #stopped = new WeakSet<RunningCommand>();
  readonly #warnings = new Set<string>();
  /** What those in the background change. */
  readonly changes = new BackgroundChanges();
  #count = 0;

  constructor(ports: Pick<Ports, "shell">, redactor: Redactor) {
    this.#ports = ports;
    this.#redactor = redactor;
  }

  /** Starts a command. Throws BooError "too-many-commands" where too many run in the background. */
  async start(start: CommandStart, signal: AbortSignal): Promise<SessionCommand> {
    const { call, line, folder, leave, timeoutMs, isBackground, streamBytes } = start;
    if (isBackground && this.background.length >= runningInBackground)
      throw new BooError(
        "too-many-commands",
        `${runningInBackground} commands run in the background already. Stop one first (shell_stop).`,
      );
    const running = await this.#ports.shell.start(
      {
        line,
        folder,
        confinement: leave.confinement,
        variables: {},
        hiddenVariables: keyVariables,
        secrets: this.#redactor.secrets,
        secretMarker,
        ...{ timeoutMs, streamBytes },
      },
      signal,
    );
    const command = { name: `c${++this.#count}`, call, line, folder, isBackground, running };
    this.#known.set(command.name, command);
    await this.#forgetOld();
    return command;
  }

  /** A command by its name. Throws BooError "no-command", which lists those that are known. */
  find(name: string): SessionCommand {
    const command = this.#known.get(name.trim());
    if (command !== undefined) return command;
    const names = [...this.#known.values()]
      .slice(-10)
      .map((known) => `${known.name} (${known.line.slice(0, 60)})`);
    const known = names.length === 0 ? "None was started in this window." : `Known: ${names.join(", ")}.`;
    throw new BooError("no-command", `There is no command "${name.slice(0, 40)}". ${known}`);
  }

  /** The command of a call that still runs. */
  ofCall(call: string): SessionCommand | undefined {
    return [...this.#known.values()].findLast(
      (known) => known.call === call && known.running.end === undefined,
    );
  }

  /** Those that run in the background. */
  get background(): readonly SessionCommand[] {
    return [...this.#known.values()].filter(
      ({ isBackground, running }) => isBackground && running.end === undefined,
    );
  }

  /** Ends a command at the user's wish, of which the model is told. */
  async stopByUser(command: SessionCommand): Promise<void> {
    this.#stopped.add(command.running);
    await command.running.stop();
  }

  /** Says something about the session's commands once. */
  warnOnce(message: string, log: Log): void {
    if (this.#warnings.has(message)) return;
    this.#warnings.add(message);
    log.warn(message);
  }

  /** Whether the user, not the agent, ended a command. */
  isStoppedByUser({ running }: SessionCommand): boolean {
    return this.#stopped.has(running);
  }

  /** Ends everything; resolves when no process is left. */
  async close(): Promise<void> {
    const all = [...this.#known.values()];
    this.#known.clear();
    await this.changes.forget();
    await Promise.all(
      all.map(async ({ running }) => (running.end === undefined ? running.stop() : undefined)),
    );
    await Promise.all(all.map(({ running }) => running[Symbol.asyncDispose]()));
  }

  async #forgetOld(): Promise<void> {
    for (const [name, { running }] of this.#known) {
      if (this.#known.size <= rememberedCommands) return;
      if (running.end === undefined) continue;
      this.#known.delete(name);
      await running[Symbol.asyncDispose]();
    }
  }
}
