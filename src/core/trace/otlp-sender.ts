/** Sends spans as they end to an OTLP endpoint over HTTP; whatever goes wrong there is never felt here. */
import type { Span } from "#protocol/trace.ts";
import { messageOf } from "../errors.ts";
import type { Clock, Http, HttpAnswer, Log } from "../ports.ts";
import { retryAfterMs } from "../retry-after.ts";
import type { ReadBodies } from "./exported-trace.ts";
import { isRetryable, rejectedSpans, tracesHeaders, tracesUrl } from "./otlp-endpoint.ts";
import { OtlpIds } from "./otlp-ids.ts";
import { otlpEnvelope, otlpSpan } from "./otlp-span.ts";
import { Pace } from "./pace.ts";

/** Queue and batch as OpenTelemetry's BatchSpanProcessor has them; its wait of 5 s is too long for a view that follows. */
const queueSpans = 2_048;
const batchSpans = 512;
const gatherMs = 1_000;
const requestMs = 10_000;
// The specification recommends that servers refuse more than 20 MiB.
const requestBytes = 4 * 1024 * 1024;
const answerBytes = 65_536;
const tries = 5;
const firstBackOffMs = 1_000;
const longestBackOffMs = 30_000;

/** What a sender needs. */
export interface OtlpSenderPorts {
  readonly http: Http;
  readonly log: Log;
  readonly clock: Clock;
  /** Waits; by default in a way that does not keep the process alive, which the clock's own sleep does. */
  readonly sleep?: Clock["sleep"];
}

/** Where spans go, and with what. */
export interface OtlpTarget {
  /** "http://localhost:4318", or the whole address that ends with /v1/traces. */
  readonly endpoint: string;
  /** For example the authorization that a service asks for. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Given where the user wants bodies sent; without it titles, drift and what tools said stay here, too. */
  readonly bodies?: ReadBodies;
  readonly version?: string;
}

/** What became of one request. */
type Attempt =
  | { readonly status: "sent"; readonly rejected: number }
  | {
      readonly status: "failed";
      readonly reason: string;
      readonly isFinal: boolean;
      readonly waitMs?: number | undefined;
    };

/** One sender for all sessions of a window: turns are roots of their session's trace, since a session itself does not end. */
export class OtlpSender {
  readonly #ports: OtlpSenderPorts;
  readonly #target: OtlpTarget;
  readonly #url: URL;
  readonly #headers: Headers;
  readonly #sleep: Clock["sleep"];
  readonly #ids = new OtlpIds();
  readonly #queue: Span[] = [];
  readonly #closing = new AbortController();
  readonly #stop = new AbortController();
  #full = new AbortController();
  #sending: Promise<void> | undefined;
  #lost = 0;
  #isFailing = false;

  /** Throws BooError "bad-endpoint", "bad-headers". */
  constructor(target: OtlpTarget, ports: OtlpSenderPorts) {
    this.#target = target;
    this.#ports = ports;
    this.#url = tracesUrl(target.endpoint);
    this.#headers = tracesHeaders(target.headers);
    this.#sleep = ports.sleep ?? restQuietly;
  }

