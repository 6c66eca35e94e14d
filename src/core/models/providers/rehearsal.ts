/** Rehearsal: a stand-in for a model that runs in the process, needs no network, and says that it is none. */
import type { LanguageModel } from "ai";
import { nextReply, type Reply } from "./rehearsal-rules.ts";
import { readTurn, type Prompt } from "./rehearsal-turn.ts";

type RehearsalModel = Extract<LanguageModel, { specificationVersion: "v4" }>;
type CallOptions = Parameters<RehearsalModel["doStream"]>[0];
type StreamPart =
  Awaited<ReturnType<RehearsalModel["doStream"]>>["stream"] extends ReadableStream<infer Part> ? Part : never;
type Usage = Extract<StreamPart, { type: "finish" }>["usage"];

/** Stands before the first sentence of every turn. */
const label = "Rehearsal, no model:";

/** Makes the model; the same prompt always gets the same answer. */
export function createRehearsalModel(): RehearsalModel {
  return {
    specificationVersion: "v4",
    provider: "rehearsal",
    modelId: "rehearsal",
    supportedUrls: {},
    doGenerate: async ({ prompt, abortSignal }) => {
      abortSignal?.throwIfAborted();
      const { text, calls, usage, finishReason } = answer(prompt);
      return { content: [{ type: "text", text }, ...calls], finishReason, usage, warnings: [] };
    },
    doStream: async (options) => {
      options.abortSignal?.throwIfAborted();
      return { stream: streamParts(options) };
    },
  };
}

function answer(prompt: Prompt) {
  const turn = readTurn(prompt);
  const reply = nextReply(turn);
  const calls = reply.calls.map(({ name, input }, index) => ({
    type: "tool-call" as const,
    toolCallId: `rehearsal-${turn.callCount + index + 1}`,
    toolName: name,
    input: JSON.stringify(input),
  }));
  const text = turn.hasSpoken ? reply.text : `${label} ${reply.text}`;
  const isDone = calls.length === 0;
  const finishReason = isDone
    ? ({ unified: "stop", raw: "stop" } as const)
    : ({ unified: "tool-calls", raw: "tool_calls" } as const);
  return { text, calls, finishReason, usage: estimateUsage(prompt, reply) };
}

/** A token is about four characters; only for the context meter, nothing is paid. */
function estimateUsage(prompt: Prompt, reply: Reply): Usage {
  const estimate = (length: number): number => Math.ceil(length / 4);
  const output = estimate(reply.text.length + JSON.stringify(reply.calls).length);
  return {
    inputTokens: {
      total: estimate(JSON.stringify(prompt).length),
      noCache: undefined,
      cacheRead: undefined,
      cacheWrite: undefined,
    },
    outputTokens: { total: output, text: output, reasoning: undefined },
  };
}

function* partsOf(prompt: Prompt): Generator<StreamPart> {
  const { text, calls, usage, finishReason } = answer(prompt);
  yield { type: "stream-start", warnings: [] };
  yield { type: "text-start", id: "text" };
  for (const delta of chunks(text)) yield { type: "text-delta", id: "text", delta };
  yield { type: "text-end", id: "text" };
  for (const call of calls) {
    yield { type: "tool-input-start", id: call.toolCallId, toolName: call.toolName };
    yield { type: "tool-input-delta", id: call.toolCallId, delta: call.input };
    yield { type: "tool-input-end", id: call.toolCallId };
    yield call;
  }
  yield { type: "finish", usage, finishReason };
}

/** Hands out one part whenever one is asked for, until the end or the signal. */
function streamParts({ prompt, abortSignal }: CallOptions): ReadableStream<StreamPart> {
  const parts = partsOf(prompt);
  return new ReadableStream<StreamPart>(
    {
      pull(controller) {
        if (abortSignal?.aborted === true) return controller.error(abortSignal.reason);
        const { done, value } = parts.next();
        if (done === true) controller.close();
        else controller.enqueue(value);
      },
    },
    { highWaterMark: 0 },
  );
}

/** A few words at a time, as a stream from afar would come. */
function chunks(text: string): readonly string[] {
  return text.match(/[^]{1,24}(?:(?=\s)|$)|\S+|\s+/g) ?? [];
}
