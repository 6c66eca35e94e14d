/** One file of a writer's journal: appends to it are on disk, or did not happen. */
import { constants, fstatSync } from "node:fs";
import { open, unlink, type FileHandle } from "node:fs/promises";
import { dirname } from "node:path";
import { makeDirectory, syncDirectory } from "./durable-directory.ts";

/** How files are opened; tests put failing disks in its place. */
export type OpenFile = (path: string, flags: string | number, mode: number) => Promise<FileHandle>;

// Where the system can, a write itself returns only when it is on disk: one trip to another thread instead of two.
// Elsewhere (macOS means less by this flag, Windows lacks it) each write is followed by a sync.
const canWriteThrough = process.platform === "linux" && constants.O_DSYNC !== undefined;
const throughFlags = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_DSYNC;

/** A segment that is being written. */
export class SegmentFile {
  readonly #path: string;
  readonly #handle: FileHandle;
  readonly #header: Buffer;
  readonly #writesThrough: boolean;
  #size = 0;
  #isUsable = true;

  private constructor(path: string, handle: FileHandle, header: string, writesThrough: boolean) {
    this.#writesThrough = writesThrough;
    this.#path = path;
    this.#handle = handle;
    this.#header = Buffer.from(header);
  }

  /** Creates the file, which must not exist, and its directory; the header goes to disk with the first append. */
  static async create(path: string, header: string, openFile: OpenFile = open): Promise<SegmentFile> {
    await makeDirectory(dirname(path));
    const writesThrough = canWriteThrough && openFile === open;
    const handle = await openFile(path, writesThrough ? throughFlags : "wx", 0o600);
    return new SegmentFile(path, handle, header, writesThrough);
  }

  /** Bytes that are durable. */
  get size(): number {
    return this.#size;
  }

  /** False after a failure that leaves open what is in the file: go on in a new segment. */
  get isUsable(): boolean {
    return this.#isUsable;
  }

  /** Resolves when the bytes are durable; when it rejects, they count as never written. */
  async append(bytes: Buffer): Promise<void> {
    const isFirst = this.#size === 0;
    const data = isFirst ? Buffer.concat([this.#header, bytes]) : bytes;
    try {
      await this.#write(data);
    } catch (error) {
      // A disk that fails, unlike one that is full, may have taken any part of it.
      if (this.#writesThrough && (error as NodeJS.ErrnoException).code === "EIO") this.#isUsable = false;
      else await this.#cutBack();
      throw error;
    }
    try {
      await this.#sync(data.length);
      if (isFirst) await syncDirectory(dirname(this.#path));
    } catch (error) {
      // After a failed sync nobody knows which pages reached the disk, not even a second sync.
      this.#isUsable = false;
      throw error;
    }
    this.#size += data.length;
  }

  /** Gives the file the time of now. */
  async touch(): Promise<void> {
    const now = new Date();
    await this.#handle.utimes(now, now);
  }

  async close(): Promise<void> {
    this.#isUsable = false;
    await this.#handle.close();
    if (this.#size === 0) await unlink(this.#path).catch(() => {});
  }

  async #write(data: Buffer): Promise<void> {
    for (let done = 0; done < data.length;) {
      const { bytesWritten } = await this.#handle.write(data, done, data.length - done, this.#size + done);
      done += bytesWritten;
    }
  }

  /** Syncs, and makes sure that what was synced is still the file that readers will find. */
  async #sync(added: number): Promise<void> {
    if (!this.#writesThrough) await this.#handle.datasync();
    // What the system knows of an open file costs it no look at the disk.
    const stats = fstatSync(this.#handle.fd);
    if (stats.nlink === 0 || stats.size !== this.#size + added) {
      throw Object.assign(new Error("The journal was deleted or changed by something else"), {
        code: "ENOENT",
      });
    }
  }

  async #cutBack(): Promise<void> {
    try {
      await this.#handle.truncate(this.#size);
      if (this.#size === 0) this.#isUsable = false;
    } catch {
      this.#isUsable = false;
    }
  }
}
