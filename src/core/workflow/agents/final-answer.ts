/** An answer that must satisfy a schema: how it is asked for, and how it is checked. */
import { finalAnswerName } from "../../agent/task.ts";
import type { AnswerSchema } from "../schema/validate.ts";

/** How often invalid answers go back to the model. */
const maxReturns = 5;

/** What an agent that must answer by a schema is told at the end of its prompt. */
export function schemaPrompt(schemaText: string): string {
  return `When you are done, call ${finalAnswerName} with a result that satisfies this JSON Schema:\n${schemaText}`;
}

/** What a call of the tool is answered with: the model mends what is wrong, up to a limit. */
export type SubmitResult =
  | { readonly status: "accepted" }
  | { readonly status: "returned"; readonly message: string }
  | { readonly status: "exhausted" };

/** Takes the answers of one agent. */
export class FinalAnswer {
  /** The schema as text, for the prompt. */
  readonly schemaText: string;
  readonly schema: Readonly<Record<string, unknown>>;
  readonly #check: AnswerSchema;
  readonly #onExhausted: () => void;
  #returns = 0;
  #accepted: { readonly value: unknown } | undefined;
  #lastRaw: string | undefined;
  #lastProblems = "it gave no answer";

  constructor(schema: Readonly<Record<string, unknown>>, check: AnswerSchema, onExhausted: () => void) {
    this.schema = schema;
    this.schemaText = JSON.stringify(schema);
    this.#check = check;
    this.#onExhausted = onExhausted;
  }

  /** The answer, once one was accepted. */
  get accepted(): { readonly value: unknown } | undefined {
    return this.#accepted;
  }

  /** What was given last, as text. */
  get lastRaw(): string | undefined {
    return this.#lastRaw;
  }

  /** What was wrong with it. */
  get lastProblems(): string {
    return this.#lastProblems;
  }

  /** Whether a value would be accepted. */
  fits(value: unknown): boolean {
    return this.#check.problems(value) === undefined;
  }

  /** Takes a value that the model gave. */
  submit(value: unknown): SubmitResult {
    this.#lastRaw = typeof value === "string" ? value : JSON.stringify(value);
    const problems = this.#check.problems(value);
    if (problems === undefined) {
      this.#accepted = { value };
      return { status: "accepted" };
    }
    return this.#return(problems);
  }

  /** Takes what an agent said instead of calling the tool: JSON in it, or in one fence in it, is an answer, too. */
  submitText(text: string): SubmitResult {
    if (this.#accepted !== undefined) return { status: "accepted" };
    const fenced = /```(?:json)?\s*\n([\s\S]*?)\n\s*```/.exec(text)?.[1];
    for (const candidate of [text, fenced]) {
      const parsed = parseJson(candidate);
      if (parsed !== undefined) return this.submit(parsed.value);
    }
    this.#lastRaw = text;
    return this.#return(`Give the result by calling ${finalAnswerName}, not as text.`);
  }

  #return(problems: string): SubmitResult {
    this.#lastProblems = problems;
    this.#returns += 1;
    if (this.#returns <= maxReturns)
      return {
        status: "returned",
        message: `The result does not satisfy the schema:\n${problems}\nMend it and call ${finalAnswerName} again.`,
      };
    this.#onExhausted();
    return { status: "exhausted" };
  }
}

function parseJson(text: string | undefined): { readonly value: unknown } | undefined {
  if (text === undefined) return undefined;
  try {
    return { value: JSON.parse(text) };
  } catch {
    return undefined;
  }
}
