/** Reads what other windows append to their journals, soon after they do. */
import { watch, type FSWatcher } from "node:fs";
import { open, readdir, stat, type FileHandle } from "node:fs/promises";
import { setImmediate } from "node:timers/promises";
import { codeOf } from "./disk-problem.ts";
import { isWriterRunning, longestSilence, type WriterIdentity } from "./process-life.ts";
import { isNewer, parseHeader, segmentNames, type SegmentName } from "./segments.ts";
import { splitLine, unframeLine, type LineHead } from "./record-line.ts";

/** Many small writes are read together: what changed is read this long (ms) after the first of them. */
const passEvery = 40;
/** Where the system does not tell of changes (network folders) they are seen after this long (ms). */
const lookEvery = 500;
/** Parsing leaves the event loop to others after this long (ms). */
const slice = 4;
const chunkLength = 1 << 17;

/** What a follower needs. */
export interface FollowerOptions {
  /** The directory of the segments. */
  readonly journal: string;
  /** The writer of this process, whose segments are left out. */
  readonly ownWriter: string;
  readonly onRecord: (writer: string, head: LineHead, body: string) => void;
  /** A segment went away before it was read to its end. */
  readonly onGap: () => void;
  /** The journal can not be read, or was written by a newer version: BooError "store-newer". */
  readonly onError: (error: unknown) => void;
}

interface Writer {
  segment: number;
  offset: number;
  q: number;
  /** Whether a line of its segment can not be read, yet or ever. */
  isStuck: boolean;
  identity: WriterIdentity | undefined;
  /** The time (epoch ms) that its segment tells, and when (ms of this process) that was seen to be another one. */
  touchedAt: number;
  seenAt: number;
}

/** Follows all journals of a store but this process's own. */
export class JournalFollower {
  readonly #options: FollowerOptions;
  readonly #writers = new Map<string, Writer>();
  #watcher: FSWatcher | undefined;
  #timer: NodeJS.Timeout | undefined;
  #pass: Promise<void> | undefined;
  #next: Promise<void> | undefined;
  #soon: NodeJS.Timeout | undefined;
  #isClosed = false;

  constructor(options: FollowerOptions) {
    this.#options = options;
  }

  /** Begins: what is appended from now on is told. */
  async start(): Promise<void> {
    for (const [name, segments] of await this.#list()) {
      const last = segments.at(-1);
      if (last === undefined) continue;
      await this.#passOver(async () => void this.#writers.set(name, await positionAtEnd(last)));
    }
    this.#watch();
    this.#timer = setInterval(() => this.#look(), lookEvery).unref();
  }

  /** Resolves when everything that was durable when this was called has been told. */
  catchUp(): Promise<void> {
    if (this.#isClosed) return Promise.resolve();
    if (this.#pass === undefined) return this.#begin();
    // A pass that runs may have looked already: the one after it has not.
    this.#next ??= this.#pass.then(() => {
      this.#next = undefined;
      return this.#begin();
    });
    return this.#next;
  }

  /** Whether a writer lives; one that was never seen does not. */
  isAlive(writer: string): boolean {
    const known = this.#writers.get(writer);
    if (known?.identity === undefined) return false;
    return isWriterRunning(known.identity) ?? performance.now() - known.seenAt < longestSilence;
  }

