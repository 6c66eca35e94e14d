/** Writes this process's journal: group commit without a timer, and patience with a disk that fails. */
import { randomBytes } from "node:crypto";
import { open } from "node:fs/promises";
import { join } from "node:path";
import { BooError } from "#core/errors.ts";
import { diskProblem } from "./disk-problem.ts";
import { ownIdentity } from "./process-life.ts";
import {
  firstEpoch,
  frameLine,
  journalFormat,
  recordLine,
  sealLine,
  type SegmentHeader,
} from "./record-line.ts";
import { SegmentFile, type OpenFile } from "./segment-file.ts";

/** A segment is sealed at this size (bytes); sealed ones can be folded into the image. */
const segmentLimit = 4 << 20;
/** One commit takes at most about this much (bytes), so that a long backlog is written in pieces. */
const commitLimit = 1 << 20;
/** Records that wait for the disk (bytes); what comes on top is refused and lost. */
const backlogLimit = 32 << 20;
/** While the disk fails it is tried again after 1, 2, 4 … 30 s, and by an append that comes this long (ms) after the last try. */
const retryPause = { first: 1_000, longest: 30_000, onAppend: 250 };

/** Settings that only tests change. */
export interface JournalSettings {
  /** Size (bytes) at which a segment is sealed. */
  readonly segmentBytes?: number;
  /** How segments are opened. */
  readonly openFile?: OpenFile;
  /** First pause (ms) before a failing disk is tried again. */
  readonly retryMs?: number;
}

/** What a journal writer needs. */
export interface JournalOptions extends JournalSettings {
  /** The store's directory; segments are in `journal` below it. */
  readonly directory: string;
  /** A segment was sealed: what is in it can be folded into the image. */
  readonly onSealed: () => void;
  /** Whether this window must be seen to live, also while it writes nothing. */
  readonly mustShow: () => boolean;
  /** A sentence when the disk can not be written, undefined when it can again. */
  readonly onProblem: (problem: string | undefined) => void;
}

interface Entry {
  readonly bytes: Buffer;
  readonly resolve: () => void;
  readonly reject: (error: BooError) => void;
}

/** The one writer of this process's journal; costs nothing until the first append. */
export class JournalWriter {
  readonly #options: JournalOptions;
  readonly #startedAt = Date.now();
  readonly #name = `${this.#startedAt.toString(36)}-${randomBytes(6).toString("hex")}`;
  #line = 0;
  #segmentNumber = 0;
  #segment: SegmentFile | undefined;
  #queue: Entry[] = [];
  #queued = 0;
  #running: Promise<void> | undefined;
  #isClosed = false;
  #problem: string | undefined;
  #failures = 0;
  #triedAt = 0;
  #retry: NodeJS.Timeout | undefined;

  constructor(options: JournalOptions) {
    this.#options = options;
  }

  /** The name of this process's journal. */
  get name(): string {
    return this.#name;
  }

