import { formatBytes } from "#protocol/words.ts";

/** Texts longer than this are kept beside the composer: laying them out in it would freeze the view. */
const longText = 200_000;
/** The longest message, in characters. */
const longestMessage = 8 * 1024 * 1024;

/** A long text beside the composer; it is sent after what was typed. It is at hand, or the host keeps it, or both. */
export interface PastedText {
  readonly id: string;
  /** In characters. */
  readonly length: number;
  readonly text?: string;
  readonly blob?: string;
}

let made = 0;

/** A text that is put beside the composer. */
export function newPasted(text: string): PastedText {
  made += 1;
  return { id: `${Date.now()}.${made}`, length: text.length, text };
}

/** What becomes of a text that is put into the composer. */
export type Paste =
  | { readonly kind: "type" }
  | { readonly kind: "keep" }
  | { readonly kind: "refuse"; readonly reason: string };

/** Decides what becomes of a text, given how much is there already; lengths in characters. */
export function judgePaste(length: number, present: number): Paste {
  if (length + present > longestMessage) {
    const reason = `A message can hold ${formatBytes(longestMessage)}, and this would make it ${formatBytes(length + present)}. Save the text as a file of the project and name it instead.`;
    return { kind: "refuse", reason };
  }
  return { kind: length + present > longText ? "keep" : "type" };
}

/** The message of what was typed and what was kept beside. */
export function joinMessage(typed: string, pasted: readonly PastedText[]): string {
  return [typed, ...pasted.map(({ text = "" }) => text)].filter((text) => text.trim() !== "").join("\n\n");
}
