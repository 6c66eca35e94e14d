import { AssertionError } from "node:assert";

/** The parts of a chat request that are rendered into the prompt, each in its wire bytes. */
interface WirePrefix {
  /** The leading system messages, as sent. */
  readonly system: readonly string[];
  /** The value of `tools`, as sent; empty when there are none. */
  readonly tools: string;
  /** Every other message, as sent. */
  readonly messages: readonly string[];
  /** The remaining fields of the body, as sent. */
  readonly rest: ReadonlyMap<string, string>;
}

/** Where two requests part: a path into the body and the text from a little before the first difference. */
export interface PrefixDifference {
  readonly path: string;
  readonly previous: string;
  readonly next: string;
}

/** Takes a request body apart without parsing and writing it again, so that its bytes can be compared. */
function wirePrefix(body: string | Uint8Array): WirePrefix {
  const rest = rawFields(typeof body === "string" ? body : new TextDecoder().decode(body));
  const all = rawElements(rest.get("messages") ?? "[]");
  const tools = rest.get("tools") ?? "";
  rest.delete("messages");
  rest.delete("tools");
  const firstOther = all.findIndex((message) => !isMessageOf("system", message));
  const split = firstOther < 0 ? all.length : firstOther;
  return { system: all.slice(0, split), tools, messages: all.slice(split), rest };
}

/** The first place where `nextBody` does not continue `previousBody`, or undefined when it does. */
export function prefixDifference(
  previousBody: string | Uint8Array,
  nextBody: string | Uint8Array,
): PrefixDifference | undefined {
  const previous = wirePrefix(previousBody);
  const next = wirePrefix(nextBody);
  for (const name of new Set([...previous.rest.keys(), ...next.rest.keys()])) {
    const found = difference(name, previous.rest.get(name) ?? "(absent)", next.rest.get(name) ?? "(absent)");
    if (found) return found;
  }
  return (
    // A system message more or less is a change of the header, also at its end.
    difference("system", previous.system.join(","), next.system.join(",")) ??
    difference("tools", previous.tools, next.tools) ??
    firstOf(previous.messages, next.messages)
  );
}

/**
 * Throws unless `nextBody` begins with the whole of `previousBody`: system, tools, then each message, compared in
 * wire bytes, with all other fields constant; returns the messages that `nextBody` adds.
 */
export function assertPrefix(
  previousBody: string | Uint8Array,
  nextBody: string | Uint8Array,
): readonly string[] {
  const found = prefixDifference(previousBody, nextBody);
  if (found) {
    throw new AssertionError({
      message: `The prefix changed at ${found.path}:\n  previous: ${found.previous}\n  next:     ${found.next}`,
      actual: found.next,
      expected: found.previous,
      operator: "assertPrefix",
    });
  }
  return wirePrefix(nextBody).messages.slice(wirePrefix(previousBody).messages.length);
}

/** Asserts the prefix from each body to the next, except to those whose index is a declared re-pin. */
export function assertPrefixes(
  bodies: readonly (string | Uint8Array)[],
  repinned: readonly number[] = [],
): void {
  bodies.forEach((body, index) => {
    const previous = bodies[index - 1];
    if (previous === undefined || repinned.includes(index)) return;
    const found = prefixDifference(previous, body);
    if (!found) return;
    throw new AssertionError({
      message: `Request ${index} does not begin with request ${index - 1}; it changed at ${found.path}:\n  previous: ${found.previous}\n  next:     ${found.next}`,
      operator: "assertPrefixes",
    });
  });
}

function firstOf(previous: readonly string[], next: readonly string[]): PrefixDifference | undefined {
  for (const [index, message] of previous.entries()) {
    const found = difference(`messages[${index}]`, message, next[index] ?? "(absent)");
    if (found) return found;
  }
  return undefined;
}

function difference(path: string, previous: string, next: string): PrefixDifference | undefined {
  if (previous === next) return undefined;
  let at = 0;
  while (at < previous.length && previous[at] === next[at]) at++;
  return { path: `${path}, character ${at}`, previous: excerpt(previous, at), next: excerpt(next, at) };
}

function excerpt(text: string, at: number): string {
  const start = Math.max(0, at - 30);
  const end = Math.min(text.length, at + 60);
  return `${start > 0 ? "…" : ""}${text.slice(start, at)}⟦${text.slice(at, end)}⟧${end < text.length ? "…" : ""}`;
}

/** Whether a message in wire text has this role. */
export function isMessageOf(role: string, message: string): boolean {
  return rawFields(message).get("role") === JSON.stringify(role);
}

/** The fields of a JSON object, each with the exact text of its value. */
export function rawFields(object: string): Map<string, string> {
  const fields = new Map<string, string>();
  for (const item of items(object, "{", "}")) {
    const keyEnd = endOfString(item, 0);
    fields.set(JSON.parse(item.slice(0, keyEnd)), item.slice(item.indexOf(":", keyEnd) + 1).trim());
  }
  return fields;
}

/** The elements of a JSON array, each in its exact text. */
export function rawElements(array: string): string[] {
  return items(array, "[", "]");
}

/** Splits a JSON object or array at its own commas. */
function items(text: string, open: string, close: string): string[] {
  const found: string[] = [];
  let at = text.indexOf(open) + 1;
  let from = at;
  let depth = 0;
  for (; at < text.length; at++) {
    const character = text[at];
    if (character === '"') at = endOfString(text, at) - 1;
    else if (depth === 0 && (character === "," || character === close)) {
      const item = text.slice(from, at).trim();
      if (item !== "") found.push(item);
      from = at + 1;
      if (character === close) return found;
    } else if (character === "{" || character === "[") depth++;
    else if (character === "}" || character === "]") depth--;
  }
  throw new SyntaxError(`This JSON text does not end with ${close}: ${excerpt(text, text.length)}`);
}

/** The position after the string that begins at `start`. */
function endOfString(text: string, start: number): number {
  for (let at = start + 1; at < text.length; at++) {
    if (text[at] === "\\") at++;
    else if (text[at] === '"') return at + 1;
  }
  throw new SyntaxError(`This JSON string does not end: ${excerpt(text, start)}`);
}
