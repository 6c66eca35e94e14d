/** Whether a message fits its model at all. */
import type { ModelChoice } from "#protocol/header.ts";
import { formatShort, formatTokens } from "#protocol/words.ts";
import { BooError } from "../errors.ts";
import { findModel } from "../models/catalog.ts";

const defaultWindow = 1_000_000;
const charactersPerToken = 4;
const mostShare = 0.9;

/** Throws BooError "message-too-long" for a text that fills more than nine tenths of the model's context by itself. */
export function checkSize(text: string, { provider, model }: ModelChoice): void {
  const window = findModel(provider, model)?.contextWindow ?? defaultWindow;
  const tokens = Math.ceil(text.length / charactersPerToken);
  if (tokens <= window * mostShare) return;
  throw new BooError(
    "message-too-long",
    `This message is about ${formatTokens(tokens)}, more than the model takes (${formatShort(window)}). Put it into a file and ask the agent to search it.`,
  );
}
