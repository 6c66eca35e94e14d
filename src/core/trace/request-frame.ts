/** What stands around the messages of a request: its options and its tools. */
import { hashOf } from "./fingerprint.ts";

const encoder = new TextEncoder();

/** What of a request's head and tail must stay as it is. Effort is part of the prompt at its highest alone, where it is declared. */
export function frameOf(head: string, tail: string): string {
  return `${head}\n${tail}`.replace(/"reasoning_effort":"(?!max")[^"]*"/, '"reasoning_effort":"…"');
}

/** Where the tools of a frame begin and end. */
export function toolsIn(frame: string): { readonly from: number; readonly to: number } {
  const from = frame.indexOf('"tools":[');
  if (from < 0) return { from: frame.length, to: frame.length };
  let depth = 0;
  for (let at = frame.indexOf("[", from); at < frame.length; at++) {
    const character = frame[at];
    if (character === '"') at = stringEnd(frame, at);
    else if (character === "[" || character === "{") depth += 1;
    else if ((character === "]" || character === "}") && --depth === 0) return { from, to: at + 1 };
  }
  return { from, to: frame.length };
}

function stringEnd(text: string, start: number): number {
  let at = start + 1;
  while (at < text.length && text[at] !== '"') at += text[at] === "\\" ? 2 : 1;
  return at;
}

/** What tells a frame from others: its options and its tools, 8 hex digits each. */
export function frameMark(frame: string): string {
  const { from, to } = toolsIn(frame);
  const part = (text: string): string => hashOf(encoder.encode(text)).slice(0, 8);
  return `${part(frame.slice(0, from) + frame.slice(to))}-${part(frame.slice(from, to))}`;
}
