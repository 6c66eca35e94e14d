/** What Rehearsal sees of a prompt: the last message of the user, and what tools answered since. */
import type { LanguageModel } from "ai";

type Model = Extract<LanguageModel, { specificationVersion: "v4" }>;

/** A prompt as the AI SDK gives it to a model. */
export type Prompt = Parameters<Model["doStream"]>[0]["prompt"];

/** A tool call of this turn and its answer; the text of an error reads like any other. */
export interface ToolAnswer {
  readonly name: string;
  readonly input: unknown;
  readonly output: string;
}

/** The turn so far. */
export interface RehearsalTurn {
  /** What the user typed last, without what was put before it. */
  readonly message: string;
  readonly answers: readonly ToolAnswer[];
  /** Whether something was already said in this turn. */
  readonly hasSpoken: boolean;
  /** Tool calls in the whole prompt, to number the next one. */
  readonly callCount: number;
}

/** Blocks that the agent puts before a message. */
const contextBlocks =
  /^(?:<(earlier_session|project_instructions|project_instructions_change|context_update)>[^]*?<\/\1>\s*)+/;

/** Reads the turn out of a prompt. */
export function readTurn(prompt: Prompt): RehearsalTurn {
  const start = prompt.findLastIndex((message) => message.role === "user");
  const calls = new Map<string, { readonly name: string; readonly input: unknown }>();
  const answers: ToolAnswer[] = [];
  let hasSpoken = false;
  let callCount = 0;
  for (const [index, message] of prompt.entries()) {
    if (message.role === "assistant") {
      for (const part of message.content) {
        if (part.type === "tool-call") {
          callCount++;
          calls.set(part.toolCallId, { name: part.toolName, input: part.input });
        }
        if (part.type === "text" && index > start && part.text !== "") hasSpoken = true;
      }
    }
    if (message.role === "tool" && index > start) answers.push(...answersIn(message.content, calls));
  }
  return { message: textOf(prompt[start]).replace(contextBlocks, "").trim(), answers, hasSpoken, callCount };
}

function answersIn(
  content: Extract<Prompt[number], { role: "tool" }>["content"],
  calls: ReadonlyMap<string, { readonly name: string; readonly input: unknown }>,
): readonly ToolAnswer[] {
  return content.flatMap((part) => {
    if (part.type !== "tool-result") return [];
    const call = calls.get(part.toolCallId) ?? { name: part.toolName, input: undefined };
    const { output } = part;
    const text =
      output.type === "text" || output.type === "error-text" ? output.value : JSON.stringify(output);
    return [{ ...call, output: text }];
  });
}

function textOf(message: Prompt[number] | undefined): string {
  if (message?.role !== "user") return "";
  return message.content.flatMap((part) => (part.type === "text" ? [part.text] : [])).join("\n");
}
