/** Commands and snapshots in memory. */
import type {
  CommandEnd,
  CommandSpec,
  FileDifference,
  RunningCommand,
  Shell,
  Snapshots,
} from "#core/shell-ports.ts";
import type { FakeWorkspace } from "./fake-ports-workspace.ts";

/** What a scripted command does: writes, changes files, and ends when `until` settles (at once without it). */
export interface FakeCommand {
  readonly output?: string;
  readonly end?: Partial<CommandEnd>;
  /** Files that it changes, by absolute path. */
  readonly files?: Readonly<Record<string, string | undefined>>;
  readonly until?: Promise<void>;
}

/** A shell whose commands are scripted by their line; without a script they write nothing and end well. */
export class FakeShell implements Shell {
  /** Every command that was started. */
  readonly started: CommandSpec[] = [];
  confinedBy: "bubblewrap" | undefined = "bubblewrap";
  script: (spec: CommandSpec) => FakeCommand = () => ({});
  readonly #workspace: FakeWorkspace;

  constructor(workspace: FakeWorkspace) {
    this.#workspace = workspace;
  }

  confinement = async () => this.confinedBy;
  temporaryFolder = async (session: string) => `/temporary/${session}`;
  toolFolders = async () => [];
  [Symbol.asyncDispose] = async () => {};

  async start(spec: CommandSpec, signal: AbortSignal): Promise<RunningCommand> {
    signal.throwIfAborted();
    this.started.push(spec);
    const command = this.script(spec);
    for (const [path, text] of Object.entries(command.files ?? {})) {
      if (text === undefined) this.#workspace.disk.delete(path);
      else this.#workspace.disk.set(path, text);
    }
    return fakeRunning(`command-${this.started.length}`, command);
  }
}

function fakeRunning(
  id: string,
  { output = "", end, until = Promise.resolve() }: FakeCommand,
): RunningCommand {
  const bytes = Buffer.from(output);
  const stopped = Promise.withResolvers<void>();
  let ended: CommandEnd | undefined;
  const endNow = (cause: CommandEnd["cause"]): CommandEnd =>
    (ended ??= {
      exitCode: cause === "exit" ? 0 : undefined,
      cause,
      durationMs: 5,
      bytes: bytes.length,
      refusals: [],
      ...(cause === "exit" && end),
    });
  return {
    id,
    startedAt: 0,
    bytes: bytes.length,
    ended: Promise.race([until.then(() => endNow("exit")), stopped.promise.then(() => endNow("stopped"))]),
    get end() {
      return ended;
    },
    prompt: undefined,
    onOutput(listener) {
      if (output !== "") listener(output);
      return () => {};
    },
    read: async (offset, length) => bytes.subarray(offset, offset + length).toString(),
    stop: async () => stopped.resolve(),
    keep: async () => "0".repeat(64),
    [Symbol.asyncDispose]: async () => {},
  };
}

/** Snapshots of the disk in memory. */
export function fakeSnapshots(workspace: FakeWorkspace): Snapshots {
  return {
    [Symbol.asyncDispose]: async () => {},
    async take() {
      const before = new Map(workspace.disk);
      return {
        async changes(limit) {
          const paths = [...new Set([...before.keys(), ...workspace.disk.keys()])].toSorted();
          const files = paths.flatMap((path): readonly FileDifference[] => {
            const [old, now] = [before.get(path), workspace.disk.get(path)];
            return old === now ? [] : [{ path, before: bytesOf(old), after: bytesOf(now) }];
          });
          return { files: files.slice(0, limit), more: Math.max(0, files.length - limit) };
        },
        [Symbol.asyncDispose]: async () => {},
      };
    },
  };
}

function bytesOf(content: string | Uint8Array | undefined): Uint8Array | undefined {
  return content === undefined ? undefined : Buffer.from(content);
}
