/** The smallest single replacement that turns one text into another. */

/** A place in a text, from 0. */
export interface TextPosition {
  readonly line: number;
  readonly character: number;
}

/** Replace what is between two places. */
export interface Replacement {
  readonly start: TextPosition;
  readonly end: TextPosition;
  readonly text: string;
}

/** Finds it for two texts with "\n" line ends; undefined where they are the same. */
export function smallestEdit(before: string, after: string): Replacement | undefined {
  if (before === after) return undefined;
  const most = Math.min(before.length, after.length);
  let head = 0;
  while (head < most && before.charCodeAt(head) === after.charCodeAt(head)) head += 1;
  if (isHighSurrogate(before.charCodeAt(head - 1))) head -= 1;
  let tail = 0;
  while (
    tail < most - head &&
    before.charCodeAt(before.length - 1 - tail) === after.charCodeAt(after.length - 1 - tail)
  ) {
    tail += 1;
  }
  if (isLowSurrogate(before.charCodeAt(before.length - tail))) tail -= 1;
  return {
    start: positionAt(before, head),
    end: positionAt(before, before.length - tail),
    text: after.slice(head, after.length - tail),
  };
}

function positionAt(text: string, offset: number): TextPosition {
  let line = 0;
  let start = 0;
  for (let end = text.indexOf("\n"); end !== -1 && end < offset; end = text.indexOf("\n", start)) {
    line += 1;
    start = end + 1;
  }
  return { line, character: offset - start };
}

function isHighSurrogate(code: number): boolean {
  return code >= 0xd800 && code <= 0xdbff;
}

function isLowSurrogate(code: number): boolean {
  return code >= 0xdc00 && code <= 0xdfff;
}
