/** Joins neighbouring pieces of text in an answer's bytes, so that what comes in one go is handled in one go. */

const decoder = new TextDecoder();
const encoder = new TextEncoder();
const eventEnd = "\n\n";

interface Piece {
  /** The event's JSON without the text, which must be the same for two pieces to be one. */
  readonly envelope: string;
  readonly field: "content" | "reasoning_content";
  readonly text: string;
}

/**
 * Rewrites an answer's bytes (server-sent events of chat completions): of the events that came together, neighbours that only add text
 * to the same field become one. A model's server at full speed sends thousands of them, each of which costs the SDK some 40 µs.
 * Whatever is not exactly such an event is passed on as it came, byte for byte.
 */
export class DeltaMerger {
  /** The beginning of an event whose end has not come. */
  #tail: Uint8Array = new Uint8Array();

  /** Takes the next bytes; gives what can be passed on, which may be nothing yet. */
  push(chunk: Uint8Array): Uint8Array {
    const bytes = this.#tail.length === 0 ? chunk : concat(this.#tail, chunk);
    const end = lastEventEnd(bytes);
    const rest = bytes.subarray(end);
    // Only what is surely the beginning of an event is held back, and no more of it than an event can be long.
    const isHeld = rest.length > 0 && rest.length < longestHeld && startsEvent(rest) && !rest.includes(13);
    this.#tail = isHeld ? rest.slice() : new Uint8Array();
    const whole = mergeEvents(bytes.subarray(0, end));
    return isHeld || rest.length === 0 ? whole : concat(whole, rest);
  }

  /** What is left when the answer has ended. */
  flush(): Uint8Array {
    const rest = this.#tail;
    this.#tail = new Uint8Array();
    return rest;
  }
}

const longestHeld = 1 << 20;
const eventStart = encoder.encode("data: ");

function startsEvent(bytes: Uint8Array): boolean {
  return eventStart.subarray(0, bytes.length).every((byte, index) => byte === bytes[index]);
}

/** The index after the last empty line. */
function lastEventEnd(bytes: Uint8Array): number {
  for (let at = bytes.lastIndexOf(10); at > 0; at = bytes.lastIndexOf(10, at - 1))
    if (bytes[at - 1] === 10) return at + 1;
  return 0;
}

function concat(a: Uint8Array, b: Uint8Array): Uint8Array {
  const both = new Uint8Array(a.length + b.length);
  both.set(a);
  both.set(b, a.length);
  return both;
}

function mergeEvents(bytes: Uint8Array): Uint8Array {
  const text = decoder.decode(bytes);
  if (text.indexOf(eventEnd) === text.length - eventEnd.length || text.includes("\uFFFD")) return bytes;
  const events = text.slice(0, -eventEnd.length).split(eventEnd);
  const merged: (string | Piece)[] = [];
  for (const event of events) {
    const piece = pieceOf(event);
    const last = merged.at(-1);
    const isSame =
      piece !== undefined &&
      typeof last === "object" &&
      last.field === piece.field &&
      last.envelope === piece.envelope;
    if (isSame) merged[merged.length - 1] = { ...last, text: last.text + piece.text };
    else merged.push(piece ?? event);
  }
  if (merged.length === events.length) return bytes;
  const lines = merged.map((entry) => `${typeof entry === "string" ? entry : eventOf(entry)}${eventEnd}`);
  return encoder.encode(lines.join(""));
}

interface Chunk {
  readonly choices?: readonly {
    readonly delta?: Readonly<Record<string, unknown>>;
    readonly finish_reason?: unknown;
  }[];
  readonly usage?: unknown;
  readonly error?: unknown;
}

function pieceOf(event: string): Piece | undefined {
  if (!event.startsWith("data: {") || event.includes("\n")) return undefined;
  let parsed: Chunk;
  try {
    parsed = JSON.parse(event.slice(6)) as Chunk;
  } catch {
    return undefined;
  }
  const [choice, ...others] = parsed.choices ?? [];
  const delta = choice?.delta;
  const isPlain =
    delta !== undefined &&
    others.length === 0 &&
    (choice?.finish_reason ?? null) === null &&
    (parsed.usage ?? null) === null &&
    parsed.error === undefined;
  if (!isPlain) return undefined;
  const said = Object.entries(delta).filter(([, value]) => value !== null);
  const [only, ...rest] = said;
  if (only === undefined || rest.length > 0) return undefined;
  const [field, text] = only;
  if ((field !== "content" && field !== "reasoning_content") || typeof text !== "string") return undefined;
  const envelope = JSON.stringify({ ...parsed, choices: [{ ...choice, delta: { ...delta, [field]: "" } }] });
  return { envelope, field, text };
}

function eventOf({ envelope, field, text }: Piece): string {
  const parsed = JSON.parse(envelope) as { choices: { delta: Record<string, unknown> }[] };
  const [choice] = parsed.choices;
  if (choice !== undefined) choice.delta[field] = text;
  return `data: ${JSON.stringify(parsed)}`;
}
