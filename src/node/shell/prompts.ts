/** Whether a command's output ends as if it waited for somebody to type. */
import { stripVTControlCharacters } from "node:util";

/** A question to a person is short. */
const longest = 300;

const choice = /[[(]\s*(y(es)?|n(o)?)\s*\/\s*(y(es)?|n(o)?)(\s*\/[^\])]*)?\s*[\])]/i;

/** Ends of lines after which the cursor stands still. */
const waiting: readonly RegExp[] = [
  choice,
  /\?\s*$/,
  /\b(password|passphrase|passcode|pin|username|login|user name|e-?mail|token|otp|one-time code|verification code|secret)\b.{0,80}:\s*$/i,
  /^[\w -]{1,30}: \([^)]{0,80}\)\s*$/,
  /\b(enter|type|input|select|choose|pick|provide|specify|your choice|choice|selection|option|name|answer|proceed|continue|overwrite|replace|confirm)\b[^:>\n]{0,120}[:>]\s*$/i,
  /\b(press|hit)\b.{0,40}\b(key|enter|return|space)\b/i,
  /^\s*\?\s.+[›»:]\s*.{0,60}$/,
  /(--More--|\(END\)|lines \d+-\d+)\s*(\(\d+%\))?\s*$/,
  /^(>>>|\.\.\.|\(gdb\)|\(Pdb\)|mysql>|sqlite>|irb\(.*\).*>|[\w-]+=[#>])\s*$/,
];

/** The line that looks like a question to a person: the last one, while no line end follows it. */
export function openPrompt(tail: string): string | undefined {
  const line = lastLine(tail);
  return waiting.some((pattern) => pattern.test(line)) ? line.trim() : undefined;
}

/** The same of a command that has ended: what asks for yes or no counts with a line end, too, and with what was said about it. */
export function unansweredPrompt(tail: string): string | undefined {
  const open = openPrompt(tail);
  if (open !== undefined) return open;
  const line = lastLine(tail.trimEnd());
  return choice.test(line) ? line.trim() : undefined;
}

function lastLine(tail: string): string {
  const line = tail.slice(tail.lastIndexOf("\n") + 1);
  // A progress bar draws over its line again and again.
  const shown = stripVTControlCharacters(line).split("\r").at(-1) ?? "";
  return shown.length > longest ? "" : shown;
}
