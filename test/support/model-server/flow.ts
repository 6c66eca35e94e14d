import { z } from "zod";
import { contentText, type ChatMessage, type ChatRequest } from "./chat-request.ts";
import type { RecordedRequest } from "./exchange.ts";
import { Reply, reply } from "./reply.ts";

const scriptedReply = z.strictObject({
  thinking: z.string().optional(),
  text: z.string().optional(),
  /** `arguments` is sent verbatim, `input` as compact JSON. */
  calls: z
    .array(
      z.strictObject({ name: z.string(), input: z.unknown().optional(), arguments: z.string().optional() }),
    )
    .optional(),
  finish: z.string().optional(),
  tokensPerSecond: z.number().positive().optional(),
  /** An error instead of an answer. */
  status: z.number().int().optional(),
  message: z.string().optional(),
  retryAfter: z.number().optional(),
});

const scriptFile = z.strictObject({
  turns: z.array(
    z.strictObject({
      /** A regular expression over the last user message; a turn without it fits any. */
      when: z.string().optional(),
      /** The answers of the turn, one per model call. */
      replies: z.array(scriptedReply).min(1),
    }),
  ),
});

/** Where a conversation stands: what was asked last and what happened since. */
export interface TurnState {
  readonly question: string;
  /** How often the model answered since. */
  readonly step: number;
  /** The results of tools since, in order. */
  readonly results: readonly string[];
  readonly request: ChatRequest;
}

/** Finds out where the conversation of a request stands, so that a script needs no memory of its own. */
export function turnState(request: ChatRequest): TurnState {
  const from = request.messages.findLastIndex((message) => message.role === "user");
  const since = request.messages.slice(from + 1);
  const texts = (role: ChatMessage["role"]) =>
    since.filter((message) => message.role === role).map((message) => contentText(message.content));
  return {
    question: contentText(request.messages[from]?.content),
    step: texts("assistant").length,
    results: texts("tool"),
    request,
  };
}

/** Reads a script file: turns that are chosen by the last user message, each with its answers in order. */
export function readScriptFile(json: string): (request: RecordedRequest) => Reply {
  const { turns } = scriptFile.parse(JSON.parse(json));
  return (recorded) => {
    if (!recorded.json) return reply.error(400, "The request could not be read.", "invalid_request_error");
    const { question, step } = turnState(recorded.json);
    const turn = turns.find(({ when }) => when === undefined || new RegExp(when, "iu").test(question));
    const scripted = turn?.replies[step];
    return scripted ? build(scripted) : reply.text("My script ends here.");
  };
}

function build(scripted: z.infer<typeof scriptedReply>): Reply {
  const { status, message = "Scripted error", retryAfter, tokensPerSecond } = scripted;
  if (status !== undefined) {
    const headers = retryAfter === undefined ? undefined : { "retry-after": String(retryAfter) };
    return reply.error(status, message, "scripted_error", headers);
  }
  let built = new Reply();
  if (scripted.thinking !== undefined) built = built.thinking(scripted.thinking);
  if (scripted.text !== undefined) built = built.text(scripted.text);
  for (const call of scripted.calls ?? []) built = built.toolCall(call.name, call.arguments ?? call.input);
  if (scripted.finish !== undefined) built = built.finish(scripted.finish);
  return tokensPerSecond === undefined ? built : built.pace({ tokensPerSecond });
}
