import { isThinking, type ChatMessage, type ChatRequest } from "./chat-request.ts";

/** Why DeepSeek would refuse a request: its sentence, and for the test where the fault is. */
export interface Refusal {
  readonly message: string;
  readonly where: string;
}

const unanswered =
  "An assistant message with 'tool_calls' must be followed by tool messages responding to each 'tool_call_id'. (insufficient tool messages following tool_calls message)";
const unasked = "Messages with role 'tool' must be a response to a preceding message with 'tool_calls'";
const noReasoning = "The `reasoning_content` in the thinking mode must be passed back to the API.";

/** The first rule of the chat format that a request breaks, or undefined for a valid one. */
export function checkTranscript(request: ChatRequest, strictReasoning: boolean): Refusal | undefined {
  if (request.messages.length === 0) return { message: "Empty input messages", where: "messages" };
  return (
    checkTools(request) ??
    checkToolResults(request.messages) ??
    checkAssistants(request, strictReasoning) ??
    checkLast(request.messages) ??
    checkUserId(request.user_id)
  );
}

function checkTools(request: ChatRequest): Refusal | undefined {
  const names = (request.tools ?? []).map((tool) => tool.function.name);
  const odd = names.findIndex((name) => !/^[a-zA-Z0-9_-]{1,64}$/.test(name));
  if (odd >= 0) {
    const message = `Invalid 'tools[${odd}].function.name': string does not match pattern. Expected a string that matches the pattern '^[a-zA-Z0-9_-]+$'.`;
    return { message, where: `tools[${odd}]` };
  }
  const twice = names.findIndex((name, index) => names.indexOf(name) !== index);
  return twice < 0 ? undefined : { message: "Tool names must be unique.", where: `tools[${twice}]` };
}

function checkToolResults(messages: readonly ChatMessage[]): Refusal | undefined {
  let open = new Set<string>();
  let asker = 0;
  for (const [index, message] of messages.entries()) {
    const where = `messages[${index}]`;
    if (message.role === "tool") {
      if (!open.delete(message.tool_call_id))
        return { message: unasked, where: `${where} answers ${message.tool_call_id}` };
      continue;
    }
    if (open.size > 0)
      return { message: unanswered, where: `messages[${asker}] waits for ${[...open].join(", ")}` };
    if (message.role !== "assistant") continue;
    const ids = (message.tool_calls ?? []).map((call) => call.id);
    open = new Set(ids);
    asker = index;
    if (open.size < ids.length)
      return { message: `Duplicate value for 'tool_call_id' in message[${index}]`, where };
  }
  return open.size > 0
    ? { message: unanswered, where: `messages[${asker}] waits for ${[...open].join(", ")}` }
    : undefined;
}

function checkAssistants(request: ChatRequest, strictReasoning: boolean): Refusal | undefined {
  for (const [index, message] of request.messages.entries()) {
    if (message.role !== "assistant") continue;
    const where = `messages[${index}]`;
    const calls = message.tool_calls?.length ?? 0;
    if (message.content == null && calls === 0) {
      return { message: "Invalid assistant message: content or tool_calls must be set", where };
    }
    const isBare = calls > 0 && typeof message.reasoning_content !== "string";
    if (strictReasoning && isThinking(request) && isBare) return { message: noReasoning, where };
  }
  return undefined;
}

function checkLast(messages: readonly ChatMessage[]): Refusal | undefined {
  const last = messages.at(-1);
  const isPrefix = last?.role === "assistant" && last.prefix === true;
  if (last?.role === "user" || last?.role === "tool" || isPrefix) return undefined;
  const message =
    "The last message must be a user message, a tool message, or an assistant message with prefix mode on";
  return { message, where: `messages[${messages.length - 1}]` };
}

function checkUserId(userId: string | undefined): Refusal | undefined {
  if (userId === undefined || /^[a-zA-Z0-9_-]{1,512}$/.test(userId)) return undefined;
  return { message: "Invalid 'user_id': it must match ^[a-zA-Z0-9_-]+$", where: "user_id" };
}
