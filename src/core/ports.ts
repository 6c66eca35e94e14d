/** The ports: everything the core needs from the world, implemented in `editor` and `node`. Paths are absolute unless named otherwise. */
import type { ModelChoice } from "#protocol/header.ts";
import type { RunEntry } from "#protocol/run-state.ts";
import type { UiAction } from "#protocol/protocol.ts";
import type { FileAccess } from "./permissions/guard.ts";
import type { RealPath } from "./permissions/judgement.ts";
import type { ConfigFiles, Shell, Snapshots } from "./shell-ports.ts";
import type { Store } from "./store-ports.ts";
import type { WorkflowSettings } from "./workflow/settings.ts";
import type { WorkflowHost } from "./workflow/host.ts";

/** A folder of the workspace, named as the editor shows it. */
export interface WorkspaceFolder {
  readonly name: string;
  readonly path: string;
}

/** The text of a file as the editor has it: decoded, without BOM, line ends as "\n" (a file that mixes them keeps its "\r"). */
export interface DocumentText {
  readonly text: string;
  /** Whether it has unsaved changes. */
  readonly isDirty: boolean;
}

/** What became of a write. */
export interface WriteResult {
  /** The text afterwards, format-on-save included; compare with what was asked to see what it changed. */
  readonly text: string;
  /** True where the document was dirty before and therefore was not saved. */
  readonly isDirty: boolean;
}

/** What is at a path: a kind of thing, and how many names (hard links) a file has. */
export type FoundFile = Pick<FileAccess, "kind" | "links">;

/** The one file that may be read under a path. */
export interface ReadTarget {
  /** The path with all links resolved. */
  readonly real: string;
  /** Asked before a byte is given, about what is there at that moment; throws where it may not be read. */
  readonly allow: (found: FoundFile) => Promise<void>;
}

/** The one file that may be written under a path. */
export interface WriteTarget {
  /** The path with all links resolved. */
  readonly real: string;
  /** How many names (hard links) it was allowed with. */
  readonly links: number;
}

/**
 * The editor's documents and windows. All texts have "\n" line ends; the adapter keeps the file's own ends, BOM and encoding.
 * A path is the name that the editor has for a file; what may be touched is the target behind it. Without a target the path is taken
 * for its own real path, and only a regular file with one name is touched. Whatever else is found is refused with BooError "path-changed".
 */
export interface Editor {
  /** The workspace's folders, in order; empty where none is open. */
  folders(): readonly WorkspaceFolder[];
  /** A file's text, unsaved changes included. Throws BooError "file-missing", "file-binary", "file-huge" (over 20 MB), "file-unreadable", "not-a-file", "path-changed". */
  read(path: string, signal: AbortSignal, target?: ReadTarget): Promise<DocumentText>;
  /** Open documents with unsaved changes. */
  dirtyDocuments(): readonly { readonly path: string; readonly text: string }[];
  /**
   * Replaces a file's text by the smallest edit, in one undo step, creating file and folders where missing; saves it where it was not dirty.
   * `base` is the text that the caller saw (undefined: the file must not exist); throws BooError "file-changed" where it is another now,
   * and "path-changed", which says what became of it, where the path came to lead elsewhere before or while it was written.
   */
  write(
    path: string,
    text: string,
    base: string | undefined,
    signal: AbortSignal,
    target?: WriteTarget,
  ): Promise<WriteResult>;
  /** Saves an open document that has unsaved changes; does nothing where there is none. */
  save(path: string): Promise<void>;
  /** Deletes a file in an undoable step (used to revert a creation); `real` is its path with all links resolved. */
  remove(path: string, real?: string): Promise<void>;
  /** Shows a file, at a line (from 1) if given. */
  openFile(path: string, line?: number): Promise<void>;
  /** Shows the native diff of two texts of a file; without `after`, against the file as it is now. */
  showDiff(path: string, before: string, after: string | undefined, title: string): Promise<void>;
  /** The file in the active editor, for context. */
  activeFile(): string | undefined;
}

/** One of the editor's diagnostics; line and column from 1. */
export interface Diagnostic {
  readonly path: string;
  readonly line: number;
  readonly column: number;
  readonly severity: "error" | "warning" | "information" | "hint";
  readonly message: string;
  readonly source?: string;
  readonly code?: string;
}

/** Diagnostics of the editor. */
export interface CodeIntel {
  /** False where nothing reports diagnostics (no editor). */
  readonly isAvailable: boolean;
  /** Current diagnostics of one file, or of all. */
  diagnostics(path?: string): readonly Diagnostic[];
  /** Opens a file in the background so that its language server looks at it, and resolves when its diagnostics have settled: to false where that takes too long. */
  check(path: string, signal: AbortSignal): Promise<boolean>;
  /** Begins to watch now; the returned function resolves when diagnostics have settled after an edit of these files: to false where that takes too long (the adapter knows how long). */
  watch(paths: readonly string[]): (signal: AbortSignal) => Promise<boolean>;
}

