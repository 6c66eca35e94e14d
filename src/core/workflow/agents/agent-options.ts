/** The arguments of agent(), as scripts give them. */
import type { SpendLimit } from "#protocol/run.ts";
import { BooError } from "../../errors.ts";
import { isAgentOption } from "../script/lint.ts";
import { toolName } from "./agent-types.ts";
import { type Effort, efforts } from "./workflow-agents.ts";

/** Options with their defaults left open. */
export interface AgentOptions {
  readonly label: string | undefined;
  readonly phase: string | undefined;
  readonly schema: Readonly<Record<string, unknown>> | undefined;
  readonly model: string | undefined;
  readonly effort: Effort | undefined;
  readonly agentType: string | undefined;
  readonly isolation: "worktree" | undefined;
  readonly tools: readonly string[] | undefined;
  readonly maxToolCalls: number | undefined;
  readonly timeoutMs: number | undefined;
  readonly retries: number | undefined;
  readonly budget: SpendLimit | undefined;
  readonly skills: readonly string[];
}

/** Longest prompt (characters). */
const maxPrompt = 4_000_000;

/** Reads the arguments; `warn` hears of what is ignored. Throws BooError "bad-call" for what can not be meant. */
export function readAgentCall(
  args: readonly unknown[],
  warn: (text: string) => void,
): { readonly prompt: string; readonly options: AgentOptions } {
  const [prompt, given] = args;
  if (typeof prompt !== "string" || prompt.trim() === "")
    throw new BooError("bad-call", "agent() expects a prompt first: a text that is not empty.");
  if (prompt.length > maxPrompt)
    throw new BooError(
      "bad-call",
      `agent()'s prompt has ${prompt.length} characters; at most ${maxPrompt} are sent.`,
    );
  if (given !== undefined && given !== null && (typeof given !== "object" || Array.isArray(given)))
    throw new BooError("bad-call", "agent()'s options are an object: agent(prompt, { label: … }).");
  return { prompt, options: readOptions(new OptionReader((given ?? {}) as Record<string, unknown>, warn)) };
}

function readOptions(read: OptionReader): AgentOptions {
  read.warnUnknown();
  const tools = read.list("tools") ?? read.list("capabilities");
  return {
    label: read.text("label"),
    phase: read.text("phase"),
    schema: read.schema(),
    model: read.text("model"),
    effort: read.word("effort", efforts),
    agentType: read.text("agentType"),
    isolation: read.word("isolation", ["worktree"] as const),
    tools: tools?.map(toolName).toSorted(),
    maxToolCalls: read.number("maxToolCalls") ?? read.number("max_tool_calls"),
    timeoutMs: read.number("timeoutMs"),
    retries: read.number("retries"),
    budget: read.budget(),
    skills: read.list("skills") ?? [],
  };
}

class OptionReader {
  readonly #given: Readonly<Record<string, unknown>>;
  readonly #warn: (text: string) => void;

  constructor(given: Readonly<Record<string, unknown>>, warn: (text: string) => void) {
    this.#given = given;
    this.#warn = warn;
  }

  warnUnknown(): void {
    for (const name of Object.keys(this.#given))
      if (!isAgentOption(name)) this.#warn(`agent() knows no option "${name}"; it is ignored.`);
  }

  text(name: string): string | undefined {
    const value = this.#given[name];
    if (value === undefined || value === null || value === "") return undefined;
    return typeof value === "string" ? value : this.#ignore(name, "a text");
  }

  number(name: string): number | undefined {
    const value = this.#given[name];
    if (value === undefined || value === null) return undefined;
    return typeof value === "number" && Number.isFinite(value) && value >= 0
      ? value
      : this.#ignore(name, "a number from 0");
  }

  list(name: string): readonly string[] | undefined {
    const value = this.#given[name];
    if (value === undefined || value === null) return undefined;
    return Array.isArray(value) && value.every((one) => typeof one === "string")
      ? value
      : this.#ignore(name, "a list of texts");
  }

  word<T extends string>(name: string, words: readonly T[]): T | undefined {
    const value = this.#given[name];
    if (value === undefined || value === null || value === "") return undefined;
    return (
      words.find((word) => word === value) ?? this.#ignore(name, words.map((word) => `"${word}"`).join(", "))
    );
  }

  schema(): Readonly<Record<string, unknown>> | undefined {
    const value = this.#given["schema"];
    if (value === undefined || value === null) return undefined;
    // What is no object is no schema; the check before the run says so.
    return value as Readonly<Record<string, unknown>>;
  }

  budget(): SpendLimit | undefined {
    const value = this.#given["budget"];
    if (value === undefined || value === null) return undefined;
    if (typeof value === "number" && value >= 0) return { tokens: value };
    if (typeof value !== "object") return this.#ignore("budget", "a number of tokens, or { tokens, usd }");
    const { tokens, usd } = value as Readonly<Record<string, unknown>>;
    return { ...(typeof tokens === "number" && { tokens }), ...(typeof usd === "number" && { usd }) };
  }

  #ignore(name: string, wanted: string): undefined {
    this.#warn(`agent()'s option "${name}" must be ${wanted}; it is ignored.`);
  }
}
