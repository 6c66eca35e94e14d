/** The durable store: a journal that is the truth, an index over it, and blobs. */
import { access } from "node:fs/promises";
import { join } from "node:path";
import { setImmediate } from "node:timers/promises";
import { BooError, messageOf } from "#core/errors.ts";
import type { Log } from "#core/ports.ts";
import type {
  CleanResult,
  DecisionPage,
  SearchHit,
  SessionOwner,
  SpanPage,
  Store,
  StoreChange,
  StoredSession,
  StoreRecord,
  StrayEvent,
} from "#core/store-ports.ts";
import type { SessionEvent } from "#protocol/session.ts";
import type { SessionMarks, SessionSummary } from "#protocol/sessions.ts";
import type { Span } from "#protocol/trace.ts";
import type { StoreProblem } from "#protocol/workspace.ts";
import { Blobs } from "./blobs.ts";
import { imageFile, imagePath, isNewerImage } from "./image.ts";
import { IndexClient, type Answer, type IndexOptions } from "./index-client.ts";
import type { IndexQuery, StoredLease } from "./index-messages.ts";
import { JournalFollower } from "./journal-follower.ts";
import { JournalWriter, type JournalSettings } from "./journal-writer.ts";
import { schemaVersion } from "./schema.ts";
import { isNewer } from "./segments.ts";
import { Leases } from "./leases.ts";
import { Copies } from "./copies.ts";
import { directorySize } from "./directory-size.ts";
import { LastKnown } from "./last-known.ts";
import { Losses } from "./losses.ts";
import { firstEpoch, recordJson, sessionOf, type LineHead } from "./record-line.ts";

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

/** A session as the index lists it. */
type ListedSession = StoredSession & { readonly lease?: StoredLease; readonly markedAt?: number };

/** While a session runs here, the journal is touched this often (ms). */
const heartbeatEvery = 15_000;

/** A store on a directory; does nothing before it is asked. */
export function openStore(options: StoreOptions): Store {
  return new FileStore(options);
}

class FileStore implements Store {
  readonly #directory: string;
  readonly #journal: JournalWriter;
  readonly #index: IndexClient;
  readonly #blobs: Blobs;
  readonly #copies: Copies;
  readonly #follower: JournalFollower;
  readonly #leases: Leases;
  readonly #last = new LastKnown((session) => this.#leases.isHeld(session));
  readonly #followers: ((change: StoreChange) => void)[] = [];
  readonly #listeners: ((problem: StoreProblem | undefined) => void)[] = [];
  #following: Promise<void> | undefined;
  /** Whether something was folded before it was read here: what it said of claims, only the index knows. */
  #hasMissed = false;
  #heartbeat: NodeJS.Timeout | undefined;
  /** Why the journal can not be written. */
  #failure: string | undefined;
  /** What was told last. */
  #problem: StoreProblem | undefined;
  /** Set once a newer version's format was met: from then on nothing is written. */
  #newer: BooError | undefined;
  readonly #losses = new Losses();
  readonly #log: Log;