/** What a path is; `realPath` has all links resolved, `links` counts the names (hard links) of a file. */
export interface FileStat {
  readonly kind: "file" | "directory" | "other";
  readonly realPath: string;
  readonly size: number;
  readonly links: number;
}

/** One line that a search found. */
export interface SearchMatch {
  readonly path: string;
  readonly line: number;
  readonly text: string;
}

/** Where a listing or search looks. What `root` leads to is opened once and held, so that nothing else is looked at; links below it are not followed, nor is what is mounted there from elsewhere. */
interface LookQuery {
  readonly root: string;
  /** `root` with all links resolved, where it is another path; throws BooError "path-changed" where it leads elsewhere. */
  readonly real?: string;
  readonly glob?: string;
  readonly withIgnored: boolean;
  readonly limit: number;
  /** Below a directory: files of which, by their real paths, nothing is told but how many there are (`withheld`). */
  readonly isWithheld?: (path: string) => boolean;
}

/** What to search for: lines that match a regular expression (ripgrep syntax); `overlays` replace what is on disk. */
interface SearchQuery extends LookQuery {
  readonly pattern: string;
  readonly ignoreCase: boolean;
  readonly overlays: readonly { readonly path: string; readonly text: string }[];
  /** Where `root` is a file: how many names (hard links) it was allowed with, 1 if left out. */
  readonly links?: number;
}

/** Files on disk: looking, listing, searching. Ignored = .gitignore rules and .git itself. */
export interface Files {
  stat(path: string): Promise<FileStat | undefined>;
  /** Finds what is at a path as the system does: links are followed before ".." is applied. */
  locate(path: string): Promise<RealPath>;
  /** The names in a directory, in no order; rejects where it can not be read. */
  names(path: string): Promise<readonly string[]>;
  /** The real path of the nearest existing ancestor joined with the rest, for paths that do not exist yet. */
  realPath(path: string): Promise<string>;
  /** The real path of a folder as it was when it was first asked for: one that a link replaces later leads out of the workspace. */
  rootPath(folder: string): Promise<string>;
  /** Where a mount below a folder takes a file from that lies elsewhere, too; undefined where none lies between. Both paths are real. */
  mountSource(folder: string, path: string): Promise<string | undefined>;
  /** Whether the ignore rules of `root` cover a path; without its `kind` the disk is asked for it. */
  isIgnored(root: string, path: string, kind?: "file" | "directory"): Promise<boolean>;
  /** Files below `root`, a directory (the ignore rules of the directories above hold, too), that match a glob, sorted, at most `limit`; `isCut` says there are more. */
  list(
    query: LookQuery,
    signal: AbortSignal,
  ): Promise<{ readonly paths: readonly string[]; readonly isCut: boolean; readonly withheld: number }>;
  /**
   * Matching lines in path order, of files below `root` or of the only file that it is. `leftOut` counts files that match and are not shown:
   * those with more than one name (hard link), and those over 20 MB; `withheld` those that are not searched, whether they match or not, which
   * would tell what is in them. Throws BooError "bad-pattern".
   */
  search(
    query: SearchQuery,
    signal: AbortSignal,
  ): Promise<{
    readonly matches: readonly SearchMatch[];
    readonly isCut: boolean;
    readonly leftOut: number;
    readonly withheld: number;
  }>;
}

/** A server's answer; `body` comes as it arrives and throws where it breaks off. */
export interface HttpAnswer {
  readonly status: number;
  readonly statusText: string;
  readonly headers: Headers;
  readonly body: AsyncIterator<Uint8Array>;
}

/** HTTP as models are asked: one request with a body in pieces, which are sent as they are, without a copy. */
export interface Http {
  /** Resolves with the head of the answer. Redirects are not followed. Rejects with the signal's reason or the system's error, whose `code` tells what is wrong. */
  post(
    url: string,
    request: {
      readonly headers: Headers;
      readonly body: readonly Uint8Array[];
      readonly signal: AbortSignal;
    },
  ): Promise<HttpAnswer>;
}

/** Secrets: the editor's secret storage, and the environment. */
export interface Secrets {
  get(name: string): Promise<string | undefined>;
  set(name: string, value: string | undefined): Promise<void>;
  environment(name: string): string | undefined;
}

/** Limits of the history; 0 is none. */
export interface Retention {
  readonly keepDays: number;
  readonly keepMegabytes: number;
  readonly trashDays: number;
}

