/** A span as the JSON of OTLP: hex ids, nanoseconds as decimal strings, enumerations as integers (opentelemetry-proto, "JSON Protobuf Encoding"). */
import type { Span } from "#protocol/trace.ts";
import type { SpanBodies } from "./exported-trace.ts";
import {
  attributesOf,
  hasFailed,
  type OtlpAttribute,
  type OtlpContent,
  spanFields,
  text,
} from "./otlp-attributes.ts";
import { type OtlpIds, unixNano } from "./otlp-ids.ts";

/** Kinds and status codes by their numbers in trace.proto. */
const internal = 1;
const client = 3;
const failed = 2;

/** The message `Span` of trace.proto, as far as it is used here. */
export interface OtlpSpan {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly name: string;
  readonly kind: number;
  readonly startTimeUnixNano: string;
  readonly endTimeUnixNano: string;
  readonly attributes: readonly OtlpAttribute[];
  readonly status?: { readonly code: number; readonly message?: string };
}

/** What belongs to a span in an export. */
export interface OtlpSurroundings {
  readonly ids: OtlpIds;
  /** The id of the parent in the export, empty for the session's own span; undefined makes a root. */
  readonly parent: string | undefined;
  readonly content: OtlpContent;
  readonly bodies?: SpanBodies | undefined;
}

/** Makes the OTLP span of one of ours. */
export async function otlpSpan(
  span: Span,
  { ids, parent, content, bodies }: OtlpSurroundings,
): Promise<OtlpSpan> {
  const { session, startedAt, error } = span;
  return {
    traceId: await ids.trace(session),
    spanId: await ids.span(session, span.id),
    ...(parent !== undefined && { parentSpanId: await ids.span(session, parent) }),
    name: span.name.toWellFormed(),
    kind: span.kind === "model" ? client : internal,
    ...timesOf(startedAt, span.endedAt),
    attributes: attributesOf(spanFields(span, content, bodies)),
    ...(hasFailed(span) && {
      status: {
        code: failed,
        // What a tool says when it fails may quote files.
        ...(error &&
          (content !== "none" || span.kind !== "tool") && { message: error.message.toWellFormed() }),
      },
    }),
  };
}

/** The fields of a span's times; one that ends before it starts, by a clock that was set back, ends as it starts. */
export function timesOf(
  startedAt: number,
  endedAt: number,
): Pick<OtlpSpan, "startTimeUnixNano" | "endTimeUnixNano"> {
  return {
    startTimeUnixNano: unixNano(startedAt),
    endTimeUnixNano: unixNano(Math.max(startedAt, endedAt)),
  };
}

/** What stands around the spans of an ExportTraceServiceRequest: they go between, with commas. */
export function otlpEnvelope(version: string | undefined): { readonly head: string; readonly tail: string } {
  const resource = {
    attributes: attributesOf({ "service.name": text("boocode"), "service.version": text(version) }),
  };
  const scope = { name: "boocode", ...(version !== undefined && { version }) };
  const head = `{"resourceSpans":[{"resource":${JSON.stringify(resource)},"scopeSpans":[{"scope":${JSON.stringify(scope)},"spans":[`;
  return { head, tail: "]}]}]}" };
}
