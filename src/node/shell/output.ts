/** A command's output on its way to a file: cleaned, hashed, counted, its end remembered; memory stays small however much it is. */
import { open, type FileHandle } from "node:fs/promises";
import { SecretFilter, Utf8Repair } from "./clean-output.ts";
import { OutputHash } from "./output-hash.ts";
import { readCharacters } from "../read-characters.ts";
import { Tail } from "./tail.ts";

/** Bytes that are written at once: each write is a trip to another thread. */
const blockBytes = 256 * 1024;
/** Full blocks that may wait for the disk before the command has to. */
const waitingBlocks = 2;

/** What an output needs. */
export interface OutputOptions {
  readonly path: string;
  readonly secrets: readonly string[];
  readonly secretMarker: string;
  /** Bytes that are kept on disk at most. */
  readonly limit: number;
  /** There is room again after `take` said no. */
  readonly onRoom: () => void;
  /** The limit is reached, or the disk fails; what comes afterwards is thrown away. */
  readonly onFull: (cause?: unknown) => void;
}

/** The output of one command. */
export class Output {
  readonly tail = new Tail();
  readonly #options: OutputOptions;
  readonly #file: FileHandle;
  readonly #utf8 = new Utf8Repair();
  readonly #secrets: SecretFilter;
  readonly #hash: OutputHash;
  #block: Buffer = Buffer.allocUnsafe(0);
  #filled = 0;
  readonly #waiting: Buffer[] = [];
  readonly #free: Buffer[] = [];
  #isWriting = false;
  #hasFailed = false;
  #written = 0;
  /** Who waits until the file has so many bytes. */
  readonly #awaiting: { readonly until: number; readonly resolve: () => void }[] = [];
  #isFull = false;
  #ending: Promise<string | undefined> | undefined;

  private constructor(options: OutputOptions, file: FileHandle) {
    this.#options = options;
    this.#file = file;
    this.#secrets = new SecretFilter(options.secrets, options.secretMarker);
    this.#hash = new OutputHash(options.path);
  }

  /** Makes the file, for the user's eyes only. */
  static async create(options: OutputOptions): Promise<Output> {
    return new Output(options, await open(options.path, "wx+", 0o600));
  }

  /** Bytes that came, or after the end those that are kept. */
  get bytes(): number {
    return this.#ending === undefined ? this.tail.total : this.#written;
  }

  /** Takes what came; false: no more before `onRoom`. The bytes are not held on to. */
  take(piece: Buffer): boolean {
    if (this.#isFull) return true;
    this.#append(this.#secrets.push(this.#utf8.push(piece)));
    return this.#waiting.length < waitingBlocks;
  }

  /** Nothing comes any more; resolves when all is in the file. Its hash follows by `hash`. */
  async end(): Promise<void> {
    this.#append(this.#secrets.push(this.#utf8.end()));
    this.#append(this.#secrets.end());
    await this.#flush();
    await this.#file.close();
    this.#block = Buffer.allocUnsafe(0);
    this.#free.length = 0;
    this.#ending = this.#hash.end();
    this.#ending.catch(() => {});
  }

  /** The hash of the whole output, once it has ended. */
  async hash(): Promise<string | undefined> {
    return this.#ending;
  }

  /** The characters that begin in a range of bytes, from the file at `path`. */
  async read(path: string, offset: number, length: number): Promise<string> {
    if (this.#ending === undefined) await this.#flush();
    return readCharacters(path, offset, Math.min(length, Math.max(0, this.#written - offset)));
  }

  #append(bytes: Buffer): void {
    if (this.#isFull) return;
    const room = this.#options.limit - this.tail.total;
    // The limit may cut a character, which nobody may see.
    const kept = bytes.length <= room ? bytes : new Utf8Repair().push(bytes.subarray(0, room));
    this.tail.push(kept);
    for (let from = 0; from < kept.length;) {
      if (this.#filled === this.#block.length) this.#nextBlock();
      const copied = kept.copy(this.#block, this.#filled, from);
      this.#filled += copied;
      from += copied;
    }
    if (kept.length < bytes.length) this.#fill();
  }

  #nextBlock(): void {
    this.#passOn();
    this.#block = this.#free.pop() ?? Buffer.allocUnsafeSlow(blockBytes);
  }

  #passOn(): void {
    if (this.#filled === 0) return;
    this.#waiting.push(this.#block.subarray(0, this.#filled));
    this.#filled = 0;
    this.#block = Buffer.allocUnsafe(0);
    if (!this.#isWriting) void this.#write();
  }

  async #write(): Promise<void> {
    this.#isWriting = true;
    try {
      for (let block = this.#waiting[0]; block !== undefined; block = this.#waiting[0]) {
        await this.#writeBlock(block);
        this.#waiting.shift();
        if (this.#free.length < waitingBlocks) this.#free.push(Buffer.from(block.buffer, 0, blockBytes));
        if (this.#waiting.length < waitingBlocks) this.#options.onRoom();
      }
    } catch (cause) {
      // What follows would stand in the wrong place, and half a block has no hash.
      await this.#file.truncate(this.#written).catch(() => {});
      this.#waiting.length = 0;
      this.#filled = 0;
      this.#hasFailed = true;
      this.#fill(cause);
      for (const { resolve } of this.#awaiting.splice(0)) resolve();
      this.#options.onRoom();
    }
    this.#isWriting = false;
  }

  async #writeBlock(block: Buffer): Promise<void> {
    for (let from = 0; from < block.length;) {
      const { bytesWritten } = await this.#file.write(block, from, block.length - from);
      from += bytesWritten;
    }
    this.#written += block.length;
    this.#hash.push(block);
    while ((this.#awaiting[0]?.until ?? Infinity) <= this.#written) this.#awaiting.shift()?.resolve();
  }

  async #flush(): Promise<void> {
    this.#passOn();
    if (this.#hasFailed || this.#written >= this.tail.total) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#awaiting.push({ until: this.tail.total, resolve });
    await promise;
  }

  #fill(cause?: unknown): void {
    this.#isFull = true;
    this.#options.onFull(cause);
  }
}
