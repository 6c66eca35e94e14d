import type { IncomingMessage, ServerResponse } from "node:http";
import type { CacheReading } from "./prompt-cache.ts";
import type { ChatRequest } from "./chat-request.ts";
import type { Refusal } from "./check-transcript.ts";
import type { WireUsage } from "./accounts.ts";

/** When things happened, in milliseconds since the epoch with fractions, comparable between processes. */
export interface ExchangeTimes {
  /** The request's head was read. */
  readonly receivedAt: number;
  /** The request's body was complete. */
  readonly bodyAt?: number;
  /** The first byte of the answer's body was handed to the socket. */
  readonly firstByteAt?: number;
  /** The answer's last byte was handed to the socket. */
  readonly lastByteAt?: number;
  /** The client closed the connection before the answer was complete. */
  readonly abortedAt?: number;
}

/** One request for a completion and what became of it. */
export interface RecordedRequest {
  /** From 0, in the order of arrival. */
  readonly index: number;
  readonly path: string;
  readonly headers: IncomingMessage["headers"];
  /** The body's bytes exactly. */
  readonly body: Buffer;
  /** The body as text. */
  readonly text: string;
  /** The body as the server understood it; undefined when it could not. */
  readonly json: ChatRequest | undefined;
  readonly times: ExchangeTimes;
  /** Each piece of thinking, text or arguments when it was handed to the socket. */
  readonly chunks: readonly { readonly at: number; readonly text: string }[];
  /** The status answered so far. */
  readonly status: number | undefined;
  /** Why the request was refused as invalid. */
  readonly refusal: Refusal | undefined;
  readonly cache: CacheReading | undefined;
  /** What the answer cost, also when its last chunk did not say so or was not reached. */
  readonly usage: WireUsage | undefined;
  /** Resolves when the answer is over: sent in full, broken off by script, or given up by the client. */
  readonly ended: Promise<"complete" | "cut" | "aborted">;
}

/** The server's side of a recorded request. */
export class Exchange implements RecordedRequest {
  readonly index: number;
  readonly path: string;
  readonly headers: IncomingMessage["headers"];
  body: Buffer = Buffer.alloc(0);
  json: ChatRequest | undefined;
  times: ExchangeTimes;
  readonly chunks: { at: number; text: string }[] = [];
  status: number | undefined;
  refusal: Refusal | undefined;
  cache: CacheReading | undefined;
  usage: WireUsage | undefined;
  readonly ended: Promise<"complete" | "cut" | "aborted">;
  /** Resolves when the connection or the answer is over: whatever waits for the test waits for this, too. */
  readonly gone: Promise<void>;
  /** Whether nothing can be written any more. */
  isGone = false;
  private isCut = false;

  constructor(index: number, request: IncomingMessage, response: ServerResponse) {
    this.index = index;
    this.path = request.url ?? "";
    this.headers = request.headers;
    this.times = { receivedAt: wallClock() };
    const gone = Promise.withResolvers<void>();
    const ended = Promise.withResolvers<"complete" | "cut" | "aborted">();
    this.gone = gone.promise;
    this.ended = ended.promise;
    response.on("close", () => {
      this.isGone = true;
      const isAborted = !response.writableFinished && !this.isCut;
      if (isAborted) this.mark("abortedAt");
      gone.resolve();
      ended.resolve(isAborted ? "aborted" : this.isCut ? "cut" : "complete");
    });
  }

  get text(): string {
    return this.body.toString("utf8");
  }

  /** The request's key, as the client wrote it. */
  get key(): string | undefined {
    return this.headers.authorization?.replace(/^Bearer /, "");
  }

  /** Notes the time of an event; only the last byte may be noted again. */
  mark(event: Exclude<keyof ExchangeTimes, "receivedAt">): void {
    if (this.times[event] === undefined || event === "lastByteAt") {
      this.times = { ...this.times, [event]: wallClock() };
    }
  }

  /** Says that the script, not the client, breaks off. */
  markCut(): void {
    this.isCut = true;
  }
}

/** The time of day with microseconds. */
export function wallClock(): number {
  return performance.timeOrigin + performance.now();
}
