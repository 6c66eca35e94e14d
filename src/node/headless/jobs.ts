/** What the headless host does at once and then ends: list, search, fork, export, import; told as JSON lines. */
import { readFile } from "node:fs/promises";
import type { BooCode } from "#core/boocode.ts";
import { BooError } from "#core/errors.ts";
import type { Ports } from "#core/ports.ts";
import { exportSession, forkSession, importSession } from "#core/session-handlers.ts";
import { exportTrace, type TraceFormat } from "#core/trace/export.ts";
import type { Line } from "./event-lines.ts";

/** One job; a fork's `message` counts the user's turns from 1 and is the last one that the fork shares. */
export type Job =
  | { readonly kind: "list" }
  | { readonly kind: "search"; readonly text: string }
  | { readonly kind: "fork"; readonly session: string; readonly message: number }
  | { readonly kind: "export"; readonly session: string; readonly format: "markdown" | "json" }
  | { readonly kind: "export-trace"; readonly session: string; readonly format: TraceFormat }
  | { readonly kind: "import"; readonly file: string };

/** The command line's words. */
export interface JobOptions {
  readonly list: boolean;
  readonly search: string | undefined;
  readonly fork: string | undefined;
  readonly export: string | undefined;
  readonly exportTrace: string | undefined;
  readonly format: string;
  readonly import: string | undefined;
}

const pageLength = 200;
const traceFormats: readonly TraceFormat[] = ["otlp", "chrome", "csv"];

/** The job that was asked for, if any; throws BooError "usage". */
export function readJob(options: JobOptions): Job | undefined {
  if (options.list) return { kind: "list" };
  if (options.search !== undefined) return { kind: "search", text: options.search };
  if (options.fork !== undefined) {
    const [, session = "", message = ""] = /^(.+):([1-9]\d*)$/.exec(options.fork) ?? [];
    if (session === "")
      throw new BooError("usage", "--fork takes SESSION:MESSAGE, the message's number from 1.");
    return { kind: "fork", session, message: Number(message) };
  }
  if (options.export !== undefined) {
    if (options.format !== "md" && options.format !== "json")
      throw new BooError("usage", `Unknown format "${options.format}". Use md or json.`);
    return { kind: "export", session: options.export, format: options.format === "md" ? "markdown" : "json" };
  }
  if (options.exportTrace !== undefined) {
    const format = traceFormats.find((known) => known === options.format);
    if (format === undefined)
      throw new BooError("usage", `Unknown format "${options.format}". Use otlp, chrome or csv.`);
    return { kind: "export-trace", session: options.exportTrace, format };
  }
  return options.import === undefined ? undefined : { kind: "import", file: options.import };
}

/** Does a job; every line is told when what it tells is on disk. */
export async function runJob(
  job: Job,
  core: BooCode,
  ports: Ports,
  print: (line: Line) => void,
): Promise<void> {
  switch (job.kind) {
    case "list":
      return listSessions(core, print, "");
    case "search":
      return listSessions(core, print, job.text);
    case "fork": {
      const agent = await core.supervisor.open(job.session);
      const turn = agent.session.state.turns.find(({ number }) => number === job.message);
      if (turn === undefined) throw new BooError("no-turn", `The session has no message ${job.message}.`);
      const fork = await forkSession(core, ports, job.session, { turn: turn.id, at: "after" });
      return print({
        type: "session",
        id: fork.session.id,
        forkOf: { session: job.session, turn: job.message },
      });
    }
    case "export": {
      const { name, text } = await exportSession(core, ports, job.session, job.format);
      return print({ type: "export", session: job.session, name, text });
    }
    case "export-trace": {
      const { session, format } = job;
      await core.supervisor.loadList();
      const { name, text } = await exportTrace(core, ports, { session, format });
      return print({ type: "export", session, name, text });
    }
    case "import": {
      const json = await readFile(job.file, "utf8").catch((cause: unknown) => {
        throw new BooError("usage", `The file ${job.file} can not be read.`, { cause });
      });
      return print({ type: "session", id: await importSession(core, ports, json) });
    }
  }
}

async function listSessions(core: BooCode, print: (line: Line) => void, text: string): Promise<void> {
  await core.supervisor.loadList();
  for (let offset = 0; ; offset += pageLength) {
    const query = { text, scope: "all", show: "active", offset, limit: pageLength } as const;
    const { found, total } = await core.supervisor.library.search(query);
    for (const { entry, hits } of found)
      print({ type: "session-item", ...entry, ...(text !== "" && { hits }) });
    if (offset + found.length >= total || found.length === 0) return;
  }
}
