import { once } from "node:events";
import type { ServerResponse } from "node:http";
import { setTimeout as timer } from "node:timers/promises";
import { type Exchange, wallClock } from "./exchange.ts";
import type { Pace } from "./reply.ts";

/** Writes an answer's body at its pace and notes when each piece went out; after the client left it writes nothing. */
export class BodyWriter {
  private readonly exchange: Exchange;
  private readonly response: ServerResponse;
  private readonly pace: Pace;
  private readonly isPaced: boolean;
  private readonly startedAt = performance.now();
  private deltas = 0;
  private pieceCount = 0;

  constructor(exchange: Exchange, response: ServerResponse, pace: Pace, isStreaming: boolean) {
    this.exchange = exchange;
    this.response = response;
    this.pace = pace;
    this.isPaced = isStreaming && pace.tokensPerSecond !== undefined;
  }

  /** Cuts a text into deltas, never inside a character. */
  *pieces(text: string): Generator<string> {
    const { chunkCharacters = 4 } = this.pace;
    const sizes = typeof chunkCharacters === "number" ? [chunkCharacters] : chunkCharacters;
    for (let at = 0; at < text.length;) {
      let end = at + Math.max(1, sizes[this.pieceCount++ % sizes.length] ?? 4);
      if (isLowSurrogate(text, end)) end++;
      yield text.slice(at, end);
      at = end;
    }
  }

  /** Writes the event of one delta when its time has come. */
  async writeDelta(event: string, text: string): Promise<void> {
    if (this.isPaced) await this.due();
    if (this.exchange.isGone) return;
    this.exchange.chunks.push({ at: wallClock(), text });
    await this.write(event);
  }

  /** Writes bytes and waits while the client reads too slowly. */
  async write(text: string): Promise<void> {
    const { splitBytes } = this.pace;
    const bytes = splitBytes === undefined ? undefined : Buffer.from(text);
    if (!bytes || !splitBytes) return this.writeOnce(text);
    for (let at = 0; at < bytes.length; at += splitBytes) {
      await this.writeOnce(bytes.subarray(at, at + splitBytes));
      // A turn of the event loop makes it a packet of its own.
      await new Promise((resolve) => setImmediate(resolve));
    }
  }

  /** Resolves when everything written so far is the operating system's. */
  async flushed(): Promise<void> {
    if (this.exchange.isGone || this.response.writableLength === 0) return;
    const written = new Promise<void>((resolve) => this.response.write("", () => resolve()));
    await Promise.race([written, this.exchange.gone]);
  }

  /** Completes the body. */
  end(): void {
    this.exchange.mark("lastByteAt");
    this.response.end();
  }

  /** Breaks the connection off. */
  destroy(): void {
    this.exchange.markCut();
    this.exchange.mark("lastByteAt");
    this.response.destroy();
  }

  private async writeOnce(bytes: string | Uint8Array): Promise<void> {
    if (this.exchange.isGone) return;
    this.exchange.mark("firstByteAt");
    const hasRoom = this.response.write(bytes);
    if (!hasRoom) await Promise.race([once(this.response, "drain"), this.exchange.gone]);
  }

  /** Waits for the next delta's time, counted from the start so that late timers do not add up. */
  private async due(): Promise<void> {
    const at = this.startedAt + (this.deltas++ * 1000) / (this.pace.tokensPerSecond ?? Infinity);
    const waitMs = at - performance.now();
    if (waitMs > 0) await timer(waitMs);
  }
}

function isLowSurrogate(text: string, at: number): boolean {
  const code = text.charCodeAt(at);
  return code >= 0xdc00 && code <= 0xdfff;
}
