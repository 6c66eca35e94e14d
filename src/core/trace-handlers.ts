/** What happens on each request about traces. */
import type { Body, SessionEvent } from "#protocol/session.ts";
import type { BooCode } from "./boocode.ts";
import { BooError } from "./errors.ts";
import type { Handlers } from "./handlers.ts";
import type { Ports } from "./ports.ts";
import { bodiesOf } from "./session/session.ts";
import { detailOf, exportedBodies, type LogReader, segmentText } from "./trace/detail.ts";
import { exportTrace } from "./trace/export.ts";
import type { ReadBodies } from "./trace/exported-trace.ts";

/** The requests that are answered here. */
export type TraceMethod = "trace.spans" | "trace.detail" | "trace.segment" | "trace.open" | "trace.export";

/** The agents of a run work side by side: so many of their logs are held while its trace is exported. */
const logsAtOnce = 16;
/** The log that was read last is kept for as long as somebody goes on asking about it (ms). */
const keptFor = 30_000;

/** Makes the handlers. */
export function makeTraceHandlers(core: BooCode, ports: Ports): Pick<Handlers, TraceMethod> {
  const logs = new Logs(core, ports);
  return {
    "trace.spans": ({ session, before, limit }) =>
      ports.store.spans(session, { limit, ...(before !== undefined && { before }) }),
    "trace.detail": async ({ session, span }) => {
      const detail = await detailOf(await logs.read(session), span);
      if (ports.settings.traceBodies()) return detail;
      const { input: _input, output: _output, thinking: _thinking, ...rest } = detail;
      return { ...rest, hasBodies: false };
    },
    "trace.segment": async ({ session, span, index }) => {
      if (!ports.settings.traceBodies())
        throw new BooError("no-bodies", "Your settings keep the texts of requests out of the trace.");
      return { text: segmentText(await logs.read(session), span, index) };
    },
    "trace.open": async ({ session, span, turn }) => {
      const title =
        core.supervisor.library.find(session)?.title ?? core.runs.list.find(session)?.workflow ?? "";
      await ports.ui.showTrace({
        session,
        title,
        ...(span !== undefined && { span }),
        ...(turn !== undefined && { turn }),
      });
      return {};
    },
    "trace.export": async ({ session, format }) => {
      const bodies = ports.settings.traceExportsBodies() ? await logs.bodies(session) : undefined;
      const { name, text } = await exportTrace(core, ports, { session, format, ...(bodies && { bodies }) });
      return { isSaved: await ports.ui.saveText(name, text) };
    },
  };
}

/** Reads the logs of sessions with their bodies. */
class Logs {
  readonly #core: BooCode;
  readonly #ports: Ports;
  #kept: { readonly session: string; readonly events: number; readonly log: Promise<LogReader> } | undefined;
  #forgetting: ReturnType<typeof setTimeout> | undefined;

  constructor(core: BooCode, ports: Ports) {
    this.#core = core;
    this.#ports = ports;
    // What is kept is the log as it was: it is read again once something has happened since.
    ports.store.follow((change) => {
      if ("session" in change && change.session === this.#kept?.session) this.forget();
    });
  }

  forget(): void {
    clearTimeout(this.#forgetting);
    this.#kept = undefined;
  }

  async read(session: string): Promise<LogReader> {
    clearTimeout(this.#forgetting);
    this.#forgetting = setTimeout(() => this.forget(), keptFor);
    // What this window writes itself, it counts.
    const open = this.#core.supervisor.find(session)?.session;
    const events = open?.eventCount ?? 0;
    if (this.#kept?.session !== session || this.#kept.events !== events) {
      await open?.settled();
      this.#kept = { session, events, log: this.#load(session) };
    }
    return this.#kept.log;
  }

  /** Reads the bodies of a session's spans as exports have them. */
  async bodies(session: string): Promise<ReadBodies> {
    const logs = new Map<string, Promise<LogReader>>([[session, this.read(session)]]);
    await logs.get(session);
    return async (span) => {
      const id = span.origin ?? session;
      const log = logs.get(id) ?? this.#load(id);
      logs.delete(id);
      logs.set(id, log);
      const [oldest] = logs.keys();
      if (logs.size > logsAtOnce && oldest !== undefined) logs.delete(oldest);
      return exportedBodies(await log, span);
    };
  }

  async #load(session: string): Promise<LogReader> {
    const events = await this.#ports.store.events(session);
    const texts = new Map<string, string>();
    for (const body of events.flatMap((event: SessionEvent) => bodiesOf(event))) {
      if (!("blob" in body) || texts.has(body.blob)) continue;
      texts.set(body.blob, (await this.#ports.store.readBlob(body.blob)) ?? body.preview);
    }
    const bodyText = (body: Body): string => ("text" in body ? body.text : (texts.get(body.blob) ?? ""));
    return { events, bodyText };
  }
}
