import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { type Account, sumUp } from "./model-server/accounts.ts";
import { type ChatRequest, readChatRequest } from "./model-server/chat-request.ts";
import { checkTranscript, type Refusal } from "./model-server/check-transcript.ts";
import { Exchange, type RecordedRequest } from "./model-server/exchange.ts";
import { Meter } from "./model-server/meter.ts";
import { approximateTokens, type CacheOptions } from "./model-server/prompt-cache.ts";
import { renderPrompt } from "./model-server/render-prompt.ts";
import { contextLengthMessage, errorBody, reply, type Reply } from "./model-server/reply.ts";
import { type Dialect, sendAnswer } from "./model-server/send-answer.ts";
import { encodeTokens } from "./tokens.ts";

/** What the model answers: replies in order, or a function of the request. */
export type Script = readonly Reply[] | ((request: RecordedRequest, index: number) => Reply | Promise<Reply>);

/** How a scripted model server behaves; everything has a default. */
export interface ModelServerOptions {
  readonly script?: Script;
  /** Default: a free one. */
  readonly port?: number;
  readonly dialect?: Dialect;
  /** The models that exist; by default GET /models lists two and any name is answered. */
  readonly models?: readonly string[];
  /** The keys that are accepted; by default any, or none. */
  readonly keys?: readonly string[];
  /** "deepseek" (default) counts by its tokenizer, "approximate" four bytes to a token. */
  readonly tokens?: "deepseek" | "approximate";
  readonly cache?: CacheOptions;
  /** Prompts that are longer get 400; default 1,048,576. */
  readonly contextTokens?: number;
  /** Whether invalid message lists get 400; default true. */
  readonly strict?: boolean;
  /** Whether turns with tool calls must bring their `reasoning_content`; default: for models named deepseek-… */
  readonly strictReasoning?: boolean;
  /** The clock of the cache, in milliseconds; default the time of day, moved by `advanceClock`. */
  readonly now?: () => number;
}

const routes = /^(?:\/v1|\/beta)?\/(chat\/completions|models)(?:\?.*)?$/;

// Recorded with their bodies; a test that needs more has another problem.
const maximumRequests = 20_000;

/** Starts a model server on loopback that answers as scripted and counts as DeepSeek does. */
export async function startModelServer(options: ModelServerOptions = {}): Promise<ModelServer> {
  const server = new ModelServer(options);
  await server.accept(options.port ?? 0);
  return server;
}

/** A scripted model behind real HTTP, with a record of all that was asked. */
export class ModelServer implements AsyncDisposable {
  /** Every request for a completion, in the order of arrival. */
  readonly requests: readonly RecordedRequest[];
  /** Refused and unscripted requests and failed scripts, a line each: a healthy client leaves this empty. */
  readonly problems: string[] = [];
  private readonly options: ModelServerOptions;
  private readonly exchanges: Exchange[];
  private readonly waiting = new Map<number, PromiseWithResolvers<RecordedRequest>>();
  private readonly meter: Meter;
  private readonly http: Server;
  private script: Script;
  private next = 0;
  private clockOffsetMs = 0;
  private listeningPort = 0;

  constructor(options: ModelServerOptions) {
    this.options = options;
    this.script = options.script ?? [];
    this.requests = this.exchanges = [];
    const encode = options.tokens === "approximate" ? approximateTokens : encodeTokens;
    this.meter = new Meter(options.cache ?? {}, encode, () => this.now());
    this.http = createServer({ keepAliveTimeout: 600_000, requestTimeout: 0 }, (request, response) => {
      // A fault in the server itself must not pass for the model's silence.
      this.route(request, response).catch((error: unknown) => response.destroy(error as Error));
    });
  }

  /** The base URL, without a path. */
  get url(): string {
    return `http://127.0.0.1:${this.listeningPort}`;
  }

  /** Adds replies behind those that were not used yet. */
  push(...replies: readonly Reply[]): void {
    if (typeof this.script === "function") throw new Error("This server is scripted by a function.");
    this.script = [...this.script, ...replies];
  }

  /** Replaces the script from the next request on. */
  use(script: Script): void {
    this.script = script;
    this.next = 0;
  }

  /** Resolves with the request of this index, from 0, once its body has arrived. */
  waitForRequest(index: number): Promise<RecordedRequest> {
    return this.waiter(index).promise;
  }

  /** What all answers so far, or those that `filter` picks, cost together. */
  accounts(filter: (request: RecordedRequest) => boolean = () => true): Account {
    return sumUp(
      this.exchanges.flatMap((exchange) =>
        exchange.usage && exchange.json && filter(exchange)
          ? [{ model: exchange.json.model, usage: exchange.usage }]
          : [],
      ),
    );
  }

  /** Moves the cache's clock on: `advanceClock(24 * 3_600_000)` is a day later. */
  advanceClock(ms: number): void {
    this.clockOffsetMs += ms;
  }

  /** Closes the port and all connections: clients are refused until `accept`. */
  async refuse(): Promise<void> {
    const closed = once(this.http, "close");
    this.http.close();
    this.http.closeAllConnections();
    await closed;
  }

  /** Opens the port, the same one again after `refuse`. */
  async accept(port = this.listeningPort): Promise<void> {
    this.http.listen(port, "127.0.0.1");
    await once(this.http, "listening");
    this.listeningPort = (this.http.address() as AddressInfo).port;
  }

