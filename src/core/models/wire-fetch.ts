/** The fetch that carries one model request: sends the transcript's own bytes, and watches the answer for life. */
import { BooError } from "../errors.ts";
import type { Http } from "../ports.ts";
import { UnusableAnswer } from "./failure.ts";
import { DeltaMerger } from "./merge-deltas.ts";
import type { SentBody } from "../trace/prefix-watch.ts";
import type { Timeouts } from "./provider.ts";

const encoder = new TextEncoder();
const decoder = new TextDecoder();
const slot = '"messages":[';

/** Times of one request, epoch milliseconds. */
export interface WireTimes {
  sentAt?: number;
  headersAt?: number;
  firstByteAt?: number;
  firstTokenAt?: number;
  /** The last byte came, or none will. */
  endedAt?: number;
}

/** What a request's fetch needs to know. */
export interface WireRequest {
  /** The messages' bytes, without the brackets of their array; asked for once, when `ready` has settled. */
  readonly messages: () => Uint8Array;
  readonly timeouts: Timeouts;
  /** Settles when everything that the request tells is on disk; nothing is sent before. */
  readonly ready: Promise<unknown>;
  /** Called with the body when it is about to leave. */
  readonly sending: (body: SentBody) => void;
  /** Called when the request is on its way. */
  readonly sent: () => void;
  readonly http: Http;
  readonly now: () => number;
}

/** A fetch for one request and the times that it saw. */
export interface WireFetch {
  readonly fetch: typeof globalThis.fetch;
  readonly times: WireTimes;
  /** To be called with the first token, which ends the wait for it. */
  readonly sawToken: () => void;
}

/** Makes the fetch of one request. Its timeouts end in BooErrors "timeout-connect", "timeout-first-token", "timeout-silence". */
export function createWireFetch(request: WireRequest): WireFetch {
  const times: WireTimes = {};
  const watch = new Watch(request.timeouts);
  const wireFetch = async (input: string | URL | Request, init: RequestInit = {}): Promise<Response> => {
    const signal = init.signal ? AbortSignal.any([init.signal, watch.signal]) : watch.signal;
    await request.ready;
    signal.throwIfAborted();
    const headers = new Headers(init.headers);
    const body = typeof init.body === "string" ? spliceMessages(init.body, request) : [];
    times.sentAt = request.now();
    watch.waitForHeaders();
    try {
      const url = input instanceof Request ? input.url : String(input);
      const answering = request.http.post(url, { headers, body, signal });
      // A moment later: what is written now still has to leave.
      setTimeout(request.sent, 0);
      const answer = await answering;
      times.headersAt = request.now();
      // A refusal is known with its status; its reasons are read when somebody asks for them.
      if (answer.status >= 400) times.endedAt = times.headersAt;
      watch.waitForToken();
      const watching = { watch, times, signal, now: request.now };
      return new Response(watched(answer.body, watching), answer);
    } catch (error) {
      times.endedAt = request.now();
      watch.stop();
      throw watch.signal.aborted ? watch.signal.reason : error;
    }
  };
  const sawToken = (): void => {
    times.firstTokenAt ??= request.now();
    watch.sawToken();
  };
  return { fetch: wireFetch, times, sawToken };
}

// The SDK writes a body with one placeholder message; the transcript's bytes take its place, so that what was
// sent before is sent again to the byte, whatever the SDK would make of it.
function spliceMessages(body: string, request: WireRequest): readonly Uint8Array[] {
  const start = body.indexOf(slot) + slot.length;
  const end = body.indexOf("]", start);
  const messages = request.messages();
  const [head, tail] = [body.slice(0, start), body.slice(end)];
  request.sending({ head, messages, tail });
  return [encoder.encode(head), messages, encoder.encode(tail)];
}

const brokenOff = "The answer broke off in the middle.";

interface Watched {
  readonly watch: Watch;
  readonly times: WireTimes;
  /** Aborted by the user, or by the watch. */
  readonly signal: AbortSignal;
  readonly now: () => number;
}

