/** What the core needs of the history on disk. */
import type { SessionEvent } from "#protocol/session.ts";
import type { SessionMarks, SessionSummary } from "#protocol/sessions.ts";
import type { Span } from "#protocol/trace.ts";
import type { StoreProblem } from "#protocol/workspace.ts";

/** A line of the journal. Partial events hold what a stream said so far; a record with `closesPartial` makes those before it worthless. */
export type StoreRecord =
  | {
      readonly kind: "event";
      readonly session: string;
      /** Number of the event in its session, from 0, without gaps. */
      readonly n: number;
      readonly event: SessionEvent;
      readonly closesPartial?: boolean;
    }
  | { readonly kind: "partial"; readonly session: string; readonly event: SessionEvent }
  | { readonly kind: "summary"; readonly summary: SessionSummary }
  | { readonly kind: "span"; readonly span: Span }
  /** What the user decided about a session, at a time (epoch ms): the newest decision of any window holds. */
  | { readonly kind: "marks"; readonly session: string; readonly at: number; readonly marks: SessionMarks }
  /** Everything of a session goes away, for good. */
  | { readonly kind: "purge"; readonly session: string; readonly at: number };

/** What another window wrote. */
export type StoreChange =
  | {
      readonly kind: "event";
      readonly session: string;
      readonly n: number;
      readonly epoch: number;
      /** Parsed when asked for: few windows show what another runs. */
      readonly event: () => SessionEvent;
    }
  | {
      readonly kind: "partial";
      readonly session: string;
      /** The event after which the stream had said this. */
      readonly after: number;
      readonly event: () => SessionEvent;
    }
  | { readonly kind: "summary"; readonly summary: SessionSummary }
  | { readonly kind: "marks"; readonly session: string; readonly at: number; readonly marks: SessionMarks }
  | { readonly kind: "purge"; readonly session: string }
  | { readonly kind: "span"; readonly session: string; readonly span: () => Span }
  /** Who runs a session may have changed: ask `owner`. */
  | { readonly kind: "lease"; readonly session: string }
  /** Another window has gone on with a session that this one ran, which lived all the same: what this one still writes counts no more. */
  | { readonly kind: "lost"; readonly session: string }
  /** Something may have been missed: read again what is shown. */
  | { readonly kind: "gap" };

/** Who runs a session now: this window, one that lives, or one that is gone without having ended its turn. */
export type SessionOwner = "none" | "here" | "elsewhere" | "gone";

/** A session as the store has it. */
export interface StoredSession {
  readonly summary: SessionSummary;
  readonly marks: SessionMarks;
}

/** A place where words were found: an event's number, the turn's number and who said it, and the text around. */
export interface SearchHit {
  readonly session: string;
  readonly n: number;
  readonly turn: number;
  readonly role: "user" | "assistant";
  readonly text: string;
}

/** An event that is not in its session's course: its number there, and the epoch of the window that wrote it. */
export interface StrayEvent {
  readonly n: number;
  readonly epoch: number;
  readonly event: SessionEvent;
}

/** A page of a trace. */
export interface SpanPage {
  readonly spans: readonly Span[];
  readonly before?: string;
}

/** Which decisions are wanted: `limit` of them, behind the `offset` newest ones. */
export interface DecisionPage {
  readonly session?: string;
  readonly offset: number;
  readonly limit: number;
}

/** What `clean` removed: blob files and their bytes. */
export interface CleanResult {
  readonly blobs: number;
  readonly bytes: number;
}

/** The durable store. */
export interface Store {
  /**
   * Resolves when the records are on disk (fsynced); records keep the order of the calls. Rejects with BooError "store-unwritable" as soon as
   * the disk is known to fail; the records wait in memory all the same, up to 32 MB, and are written, in order, when they can be. What comes
   * on top of those is lost, and all that follows of its session: BooError "store-lost".
   */
  append(records: readonly StoreRecord[]): Promise<void>;
  /** All sessions, newest first; of one folder if given. */
  sessions(folder?: string): Promise<readonly StoredSession[]>;
  /** The sessions with a message that holds all of the words (any case, parts of words too). */
  search(words: readonly string[]): Promise<readonly string[]>;
  /** Those messages of some sessions, in each the newest first and `perSession` at most. */
  hits(
    words: readonly string[],
    sessions: readonly string[],
    perSession: number,
  ): Promise<readonly SearchHit[]>;
  /**
   * Makes this window the session's owner, which others then only follow; all that they wrote is told to the listeners of `follow` before.
   * Resolves with how many events it has as far as is known here (0 where nothing is). Throws BooError "session-busy" while another window
   * runs it.
   */
  acquire(session: string): Promise<number>;
  /** Ends what `acquire` began; resolves when others can know. */
  release(session: string): Promise<void>;
  owner(session: string): SessionOwner;
  /** Hears what other windows write, in each window's order, within a second. */
  follow(listener: (change: StoreChange) => void): void;
  /** Bytes of all that is kept. */
  size(): Promise<number>;
  /** Forgets what nothing refers to, and what was purged: journals, image, its backup, blobs. */
  clean(): Promise<CleanResult>;
  /** A session's events in order, followed by what a cut stream had said (partial events); empty for an unknown id. */
  events(session: string): Promise<readonly SessionEvent[]>;
  /** A page of what was decided about permissions (events "permission-decided"), of one session or all, newest first, and how many there are. */
  decisions(
    page: DecisionPage,
  ): Promise<{ readonly events: readonly SessionEvent[]; readonly total: number }>;
  /** What windows wrote to a session that another one had taken over meanwhile, by epoch and number; mostly nothing. */
  strays(session: string): Promise<readonly StrayEvent[]>;
  /** A session's last spans, or those before the cursor of an earlier page, in order of their end; `before` is absent where there are no more. */
  spans(session: string, page: { readonly before?: string; readonly limit: number }): Promise<SpanPage>;
  /** Keeps a text by content hash (sha-256, hex), durable when it resolves. */
  putBlob(text: string): Promise<string>;
  /** A blob's text, or undefined where it is gone. */
  readBlob(hash: string): Promise<string | undefined>;
  /** The characters that begin in a range of a blob's bytes, for what is too long to be read whole; undefined where it is gone. */
  readBlobRange(hash: string, offset: number, length: number): Promise<string | undefined>;
  /** Keeps a text for speed alone: it may be gone or old when it is read. Never rejects. */
  keepCopy(name: string, text: string): Promise<void>;
  /** A text that `keepCopy` kept; undefined where there is none. */
  readCopy(name: string): Promise<string | undefined>;
  /** Calls back when the store can not be written, and with undefined when it can again. */
  onProblem(listener: (problem: StoreProblem | undefined) => void): void;
  /** Resolves when everything is on disk and its threads have ended. */
  close(): Promise<void>;
}
