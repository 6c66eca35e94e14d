/** What is judged, by what, and how it comes out. */
import type { DecidedBy, Mode, Operation } from "#protocol/permissions.ts";
import type { ParsedLine } from "./parsed-line.ts";
import type { Rule } from "./rule.ts";

/** allow: it may be done; ask: a person decides; deny: it may not. */
export type Verdict = "allow" | "ask" | "deny";

/** Everything that a judgement depends on beside the request. All folders are absolute and real. */
export interface World {
  /** The workspace's folders. */
  readonly folders: readonly string[];
  readonly home: string;
  /** Folders beside those that commands may write: the session's own temporary folder. */
  readonly temporary: readonly string[];
  /** Folders of the system in whose place confined commands see a temporary one ("/tmp"): what does not exist there may be made. */
  readonly replaced?: readonly string[];
  /** False in Restricted Mode. */
  readonly isTrusted: boolean;
  /** Whether commands would run in a sandbox. */
  readonly isConfined: boolean;
  /** The user lets the project's code run without one, too. */
  readonly runsUnconfined: boolean;
  readonly mode: Mode;
  /** Those that hold: a project's own allowances only where the user approved them. */
  readonly rules: readonly Rule[];
  /** The project that rules may be bound to. */
  readonly project: string | undefined;
  readonly isWindows: boolean;
  readonly ignoresCase: boolean;
}

/** What is at a path now: the real path, with "missing" for what does not exist yet, and a file's number of hard links. */
export interface RealPath {
  readonly path: string;
  readonly kind: "file" | "directory" | "other" | "missing";
  readonly links: number;
}

/** A file, with its real path, that a tool wants to touch. */
export interface FileRequest extends RealPath {
  readonly operation: "read" | "write";
}

/** A host that a tool wants to talk to. */
export interface NetworkRequest {
  readonly operation: "network";
  readonly host: string;
}

/** A command line, read, and the real places of all the paths that it names (`ParsedLine.paths`). */
export interface LineRequest {
  readonly operation: "execute";
  readonly line: ParsedLine;
  readonly resolved: ReadonlyMap<string, RealPath>;
  /** What folders hold in which the line matches names (by `PathUse.path`); what a pattern matches is in `resolved`, too. */
  readonly entries?: ReadonlyMap<string, readonly string[]>;
}

/** What is judged. */
export type JudgeRequest = FileRequest | NetworkRequest | LineRequest;

/** A rule that "Always" would write down. */
export interface Offer {
  readonly operation: Operation;
  readonly pattern: string;
}

/** How it comes out. */
export interface Judgement {
  readonly verdict: Verdict;
  /** One sentence for a person. */
  readonly reason: string;
  readonly by: DecidedBy;
  /** The rule that decided. */
  readonly rule?: Rule;
  /** Rules that would allow it from now on, all of them together; none where there can be none. */
  readonly offers: readonly Offer[];
}

/** How one command of a line comes out. */
export interface JudgedCommand {
  readonly words: readonly string[];
  readonly text: string;
  readonly redirections: readonly { readonly operator: string; readonly target: string }[];
  readonly verdict: Verdict;
  readonly reason: string;
  readonly rule?: Rule;
}

/** What a sandbox must be given beyond the workspace for a line to work; real paths. */
export interface Needs {
  readonly reads: readonly string[];
  readonly writes: readonly string[];
  /** Those of `writes` that go away. */
  readonly removes: readonly string[];
  readonly hasNetwork: boolean;
  /** A git command that changes the repository: its own files must be writable, without hooks and settings. */
  readonly gitWrite: boolean;
}

/** How a line comes out. */
export interface LineJudgement extends Judgement {
  readonly commands: readonly JudgedCommand[];
  readonly needs: Needs;
  /** It does what the project's own files say. */
  readonly runsProjectCode: boolean;
  /** It changes nothing and starts nothing of the project's. */
  readonly isReadOnly: boolean;
}
