/** What stands between a tool and the world: everything that a tool touches is asked for here, at the moment of use. */
import type { Operation } from "#protocol/permissions.ts";

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

/** Asks the policy, and where that says so the user; waits without a limit for the answer. */
export interface Guard {
  /** Resolves when the access is allowed; throws BooError "denied", whose message tells the model why, and the signal's reason on Stop. */
  file(access: FileAccess): Promise<void>;
}
