/** The durable store: a journal that is the truth, an index over it, and blobs. */
import { access } from "node:fs/promises";
import { join } from "node:path";
import type { Log, Store, StoreRecord } from "#core/ports.ts";
import type { SessionEvent } from "#protocol/session.ts";
import type { SessionSummary } from "#protocol/sessions.ts";
import type { Span } from "#protocol/trace.ts";
import { Blobs } from "./blobs.ts";
import { imageFile } from "./image.ts";
import { IndexClient, type IndexOptions } from "./index-client.ts";
import { JournalWriter, type JournalSettings } from "./journal-writer.ts";
import { firstEpoch, recordJson, type SessionHead } from "./record-line.ts";

/** What a store needs. */
export interface StoreOptions {
  /** Where everything is kept; made at the first write. */
  readonly directory: string;
  readonly log: Log;
  /** For tests. */
  readonly journal?: JournalSettings;
  /** For tests. */
  readonly index?: IndexOptions;
}

/** Sessions whose place is remembered; a session that is written after that many others were looked at must be read again first. */
const headsLimit = 10_000;

/** A store on a directory; does nothing before it is asked. */
export function openStore(options: StoreOptions): Store {
  return new FileStore(options);
}

class FileStore implements Store {
  readonly #directory: string;
  readonly #journal: JournalWriter;
  readonly #index: IndexClient;
  readonly #blobs: Blobs;
  readonly #heads = new Map<string, SessionHead>();
  /** Sessions that this process writes: reading them again does not change their epoch. */
  readonly #owned = new Set<string>();
  readonly #listeners: ((problem: string | undefined) => void)[] = [];
  #problem: string | undefined;

  constructor(options: StoreOptions) {
    const { directory, log } = options;
    this.#directory = directory;
    this.#blobs = new Blobs(directory);
    this.#index = new IndexClient(directory, log, options.index);
    this.#journal = new JournalWriter({
      ...options.journal,
      directory,
      onSealed: () => this.#index.checkpoint(),
      onProblem: (problem) => this.#setProblem(problem, log),
    });
  }

  append(records: readonly StoreRecord[]): Promise<void> {
    return this.#journal.append(records.map((record) => this.#json(record)));
  }

  async sessions(folder?: string): Promise<readonly SessionSummary[]> {
    if (!(await this.#exists())) return [];
    const query =
      folder === undefined ? { kind: "sessions" as const } : { kind: "sessions" as const, folder };
    return (await this.#index.ask<SessionSummary>(query)).values;
  }

  async events(session: string): Promise<readonly SessionEvent[]> {
    if (!(await this.#exists())) return [];
    const { values, epoch, events } = await this.#index.ask<SessionEvent>({ kind: "events", session });
    // Who writes on after this owns the session: what an earlier owner still writes does not count.
    if (events > 0 && !this.#owned.has(session))
      this.#setHead(session, { epoch: epoch + 1, last: events - 1 });
    return values;
  }

  async spans(session: string): Promise<readonly Span[]> {
    if (!(await this.#exists())) return [];
    return (await this.#index.ask<Span>({ kind: "spans", session })).values;
  }

  putBlob(text: string): Promise<string> {
    return this.#blobs.put(text);
  }

  readBlob(hash: string): Promise<string | undefined> {
    return this.#blobs.read(hash);
  }

  onProblem(listener: (problem: string | undefined) => void): void {
    this.#listeners.push(listener);
    if (this.#problem !== undefined) listener(this.#problem);
  }

  async close(): Promise<void> {
    await this.#blobs.settle();
    try {
      await this.#journal.close();
    } finally {
      await this.#index.close();
    }
  }

  #json(record: StoreRecord): string {
    if (record.kind === "event") {
      const epoch = this.#heads.get(record.session)?.epoch ?? firstEpoch;
      this.#owned.add(record.session);
      this.#setHead(record.session, { epoch, last: record.n });
    }
    const session =
      record.kind === "summary"
        ? record.summary.id
        : record.kind === "span"
          ? record.span.session
          : record.session;
    return recordJson(record, this.#heads.get(session));
  }

  #setHead(session: string, head: SessionHead): void {
    if (this.#heads.size >= headsLimit) {
      for (const known of this.#heads.keys()) if (!this.#owned.has(known)) this.#heads.delete(known);
    }
    this.#heads.set(session, head);
  }

  #setProblem(problem: string | undefined, log: Log): void {
    this.#problem = problem;
    if (problem === undefined) log.info("BooCode's history can be written again; nothing was lost.");
    else log.error(problem);
    for (const listener of this.#listeners) listener(problem);
  }

  /** Whether there is anything to ask the index about, which costs a thread. */
  async #exists(): Promise<boolean> {
    const found = await Promise.allSettled(
      ["journal", imageFile.main, imageFile.backup].map((name) => access(join(this.#directory, name))),
    );
    return found.some((result) => result.status === "fulfilled");
  }
}
