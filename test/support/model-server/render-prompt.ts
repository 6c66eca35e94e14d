import { contentText, isThinking, type ChatMessage, type ChatRequest } from "./chat-request.ts";

/** What a model wrote: in an answer being sent, or in an assistant message sent back. */
export interface ModelOutput {
  readonly reasoning: string;
  readonly text: string;
  readonly calls: readonly { readonly name: string; readonly arguments: string }[];
}

const opening = "<｜Assistant｜>";

/**
 * A request as the model sees it, in DeepSeek's order (block of effort max, system, tools, response format,
 * messages), cut where one message's tokens end and the next one's begin. It ends where the model is to go on.
 */
export function renderPrompt(request: ChatRequest): string[] {
  const firstOther = request.messages.findIndex((message) => message.role !== "system");
  const split = firstOther < 0 ? request.messages.length : firstOther;
  const header = renderHeader(request, request.messages.slice(0, split));
  const messages = request.messages.slice(split).flatMap(renderMessage);
  const last = request.messages.at(-1);
  return last?.role === "assistant" ? [header, ...messages] : [header, ...messages, opening];
}

/** What the model adds to the rendered prompt; the same whether it is being written or was sent back unchanged. */
export function renderOutput(output: ModelOutput): string {
  const thought = output.reasoning === "" ? "" : `<think>${output.reasoning}`;
  // Arguments stay as they were written: a client that writes them anew does not get the cached prefix.
  const calls = output.calls.map(
    (call) => `<｜tool▁call▁begin｜>${call.name}<｜tool▁sep｜>${call.arguments}<｜tool▁call▁end｜>`,
  );
  const called = calls.length > 0 ? `<｜tool▁calls▁begin｜>${calls.join("")}<｜tool▁calls▁end｜>` : "";
  return `${thought}</think>${output.text}${called}<｜end▁of▁sentence｜>`;
}

function renderHeader(request: ChatRequest, system: readonly ChatMessage[]): string {
  const isMax = isThinking(request) && request.reasoning_effort === "max";
  const parts = [
    isMax ? "Reasoning Effort: Absolute maximum with no shortcuts permitted." : "",
    ...system.map((message) => contentText(message.content)),
    request.tools?.length
      ? `## Tools\n\n${request.tools.map((tool) => JSON.stringify(tool)).join("\n")}`
      : "",
    request.response_format ? `## Response Format\n\n${JSON.stringify(request.response_format)}` : "",
  ];
  return `<｜begin▁of▁sentence｜>${parts.filter((part) => part !== "").join("\n\n")}`;
}

function renderMessage(message: ChatMessage): string[] {
  switch (message.role) {
    case "system":
      return [`<｜System｜>${contentText(message.content)}`];
    case "user":
      return [`<｜User｜>${contentText(message.content)}`];
    case "tool":
      return [`<｜tool▁output▁begin｜>${contentText(message.content)}<｜tool▁output▁end｜>`];
    case "assistant": {
      const calls = (message.tool_calls ?? []).map((call) => call.function);
      const text = contentText(message.content);
      return [opening, renderOutput({ reasoning: message.reasoning_content ?? "", text, calls })];
    }
  }
}
