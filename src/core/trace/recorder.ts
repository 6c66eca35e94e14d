/** Records spans as calls end; the only writer of spans. */
import type { Span } from "#protocol/trace.ts";
import type { Store } from "../ports.ts";
import type { Redactor } from "../session/redact.ts";

/** A span without what the recorder adds. */
export type SpanFact = Omit<Span, "session" | "agent">;

/** Writes the spans of one session's main agent; a failed write is the store's to report. */
export class TraceRecorder {
  readonly #store: Store;
  readonly #session: string;
  readonly #redactor: Redactor;

  constructor(store: Store, session: string, redactor: Redactor) {
    this.#store = store;
    this.#session = session;
    this.#redactor = redactor;
  }

  /** Keeps a span. */
  record(fact: SpanFact): void {
    const span = this.#redactor.value<Span>({ ...fact, session: this.#session, agent: "main" });
    this.#store.append([{ kind: "span", span }]).catch(() => {});
  }
}