// The last event of the format ends the answer: some servers keep the connection open after it, and waiting for its end costs time.
function watched(
  source: AsyncIterator<Uint8Array>,
  { watch, times, signal, now }: Watched,
): ReadableStream<Uint8Array> {
  const merger = new DeltaMerger();
  const close = (controller: ReadableStreamDefaultController<Uint8Array>): void => {
    times.endedAt ??= now();
    watch.stop();
    const rest = merger.flush();
    if (rest.length > 0) controller.enqueue(rest);
    controller.close();
  };
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      try {
        for (;;) {
          const { done, value } = await source.next();
          if (watch.signal.aborted) throw watch.signal.reason;
          if (done === true) return close(controller);
          times.firstByteAt ??= now();
          // Seen here it has not waited for what reads the stream.
          if (times.firstTokenAt === undefined && holdsToken(value)) times.firstTokenAt = now();
          watch.sawBytes();
          const bytes = merger.push(value);
          if (bytes.length > 0) controller.enqueue(bytes);
          if (endsStream(value)) {
            close(controller);
            void finish(source);
            return;
          }
          if (bytes.length > 0) return;
        }
      } catch (error) {
        times.endedAt ??= now();
        watch.stop();
        // A server that had begun to answer was reached.
        controller.error(
          signal.aborted ? signal.reason : new UnusableAnswer("cut", brokenOff, { cause: error }),
        );
      }
    },
    async cancel() {
      watch.stop();
      await source.return?.();
    },
  });
}

// Reading to the end leaves the connection to the next request.
async function finish(source: AsyncIterator<Uint8Array>): Promise<void> {
  try {
    await source.next();
    await source.return?.();
  } catch {
    // The answer is whole; what becomes of its connection is nobody's concern.
  }
}

const token = /"(?:reasoning_)?content":\s*"[^"]|"tool_calls":\s*\[\s*\{/;

/** Whether bytes hold a piece of an answer as far as they can be read for themselves. */
function holdsToken(chunk: Uint8Array): boolean {
  return token.test(decoder.decode(chunk));
}

function endsStream(chunk: Uint8Array): boolean {
  return decoder.decode(chunk.subarray(-20)).trimEnd().endsWith("data: [DONE]");
}

/** Three clocks over one request: to the status line, to the first token, and between bytes. */
class Watch {
  readonly #timeouts: Timeouts;
  readonly #controller = new AbortController();
  #phase: ReturnType<typeof setTimeout> | undefined;
  #silence: ReturnType<typeof setTimeout> | undefined;

  constructor(timeouts: Timeouts) {
    this.#timeouts = timeouts;
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  waitForHeaders(): void {
    const { connectMs } = this.#timeouts;
    this.#phase = setTimeout(
      () =>
        this.#expire("timeout-connect", `The model's server did not answer within ${seconds(connectMs)}.`),
      connectMs,
    );
  }

  waitForToken(): void {
    clearTimeout(this.#phase);
    const { firstTokenMs } = this.#timeouts;
    const say = `The model said nothing within ${seconds(firstTokenMs)}.`;
    this.#phase = setTimeout(() => this.#expire("timeout-first-token", say), firstTokenMs);
    this.sawBytes();
  }

  sawToken(): void {
    clearTimeout(this.#phase);
  }

  sawBytes(): void {
    if (this.#silence !== undefined && "refresh" in this.#silence) {
      this.#silence.refresh();
      return;
    }
    const { silenceMs } = this.#timeouts;
    const say = `The model's server went silent for ${seconds(silenceMs)}.`;
    this.#silence = setTimeout(() => this.#expire("timeout-silence", say), silenceMs);
  }

  stop(): void {
    clearTimeout(this.#phase);
    clearTimeout(this.#silence);
  }

  #expire(code: string, message: string): void {
    this.stop();
    this.#controller.abort(new BooError(code, message));
  }
}

function seconds(ms: number): string {
  return `${Math.round(ms / 1000)} s`;
}
