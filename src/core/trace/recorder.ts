/** Records spans as calls begin and end; the only writer of spans. */
import type { OpenSpan, Span, SpanTimings } from "#protocol/trace.ts";
import type { Channel } from "../channel.ts";
import type { Store } from "../store-ports.ts";
import type { Redactor } from "../session/redact.ts";

/** A span that begins, without what the recorder adds. */
export type SpanStart = Omit<OpenSpan, "session" | "agent">;

/** A span that has ended, without what the recorder adds. */
export type SpanFact = Omit<Span, "session" | "agent">;

/** What a recorder needs. */
export interface RecorderPorts {
  readonly store: Store;
  readonly redactor: Redactor;
  readonly channel: Channel<"trace">;
  /** Called with each span that has ended. */
  readonly ended: (span: Span) => void;
}

/** Tells and writes the spans of one agent of a session; a failed write is the store's to report. */
export class TraceRecorder {
  readonly #ports: RecorderPorts;
  readonly #own: { readonly session: string; readonly agent: string };

  constructor(session: string, ports: RecorderPorts, agent = "main") {
    this.#own = { session, agent };
    this.#ports = ports;
  }

  /** Tells that a span has begun. */
  start(fact: SpanStart): void {
    const span = this.#ports.redactor.value<OpenSpan>({ ...fact, ...this.#own });
    this.#ports.channel.emit({ type: "span-start", span });
  }

  /** Keeps a span that has ended. */
  end(fact: SpanFact): void {
    const { store, redactor, channel, ended } = this.#ports;
    const span = redactor.value<Span>({ ...fact, ...forwards(fact), ...this.#own });
    const durable = store.append([{ kind: "span", span }]).catch(() => {});
    channel.emit({ type: "span-end", span }, durable);
    ended(span);
  }
}

// A clock may be set back while something runs; time does not.
function forwards({ startedAt, endedAt, timings }: SpanFact): Pick<Span, "endedAt" | "timings"> {
  const parts = Object.entries(timings).map(([part, ms]: [string, number]) => [part, Math.max(0, ms)]);
  return { endedAt: Math.max(startedAt, endedAt), timings: Object.fromEntries(parts) as SpanTimings };
}
