/** A command's output as a model is told it: without colours and overwritten lines, cut once in the middle. */
import stripAnsi from "strip-ansi";

// Everything but tab and line feed that moves a cursor or rings a bell.
const controls = /[^\P{Cc}\t\n]/gu;

/** Of an output that is longer, so much of the beginning and of the end is told (bytes): what failed mostly stands last. */
export const outputShare = { head: 3 * 1024, tail: 9 * 1024 };

/** Text as it would stand on a screen: colours and cursor movements gone, of a line that was written over and over the last state. */
export function plainOutput(text: string): string {
  return stripAnsi(text)
    .replace(/\r\n/g, "\n")
    .replace(/^.*\r(?=[^\n])/gm, "")
    .replace(/\r$/gm, "")
    .replace(controls, "");
}

/** Joins beginning and end of an output, each cut to whole lines where it has any; `rest` names what is left out (bytes) and how to read it. */
export function joinEnds(
  head: string,
  tail: string,
  rest: (from: number, bytes: number) => string,
  total: number,
): string {
  const shownHead = head.includes("\n") ? head.slice(0, head.lastIndexOf("\n") + 1) : head;
  const shownTail = tail.includes("\n") ? tail.slice(tail.indexOf("\n") + 1) : tail;
  const from = new TextEncoder().encode(shownHead).length;
  const bytes = total - from - new TextEncoder().encode(shownTail).length;
  const gap = shownHead === "" || shownHead.endsWith("\n") ? "" : "\n";
  return `${plainOutput(shownHead)}${gap}${rest(from, bytes)}\n${plainOutput(shownTail)}`;
}
