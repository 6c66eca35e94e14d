/** What the host and the index process say to each other. */

/** A line for the log that a person reads. */
export type Report = (level: "info" | "warn" | "error", message: string) => void;

/** What the index can be asked. */
export type IndexQuery =
  | { readonly kind: "sessions"; readonly folder?: string }
  | { readonly kind: "events"; readonly session: string }
  | { readonly kind: "spans"; readonly session: string; readonly before?: string; readonly limit: number }
  | { readonly kind: "strays"; readonly session: string }
  | {
      readonly kind: "decisions";
      readonly session?: string;
      readonly offset: number;
      readonly limit: number;
    }
  | { readonly kind: "search"; readonly words: readonly string[] }
  | {
      readonly kind: "hits";
      readonly words: readonly string[];
      readonly sessions: readonly string[];
      readonly perSession: number;
    }
  /** Folds all journals into image and backup, and removes blobs that nothing refers to; answers with the number and bytes of those. */
  | { readonly kind: "clean" };

/**
 * Host → process, as a line of JSON. `run` numbers the process that is meant: what one left unread, the next one finds. `checkpoint` folds
 * journals into the image if it is worth it; `end` ends the process when it has nothing left to do, unless something comes meanwhile.
 */
export type ToIndex = { readonly run: number } & (
  | ({ readonly id: number } & IndexQuery)
  | { readonly kind: "checkpoint" }
  | { readonly kind: "end" }
);

/** A claim on a session as the index has it. */
export interface StoredLease {
  readonly writer: string;
  readonly epoch: number;
  readonly q: number;
}

/** What comes with the last page of a session's log; nought for other queries. */
export interface AnswerEnd {
  /** The highest epoch of a session's events. */
  readonly epoch: number;
  /** How many of the values are numbered events; of decisions, how many there are in all. */
  readonly events: number;
  /** Who claims the session. */
  readonly lease?: StoredLease;
  /** Set where a newer version's files were left out: what to tell of them. */
  readonly newer?: string;
}

/** What the process says. Pages come before the `done` of their query. */
export type IndexMessage =
  | { readonly kind: "page"; readonly id: number }
  | ({ readonly kind: "done"; readonly id: number } & AnswerEnd)
  | { readonly kind: "failed"; readonly id: number; readonly code: string; readonly message: string }
  | { readonly kind: "log"; readonly level: "info" | "warn" | "error"; readonly message: string };

/** Process → host, as a line of JSON; behind a page's stand a tab and the text of a JSON array. */
export type FromIndex = { readonly run: number } & IndexMessage;

/** Settings of the index that only tests change. */
export interface IndexSettings {
  /** Journals of this size (bytes) are folded into the image. */
  readonly checkpointBytes?: number;
  /** The stage of a checkpoint at which the process kills itself. */
  readonly fault?: string;
}

/** What the index process is started with, as JSON in its first argument; the second is the number of its run. */
export interface IndexProcessData extends IndexSettings {
  readonly directory: string;
  readonly wasm: string;
}
