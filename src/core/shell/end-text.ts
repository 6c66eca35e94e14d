/** What is told of a command that has ended: to the model in a result, to the user in a few words. */
import { formatBytes, formatDuration } from "#protocol/words.ts";
import type { CommandEnd, RunningCommand } from "../shell-ports.ts";
import type { SessionCommand } from "./commands.ts";
import { joinEnds, outputShare, plainOutput } from "./output-text.ts";

/** A command's output as the model is told it, and how it ended where that is not plain success; `isWhole` where nothing is left out. */
export async function describeEnd(
  { name, running }: SessionCommand,
  isStoppedByUser: boolean,
  denial: string | undefined,
): Promise<{ readonly text: string; readonly isWhole: boolean }> {
  const { bytes } = running;
  const isWhole = bytes <= outputShare.head + outputShare.tail;
  const output = isWhole
    ? plainOutput(await running.read(0, bytes))
    : joinEnds(
        await running.read(0, outputShare.head),
        await running.read(bytes - outputShare.tail, outputShare.tail),
        (from, left) =>
          `[${formatBytes(left)} left out: shell_output {"id":"${name}","offset":${from}} reads on]`,
        bytes,
      );
  const lines = [output.replace(/\s+$/, ""), ...endLines(running, isStoppedByUser), denial ?? ""];
  const text = lines.filter((line) => line !== "").join("\n");
  return { text: text === "" ? "ok, no output" : text, isWhole };
}

function endLines({ end }: RunningCommand, isStoppedByUser: boolean): readonly string[] {
  if (end === undefined) return [];
  const lines: string[] = [];
  if (isStoppedByUser) lines.push("[the user stopped this command]");
  else if (end.cause !== "exit" || end.exitCode !== 0) lines.push(`[${causeOf(end)}]`);
  if (end.prompt !== undefined && (end.exitCode !== 0 || end.cause !== "exit"))
    lines.push(
      `[it asked "${end.prompt.slice(-200)}" and nobody can type here: pass the answer by an option or a pipe]`,
    );
  return lines;
}

function causeOf(end: CommandEnd): string {
  switch (end.cause) {
    case "exit":
      return end.exitCode === undefined ? `ended by ${end.signal ?? "a signal"}` : `exit ${end.exitCode}`;
    case "timeout":
      return `stopped after ${formatDuration(end.durationMs)}: it took too long; give a longer timeout, or run it in the background`;
    case "stopped":
      return "stopped";
    case "output-limit":
      return "stopped: it wrote more than is kept (2 GB)";
    case "not-started":
      return end.problem ?? "it could not be started";
  }
}

/** The same in a few words, for the row in the chat. */
export function endNote(end: CommandEnd | undefined): string {
  if (end === undefined) return "";
  if (end.cause === "exit")
    return end.exitCode === undefined ? (end.signal ?? "signal") : `exit ${end.exitCode}`;
  return otherEnds[end.cause];
}

const otherEnds: Readonly<Record<Exclude<CommandEnd["cause"], "exit">, string>> = {
  timeout: "timed out",
  stopped: "stopped",
  "output-limit": "too much output",
  "not-started": "did not start",
};
