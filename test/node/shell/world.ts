import { mkdtempSync, mkdirSync, realpathSync, writeFileSync } from "node:fs";
import { rm } from "node:fs/promises";
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import type { CommandEnd, CommandSpec, Confinement, RunningCommand, Shell } from "#core/shell-ports.ts";
import { createShell, type ShellOptions } from "#node/shell/shell.ts";

/** Never aborts. */
export const never = new AbortController().signal;

/** A command that ended: how, and what it said. */
export type Ran = CommandEnd & { readonly text: string };

/** Folders of a test, outside of which nothing is touched, and a shell in them. */
export class World implements AsyncDisposable {
  /** All of the test's folders are in here. */
  readonly root: string;
  readonly home: string;
  readonly workspace: string;
  readonly store: string;
  readonly warnings: string[] = [];
  readonly shell: Shell & AsyncDisposable;

  constructor(options: Partial<ShellOptions> = {}) {
    // Not in the system's temporary folder, in whose place a confined command sees one of its session's.
    const parent = join(homedir(), ".cache");
    mkdirSync(parent, { recursive: true });
    this.root = realpathSync(mkdtempSync(join(parent, "boocode-shell-")));
    this.home = join(this.root, "home");
    this.workspace = join(this.root, "home/project");
    this.store = join(this.root, "store");
    mkdirSync(this.workspace, { recursive: true });
    const note = (message: string): void => void this.warnings.push(message);
    this.shell = createShell({
      directory: this.store,
      log: { info: () => {}, warn: note, error: note },
      home: this.home,
      ...options,
    });
  }

  spec(line: string, more: Partial<CommandSpec> = {}): CommandSpec {
    return {
      line,
      folder: this.workspace,
      confinement: undefined,
      variables: {},
      hiddenVariables: [],
      secrets: [],
      secretMarker: "[secret]",
      timeoutMs: 15_000,
      ...more,
    };
  }

  start(line: string, more: Partial<CommandSpec> = {}): Promise<RunningCommand> {
    return this.shell.start(this.spec(line, more), never);
  }

  /** Runs a command to its end. */
  async run(line: string, more: Partial<CommandSpec> = {}): Promise<Ran> {
    await using command = await this.start(line, more);
    const end = await command.ended;
    return { ...end, text: await command.read(0, end.bytes) };
  }

  /** A leave for the workspace alone, and what is given beside it. */
  async confined(more: Partial<Confinement> = {}): Promise<{ readonly confinement: Confinement }> {
    const temporary = await this.shell.temporaryFolder("session");
    return {
      confinement: {
        writable: [this.workspace],
        readable: [],
        readOnly: [],
        hidden: [],
        removable: [],
        temporary,
        hasNetwork: false,
        ...more,
      },
    };
  }

  /** Makes a file below the test's folder and gives its path. */
  file(path: string, text = ""): string {
    const full = join(this.root, path);
    mkdirSync(dirname(full), { recursive: true });
    writeFileSync(full, text);
    return full;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.shell[Symbol.asyncDispose]();
    await rm(this.root, { recursive: true, force: true });
  }
}

/** Resolves when something holds; rejects when it does not within fifteen seconds. */
export async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = performance.now() + 15_000;
  while (!(await holds())) {
    if (performance.now() > deadline) throw new Error(`It never came to this: ${holds}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
