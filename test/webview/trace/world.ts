/** Spans in few words for the tests of the trace. */
import type { OpenSpan, Span, SpanKind } from "../../../src/protocol/trace.ts";
import { SpanTable } from "../../../webview/trace/table.ts";

/** A span from one moment to another, in milliseconds. */
export function span(
  id: string,
  kind: SpanKind,
  [startedAt, endedAt]: readonly [number, number],
  change: Partial<Span> = {},
): Span {
  return {
    ...{ id, kind, startedAt, endedAt, session: "s", agent: "main", turn: 1, name: kind },
    ...{ outcome: "ok", timings: {} },
    ...change,
  };
}

/** A span that has only begun. */
export function begun(
  id: string,
  kind: SpanKind,
  startedAt: number,
  change: Partial<OpenSpan> = {},
): OpenSpan {
  return { id, kind, startedAt, session: "s", agent: "main", turn: 1, name: kind, ...change };
}

/** A table of spans, taken in in their order. */
export function tableOf(...spans: readonly (Span | OpenSpan)[]): SpanTable {
  const table = new SpanTable();
  for (const one of spans) table.put(one);
  return table;
}

/** The ids below a span, each with those below it in brackets: "a(b c)". */
export function drawn(table: SpanTable, place = 0): string {
  const parts: string[] = [];
  for (let child = table.firstChild(place); child >= 0; child = table.next(child)) {
    const below = drawn(table, child);
    parts.push(below === "" ? table.idOf(child) : `${table.idOf(child)}(${below})`);
  }
  return parts.join(" ");
}