  /** Ends every answer and frees the port. */
  async close(): Promise<void> {
    if (this.http.listening) await this.refuse();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  private now(): number {
    return (this.options.now?.() ?? Date.now()) + this.clockOffsetMs;
  }

  private async route(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const name = routes.exec(request.url ?? "")?.[1];
    if (name === "models" && request.method === "GET") {
      const models = this.options.models ?? ["deepseek-flash", "deepseek-v4-pro"];
      const data = models.map((id) => ({ id, object: "model", owned_by: "deepseek" }));
      respond(response, 200, JSON.stringify({ object: "list", data }));
    } else if (name === "chat/completions" && request.method === "POST") {
      if (this.exchanges.length >= maximumRequests) throw new Error("Too many requests to record.");
      await this.complete(new Exchange(this.exchanges.length, request, response), request, response);
    } else respond(response, 404, errorBody("Not Found", "not_found_error"));
  }

  private async complete(
    exchange: Exchange,
    request: IncomingMessage,
    response: ServerResponse,
  ): Promise<void> {
    this.exchanges.push(exchange);
    exchange.body = await readBody(request);
    if (exchange.isGone) return;
    exchange.mark("bodyAt");
    const read = readChatRequest(exchange.text);
    if (typeof read !== "string") exchange.json = read;
    this.waiter(exchange.index).resolve(exchange);
    const { keys } = this.options;
    if (keys && !keys.includes(exchange.key ?? ""))
      return this.fail(exchange, response, reply.unauthorized());
    if (typeof read === "string")
      return this.refuseRequest(exchange, response, { message: read, where: "body" });
    const refusal = this.check(read);
    if (refusal) return this.refuseRequest(exchange, response, refusal);
    const prompt = renderPrompt(read);
    const tooLong = this.checkLength(read, prompt);
    if (tooLong) return this.refuseRequest(exchange, response, tooLong);
    const scripted = await this.scripted(exchange);
    if (typeof scripted === "string") {
      return this.refuseRequest(exchange, response, { message: scripted, where: "script" });
    }
    await this.play(exchange, response, scripted, { request: read, prompt });
  }

  private waiter(index: number): PromiseWithResolvers<RecordedRequest> {
    const waiter = this.waiting.get(index) ?? Promise.withResolvers<RecordedRequest>();
    this.waiting.set(index, waiter);
    return waiter;
  }

  private check(request: ChatRequest): Refusal | undefined {
    const { models, strict = true, strictReasoning = request.model.startsWith("deepseek") } = this.options;
    if (models && !models.includes(request.model)) return { message: "Model Not Exist", where: "model" };
    return strict ? checkTranscript(request, strictReasoning) : undefined;
  }

  private checkLength(request: ChatRequest, prompt: readonly string[]): Refusal | undefined {
    const limit = this.options.contextTokens ?? 1_048_576;
    const tokens = this.meter.length(prompt);
    if (tokens + (request.max_tokens ?? 0) <= limit) return undefined;
    return { message: contextLengthMessage(limit, tokens, request.max_tokens), where: "messages" };
  }

  private async scripted(exchange: Exchange): Promise<Reply | string> {
    if (typeof this.script !== "function") {
      return this.script[this.next++] ?? `No reply is scripted for request ${exchange.index}.`;
    }
    try {
      return await this.script(exchange, exchange.index);
    } catch (error) {
      return `The script failed at request ${exchange.index}: ${String(error)}`;
    }
  }

  private async play(
    exchange: Exchange,
    response: ServerResponse,
    scripted: Reply,
    { request, prompt }: { request: ChatRequest; prompt: readonly string[] },
  ): Promise<void> {
    const { outcome, headersGate } = scripted.settings;
    headersGate?.arrive();
    if (headersGate) await Promise.race([headersGate.released, exchange.gone]);
    if (exchange.isGone || outcome.kind === "hang") return;
    if (outcome.kind === "reset") {
      exchange.markCut();
      response.socket?.resetAndDestroy();
      return;
    }
    if (outcome.kind === "response") return this.fail(exchange, response, scripted);
    const measurement = this.meter.begin(request, prompt);
    exchange.cache = measurement.cache;
    await sendAnswer(exchange, response, scripted, {
      model: request.model,
      isStreaming: request.stream === true,
      includeUsage: request.stream_options?.include_usage === true,
      dialect: this.options.dialect ?? "deepseek",
      created: Math.floor(this.now() / 1000),
      book: (output, isWhole) => (exchange.usage = measurement.book(output, isWhole)),
    });
  }

  private refuseRequest(exchange: Exchange, response: ServerResponse, refusal: Refusal): void {
    exchange.refusal = refusal;
    this.problems.push(`request ${exchange.index}: ${refusal.message} (${refusal.where})`);
    this.fail(exchange, response, reply.error(400, refusal.message, "invalid_request_error"));
  }

  private fail(exchange: Exchange, response: ServerResponse, failure: Reply): void {
    const { outcome } = failure.settings;
    if (outcome.kind !== "response") return;
    exchange.status = outcome.status;
    exchange.mark("firstByteAt");
    exchange.mark("lastByteAt");
    respond(response, outcome.status, outcome.body, outcome.headers);
  }
}

function respond(
  response: ServerResponse,
  status: number,
  body: string,
  headers: Readonly<Record<string, string>> = {},
): void {
  response.writeHead(status, { "content-type": "application/json", ...headers });
  response.end(body);
}

async function readBody(request: IncomingMessage): Promise<Buffer> {
  const parts: Buffer[] = [];
  request.on("data", (part: Buffer) => parts.push(part));
  await Promise.race([once(request, "end"), once(request, "close")]).catch(() => undefined);
  return Buffer.concat(parts);
}
