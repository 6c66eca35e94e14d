/** A trace as OTLP JSON, which collectors and Jaeger read. */
import type { Span } from "#protocol/trace.ts";
import { addUsage, noUsage, type Usage } from "#protocol/usage.ts";
import type { ExportedTrace } from "./exported-trace.ts";
import { attributesOf, double, int, bool, ownUsage, text } from "./otlp-attributes.ts";
import { OtlpIds } from "./otlp-ids.ts";
import { otlpEnvelope, otlpSpan, type OtlpSpan, timesOf } from "./otlp-span.ts";
import { Pace } from "./pace.ts";

const chunkLength = 65_536;
// Ids are hashed and bodies are read for this many spans at a time.
const batch = 32;
const internal = 1;

/** What the session's own span tells of all spans. */
interface Totals {
  readonly ids: ReadonlySet<string>;
  readonly startedAt: number;
  readonly endedAt: number;
  readonly usage: Usage;
  readonly costUsd: number | undefined;
  readonly isWhole: boolean;
}

/**
 * One ExportTraceServiceRequest in pieces, with a span of the session itself above all others; spans whose parent has not ended hang below that one.
 * Lets others run every few milliseconds.
 */
export async function* exportOtlp(trace: ExportedTrace): AsyncGenerator<string> {
  const { spans, version } = trace;
  const pace = new Pace();
  const ids = new OtlpIds();
  const totals = await totalsOf(trace, pace);
  const { head, tail } = otlpEnvelope(version);
  let chunk = head + JSON.stringify(await sessionSpan(trace, totals, ids));
  for (let at = 0; at < spans.length; at += batch) {
    const some = spans.slice(at, at + batch);
    for (const made of await Promise.all(some.map((span) => spanOf(span, trace, totals, ids)))) {
      chunk += `,${JSON.stringify(made)}`;
      if (pace.isDue) await pace.pause();
    }
    if (chunk.length < chunkLength) continue;
    yield chunk;
    chunk = "";
  }
  yield `${chunk}${tail}\n`;
}

async function spanOf(span: Span, trace: ExportedTrace, totals: Totals, ids: OtlpIds): Promise<OtlpSpan> {
  const { session, bodies } = trace;
  return otlpSpan(
    // Everything of one export is one trace, whatever session a fork's first spans are of.
    { ...span, session: session.id },
    {
      ids,
      parent: span.parent !== undefined && totals.ids.has(span.parent) ? span.parent : "",
      content: bodies === undefined ? "titles" : "all",
      bodies: await bodies?.(span),
    },
  );
}

async function totalsOf({ session, spans }: ExportedTrace, pace: Pace): Promise<Totals> {
  const ids = new Set<string>();
  let startedAt = session.startedAt;
  let endedAt = session.startedAt;
  let usage = noUsage;
  let costUsd: number | undefined;
  let isWhole = true;
  for (const span of spans) {
    ids.add(span.id);
    startedAt = Math.min(startedAt, span.startedAt);
    endedAt = Math.max(endedAt, span.endedAt);
    if (span.isUsageWhole === false) isWhole = false;
    if (span.kind === "model") {
      if (span.usage !== undefined) usage = addUsage(usage, span.usage);
      if (span.outcome === "ok" && span.usage?.promptTokens === undefined) isWhole = false;
      if (span.costUsd !== undefined) costUsd = (costUsd ?? 0) + span.costUsd;
    }
    if (pace.isDue) await pace.pause();
  }
  return { ids, startedAt, endedAt, usage, costUsd, isWhole };
}

async function sessionSpan({ session }: ExportedTrace, totals: Totals, ids: OtlpIds): Promise<OtlpSpan> {
  return {
    traceId: await ids.trace(session.id),
    spanId: await ids.span(session.id, ""),
    name: "session",
    kind: internal,
    ...timesOf(totals.startedAt, totals.endedAt),
    attributes: attributesOf({
      "gen_ai.conversation.id": text(session.id),
      "boocode.kind": text("session"),
      "boocode.title": text(session.title),
      "boocode.session.folder": text(session.folder),
      "boocode.session.spans": int(totals.ids.size),
      "boocode.cost.usd": double(totals.costUsd),
      "boocode.usage.is_whole": totals.isWhole ? undefined : bool(false),
      ...ownUsage(totals.usage),
    }),
  };
}
