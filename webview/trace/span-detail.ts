import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import type { SpanDetail } from "#protocol/trace.ts";
import { RequestError } from "../client.ts";
import { useOwnState } from "../own-state.ts";
import type { TraceApp } from "./app.ts";
import { root } from "./table.ts";

/** What a span was given and gave, as far as it is at hand. */
export type ReadDetail =
  | { readonly status: "reading" | "none" }
  | { readonly status: "read"; readonly detail: SpanDetail }
  | { readonly status: "failed"; readonly message: string; readonly again: () => void };

/** Reads the detail of a span, and again once it has changed; the one before is given up. */
export function useSpanDetail(app: TraceApp, place: number): ReadDetail {
  const read = useSignal<ReadDetail & { readonly of?: string }>({ status: "none" });
  const [attempt, setAttempt] = useOwnState(0);
  const session = app.sessionOf(place);
  const span = app.table.idOf(place);
  const revision = app.table.revision(place);
  useEffect(() => {
    if (place === root) {
      read.value = { status: "none" };
      return undefined;
    }
    const abort = new AbortController();
    const before = read.peek();
    if (before.of !== span || before.status !== "read") read.value = { status: "reading" };
    app.client.request("trace.detail", { session, span }, abort.signal).then(
      (detail) => {
        read.value = { status: "read", detail, of: span };
      },
      (error: unknown) => {
        if (abort.signal.aborted) return;
        const message = error instanceof RequestError ? error.message : "BooCode did not answer.";
        read.value = { status: "failed", message, again: () => setAttempt(attempt + 1) };
      },
    );
    return () => abort.abort();
  }, [session, span, revision, attempt]);
  return read.value;
}