  constructor(options: StoreOptions) {
    const { directory, log } = options;
    this.#log = log;
    this.#directory = directory;
    this.#blobs = new Blobs(directory);
    this.#copies = new Copies(directory);
    this.#index = new IndexClient(directory, log, options.index);
    this.#journal = new JournalWriter({
      ...options.journal,
      directory,
      onSealed: () => this.#index.checkpoint(),
      mustShow: () => this.#leases.held().length > 0,
      onProblem: (message) => {
        this.#failure = message;
        this.#tellProblem();
      },
    });
    const ownWriter = this.#journal.name;
    this.#follower = new JournalFollower({
      journal: join(directory, "journal"),
      ownWriter,
      onRecord: (writer, head, body) => this.#hear(writer, head, body),
      onGap: () => {
        this.#hasMissed = true;
        this.#tell({ kind: "gap" });
      },
      onError: (error) => {
        if (!this.#noteNewer(error)) log.error("What other windows write can not be read.", error);
      },
    });
    this.#leases = new Leases({
      ownWriter,
      append: (json) =>
        this.#newer === undefined ? this.#journal.append([json]) : Promise.reject(this.#newer),
      catchUp: () => this.#catchUp(),
      isAlive: (writer) => this.#follower.isAlive(writer),
    });
  }

  async append(records: readonly StoreRecord[]): Promise<void> {
    if (this.#newer !== undefined) throw this.#newer;
    this.#losses.check(records);
    try {
      await this.#journal.append(records.map((record) => this.#json(record)));
    } catch (error) {
      if (this.#losses.note(records, error)) this.#tellProblem();
      throw error;
    }
  }

  async sessions(folder?: string): Promise<readonly StoredSession[]> {
    await this.#startFollowing();
    if (!(await this.#exists())) return [];
    const query =
      folder === undefined ? { kind: "sessions" as const } : { kind: "sessions" as const, folder };
    const { values } = await this.#ask<ListedSession>(query);
    for (const { summary, lease, markedAt } of values) {
      if (markedAt !== undefined) this.#last.noteMark(summary.id, markedAt);
      if (lease !== undefined) this.#leases.noteStored(lease.writer, summary.id, lease.epoch, lease.q);
    }
    return values.map(({ summary, marks }) => ({ summary, marks }));
  }

  async events(session: string): Promise<readonly SessionEvent[]> {
    await this.#startFollowing();
    if (!(await this.#exists())) return [];
    const { values, epoch, events, lease } = await this.#ask<SessionEvent>({ kind: "events", session });
    // A claim from before this window began to follow is known to the index alone.
    if (lease !== undefined) this.#leases.noteStored(lease.writer, session, lease.epoch, lease.q);
    if (events > 0) {
      this.#leases.noteEpoch(session, epoch, undefined);
      this.#last.setEvent(session, events - 1);
    }
    return values;
  }

  async decisions(
    page: DecisionPage,
  ): Promise<{ readonly events: readonly SessionEvent[]; readonly total: number }> {
    if (!(await this.#exists())) return { events: [], total: 0 };
    const { values, events } = await this.#ask<SessionEvent>({ kind: "decisions", ...page });
    return { events: values, total: events };
  }

  async strays(session: string): Promise<readonly StrayEvent[]> {
    if (!(await this.#exists())) return [];
    return (await this.#ask<StrayEvent>({ kind: "strays", session })).values;
  }

  async spans(
    session: string,
    page: { readonly before?: string; readonly limit: number },
  ): Promise<SpanPage> {
    if (!(await this.#exists())) return { spans: [] };
    const query = { kind: "spans" as const, session, ...page };
    const { values } = await this.#ask<{ readonly cursor: string; readonly span: Span }>(query);
    const last = values.length === page.limit ? values.at(-1) : undefined;
    return { spans: values.map(({ span }) => span).toReversed(), ...(last && { before: last.cursor }) };
  }

  async search(words: readonly string[]): Promise<readonly string[]> {
    if (!(await this.#exists())) return [];
    return (await this.#ask<string>({ kind: "search", words })).values;
  }

  async hits(
    words: readonly string[],
    sessions: readonly string[],
    perSession: number,
  ): Promise<readonly SearchHit[]> {
    if (!(await this.#exists())) return [];
    return (await this.#ask<SearchHit>({ kind: "hits", words, sessions, perSession })).values;
  }

  async acquire(session: string): Promise<number> {
    await this.#startFollowing();
    await this.#leases.acquire(session);
    if (this.#newer !== undefined) {
      await this.release(session);
      throw this.#newer;
    }
    await this.#journal.show();
    this.#heartbeat ??= setInterval(() => this.#beat(), heartbeatEvery).unref();
    return this.#last.event(session) + 1;
  }

  async release(session: string): Promise<void> {
    await this.#leases.release(session);
  }

  owner(session: string): SessionOwner {
    return this.#leases.owner(session);
  }

  follow(listener: (change: StoreChange) => void): void {
    this.#followers.push(listener);
  }

  async clean(): Promise<CleanResult> {
    await this.#journal.seal();
    if (!(await this.#exists())) return { blobs: 0, bytes: 0 };
    const [result] = (await this.#ask<CleanResult>({ kind: "clean" })).values;
    return result ?? { blobs: 0, bytes: 0 };
  }

  keepCopy(name: string, text: string): Promise<void> {
    return this.#copies.keep(name, text);
  }

  readCopy(name: string): Promise<string | undefined> {
    return this.#copies.read(name);
  }

  size(): Promise<number> {
    return directorySize(this.#directory);
  }

  putBlob(text: string): Promise<string> {
    return this.#blobs.put(text);
  }

  readBlob(hash: string): Promise<string | undefined> {
    return this.#blobs.read(hash);
  }

  readBlobRange(hash: string, offset: number, length: number): Promise<string | undefined> {
    return this.#blobs.readRange(hash, offset, length);
  }

  onProblem(listener: (problem: StoreProblem | undefined) => void): void {
    this.#listeners.push(listener);
    if (this.#problem !== undefined) listener(this.#problem);
  }

  async close(): Promise<void> {
    clearInterval(this.#heartbeat);
    await Promise.all([this.#blobs.settle(), this.#copies.settle()]);
    await Promise.all(this.#leases.held().map((session) => this.#leases.release(session)));
    await this.#following;
    await this.#follower.close();
    try {
      await this.#journal.close();
    } finally {
      await this.#index.close();
    }
  }

  async #ask<T>(query: IndexQuery): Promise<Answer<T>> {
    try {
      const answer = await this.#index.ask<T>(query);
      if (answer.newer !== undefined) this.#noteNewer(new BooError("store-newer", answer.newer));
      return answer;
    } catch (error) {
      this.#noteNewer(error);
      throw error;
    }
  }

  /** A store that a newer version has written is only read, as far as it can be. */
  #noteNewer(error: unknown): boolean {
    if (!isNewer(error)) return false;
    if (this.#newer !== undefined) return true;
    this.#newer = error;
    this.#tellProblem();
    return true;
  }

  #startFollowing(): Promise<void> {
    this.#following ??= this.#open().catch((error: unknown) => {
      this.#log.warn(`What other windows do is not followed: ${messageOf(error)}`);
    });
    return this.#following;
  }

  async #open(): Promise<void> {
    // Before anything is written: whether it is truly newer, and not damaged, the index can tell.
    const isSuspect = await isNewerImage(imagePath(this.#directory, "main"), schemaVersion).catch(
      () => false,
    );
    if (isSuspect) await this.#ask({ kind: "sessions", folder: "" }).catch(() => {});
    void this.#index.open();
    // That took its time: what follows has a turn of its own.
    await setImmediate();
    await this.#follower.start();
  }

  #json(record: StoreRecord): string {
    if (record.kind === "event") {
      this.#leases.noteWritten(record.session);
      this.#last.setEvent(record.session, record.n);
    }
    const session = sessionOf(record);
    if (record.kind === "marks")
      return recordJson({ ...record, at: this.#last.nextMark(session, record.at) }, undefined);
    return recordJson(record, { epoch: this.#leases.epochOf(session), last: this.#last.event(session) });
  }

  #hear(writer: string, head: LineHead, body: string): void {
    const { kind, session } = head;
    switch (kind) {
      case "event": {
        const isLost = this.#leases.noteEvent(session, head.epoch ?? firstEpoch, writer);
        if (isLost) this.#tell({ kind: "lost", session });
        const isOfTheLog = (head.epoch ?? firstEpoch) >= this.#leases.epochOf(session);
        if (isOfTheLog && head.n > this.#last.event(session)) this.#last.setEvent(session, head.n);
        const parse = (): SessionEvent => JSON.parse(body) as SessionEvent;
        return this.#tell({ kind, session, n: head.n, epoch: head.epoch ?? firstEpoch, event: parse });
      }
      case "partial": {
        const parse = (): SessionEvent => JSON.parse(body) as SessionEvent;
        return this.#tell({ kind, session, after: head.after, event: parse });
      }
      case "summary":
        return this.#tell({ kind, summary: JSON.parse(body) as SessionSummary });
      case "marks":
        this.#last.noteMark(session, head.at);
        return this.#tell({ kind, session, at: head.at, marks: JSON.parse(body) as SessionMarks });
      case "purge":
        // What is still in this window's segment of it can go only when the segment is sealed.
        void this.#journal.seal();
        return this.#tell({ kind, session });
      case "lease":
        this.#leases.note(writer, session, head.epoch, head.isHeld, head.q);
        return this.#tell({ kind, session });
      case "span":
        return this.#tell({ kind, session, span: () => JSON.parse(body) as Span });
    }
  }

  #tell(change: StoreChange): void {
    for (const listener of this.#followers) listener(change);
  }

  async #catchUp(): Promise<void> {
    await this.#follower.catchUp();
    if (!this.#hasMissed) return;
    this.#hasMissed = false;
    await this.sessions().catch((error: unknown) => {
      this.#hasMissed = true;
      this.#log.warn(`What other windows run is not wholly known: ${messageOf(error)}`);
    });
  }

  /** Shows windows on other machines that this one lives. */
  #beat(): void {
    if (this.#leases.held().length > 0) void this.#journal.touch();
  }

  /** Tells the worst of what is wrong, if it is another thing than before. */
  #tellProblem(): void {
    const { message } = this.#newer ?? {};
    const lost = this.#losses.problem(this.#failure !== undefined);
    const failure = this.#failure === undefined ? undefined : { message: this.#failure, needsReload: false };
    const problem = message === undefined ? (lost ?? failure) : { message, needsReload: true };
    if (problem?.message === this.#problem?.message) return;
    this.#problem = problem;
    if (problem === undefined) this.#log.info("BooCode's history can be written again; nothing was lost.");
    else this.#log.error(problem.message);
    for (const listener of this.#listeners) listener(problem);
  }

  /** Whether there is anything to ask the index about, which costs a process. */
  async #exists(): Promise<boolean> {
    const found = await Promise.allSettled(
      ["journal", imageFile.main, imageFile.backup].map((name) => access(join(this.#directory, name))),
    );
    return found.some((result) => result.status === "fulfilled");
  }
}
