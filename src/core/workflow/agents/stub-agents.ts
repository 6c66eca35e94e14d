/** Agents that answer from their prompt alone: for trying a workflow, for dry runs, and for tests. They never pass for a model: runs with them say so. */
import type { Spent } from "#protocol/run.ts";
import type { Clock } from "../../ports.ts";
import { BooError } from "../../errors.ts";
import { Random } from "../schema/random.ts";
import { sample } from "../schema/sample.ts";
import type { AgentEvents, AgentOutcome, AgentSpec, ModelTable, WorkflowAgents } from "./workflow-agents.ts";

/** How they answer. */
export interface StubOptions {
  /** Another seed gives other answers. */
  readonly seed?: string;
  /** Longest time (ms) that an agent takes; which of them takes how long follows from `latencySeed`. */
  readonly latencyMs?: number;
  readonly latencySeed?: string;
  /** Every k-th agent fails for good, counted as they begin. */
  readonly failEvery?: number;
}

/** Tokens of the header that every agent sends, for the estimate. */
const headerTokens = 1_500;
const charactersPerToken = 4;
/** Dollars per million tokens, for the estimate: those of a cheap model. */
const usdPerMillion = { input: 0.3, output: 1.2 };
/** Tries to make a value that satisfies a schema. */
const tries = 40;

const models: ModelTable = {
  standard: "stub-standard",
  ids: ["stub-light", "stub-standard", "stub-heavy"],
  tags: { light: ["stub-light"], heavy: ["stub-heavy"], vision: ["stub-heavy"], default: ["stub-standard"] },
};

/** Makes them. */
export function createStubAgents(clock: Clock, options: StubOptions = {}): WorkflowAgents {
  let count = 0;
  return {
    models: () => models,
    async run(spec, signal, events) {
      count += 1;
      const { latencyMs = 0, failEvery } = options;
      if (latencyMs > 0) {
        const random = new Random(`${options.latencySeed ?? ""}${spec.path}${spec.prompt}`);
        await clock.sleep(random.next() * latencyMs, signal);
      }
      signal.throwIfAborted();
      if (failEvery !== undefined && count % failEvery === 0)
        return { status: "failed", reason: "made to fail", isFinal: true, spent: estimate(spec, "") };
      return answer(spec, options.seed ?? "", events);
    },
  };
}

function answer(spec: AgentSpec, seed: string, events: AgentEvents): AgentOutcome {
  const random = new Random(`${seed}\n${spec.prompt}`);
  const { finalAnswer } = spec;
  if (finalAnswer === undefined) {
    const text = textFor(spec.prompt, random);
    return { status: "answered", text, spent: estimate(spec, text) };
  }
  for (let attempt = 0; attempt < tries; attempt++) {
    const value = sample(finalAnswer.schema, random);
    if (finalAnswer.fits(value)) {
      events.progress();
      finalAnswer.submit(value);
      const text = JSON.stringify(value);
      return { status: "answered", text, spent: estimate(spec, text) };
    }
  }
  throw new BooError("no-sample", "No value could be made up that satisfies the schema.");
}

function textFor(prompt: string, random: Random): string {
  const subject = prompt.trim().split("\n")[0]?.slice(0, 80) ?? "";
  const mark = Array.from({ length: 8 }, () => random.between(0, 15).toString(16)).join("");
  return `Synthetic answer ${mark} to: ${subject}`;
}

/** What an agent would spend, by rule. */
function estimate(spec: AgentSpec, answer: string): Spent {
  const given = spec.prompt.length + (spec.finalAnswer?.schemaText.length ?? 0);
  const input = headerTokens + Math.ceil(given / charactersPerToken);
  const output = Math.max(50, Math.ceil(answer.length / charactersPerToken));
  return {
    tokens: input + output,
    usd: (input * usdPerMillion.input + output * usdPerMillion.output) / 1_000_000,
  };
}