  /** Ends; a pass that runs is waited for. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#watcher?.close();
    clearInterval(this.#timer);
    clearTimeout(this.#soon);
    await this.#pass;
  }

  #watch(): void {
    try {
      this.#watcher = watch(this.#options.journal, { persistent: false }, () => this.#look());
      this.#watcher.on("error", () => {
        this.#watcher?.close();
        this.#watcher = undefined;
      });
    } catch {
      // No journal yet, or a system that tells nothing: looking now and then will do.
    }
  }

  #look(): void {
    if (this.#isClosed || this.#soon !== undefined) return;
    if (this.#watcher === undefined) this.#watch();
    this.#soon = setTimeout(() => {
      this.#soon = undefined;
      void this.catchUp();
    }, passEvery).unref();
  }

  #begin(): Promise<void> {
    this.#pass = this.#run().finally(() => (this.#pass = undefined));
    return this.#pass;
  }

  async #run(): Promise<void> {
    try {
      const listed = await this.#list();
      for (const name of this.#writers.keys()) if (!listed.has(name)) this.#writers.delete(name);
      for (const [name, segments] of listed) await this.#passOver(() => this.#readWriter(name, segments));
    } catch (error) {
      this.#options.onError(error);
    }
  }

  /** Reads something; what a newer version wrote is told and left out, and others are read all the same. */
  async #passOver(read: () => Promise<void>): Promise<void> {
    await read().catch((error: unknown) => {
      if (!isNewer(error)) throw error;
      this.#options.onError(error);
    });
  }

  async #list(): Promise<ReadonlyMap<string, readonly SegmentName[]>> {
    const { journal, ownWriter } = this.#options;
    const entries = await readdir(journal, { withFileTypes: true }).catch((error: unknown) => {
      if (["ENOENT", "ENOTDIR"].includes(codeOf(error))) return [];
      throw error;
    });
    const files = entries.filter((entry) => entry.isFile());
    const all = new Map(
      segmentNames(
        journal,
        files.map(({ name }) => name),
      ),
    );
    all.delete(ownWriter);
    return all;
  }

  async #readWriter(name: string, segments: readonly SegmentName[]): Promise<void> {
    const first = segments[0]?.segment ?? 1;
    const known = this.#writers.get(name);
    const writer = known ?? newWriter(first);
    if (first > (known?.segment ?? 1)) {
      // Its segments were folded into the image and deleted before they were read here.
      this.#options.onGap();
      Object.assign(writer, { segment: first, offset: 0 });
    }
    this.#writers.set(name, writer);
    for (const { segment, path } of segments) {
      if (segment < writer.segment) continue;
      if (segment > writer.segment) {
        // What is behind a damaged line only the index finds.
        if (writer.isStuck) this.#options.onGap();
        Object.assign(writer, { segment, offset: 0, isStuck: false });
      }
      await this.#readSegment(name, writer, path);
    }
  }

  async #readSegment(name: string, writer: Writer, path: string): Promise<void> {
    try {
      const found = await stat(path);
      noteTouched(writer, found.mtimeMs);
      if (found.size <= writer.offset) return;
      const file = await open(path, "r");
      try {
        await this.#readLines(name, path, writer, file);
      } finally {
        await file.close();
      }
    } catch (error) {
      if (codeOf(error) !== "ENOENT") throw error;
      this.#options.onGap();
    }
  }

  async #readLines(name: string, path: string, writer: Writer, file: FileHandle): Promise<void> {
    let buffer = Buffer.allocUnsafe(chunkLength);
    let filled = 0;
    let since = performance.now();
    writer.isStuck = false;
    for (;;) {
      if (filled === buffer.length) buffer = Buffer.concat([buffer], buffer.length * 2);
      const { bytesRead } = await file.read(buffer, filled, buffer.length - filled, writer.offset + filled);
      if (bytesRead === 0) return;
      filled += bytesRead;
      let start = 0;
      for (let end = buffer.indexOf(10); end >= 0 && end < filled; end = buffer.indexOf(10, start)) {
        if (!this.#take(name, path, writer, buffer.subarray(start, end))) return void (writer.isStuck = true);
        writer.offset += end + 1 - start;
        start = end + 1;
        if (performance.now() - since < slice) continue;
        await setImmediate();
        since = performance.now();
      }
      buffer.copy(buffer, 0, start, filled);
      filled -= start;
    }
  }

  /** False at a line that can not be read: nothing behind it in its segment is believed. */
  #take(name: string, path: string, writer: Writer, line: Buffer): boolean {
    const json = unframeLine(line);
    if (json === undefined) return false;
    const record = splitLine(json);
    if (record === undefined) {
      writer.identity ??= parseHeader(json, path);
      return true;
    }
    if (record.head.q <= writer.q) return true;
    writer.q = record.head.q;
    this.#options.onRecord(name, record.head, record.body);
    return true;
  }
}

function newWriter(segment: number): Writer {
  const seenAt = performance.now();
  return { segment, offset: 0, q: 0, isStuck: false, identity: undefined, touchedAt: 0, seenAt };
}

// By this process's own clock, which a sleeping machine stops: nobody is taken for gone because all slept. Only what is old when it is
// first seen is as old as it says.
function noteTouched(writer: Writer, touchedAt: number): void {
  if (writer.touchedAt === touchedAt) return;
  const age = writer.touchedAt === 0 ? Math.max(0, Date.now() - touchedAt) : 0;
  Object.assign(writer, { touchedAt, seenAt: performance.now() - age });
}

/** After the last whole line of a segment. */
async function positionAtEnd({ segment, path }: SegmentName): Promise<Writer> {
  const writer = newWriter(segment);
  const file = await open(path, "r").catch(() => undefined);
  if (file === undefined) return writer;
  try {
    const { size, mtimeMs } = await file.stat();
    noteTouched(writer, mtimeMs);
    const head = Buffer.alloc(Math.min(size, 1024));
    await file.read(head, 0, head.length, 0);
    const json = unframeLine(head.subarray(0, Math.max(head.indexOf(10), 0)));
    writer.identity = json === undefined ? undefined : parseHeader(json, path);
    const tail = Buffer.alloc(Math.min(size, chunkLength));
    await file.read(tail, 0, tail.length, size - tail.length);
    const lineEnd = tail.lastIndexOf(10);
    // A line longer than that is read again from the segment's beginning; what is told twice changes nothing.
    writer.offset = lineEnd < 0 ? 0 : size - tail.length + lineEnd + 1;
    return writer;
  } finally {
    await file.close();
  }
}
