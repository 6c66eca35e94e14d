import { type WireUsage, wireUsage } from "./accounts.ts";
import type { ChatRequest } from "./chat-request.ts";
import { type CacheOptions, type CacheReading, PromptCache } from "./prompt-cache.ts";
import { type ModelOutput, renderOutput } from "./render-prompt.ts";

/** An answer that is being counted. */
export interface Measurement {
  readonly cache: CacheReading;
  /** Counts the output so far, and what is whole can be hit by later prompts. */
  book(output: ModelOutput, isWhole: boolean): WireUsage;
}

/** Counts prompts and answers, and how much of a prompt the cache had. */
export class Meter {
  private readonly cache: PromptCache;

  constructor(options: CacheOptions, encode: (text: string) => ArrayLike<number>, now: () => number) {
    this.cache = new PromptCache(options, encode, now);
  }

  /** The length of a rendered prompt in tokens. */
  length(prompt: readonly string[]): number {
    return prompt.reduce((sum, segment) => sum + this.cache.count(segment), 0);
  }

  /** Looks a prompt up and stores it, in the partition of its model and user. */
  begin(request: ChatRequest, prompt: readonly string[]): Measurement {
    const partition = JSON.stringify([request.model, request.user_id ?? null]);
    const reading = this.cache.read(partition, prompt);
    this.cache.write(partition, prompt);
    const book = (output: ModelOutput, isWhole: boolean) => {
      const body = renderOutput(output);
      if (isWhole) this.cache.write(partition, [...prompt, body]);
      const isEmpty = output.text === "" && output.reasoning === "" && output.calls.length === 0;
      const reasoning = output.reasoning === "" ? 0 : this.cache.count(output.reasoning);
      const completion = isEmpty ? 0 : this.cache.count(body);
      return wireUsage(reading.promptTokens, reading.hitTokens, completion, reasoning);
    };
    return { cache: reading, book };
  }
}
