/** The index of all history: the image and every journal in one database in memory, which follows what is appended. */
import { statSync } from "node:fs";
import { join } from "node:path";
import type { SqlJsStatic } from "sql.js";
import type { BooError } from "#core/errors.ts";
import { blobTexts } from "./blob-text.ts";
import { codeOf } from "./disk-problem.ts";
import { imagePath, peekImage, type ImageId } from "./image.ts";
import type { Report } from "./index-messages.ts";
import { keepAside } from "./keep-aside.ts";
import { loadImage } from "./load-image.ts";
import {
  isFinished,
  isNewer,
  listSegments,
  nextRecord,
  readSegment,
  type SegmentEnd,
  type SegmentName,
} from "./segments.ts";
import { Queries } from "./queries.ts";
import { Statements } from "./statements.ts";
import { Tables, type Position } from "./tables.ts";

/** What of the tables is in an image on disk. */
export interface ImageState {
  readonly id: ImageId | undefined;
  /** Generation of what lay on disk then: the image's own, unless it was damaged. */
  readonly seen: number;
  readonly bytes: number;
  readonly positions: ReadonlyMap<string, Position>;
  readonly isDamaged: boolean;
}

interface Loaded {
  readonly tables: Tables;
  readonly queries: Queries;
  readonly image: ImageState;
}

/** Checkpoints and segments' deletion go on beside a reader; it begins anew this often before it gives up. */
const attempts = 5;

/** Follows a store's directory; all of its work is synchronous, on a thread of its own. */
export class HistoryIndex {
  readonly directory: string;
  readonly report: Report;
  readonly #sql: SqlJsStatic;
  #tables: Tables;
  #queries: Queries;
  #image: ImageState;
  #positions: Map<string, Position>;
  /** What to tell of a newer version's files. */
  #newer: BooError | undefined;
  /** By writer the segment that was last read behind something damaged, and the numbers of the lines that were read there. */
  readonly #holes = new Map<string, { readonly segment: number; readonly seen: Set<number>; last: number }>();

