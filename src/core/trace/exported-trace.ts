/** What an export of a trace is made of, whatever its format. */
import type { Span } from "#protocol/trace.ts";

/** What a span's call was given and gave, as far as it is known: plain text, or JSON for a tool's arguments. */
export interface SpanBodies {
  readonly input?: string;
  readonly output?: string;
  readonly thinking?: string;
}

/** Reads the bodies of one span when its turn comes, so that those of a long trace are never in memory together. */
export type ReadBodies = (span: Span) => Promise<SpanBodies | undefined>;

/** The trace of one session; spans come in any order, parents may be missing. */
export interface ExportedTrace {
  readonly session: {
    readonly id: string;
    readonly title: string;
    /** Epoch milliseconds. */
    readonly startedAt: number;
    readonly folder?: string;
  };
  readonly spans: readonly Span[];
  /** Given where bodies are wanted; only the OTLP export has a place for them. */
  readonly bodies?: ReadBodies;
  /** The version of the extension that made the export. */
  readonly version?: string;
}
