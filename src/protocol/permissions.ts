/** What agents may do: the words that host and views share, and the `permissions` channel. */

/** What an agent wants to do with a file, a command or a host. */
export type Operation = "read" | "write" | "execute" | "network";

/** How much a session's agents may do by themselves: as the policy says, with writes and commands asked, or reading only. */
export type Mode = "default" | "ask" | "plan";

/** How far a leave reaches, or that there is none. */
export type PermissionAnswer = "once" | "session" | "always" | "deny";

/** What a question for leave is about. */
export interface PermissionRequest {
  /** Who asks: "BooCode", "reviewer". */
  readonly agent: string;
  /** The tool call that waits. */
  readonly call: string;
  readonly operation: Operation;
  /** The absolute path, the command line, or the host. */
  readonly target: string;
  /** Where a command would run. */
  readonly folder?: string;
  /** Why it is asked, one sentence. */
  readonly reason: string;
  /** The commands in a line that the question is about, where there are several. */
  readonly commands?: readonly string[];
  /** For a write: the text before (absent: a new file) and after, each cut to 100 KB. */
  readonly change?: { readonly before?: string; readonly after: string };
  /** The rule that Always would write down, as it would read; absent where none can be. */
  readonly rule?: string;
  /** The folder of the project that the rule would hold for. */
  readonly ruleFor?: string;
  /** "This session" is for all agents of the run that it belongs to. */
  readonly isOfRun?: true;
}

/** Why something was allowed or denied: the user's answer, an answer given before, a rule that is written down, the mode, the policy itself. */
export type DecidedBy = "user" | "session" | "rule" | "mode" | "policy";

/** A line of the permission log. */
export interface PermissionEntry {
  readonly id: string;
  /** Epoch milliseconds. */
  readonly at: number;
  readonly session: string;
  readonly agent: string;
  readonly operation: Operation;
  readonly target: string;
  readonly verdict: "allowed" | "denied";
  readonly by: DecidedBy;
  /** For the user's answer, how far it reaches. */
  readonly answer?: PermissionAnswer;
  readonly rule?: string;
  readonly reason: string;
  /** What the user said to the model with a denial. */
  readonly word?: string;
}

/** A leave that holds until the window closes: for a session, or for all agents of a run, whose id `session` is then. */
export interface SessionGrant {
  readonly id: string;
  readonly session: string;
  readonly isOfRun?: true;
  readonly at: number;
  readonly operation: Operation;
  /** A directory or file with everything below it, parsed commands, or a host, as the question showed it. */
  readonly target: string;
}

/** A rule that is written down, as views show it. */
export interface SavedRule {
  /** Names the rule until the file changes. */
  readonly id: string;
  readonly effect: "allow" | "deny";
  readonly operation: Operation;
  /** A command, a path with "*" and "**", or a host. */
  readonly pattern: string;
  /** Where it is written. */
  readonly file: string;
  readonly line: number;
  /** The project that it holds for; absent for all. */
  readonly project?: string;
  /** A project's own allowances hold only once the user approved them. */
  readonly isPending?: true;
  /** Whether it can be taken back from the log: user rules can, a project's can not. */
  readonly canRevoke: boolean;
}

/** Something in a configuration file that could not be used, at a line (from 1). */
export interface ConfigProblem {
  readonly file: string;
  readonly line: number;
  readonly message: string;
}

/** What a project's file wants to allow and the user has not approved: by the hash of exactly that content. */
export interface ProjectAllowances {
  readonly file: string;
  readonly hash: string;
  readonly rules: readonly string[];
}

/** The `permissions` channel's state. */
export interface PermissionsState {
  readonly grants: readonly SessionGrant[];
  readonly rules: readonly SavedRule[];
  readonly problems: readonly ConfigProblem[];
  readonly pending: readonly ProjectAllowances[];
  /** What commands are confined by: "bubblewrap", "sandbox-exec"; "" where nothing is, undefined while it is not known. */
  readonly confinement?: string;
}

/** What happens in the `permissions` channel; entries are told as they are made and kept with their session. */
export type PermissionsEvent =
  | { readonly type: "permissions-change"; readonly change: Partial<PermissionsState> }
  | { readonly type: "permission-entry"; readonly entry: PermissionEntry };

/** The state before anything was read. */
export const emptyPermissions: PermissionsState = { grants: [], rules: [], problems: [], pending: [] };

/** Applies one event; entries are read by request, so that the state stays small. */
export function reducePermissions(state: PermissionsState, event: PermissionsEvent): PermissionsState {
  return event.type === "permissions-change" ? { ...state, ...event.change } : state;
}
