/** Commands about sessions as a whole, as the command palette offers them. */
import { window, type QuickPickItem } from "vscode";
import type { BooCode } from "#core/boocode.ts";
import type { TurnEndReason } from "#protocol/session.ts";
import { telling } from "./telling.ts";

/** What the commands do; a refusal is shown to the user. */
export interface SessionCommands {
  /** Opens the folder's last session and goes on with it where its last turn did not come to its end. */
  continueLast(): Promise<void>;
  /** Asks for a format and exports the session that the chat shows. */
  exportShown(): Promise<void>;
  /** Asks for an exported session and opens it. */
  importOne(): Promise<void>;
  /** Shows the trace of the session that the chat shows. */
  openTrace(): Promise<void>;
  /** Asks for a format and exports that trace. */
  exportTrace(): Promise<void>;
}

const cutShort: readonly TurnEndReason[] = ["interrupted", "stopped", "error", "step-limit"];

/** Makes the commands. */
export function createSessionCommands(core: BooCode): SessionCommands {
  return {
    continueLast: () => telling(() => continueLast(core)),
    exportShown: () => telling(() => exportShown(core)),
    importOne: () => telling(() => importOne(core)),
    openTrace: () => telling(() => openTrace(core)),
    exportTrace: () => telling(() => exportTrace(core)),
  };
}

async function continueLast(core: BooCode): Promise<void> {
  const [last] = core.supervisor.library.list.state.sessions;
  if (last === undefined) return;
  const { session, isRunning } = await core.openSession(last.id);
  const reason = session.state.turns.at(-1)?.end?.reason;
  if (isRunning || session.state.owner !== undefined || reason === undefined || !cutShort.includes(reason))
    return;
  await core.handlers["session.continue"]({ session: last.id }, new AbortController().signal);
}

async function exportShown(core: BooCode): Promise<void> {
  const session = core.active()?.session;
  if (session === undefined || session.state.turns.length === 0) {
    void window.showInformationMessage("There is nothing in this session to export yet.");
    return;
  }
  const formats: readonly (QuickPickItem & { readonly format: "markdown" | "json" })[] = [
    { label: "Markdown", description: "to read and to share", format: "markdown" },
    { label: "JSON", description: "whole, to import it again", format: "json" },
  ];
  const picked = await window.showQuickPick(formats, { title: "Export session as" });
  if (picked === undefined) return;
  const params = { session: session.id, format: picked.format };
  await core.handlers["session.export"](params, new AbortController().signal);
}

async function importOne(core: BooCode): Promise<void> {
  const { session } = await core.handlers["session.import"]({}, new AbortController().signal);
  if (session !== undefined) await core.openSession(session);
}

async function openTrace(core: BooCode): Promise<void> {
  const session = core.active()?.session.id;
  if (session !== undefined) await core.handlers["trace.open"]({ session }, new AbortController().signal);
}

async function exportTrace(core: BooCode): Promise<void> {
  const session = core.active()?.session;
  if (session === undefined || session.state.turns.length === 0) {
    void window.showInformationMessage("There is nothing in this session's trace to export yet.");
    return;
  }
  const formats: readonly (QuickPickItem & { readonly format: "otlp" | "chrome" | "csv" })[] = [
    { label: "OTLP JSON", description: "for OpenTelemetry collectors and Jaeger", format: "otlp" },
    { label: "Chrome trace", description: "for Perfetto and chrome://tracing", format: "chrome" },
    { label: "CSV", description: "a row for each call, for spreadsheets", format: "csv" },
  ];
  const picked = await window.showQuickPick(formats, { title: "Export trace as" });
  if (picked === undefined) return;
  const params = { session: session.id, format: picked.format };
  await core.handlers["trace.export"](params, new AbortController().signal);
}
