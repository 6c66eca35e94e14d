/** Traces as files: reads a session's spans from the store and writes them in a format. */
import type { RunEntry } from "#protocol/run-state.ts";
import type { Span } from "#protocol/trace.ts";
import type { BooCode } from "../boocode.ts";
import { BooError } from "../errors.ts";
import type { Ports } from "../ports.ts";
import { fileName } from "../session/export.ts";
import { exportChrome } from "./export-chrome.ts";
import { exportCsv } from "./export-csv.ts";
import { exportOtlp } from "./export-otlp.ts";
import type { ExportedTrace, ReadBodies } from "./exported-trace.ts";

/** The formats of an exported trace. */
export type TraceFormat = "otlp" | "chrome" | "csv";

const pageLength = 500;

const formats = {
  otlp: { extension: "otlp.json", write: exportOtlp },
  chrome: { extension: "trace.json", write: exportChrome },
  csv: { extension: "csv", write: exportCsv },
} as const satisfies Record<
  TraceFormat,
  { readonly extension: string; readonly write: (trace: ExportedTrace) => AsyncGenerator<string> }
>;

/** The name and text of a trace's export; `bodies` where the user's settings ask for them. Throws BooError "no-trace". */
export async function exportTrace(
  core: BooCode,
  ports: Ports,
  {
    session,
    format,
    bodies,
  }: { readonly session: string; readonly format: TraceFormat; readonly bodies?: ReadBodies },
): Promise<{ readonly name: string; readonly text: string }> {
  const spans = await allSpans(ports, session);
  if (spans.length === 0) throw new BooError("no-trace", "There is nothing in this trace yet.");
  const entry = core.supervisor.library.find(session) ?? (await runOf(core, session));
  const { title = "Session", startedAt = spans[0]?.startedAt ?? 0, folder = "" } = entry ?? {};
  const { extension, write } = formats[format];
  const about = { id: session, title, startedAt, ...(folder !== "" && { folder }) };
  let text = "";
  for await (const piece of write({ session: about, spans, ...(bodies && { bodies }) })) text += piece;
  return { name: fileName(title, extension), text };
}

async function runOf(
  core: BooCode,
  id: string,
): Promise<(RunEntry & { readonly title: string }) | undefined> {
  // Without its name it is exported all the same.
  await core.runs.load().catch(() => {});
  const run = core.runs.list.find(id);
  return run && { ...run, title: run.workflow };
}

async function allSpans(ports: Ports, session: string): Promise<readonly Span[]> {
  const pages: (readonly Span[])[] = [];
  let before: string | undefined;
  do {
    const page = await ports.store.spans(session, {
      limit: pageLength,
      ...(before !== undefined && { before }),
    });
    pages.unshift(page.spans);
    before = page.before;
  } while (before !== undefined);
  return pages.flat();
}
