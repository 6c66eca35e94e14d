import { createHash } from "node:crypto";
import { z } from "zod";

const contentPart = z.looseObject({
  type: z.string(),
  text: z.string().optional(),
  image_url: z.looseObject({ url: z.string() }).optional(),
});

const content = z.union([z.string(), z.array(contentPart)]);

const toolCall = z.looseObject({
  id: z.string(),
  type: z.literal("function"),
  function: z.looseObject({ name: z.string(), arguments: z.string() }),
});

const message = z.discriminatedUnion("role", [
  z.looseObject({ role: z.literal("system"), content }),
  z.looseObject({ role: z.literal("user"), content }),
  z.looseObject({
    role: z.literal("assistant"),
    content: content.nullish(),
    reasoning_content: z.string().nullish(),
    tool_calls: z.array(toolCall).nullish(),
    prefix: z.boolean().optional(),
  }),
  z.looseObject({ role: z.literal("tool"), content, tool_call_id: z.string() }),
]);

const chatRequest = z.looseObject({
  model: z.string(),
  messages: z.array(message),
  tools: z
    .array(
      z.looseObject({
        type: z.literal("function"),
        function: z.looseObject({
          name: z.string(),
          description: z.string().optional(),
          parameters: z.record(z.string(), z.unknown()).optional(),
        }),
      }),
    )
    .optional(),
  stream: z.boolean().nullish(),
  stream_options: z.looseObject({ include_usage: z.boolean().optional() }).nullish(),
  thinking: z.looseObject({ type: z.string().optional() }).nullish(),
  reasoning_effort: z.string().nullish(),
  response_format: z.looseObject({ type: z.string() }).nullish(),
  user_id: z.string().optional(),
  max_tokens: z.number().int().positive().optional(),
});

/** The body of POST /chat/completions, with every field that the server looks at. */
export type ChatRequest = z.infer<typeof chatRequest>;
/** One message of it. */
export type ChatMessage = ChatRequest["messages"][number];

/** Reads a request body; a string is DeepSeek's complaint about its shape. */
export function readChatRequest(body: string): ChatRequest | string {
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch (error) {
    return `Failed to parse the request body as JSON: ${String(error)}`;
  }
  const read = chatRequest.safeParse(value);
  if (read.success) return read.data;
  const [issue] = read.error.issues;
  return `Failed to deserialize the JSON body into the target type: ${issue?.path.join(".")}: ${issue?.message}`;
}

/** The text of a message's content; an image counts as a short mark that depends on its bytes. */
export function contentText(value: ChatMessage["content"]): string {
  if (typeof value === "string") return value;
  return (value ?? []).map((part) => part.text ?? `<image ${imageMark(part)}>`).join("");
}

function imageMark(part: z.infer<typeof contentPart>): string {
  return createHash("sha1")
    .update(part.image_url?.url ?? JSON.stringify(part))
    .digest("hex");
}

/** Whether a request lets the model think, which it does unless told otherwise. */
export function isThinking(request: ChatRequest): boolean {
  return request.thinking?.type !== "disabled";
}
