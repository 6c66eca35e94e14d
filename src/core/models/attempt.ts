/** One request to a model: streams its answer, and returns it whole or throws why it can not be used. */
import type { JSONSchema7, ToolSet } from "ai";
import type { SentMark } from "#protocol/session.ts";
import type { Header } from "#protocol/header.ts";
import type { Drift } from "#protocol/trace.ts";
import type { Usage } from "#protocol/usage.ts";
import type { Http } from "../ports.ts";
import type { Transcript } from "../session/transcript.ts";
import type { PrefixWatch } from "../trace/prefix-watch.ts";
import { UnusableAnswer } from "./failure.ts";
import { toModelMessages } from "./provider.ts";
import type { Route } from "./router.ts";
import { loadSdk, type Sdk } from "./sdk.ts";
import { readUsage } from "./read-usage.ts";
import { createWireFetch, type WireFetch, type WireTimes } from "./wire-fetch.ts";

/** Hears an answer while it comes. */
export interface AnswerListener {
  /** The request is on its way. */
  sent(): void;
  text(delta: string): void;
  reasoning(delta: string): void;
  toolInput(index: number, name: string, bytes: number): void;
}

/** A tool call as it came: `arguments` byte for byte. */
export interface AnsweredCall {
  readonly callId: string;
  readonly name: string;
  readonly arguments: string;
}

/** A whole answer. */
export interface Answer {
  readonly text: string;
  readonly reasoning: string;
  readonly calls: readonly AnsweredCall[];
  /** The provider's own word for why it ended. */
  readonly finish: string;
  readonly usage: Usage;
  readonly times: WireTimes & {
    readonly textAt?: number;
    readonly endedAt: number;
  };
}

/** What an attempt is made of. */
export interface AttemptRequest {
  readonly route: Route;
  readonly header: Header;
  readonly transcript: Transcript;
  readonly signal: AbortSignal;
  readonly http: Http;
  readonly prefix: PrefixWatch;
  readonly now: () => number;
}

