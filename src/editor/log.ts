/** The `Log` port over the "BooCode" output channel. */
import { window, type LogOutputChannel } from "vscode";
import type { Log } from "#core/ports.ts";

/** The log and its channel. */
export interface EditorLog extends Log {
  readonly channel: LogOutputChannel;
  /** Set once there is something that knows the secrets; everything passes through it. */
  redact: (text: string) => string;
}

/** Makes the channel; dispose it by `channel.dispose()`. */
export function createLog(): EditorLog {
  const channel = window.createOutputChannel("BooCode", { log: true });
  const log: EditorLog = {
    channel,
    redact: (text) => text,
    info: (message) => channel.info(log.redact(message)),
    warn: (message) => channel.warn(log.redact(message)),
    error: (message, cause) =>
      channel.error(log.redact(cause === undefined ? message : `${message} ${describe(cause)}`)),
  };
  return log;
}

const causeLimit = 4_000;

function describe(cause: unknown): string {
  const parts: string[] = [];
  for (let next = cause, depth = 0; next !== undefined && depth < 4; depth += 1) {
    parts.push(next instanceof Error ? (next.stack ?? next.message) : String(next));
    next = next instanceof Error ? next.cause : undefined;
  }
  return parts.join("\nCaused by: ").slice(0, causeLimit);
}
