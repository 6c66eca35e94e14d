/** What the index keeps besides the events themselves, made from them alone: words to search, and which blobs are in use. */
import type { ReadBlobText } from "./blob-text.ts";
import { unpack } from "./packed.ts";

/** A message as it is searched. */
export interface SearchText {
  readonly role: "user" | "assistant";
  /** The number of a turn that begins here. */
  readonly turn: number | undefined;
  readonly text: string;
}

interface EventLike {
  readonly number?: unknown;
  readonly text?: unknown;
  readonly message?: {
    readonly text?: { readonly text?: unknown; readonly preview?: unknown; readonly blob?: unknown };
  };
}

const speaking: ReadonlySet<string> = new Set(["turn-start", "user-message", "step-end"]);

/** What an event of a type says that can be searched, long messages as `read` gives them; undefined where it says nothing. */
export function searchTextOf(type: string, body: string, read: ReadBlobText): SearchText | undefined {
  if (!speaking.has(type)) return undefined;
  const event = JSON.parse(body) as EventLike;
  const turn = typeof event.number === "number" ? event.number : undefined;
  if (type === "step-end") {
    return typeof event.text === "string" && event.text !== ""
      ? { role: "assistant", turn, text: event.text }
      : undefined;
  }
  const { text, blob, preview } = event.message?.text ?? {};
  const said = text ?? (typeof blob === "string" ? read(blob) : undefined) ?? preview;
  if (typeof said === "string") return { role: "user", turn, text: said };
  return turn === undefined ? undefined : { role: "user", turn, text: "" };
}

/** When an event of a type, as it is kept, decided something about permissions; undefined where it did not. */
export function decidedAt(type: string, kept: unknown): number | undefined {
  if (type !== "permission-decided") return undefined;
  const { at } = JSON.parse(unpack(kept)) as { readonly at?: unknown };
  return typeof at === "number" ? at : 0;
}

/** A text as words are compared: small letters, one form of each character. */
export function fold(text: string): string {
  return text.normalize("NFC").toLowerCase();
}

/** The blobs that a body names. */
export function blobsOf(body: string): ReadonlySet<string> {
  return new Set(body.match(/(?<=")[0-9a-f]{64}(?=")/g) ?? []);
}
