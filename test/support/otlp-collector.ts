import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { json } from "node:stream/consumers";
import root from "@opentelemetry/otlp-transformer/build/src/generated/root.js";
import type { OtlpSpan } from "#core/trace/otlp-span.ts";

/** A message type as protobufjs compiles it. */
interface MessageType {
  verify(message: unknown): string | null;
  fromObject(object: unknown): unknown;
  encode(message: unknown): { finish(): Uint8Array };
  decode(bytes: Uint8Array): unknown;
  toObject(message: unknown, options: object): unknown;
}

interface Definitions {
  readonly opentelemetry: {
    readonly proto: {
      readonly collector: {
        readonly trace: { readonly v1: { readonly ExportTraceServiceRequest: MessageType } };
      };
    };
  };
}

const { ExportTraceServiceRequest: Request } = (root as unknown as Definitions).opentelemetry.proto.collector
  .trace.v1;

/** The body of a request. */
export interface OtlpRequest {
  readonly resourceSpans: readonly {
    readonly resource: unknown;
    readonly scopeSpans: readonly { readonly scope: unknown; readonly spans: readonly OtlpSpan[] }[];
  }[];
}

/** Reads OTLP JSON with OpenTelemetry's own definitions, writes it as protobuf, reads that and gives it as OTLP JSON; throws for what is none. */
function throughProtobuf(request: unknown): unknown {
  const message = Request.fromObject(mapIds(request, "hex", "base64"));
  assert.equal(Request.verify(message), null);
  const again = Request.decode(Request.encode(message).finish());
  const object = Request.toObject(again, { longs: String, bytes: String });
  return mapIds(JSON.parse(JSON.stringify(object)), "base64", "hex");
}

/** The spans of a request that is the same after its way through protobuf. */
export function spansIn(request: unknown): readonly OtlpSpan[] {
  assert.deepEqual(throughProtobuf(request), request);
  return (request as OtlpRequest).resourceSpans.flatMap(({ scopeSpans }) =>
    scopeSpans.flatMap(({ spans }) => spans),
  );
}

/** The attributes of a span by their keys; integers are strings. */
export function attributes({
  attributes: list,
}: OtlpSpan): Readonly<Record<string, string | number | boolean>> {
  return Object.fromEntries(list.map(({ key, value }) => [key, Object.values(value)[0]]));
}

// OTLP JSON has ids in hex, where the JSON of protobuf has base64.
function mapIds(value: unknown, from: BufferEncoding, to: BufferEncoding): unknown {
  if (Array.isArray(value)) return value.map((each) => mapIds(each, from, to));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, field]) => {
      const isId = key === "traceId" || key === "spanId" || key === "parentSpanId";
      return [key, isId ? Buffer.from(String(field), from).toString(to) : mapIds(field, from, to)];
    }),
  );
}

/** What a collector answers to a request instead of taking it. */
export type OtlpAnswer = (response: ServerResponse, request: IncomingMessage) => void;

/** An endpoint on the loopback interface that takes only what OpenTelemetry's definitions can read. */
export class OtlpCollector implements AsyncDisposable {
  /** What to answer to the next requests; when there is nothing here, they are taken. */
  readonly answers: OtlpAnswer[] = [];
  /** The names of the spans of each request that came, taken or not. */
  readonly requests: (readonly string[])[] = [];
  /** The headers of these. */
  readonly headers: IncomingMessage["headers"][] = [];
  readonly paths: (string | undefined)[] = [];
  /** The spans that were taken. */
  readonly spans: OtlpSpan[] = [];
  readonly #server = createServer((request, response) => void this.#serve(request, response));

  /** Starts one on a free port. */
  static async start(): Promise<OtlpCollector> {
    const collector = new OtlpCollector();
    collector.#server.listen(0, "127.0.0.1");
    await once(collector.#server, "listening");
    return collector;
  }

  get endpoint(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, "close");
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await json(request);
    let spans: readonly OtlpSpan[];
    try {
      spans = spansIn(body);
    } catch (error) {
      response.writeHead(400).end(String(error));
      return;
    }
    this.requests.push(spans.map(({ name }) => name));
    this.headers.push(request.headers);
    this.paths.push(request.url);
    const answer = this.answers.shift();
    if (answer !== undefined) return answer(response, request);
    this.spans.push(...spans);
    response.setHeader("content-type", "application/json");
    response.end("{}");
  }
}