  /** Ends the current segment, so that it can be folded into the image; the next append begins another. */
  async seal(): Promise<void> {
    while (this.#running !== undefined) await this.#running;
    await this.#work(() => this.#sealSegment());
  }

  /** Makes sure that there is a segment that is not sealed, where this window must be seen to live: others are deleted when they were folded. */
  async show(): Promise<void> {
    while (this.#running !== undefined) await this.#running;
    if (this.#isClosed || this.#segment !== undefined || !this.#options.mustShow()) return;
    await this.#work(() => this.#begin());
  }

  // Nothing is committed meanwhile.
  async #work(change: () => Promise<void>): Promise<void> {
    this.#running = change().finally(() => {
      this.#running = undefined;
      if (this.#queue.length > 0) this.#wake();
    });
    await this.#running;
  }

  /** Gives the current segment the time of now. */
  async touch(): Promise<void> {
    await this.#segment?.touch().catch(() => {});
  }

  /**
   * Resolves when the records (JSON texts, in order) are durable. Rejects with BooError "store-unwritable" as soon as the disk is known
   * to fail: the records wait in memory all the same and are written, in order, when it can be. Only what comes when 32 MB of them wait
   * is lost, for which it rejects with "store-lost".
   */
  append(records: readonly string[]): Promise<void> {
    if (this.#isClosed)
      return Promise.reject(new BooError("store-closed", "The history is closed: reload the window."));
    const bytes = joined(records.map((json) => recordLine(++this.#line, json)));
    // However much it is: one piece alone is written, or waits, like any other.
    if (this.#queued > 0 && this.#queued + bytes.length > backlogLimit)
      return Promise.reject(this.#overflow());
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.#queue.push({ bytes, resolve, reject });
    this.#queued += bytes.length;
    if (this.#running !== undefined) return promise;
    if (this.#problem !== undefined && performance.now() - this.#triedAt < retryPause.onAppend) {
      reject(this.#refusal(this.#problem));
    } else {
      this.#wake();
    }
    return promise;
  }

  /** Writes what waits, seals the segment and ends; rejects with BooError "store-unwritable" if something could not be saved. */
  async close(): Promise<void> {
    this.#isClosed = true;
    clearTimeout(this.#retry);
    await this.#running;
    if (this.#queue.length > 0) {
      this.#wake();
      await this.#running;
    }
    clearTimeout(this.#retry);
    // A seal that can not be written is not needed: the process's end will tell the same.
    await this.seal();
    if (this.#problem !== undefined && this.#queue.length > 0) throw this.#refusal(this.#problem);
  }

  /** Starts a commit when the current code and all that follows from it at once are through: what they append is written together. */
  #wake(): void {
    this.#running ??= calm().then(() => this.#run());
  }

  async #run(): Promise<void> {
    let failure: { readonly error: unknown } | undefined;
    try {
      while (this.#queue.length > 0) {
        await this.#commitBatch();
        await calm();
      }
    } catch (error) {
      failure = { error };
    }
    // Before anybody is told anything and not in a later step: who is told may append at once.
    this.#running = undefined;
    if (failure !== undefined) this.#fail(failure.error);
    else this.#recover();
  }

  async #commitBatch(): Promise<void> {
    const count = this.#batchLength();
    const batch = this.#queue.slice(0, count);
    this.#triedAt = performance.now();
    await this.#commit(batch.map(({ bytes }) => bytes));
    this.#queue.splice(0, count);
    for (const entry of batch) {
      this.#queued -= entry.bytes.length;
      entry.resolve();
    }
  }

  #batchLength(): number {
    let length = 0;
    const end = this.#queue.findIndex((entry) => (length += entry.bytes.length) > commitLimit);
    return end < 0 ? this.#queue.length : Math.max(end, 1);
  }

  async #commit(batch: readonly Buffer[]): Promise<void> {
    this.#segment ??= await this.#nextSegment();
    const segment = this.#segment;
    try {
      await segment.append(joined(batch));
    } finally {
      if (!segment.isUsable) {
        this.#segment = undefined;
        await segment.close().catch(() => {});
      }
    }
    if (segment.size < (this.#options.segmentBytes ?? segmentLimit)) return;
    await this.#sealSegment();
    this.#options.onSealed();
  }

  /**
   * Ends the current segment, in which all is that will ever be: where there is a next one, readers do not come back to the one before.
   * The next one begins before the seal, though: who looks between two segments takes a window for gone, and its sessions for free.
   */
  async #sealSegment(): Promise<void> {
    const segment = this.#segment;
    this.#segment = undefined;
    if (!this.#isClosed && this.#options.mustShow()) await this.#begin();
    if (segment?.isUsable) await segment.append(Buffer.from(sealLine)).catch(() => {});
    await segment?.close().catch(() => {});
  }

  /** Begins the next segment with its header alone; what fails here is told by the next append. */
  async #begin(): Promise<void> {
    const segment = await this.#nextSegment().catch(() => undefined);
    await segment?.append(Buffer.alloc(0)).catch(() => {});
    if (segment?.isUsable) this.#segment = segment;
    else await segment?.close().catch(() => {});
  }

  #nextSegment(): Promise<SegmentFile> {
    const segment = ++this.#segmentNumber;
    const header: SegmentHeader = {
      kind: "header",
      format: journalFormat,
      writer: this.#name,
      segment,
      epoch: firstEpoch,
      ...ownIdentity(),
      startedAt: this.#startedAt,
    };
    const file = `${this.#name}.${String(segment).padStart(6, "0")}.log`;
    const path = join(this.#options.directory, "journal", file);
    return SegmentFile.create(path, frameLine(JSON.stringify(header)), this.#options.openFile ?? open);
  }

  #fail(error: unknown): void {
    const problem = diskProblem(error, this.#options.directory);
    const isNews = problem !== this.#problem;
    this.#problem = problem;
    const pause = Math.min(
      (this.#options.retryMs ?? retryPause.first) * 2 ** this.#failures++,
      retryPause.longest,
    );
    clearTimeout(this.#retry);
    if (!this.#isClosed) this.#retry = setTimeout(() => this.#wake(), pause).unref();
    for (const entry of this.#queue) entry.reject(this.#refusal(problem, error));
    if (isNews) this.#options.onProblem(problem);
  }

  #recover(): void {
    if (this.#problem === undefined) return;
    clearTimeout(this.#retry);
    this.#problem = undefined;
    this.#failures = 0;
    this.#options.onProblem(undefined);
  }

  #refusal(problem: string, cause?: unknown): BooError {
    return new BooError("store-unwritable", problem, { cause });
  }

  #overflow(): BooError {
    return new BooError(
      "store-lost",
      `More than 32 MB of history wait for the disk at ${this.#options.directory}, and no more can be kept: make it writable, then reload the window. What is done in this session until then is lost.`,
    );
  }
}

/** Resolves when no microtask is left. */
function calm(): Promise<void> {
  return new Promise((resolve) => {
    queueMicrotask(() => process.nextTick(resolve));
  });
}

function joined(pieces: readonly Buffer[]): Buffer {
  const [first] = pieces;
  return pieces.length === 1 && first !== undefined ? first : Buffer.concat(pieces);
}
