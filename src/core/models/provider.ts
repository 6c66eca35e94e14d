/** What a provider is: a definition in the list of `providers/index.ts`. */
import type { LanguageModel, ModelMessage } from "ai";
import type { ModelChoice, ReasoningPolicy } from "#protocol/header.ts";
import type { WireMessage } from "../session/transcript.ts";

/** How long a provider may be silent, in milliseconds. */
export interface Timeouts {
  /** From sending the request to the response's status line. */
  readonly connectMs: number;
  /** From the status line to the first token, keep-alives or not. */
  readonly firstTokenMs: number;
  /** Between any two bytes; a keep-alive comment is a sign of life. */
  readonly silenceMs: number;
}

/** What is needed to make one request's model. */
export interface ModelRequest {
  readonly choice: ModelChoice;
  readonly baseUrl: string;
  readonly apiKey: string | undefined;
  /** Carries the request: puts the transcript's bytes in and watches the answer's bytes. */
  readonly fetch: typeof globalThis.fetch;
}

/** A provider's answer to `open`: a model for one request and its options. */
export interface OpenedModel {
  readonly model: LanguageModel;
  readonly providerOptions?: Parameters<typeof import("ai").streamText>[0]["providerOptions"];
}

/** A provider of models. */
export interface Provider {
  readonly id: string;
  readonly label: string;
  /** The environment variable that may hold its key; undefined where it takes none. */
  readonly keyVariable?: string;
  readonly needsKey: boolean;
  readonly defaultModel: string;
  readonly defaultBaseUrl: string;
  readonly reasoning: ReasoningPolicy;
  readonly timeouts: Timeouts;
  /** True where requests are chat completions over HTTP, whose messages are sent as the transcript's own bytes. */
  readonly isWire: boolean;
  /** Loads the provider's code (a chunk of its own) and makes a model. */
  open(request: ModelRequest): Promise<OpenedModel>;
}

/** Messages for providers that take values; wire messages with their tool names found again. */
export function toModelMessages(messages: readonly WireMessage[]): ModelMessage[] {
  const names = new Map<string, string>();
  return messages.flatMap((message): ModelMessage[] => {
    if (message.role === "system") return [];
    if (message.role === "user") return [{ role: "user", content: message.content }];
    if (message.role === "tool") {
      const toolName = names.get(message.tool_call_id) ?? "unknown";
      const output = { type: "text", value: message.content } as const;
      return [
        {
          role: "tool",
          content: [{ type: "tool-result", toolCallId: message.tool_call_id, toolName, output }],
        },
      ];
    }
    for (const call of message.tool_calls ?? []) names.set(call.id, call.function.name);
    const calls = (message.tool_calls ?? []).map((call) => ({
      type: "tool-call" as const,
      toolCallId: call.id,
      toolName: call.function.name,
      input: JSON.parse(call.function.arguments) as unknown,
    }));
    return [
      {
        role: "assistant",
        content: [
          ...(message.content === "" ? [] : [{ type: "text" as const, text: message.content }]),
          ...calls,
        ],
      },
    ];
  });
}