  /** Takes a span that has ended and was redacted; returns at once. The oldest of too many is left out. */
  add(span: Span): void {
    if (this.#closing.signal.aborted) return;
    this.#queue.push(span);
    if (this.#queue.length > queueSpans) {
      this.#queue.shift();
      this.#lost += 1;
    }
    if (this.#queue.length >= batchSpans) this.#full.abort();
    this.#sending ??= this.#sendAll();
  }

  /** Sends what there is, each request once, and resolves at the latest after this time. */
  async close(limitMs = 2_000): Promise<void> {
    this.#closing.abort();
    const sending = this.#sending;
    if (sending !== undefined) {
      const done = new AbortController();
      const limit = this.#wait(limitMs, done.signal).then((isOver) => isOver && this.#stop.abort());
      await sending;
      done.abort();
      await limit;
    }
    if (this.#lost > 0) this.#ports.log.info(`${this.#lost} spans could not be sent to ${this.#url.host}.`);
    this.#lost = 0;
  }

  async #sendAll(): Promise<void> {
    try {
      while (this.#queue.length > 0) {
        if (this.#queue.length < batchSpans)
          await this.#wait(gatherMs, AbortSignal.any([this.#full.signal, this.#closing.signal]));
        this.#full = new AbortController();
        await this.#sendBatch(this.#queue.splice(0, batchSpans));
      }
    } catch (error) {
      this.#lose(this.#queue.splice(0).length, reasonOf(error));
    } finally {
      this.#sending = undefined;
    }
  }

  async #sendBatch(spans: readonly Span[]): Promise<void> {
    const pace = new Pace();
    const encoder = new TextEncoder();
    let pieces: Uint8Array[] = [];
    let bytes = 0;
    for (const span of spans) {
      const piece = encoder.encode(JSON.stringify(await this.#encode(span)));
      if (bytes > 0 && bytes + piece.length > requestBytes) {
        await this.#send(pieces);
        pieces = [];
        bytes = 0;
      }
      pieces.push(piece);
      bytes += piece.length;
      if (pace.isDue) await pace.pause();
    }
    await this.#send(pieces);
  }

  async #encode(span: Span): Promise<unknown> {
    const { bodies } = this.#target;
    const content = bodies === undefined ? "none" : "all";
    const read = bodies === undefined ? undefined : await this.#read(bodies(span));
    return otlpSpan(span, { ids: this.#ids, parent: span.parent, content, bodies: read });
  }

  /** Bodies that can not be read are left out, as are those that come too late; the span is worth sending without them. */
  async #read(reading: ReturnType<ReadBodies>): ReturnType<ReadBodies> {
    const { promise: stopped, resolve } = Promise.withResolvers<undefined>();
    const stop = (): void => resolve(undefined);
    const { signal } = this.#stop;
    if (signal.aborted) stop();
    signal.addEventListener("abort", stop, { once: true });
    const read = await Promise.race([reading.catch(() => undefined), stopped]);
    signal.removeEventListener("abort", stop);
    return read;
  }

  async #send(pieces: readonly Uint8Array[]): Promise<void> {
    const { head, tail } = otlpEnvelope(this.#target.version);
    const encoder = new TextEncoder();
    const comma = encoder.encode(",");
    const spans = pieces.flatMap((piece, index) => (index === 0 ? [piece] : [comma, piece]));
    const body = [encoder.encode(head), ...spans, encoder.encode(tail)];
    for (let attempt = 1; ; attempt++) {
      const result = await this.#attempt(body);
      if (result.status === "sent") return this.#sent(result.rejected);
      const isLast = result.isFinal || attempt === tries || this.#closing.signal.aborted;
      if (isLast) return this.#lose(pieces.length, result.reason);
      this.#warn(result.reason);
      await this.#wait(result.waitMs ?? backOffMs(attempt), this.#closing.signal);
    }
  }

  async #attempt(body: readonly Uint8Array[]): Promise<Attempt> {
    const { http, clock } = this.#ports;
    const signal = AbortSignal.any([this.#stop.signal, AbortSignal.timeout(requestMs)]);
    try {
      const answer = await http.post(this.#url.href, { headers: this.#headers, body, signal });
      const said = await textOf(answer);
      if (answer.status >= 200 && answer.status < 300)
        return { status: "sent", rejected: rejectedSpans(said) };
      return {
        status: "failed",
        reason: `it answered with status ${answer.status}`,
        isFinal: !isRetryable(answer.status),
        waitMs: retryAfterMs(answer.headers.get("retry-after"), clock.now()),
      };
    } catch (error) {
      return { status: "failed", reason: reasonOf(error), isFinal: this.#stop.signal.aborted };
    }
  }

  #sent(rejected: number): void {
    if (rejected > 0) return this.#lose(rejected, `it did not take ${rejected} spans`);
    if (!this.#isFailing) return;
    this.#isFailing = false;
    const missing = this.#lost === 0 ? "" : ` ${this.#lost} spans were left out.`;
    this.#ports.log.info(`Traces are sent to ${this.#url.host} again.${missing}`);
    this.#lost = 0;
  }

  #lose(count: number, reason: string): void {
    this.#lost += count;
    this.#warn(reason);
  }

  // Once for each time that it stops working; the host alone, since addresses may hold keys.
  #warn(reason: string): void {
    if (this.#isFailing) return;
    this.#isFailing = true;
    this.#ports.log.warn(
      `Traces can not be sent to ${this.#url.host}: ${reason}. Nothing else is affected; the address is in the settings.`,
    );
  }

  /** Whether the time has passed; false where the signal came first. */
  async #wait(ms: number, signal: AbortSignal): Promise<boolean> {
    return this.#sleep(ms, signal).then(
      () => true,
      () => false,
    );
  }
}

/** Doubles from 1 s to 30 s, less up to a half by chance, so that not all windows come back at once. */
function backOffMs(attempt: number): number {
  const most = Math.min(firstBackOffMs * 2 ** (attempt - 1), longestBackOffMs);
  return most * (1 - Math.random() / 2);
}

// A host with several addresses that are all refused gives an error without a message.
function reasonOf(error: unknown): string {
  const { code } = error as { readonly code?: unknown };
  return messageOf(error) || String(code);
}

/** The answer's text; one that is too long is let go of. */
async function textOf({ body }: HttpAnswer): Promise<string> {
  const decoder = new TextDecoder();
  let text = "";
  for (let next = await body.next(); next.done !== true; next = await body.next()) {
    text += decoder.decode(next.value, { stream: true });
    if (text.length <= answerBytes) continue;
    await body.return?.();
    break;
  }
  return text;
}

async function restQuietly(ms: number, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted();
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const timer: { unref?: () => void } = setTimeout(resolve, ms);
  timer.unref?.();
  const stop = (): void => {
    clearTimeout(timer as ReturnType<typeof setTimeout>);
    reject(signal.reason as Error);
  };
  signal.addEventListener("abort", stop, { once: true });
  try {
    await promise;
  } finally {
    signal.removeEventListener("abort", stop);
  }
}
