/** What a call of the shell is about, read from what the model wrote. */
import type { ToolCall } from "#protocol/session.ts";

/** A command as it was asked for. */
export interface ShellCommand {
  readonly line: string;
  readonly folder?: string;
  readonly isInBackground: boolean;
  /** What else was asked for: "timeout: 60". */
  readonly others: readonly string[];
}

/** Whether a call runs a command. */
export function isShellCall({ name }: ToolCall): boolean {
  return name === "run_shell";
}

/** The command of a call; where the arguments can not be read, they stand for it. */
export function commandOf(call: ToolCall): ShellCommand {
  const { command, folder, background, ...others } = readArguments(call.arguments);
  return {
    line: typeof command === "string" ? command : call.title.object || call.arguments,
    ...(typeof folder === "string" && folder !== "" && { folder }),
    isInBackground: background === true,
    others: Object.entries(others).map(([name, value]) => `${name}: ${JSON.stringify(value)}`),
  };
}

/** The code that a command ended with, as its note says it ("exit 1"); undefined where it says none. */
export function exitCodeOf({ note }: { readonly note?: string }): number | undefined {
  const code = /\bexit(?: code)? (\d{1,10})\b/i.exec(note ?? "")?.[1];
  return code === undefined ? undefined : Number(code);
}

/** Whether a call has not done what it was for: it failed, or its command says that it did. */
export function hasFailed(call: ToolCall): boolean {
  if (call.status !== "ended") return false;
  return (
    call.outcome === "error" || (call.outcome === "ok" && isShellCall(call) && (exitCodeOf(call) ?? 0) !== 0)
  );
}

function readArguments(json: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(json);
    return typeof value === "object" && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : {};
  } catch {
    return {};
  }
}
