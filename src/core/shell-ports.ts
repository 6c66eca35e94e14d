/** The ports of commands: running them, knowing what they changed, and the files that say what they may. Paths are absolute and real (links resolved). */

/** What a confined command may touch beside the system's own folders (which it can read); everything else is out of its sight. */
export interface Confinement {
  /** Folders and files that it may write, with everything below: the workspace's folders and what was granted. */
  readonly writable: readonly string[];
  /** Those of `writable` that it may remove themselves. */
  readonly removable: readonly string[];
  /** What it may read beside those. */
  readonly readable: readonly string[];
  /** Below writable folders, what stays as it is; what does not exist there can not be made. */
  readonly readOnly: readonly string[];
  /** What is out of its sight, with everything below, wherever it lies and whatever else is said of it. */
  readonly hidden: readonly string[];
  /** A folder of the session's own that stands for the system's temporary folder. */
  readonly temporary: string;
  readonly hasNetwork: boolean;
}

/** A command line for `bash` (`sh` where there is none). */
export interface CommandSpec {
  readonly line: string;
  readonly folder: string;
  /** Undefined: it runs as the user would run it. */
  readonly confinement: Confinement | undefined;
  /** Variables beside those of the host. */
  readonly variables: Readonly<Record<string, string>>;
  /** Variables of the host that it must not see. */
  readonly hiddenVariables: readonly string[];
  /** Texts that are replaced wherever they stand in its output, before that is kept or told. */
  readonly secrets: readonly string[];
  readonly secretMarker: string;
  /** Undefined: it may run as long as it likes. */
  readonly timeoutMs: number | undefined;
  /** Keeps what it says on either output apart, too: so many bytes of each. */
  readonly streamBytes?: number | undefined;
}

/** What the confinement refused, as far as the command's output tells. */
export type Refusal =
  | { readonly operation: "read" | "write"; readonly path: string }
  | { readonly operation: "network"; readonly host: string | undefined };

/** How a command ended; it has ended when all its processes have. */
export interface CommandEnd {
  /** Undefined where a signal ended it. */
  readonly exitCode: number | undefined;
  readonly signal?: string;
  readonly cause: "exit" | "timeout" | "stopped" | "output-limit" | "not-started";
  readonly durationMs: number;
  /** Length of the whole output in bytes. */
  readonly bytes: number;
  readonly refusals: readonly Refusal[];
  /** The last line, where it looks like a question to a person that nobody answered. */
  readonly prompt?: string;
  /** Why it did not start. */
  readonly problem?: string;
}

/** A command that runs or ran. Its output (stdout and stderr as they come) is in a file, never whole in memory. */
export interface RunningCommand {
  readonly id: string;
  readonly startedAt: number;
  /** Bytes of output so far. */
  readonly bytes: number;
  readonly ended: Promise<CommandEnd>;
  /** The end so far; undefined while it runs. */
  readonly end: CommandEnd | undefined;
  /** What it said on each output so far, given once; undefined where they were not to be kept apart, or can not be. */
  takeStreams?(): { readonly stdout: string; readonly stderr: string } | undefined;
  /** The last line, where the command looks as if it waited for somebody to type. */
  readonly prompt: string | undefined;
  /** Hears new output, at most ten times a second and 8 KB each time: what came in between is left out, the end never is. Returns a function that stops it. */
  onOutput(listener: (text: string) => void): () => void;
  /** A part of the output by bytes; breaks no character. */
  read(offset: number, length: number): Promise<string>;
  /** Ends every process that it started; resolves when they are gone, within two seconds. */
  stop(): Promise<void>;
  /** Moves the output among the store's blobs once it has ended, and gives its hash (sha-256, hex); undefined where there was none. */
  keep(): Promise<string | undefined>;
  /** Removes the file of an output that was not kept. */
  [Symbol.asyncDispose](): Promise<void>;
}

/** Runs command lines; disposed of, it ends all that still run. */
export interface Shell extends AsyncDisposable {
  /** What confines commands here: "bubblewrap", "sandbox-exec"; undefined where nothing does. Tried once. */
  confinement(): Promise<"bubblewrap" | "sandbox-exec" | undefined>;
  /** Starts a command; rejects with the signal's reason where that is aborted before. That it could not be started is told by its end. */
  start(spec: CommandSpec, signal: AbortSignal): Promise<RunningCommand>;
  /** A session's own temporary folder, made when it is first asked for. */
  temporaryFolder(session: string): Promise<string>;
  /** Folders of the host's search path and of known tool chains below the user's home, which confined commands may read. */
  toolFolders(): Promise<readonly string[]>;
}

/** A file that a command changed; bytes are undefined where there is no file, and where it is larger than what is kept (`isTooLarge`). */
export interface FileDifference {
  readonly path: string;
  readonly before: Uint8Array | undefined;
  readonly after: Uint8Array | undefined;
  readonly isTooLarge?: true;
}

/** How the workspace's folders were at a moment. */
export interface Snapshot extends AsyncDisposable {
  /** What has changed since, in path order, at most `limit` files (`more`: how many there are beside). Ignored files are not looked at. */
  changes(
    limit: number,
    signal: AbortSignal,
  ): Promise<{ readonly files: readonly FileDifference[]; readonly more: number }>;
}

/** Remembers how folders are, in bounded time and space, without touching them or their repositories. */
export interface Snapshots extends AsyncDisposable {
  /** A `problem` where the folders can not be remembered (too large, too slow): in the same words each time, so that they can be told once. */
  take(folders: readonly string[], signal: AbortSignal): Promise<Snapshot | { readonly problem: string }>;
}

/** Configuration files as texts. */
export interface ConfigFiles {
  /** The user's own file: `config.yaml` in `.boocode` in the user's home. */
  readonly userFile: string;
  /** A file's text; undefined where there is none. */
  read(path: string): Promise<string | undefined>;
  /** Replaces a file in one step if its text is still `base` (undefined: it does not exist); false where it is another by now. Folders are made. */
  write(path: string, text: string, base: string | undefined): Promise<boolean>;
  /** Calls back within a second when one of the files was changed, made or removed. */
  watch(paths: readonly string[], changed: () => void): Disposable;
  /** Keeps a short text outside of every project (hashes of approved contents); undefined removes it. */
  remember(key: string, value: string | undefined): Promise<void>;
  recall(key: string): Promise<string | undefined>;
}
