/** What stands between a tool and the world: everything that a tool touches is asked for here, at the moment of use. */
import type { Operation } from "#protocol/permissions.ts";
import type { Confinement, Refusal } from "../shell-ports.ts";

/** A file or directory that a tool is about to touch, as it is now. */
export interface FileAccess {
  readonly operation: Extract<Operation, "read" | "write">;
  /** Absolute, with all links resolved. */
  readonly path: string;
  /** "missing": it is about to be made. "other": a device, a pipe, a socket. */
  readonly kind: "file" | "directory" | "other" | "missing";
  /** Hard links to the file; 1 for anything else. */
  readonly links: number;
  /** For a write: the text before (absent: a new file) and after. */
  readonly change?: { readonly before?: string; readonly after: string };
}

/** A command line that is about to run in a folder (absolute, real). */
export interface CommandAccess {
  readonly line: string;
  readonly folder: string;
}

/** How an allowed command runs. */
export interface CommandLeave {
  /** Undefined: as the user would run it. */
  readonly confinement: Confinement | undefined;
  /** It only looks: nothing needs to be remembered to undo it. */
  readonly isReadOnly: boolean;
}

/** Asks the policy, and where that says so the user; waits without a limit for the answer. */
export interface Guard {
  /** Resolves when the access is allowed; throws BooError "denied", whose message tells the model why, and the signal's reason on Stop. */
  file(access: FileAccess): Promise<void>;
  /** Which files below a folder that may be read a look at it must not tell all the same, by their real paths; undefined where there are none. Nobody is asked. */
  withheld(folder: string): Promise<((path: string) => boolean) | undefined>;
  /** As `file`, for a command line; the leave holds for one run. */
  command(access: CommandAccess): Promise<CommandLeave>;
  /** Asks for what the confinement refused to a command that had a leave; resolves to a leave that gives it. */
  refused(access: CommandAccess, refusals: readonly Refusal[]): Promise<CommandLeave>;
  /** What an earlier window asked for this call after its command had run confined, and nobody answered. */
  readonly waitingRefusals: readonly Refusal[];
}