  /** Opens the image; throws BooError "store-newer" where a newer version's hides all. */
  constructor(sql: SqlJsStatic, directory: string, report: Report) {
    this.#sql = sql;
    this.directory = directory;
    this.report = report;
    ({ tables: this.#tables, queries: this.#queries, image: this.#image } = this.#load());
    this.#positions = new Map(this.#image.positions);
  }

  /** Set once a newer version's image or journal was met, which is left out: nothing may be folded or removed. */
  get newer(): BooError | undefined {
    return this.#newer;
  }

  get queries(): Queries {
    return this.#queries;
  }

  /** Blobs that were freed by what was followed. */
  get freedBlobs(): ReadonlySet<string> {
    return this.#tables.freed;
  }

  /** The image that was loaded, or written last by this index. */
  get image(): ImageState {
    return this.#image;
  }

  /** How far each writer's journal is in the tables. */
  get positions(): ReadonlyMap<string, Position> {
    return this.#positions;
  }

  /** The directory of the segments. */
  get journal(): string {
    return join(this.directory, "journal");
  }

  /** Takes in everything that was durable when this was called, and can be read here. */
  follow(): void {
    for (let attempt = 1; ; attempt++) {
      const isWhole = this.#followAll();
      // A checkpoint deletes what the image before it covers: one later is fine, two later may have taken what was not read yet.
      const found = peekImage(imagePath(this.directory, "main"))?.generation ?? 0;
      // One that is older was put there by hand, or written anew after all was lost.
      const isNear = found < this.#image.seen + 2 && (found === 0 || found >= this.#image.seen);
      if (isWhole && isNear) return;
      if (attempt >= attempts) throw new Error("The journal changed too often while it was read");
      if (found !== this.#image.seen) this.reload();
    }
  }

  /** Frees the memory. */
  close(): void {
    this.#tables.close();
  }

  /** Begins anew with the image that is on disk now; where a newer version wrote that, what is known stays. */
  reload(): void {
    const seen = peekImage(imagePath(this.directory, "main"))?.generation ?? 0;
    const loaded = this.#loadKnown();
    if (loaded === undefined) {
      this.#image = { ...this.#image, seen };
      return;
    }
    const { tables, queries, image } = loaded;
    this.#tables.close();
    this.#tables = tables;
    this.#queries = queries;
    this.#image = image;
    this.#positions = new Map(image.positions);
    this.#holes.clear();
  }

  /** What of the journals is not in the image. */
  pending(): { readonly bytes: number; readonly files: number } {
    let bytes = 0;
    let files = 0;
    for (const { writer, segment, path } of [...listSegments(this.journal).values()].flat()) {
      const covered = this.#image.positions.get(writer) ?? { segment: 0, offset: 0 };
      if (segment < covered.segment) continue;
      const more = sizeOf(path) - (segment === covered.segment ? covered.offset : 0);
      bytes += more;
      if (more > 0) files += 1;
    }
    return { bytes, files };
  }

  /** The database as a file that covers all `positions`; writers without files are forgotten. */
  export(): { readonly bytes: Uint8Array; readonly positions: ReadonlyMap<string, Position> } {
    const writers = listSegments(this.journal);
    for (const writer of this.#positions.keys()) if (!writers.has(writer)) this.#positions.delete(writer);
    const positions = new Map(this.#positions);
    return { bytes: this.#tables.export(positions), positions };
  }

  /** Tells that an export is the image now. */
  imageWritten(image: ImageState): void {
    this.#image = image;
  }

  /** What is on disk now; undefined where a newer version wrote it. */
  #loadKnown(): Loaded | undefined {
    try {
      const before = this.#newer;
      const loaded = this.#load();
      if (this.#newer === before) return loaded;
      loaded.tables.close();
    } catch (error) {
      if (!isNewer(error)) throw error;
      this.#newer ??= error;
    }
    return undefined;
  }

  #load(): Loaded {
    const { database, id, seen, bytes, isDamaged, newer } = loadImage(this.#sql, this.directory, this.report);
    this.#newer ??= newer;
    const statements = new Statements(database);
    const readBlob = blobTexts(this.directory);
    const tables = new Tables(statements, readBlob);
    return {
      tables,
      queries: new Queries(statements, readBlob),
      image: { id, seen, bytes, positions: tables.positions(), isDamaged },
    };
  }

  /** False if a segment was deleted under its reader. */
  #followAll(): boolean {
    for (const [writer, segments] of listSegments(this.journal)) {
      try {
        this.#followWriter(writer, segments);
      } catch (error) {
        if (isNewer(error)) {
          this.#newer ??= error;
          continue;
        }
        if (codeOf(error) !== "ENOENT") throw error;
        return false;
      }
    }
    return true;
  }

  #followWriter(writer: string, segments: readonly SegmentName[]): void {
    for (const [at, name] of segments.entries()) {
      const position = this.#positions.get(writer) ?? { segment: 0, offset: 0, q: 0 };
      if (name.segment < position.segment) continue;
      const start =
        name.segment === position.segment ? position : { segment: name.segment, offset: 0, q: position.q };
      if (sizeOf(name.path) === start.offset && start === position) continue;
      this.#followSegment(name, start, at < segments.length - 1);
    }
  }

  #followSegment(name: SegmentName, start: Position, hasSuccessor: boolean): void {
    let end = this.#read(name, start);
    if (end.state !== "broken") return;
    if (!hasSuccessor) {
      if (!isFinished(name.path)) return;
      // Its writer may have finished the line before it went.
      end = this.#read(name, this.#positions.get(name.writer) ?? start);
      if (end.state !== "broken") return;
    }
    if (end.size === 0)
      this.report("warn", `The journal ${name.path} is empty: nothing can be read from it.`);
    while (end.state === "broken" && end.offset < end.size) end = this.#readBehind(name, end);
  }

  /** Goes on behind what can not be read, which is kept aside: each line has a checksum of its own. */
  #readBehind(name: SegmentName, { offset, size }: SegmentEnd): SegmentEnd {
    const next = nextRecord(name.path, offset);
    const copy = keepAside(name.path, offset, next);
    const what = next < size ? "A part" : "The end";
    this.report(
      "warn",
      `${what} of the journal ${name.path} (${next - offset} bytes) was not written whole or is damaged: it is kept as ${copy}.`,
    );
    const { q = 0 } = this.#positions.get(name.writer) ?? {};
    const position = { segment: name.segment, offset: next, q };
    this.#positions.set(name.writer, position);
    if (next === size) return { offset: next, size, state: "end" };
    const known = this.#holes.get(name.writer);
    if (known?.segment !== name.segment)
      this.#holes.set(name.writer, { segment: name.segment, seen: new Set(), last: 0 });
    return this.#read(name, position);
  }

  #read(name: SegmentName, start: Position): SegmentEnd {
    let { q } = start;
    const end = this.#tables.transact(() =>
      readSegment(name.path, start.offset, (head, body) => {
        // A batch that failed to sync is written again to the next segment; it may be in both.
        if (head.q <= q) return;
        const hole = this.#holes.get(name.writer);
        if (hole?.seen.has(head.q) === true) return;
        // What is missing in a damaged segment may come in the next one, which begins with it then.
        if (hole?.segment === name.segment) {
          hole.seen.add(head.q);
          hole.last = head.q;
        } else if (hole === undefined || head.q > hole.last) {
          this.#holes.delete(name.writer);
          q = head.q;
        }
        this.#tables.apply(name.writer, head, body);
      }),
    );
    this.#positions.set(name.writer, { segment: start.segment, offset: end.offset, q });
    return end;
  }
}

function sizeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0;
}
