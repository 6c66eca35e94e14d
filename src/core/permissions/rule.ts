/** Rules that are written down or were given for a session. */
import type { Operation } from "#protocol/permissions.ts";

/** One rule; a denial is stronger than any allowance. */
export interface Rule {
  /** Names it among the saved rules and the session's grants. */
  readonly id: string;
  readonly effect: "allow" | "deny";
  readonly operation: Operation;
  /**
   * execute: the words of one simple command ("npm test", "git log *": a last word "*" stands for any further arguments);
   * read and write: an absolute path, in which "*" stands for a name and a last "**" for everything below; network: a host, "*.host", or "*".
   */
  readonly pattern: string;
  /** The real path of the project that it holds for; undefined: all. */
  readonly project: string | undefined;
  readonly origin: "user" | "project" | "session";
}