/** Settings of the user; provider and base URL come from user level only, which the adapter sees to. */
export interface Settings {
  provider(): string;
  model(): string;
  baseUrl(): string;
  effort(): "low" | "high" | "max";
  /** How long and how much history is kept; 0 sets no limit. */
  retention(): Retention;
  /** Whether a cut turn goes on by itself. */
  autoResume(): boolean;
  /** The user's own prices, as written in the settings: dollars per million tokens by "provider/model". */
  prices(): unknown;
  /** What the user knows of the model server's cache, as written in the settings. */
  cache(): unknown;
  /** What a cold prefix must cost (dollars) to be told before it is sent. */
  coldWarningUsd(): number;
  /** Whether the trace shows and exports what calls were given and gave. */
  traceBodies(): boolean;
  /** Whether commands that run a project's own code may do so without a question where nothing confines them. */
  runsUnconfined(): boolean;
  /** Whether exported traces hold them, too. */
  traceExportsBodies(): boolean;
  /** How runs of workflows work; what is absent is as usual. */
  workflows(): Partial<WorkflowSettings> & { readonly warmsPrefix?: boolean };
  /** Where ended spans are sent (OTLP over HTTP); "" for nowhere. */
  traceEndpoint(): string;
  /** Keeps a choice as the user's default for new sessions, at user level. */
  setChoice(choice: ModelChoice): Promise<void>;
  onChange(listener: () => void): void;
}

/** Time; only tests replace it. */
export interface Clock {
  /** Epoch milliseconds, with fractions. */
  now(): number;
  /** Resolves after a time; rejects with an AbortError when the signal aborts. */
  sleep(ms: number, signal: AbortSignal): Promise<void>;
}

/** The log that a person reads ("BooCode" output channel); never given a secret or a body. */
export interface Log {
  info(message: string): void;
  warn(message: string): void;
  error(message: string, cause?: unknown): void;
}

/** What a trace panel shows, and where its cursor goes. */
export interface TracePlace {
  readonly session: string;
  readonly title: string;
  readonly span?: string;
  readonly turn?: number;
}

/** A question that was just asked, by the session that asks. */
export interface AskedQuestion {
  readonly session: string;
  readonly text: string;
}

/** What the panel of runs shows. */
export interface RunPlace {
  readonly run?: string;
  readonly workflow?: string;
  readonly args?: string;
}

/** What a run's script asks. */
export interface RunQuestion {
  readonly run: string;
  readonly workflow: string;
  readonly text: string;
}

/** What the core can ask the editor's own user interface to do. */
export interface Ui {
  run(action: UiAction): Promise<void>;
  /** Asks where to save a text and saves it; false where the user thought better of it. */
  saveText(name: string, text: string): Promise<boolean>;
  /** Asks for a text file; undefined where the user thought better of it. Throws BooError "file-huge" (over 200 MB). */
  pickText(): Promise<string | undefined>;
  /** Shows a session's trace in an editor panel, at a span or turn if one is named. */
  showTrace(place: TracePlace): Promise<void>;
  /** Brings the window of a folder, as `Ports.folderKey` names it, to the front, or opens one. */
  openWindow(folder: string): Promise<void>;
  /** Opens a text, read-only, in an editor whose tab has the name. */
  showText(name: string, text: string): Promise<void>;
  /** Opens a terminal in a folder with a command typed, which the user may run. */
  openTerminal(folder: string, line: string): Promise<void>;
  /** Shows how many questions wait for the user in this window, and a new one where the chat is out of sight. */
  showWaiting(count: number, asked: AskedQuestion | undefined): void;
  /** Shows a run in an editor panel, or a script before it is run; neither for the list of runs. */
  showRun(place: RunPlace): Promise<void>;
  /** Says that a run's script asks something, where its panel is out of sight. */
  tellRunAsks(asked: RunQuestion): void;
  /** Says that a run has ended, where its panel is out of sight. */
  tellRunEnded(entry: RunEntry): void;
  /** Says, once on each machine, that nothing confines commands here, so that more is asked; called whenever it matters. */
  tellUnconfined(): void;
}

/** All ports. */
export interface Ports {
  readonly editor: Editor;
  readonly codeIntel: CodeIntel;
  readonly files: Files;
  readonly store: Store;
  readonly shell: Shell;
  readonly snapshots: Snapshots;
  readonly configFiles: ConfigFiles;
  /** Opens what runs of workflows need, once it is first asked for. */
  readonly workflows: () => Promise<WorkflowHost>;
  readonly http: Http;
  readonly secrets: Secrets;
  readonly settings: Settings;
  readonly clock: Clock;
  readonly log: Log;
  readonly ui: Ui;
  /** Whether the workspace is trusted; false forbids tools that write. */
  readonly isTrusted: () => boolean;
  /** The user's home folder. */
  readonly home: string;
  /** Identifies the folder (or set of folders) whose sessions are listed. */
  readonly folderKey: string;
}
