/** What the host and the snapshot process say to each other. */
import type { FileDifference } from "#core/shell-ports.ts";

/** How much is remembered of a workspace, and for how long it may hold a command up. */
export interface SnapshotLimits {
  /** Time for one look at all folders (ms). */
  readonly timeMs: number;
  readonly files: number;
  /** Of one file; a larger one is told as changed, without its bytes. */
  readonly fileBytes: number;
  /** Of all files, on disk. */
  readonly bytes: number;
  /** Of all differences that are told at once, in memory. */
  readonly toldBytes: number;
}

/** What the process is started with. */
export interface SnapshotProcessData {
  readonly directory: string;
  readonly limits: SnapshotLimits;
  /** Undefined where there is none. */
  readonly git: string | undefined;
}

/** What the host asks; each question has a number of its own. */
export type ToSnapshots =
  | { readonly kind: "take"; readonly id: number; readonly folders: readonly string[] }
  | { readonly kind: "changes"; readonly id: number; readonly snapshot: number; readonly limit: number }
  | { readonly kind: "drop"; readonly snapshot: number }
  | { readonly kind: "cancel"; readonly id: number };

/** What it is answered. A snapshot has the number of the question that it was taken for. */
export type FromSnapshots =
  | { readonly kind: "taken"; readonly id: number }
  | {
      readonly kind: "changes";
      readonly id: number;
      readonly files: readonly FileDifference[];
      readonly more: number;
    }
  /** `isLasting`: it will be the same the next time. */
  | { readonly kind: "problem"; readonly id: number; readonly message: string; readonly isLasting: boolean };