// How DeepSeek and other open models write a tool call when they mistake it for text.
const leakPattern = /<[|｜](tool▁calls?▁begin|DSML)[|｜]|^<tool_call>\s*\{/m;

const toolSets = new WeakMap<Header, ToolSet>();

/** One request to a model: made ready before the transcript is, sent once. */
export class Attempt {
  readonly #wire: WireFetch;
  readonly #sending = Promise.withResolvers<unknown>();
  readonly #request: AttemptRequest;
  readonly #stream: Promise<AsyncIterable<Part>>;
  #listener: AnswerListener | undefined;
  #drift: Drift | undefined;
  #sent: SentMark | undefined;

  private constructor(request: AttemptRequest) {
    const { transcript, route, http, prefix, now } = request;
    const { timeouts } = route.provider;
    this.#request = request;
    this.#wire = createWireFetch({
      messages: () => transcript.bytes(),
      timeouts,
      ready: this.#sending.promise,
      sending: (body) => {
        this.#drift = prefix.check(body);
        this.#sent = prefix.mark;
      },
      sent: () => this.#listener?.sent(),
      http,
      now,
    });
    this.#stream = this.#open();
    // An attempt that is never sent fails when its turn ends, and nobody listens.
    this.#stream.catch(() => {});
  }

  /** When things happened to the request, as far as they did. */
  get times(): WireTimes {
    return this.#wire.times;
  }

  /** Where the request does not begin as the one before did, though it should. */
  get drift(): Drift | undefined {
    return this.#drift;
  }

  /** What tells the request from others, once it was sent. */
  get sent(): SentMark | undefined {
    return this.#sent;
  }

  /** Prepares a request; nothing is sent before `send`. */
  static prepare(request: AttemptRequest): Attempt {
    return new Attempt(request);
  }

  /**
   * Sends the transcript as it is when `ready` settles, and hears the answer to its end.
   * Throws UnusableAnswer, the SDK's errors, or an AbortError when the signal aborts.
   */
  async send(ready: Promise<unknown>, listener: AnswerListener): Promise<Answer> {
    const { signal, now } = this.#request;
    this.#listener = listener;
    this.#sending.resolve(ready);
    const collector = new Collector(listener, this.#wire.sawToken, now);
    for await (const part of await this.#stream) collector.take(part);
    signal.throwIfAborted();
    return collector.answer(this.#wire.times);
  }

  async #open(): Promise<AsyncIterable<Part>> {
    const sdk = await loadSdk();
    const { route, header, transcript, signal } = this.#request;
    const { choice, baseUrl, apiKey } = route;
    const opened = await route.provider.open({ choice, baseUrl, apiKey, fetch: this.#wire.fetch });
    const tools = toolSets.get(header) ?? toToolSet(sdk, header);
    toolSets.set(header, tools);
    // Providers that take values are given them only when all are there.
    if (!route.provider.isWire) await this.#sending.promise;
    const prompt = route.provider.isWire
      ? { messages: [{ role: "user" as const, content: "-" }] }
      : { instructions: header.system, messages: toModelMessages(transcript.messages()) };
    const result = sdk.streamText({
      ...opened,
      ...prompt,
      tools,
      maxRetries: 0,
      abortSignal: signal,
      // Errors come as parts of the stream; the default would print the whole request.
      onError: () => {},
    });
    return result.stream;
  }
}

function toToolSet(sdk: Sdk, header: Header): ToolSet {
  const entries = header.tools.map(({ name, description, parameters }) => {
    const inputSchema = sdk.jsonSchema(parameters as JSONSchema7);
    return [name, sdk.tool({ description, inputSchema })] as const;
  });
  return Object.fromEntries(entries);
}

type Part = Sdk extends { streamText: (...input: never[]) => { stream: AsyncIterable<infer P> } } ? P : never;

/** Puts the parts of a stream together. */
class Collector {
  readonly #listener: AnswerListener;
  readonly #sawToken: () => void;
  readonly #now: () => number;
  readonly #calls = new Map<string, { name: string; arguments: string }>();
  #text = "";
  #reasoning = "";
  #finish: string | undefined;
  #usage: Usage = {};
  #error: unknown;
  #textAt: number | undefined;

  constructor(listener: AnswerListener, sawToken: () => void, now: () => number) {
    this.#listener = listener;
    this.#sawToken = sawToken;
    this.#now = now;
  }

  take(part: Part): void {
    switch (part.type) {
      case "text-delta":
        this.#token();
        this.#textAt ??= this.#now();
        this.#text += part.text;
        this.#listener.text(part.text);
        return;
      case "reasoning-delta":
        this.#token();
        this.#reasoning += part.text;
        this.#listener.reasoning(part.text);
        return;
      case "tool-input-start":
        this.#token();
        this.#textAt ??= this.#now();
        this.#calls.set(part.id, { name: part.toolName, arguments: "" });
        return;
      case "tool-input-delta":
        this.#toolDelta(part.id, part.delta);
        return;
      case "tool-call":
        // Providers that do not stream the input give it here alone.
        if (!this.#calls.has(part.toolCallId)) {
          this.#calls.set(part.toolCallId, { name: part.toolName, arguments: JSON.stringify(part.input) });
        }
        return;
      case "finish-step":
        this.#finish = part.rawFinishReason;
        this.#usage = readUsage(part.usage);
        return;
      case "error":
        this.#error ??= part.error;
        return;
      default:
    }
  }

  answer(times: WireTimes): Answer {
    if (this.#error !== undefined) throw this.#error;
    if (this.#finish === undefined) throw new UnusableAnswer("cut", "The answer broke off in the middle.");
    if (this.#finish === "insufficient_system_resource") {
      throw new UnusableAnswer(
        "busy",
        "The model's server ran out of resources in the middle of the answer.",
      );
    }
    if (
      this.#text.trim() === "" &&
      this.#calls.size === 0 &&
      this.#finish !== "content_filter" &&
      this.#finish !== "length"
    ) {
      throw new UnusableAnswer("empty", "The model answered with nothing.");
    }
    if (leakPattern.test(this.#text)) {
      throw new UnusableAnswer("leaked-call", "The model wrote a tool call as text instead of making it.");
    }
    const calls = [...this.#calls].map(([callId, call]) => ({
      callId,
      name: call.name,
      arguments: call.arguments || "{}",
    }));
    return {
      text: this.#text,
      reasoning: this.#reasoning,
      // Calls of an answer that ran out of room may be cut anywhere.
      calls: this.#finish === "length" ? [] : calls,
      finish: this.#finish,
      usage: this.#usage,
      times: {
        ...times,
        endedAt: times.endedAt ?? this.#now(),
        ...(this.#textAt !== undefined && { textAt: this.#textAt }),
      },
    };
  }

  #toolDelta(id: string, delta: string): void {
    const call = this.#calls.get(id);
    if (call === undefined) return;
    call.arguments += delta;
    this.#listener.toolInput([...this.#calls.keys()].indexOf(id), call.name, call.arguments.length);
  }

  #token(): void {
    this.#sawToken();
  }
}
