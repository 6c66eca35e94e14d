/** agent(prompt, options?): one agent's work and its answer. */
import type { Determinants } from "#protocol/run.ts";
import { BooError } from "../../errors.ts";
import { AgentCall, type AgentWork } from "../agents/agent-call.ts";
import { type AgentOptions, readAgentCall } from "../agents/agent-options.ts";
import { type AgentType, findAgentType } from "../agents/agent-types.ts";
import { findModel } from "../agents/models.ts";
import { canonicalJson } from "../canonical.ts";
import type { Primitive, RunScope } from "../primitive.ts";
import { whyImpossible } from "../schema/check.ts";
import { AnswerSchema } from "../schema/validate.ts";
import type { StepDone } from "../steps.ts";

/** Longest label that is made of a prompt. */
const labelLength = 60;

/** The primitive. */
export const agentPrimitive: Primitive = {
  name: "agent",
  kind: "call",
  async run(call, run) {
    run.countAgent();
    const { prompt, options } = readAgentCall(call.args, run.warn);
    const resolved = resolve(options, run);
    const base = options.isolation === "worktree" ? await baseOf(run) : undefined;
    const label = options.label ?? labelOf(prompt);
    const phase = options.phase ?? run.phaseOf(call.path);
    const work: AgentWork = {
      spec: {
        ...{ path: call.path, label, phase, prompt, model: resolved.model, effort: options.effort },
        ...{ agentType: resolved.type, tools: options.tools ?? resolved.type.tools, skills: options.skills },
        ...{ maxToolCalls: options.maxToolCalls, budget: options.budget },
      },
      ...{ schema: resolved.schema, timeoutMs: options.timeoutMs, retries: options.retries, base },
    };
    const determinants = determinantsOf(work, options, run);
    const { kind, path, place, mark, isKnown } = { kind: "agent" as const, ...call };
    const named = { model: resolved.model, agentType: resolved.type.name, mark, isKnown };
    const done = await run.steps.run({ kind, path, place, label, phase, determinants, ...named }, (step) =>
      new AgentCall(run, work, step).work(),
    );
    return answerOf(done, run);
  },
};

interface Resolved {
  readonly model: string;
  readonly type: AgentType;
  readonly schema: AgentWork["schema"];
}

/** Everything that can be wrong with a call is found here, before anything is spent. */
function resolve(options: AgentOptions, run: RunScope): Resolved {
  const { type, alias: typeAlias } = findAgentType(options.agentType, run.agentTypes);
  const { id: model, alias: modelAlias } = findModel(options.model, run.agents.models());
  if (typeAlias !== undefined) run.warn(`Agent type "${typeAlias}" is "${type.name}" here.`);
  if (modelAlias !== undefined) run.warn(`Model "${modelAlias}" is ${model} here.`);
  return { model, type, schema: options.schema === undefined ? undefined : readSchema(options.schema) };
}

function readSchema(value: Readonly<Record<string, unknown>>): AgentWork["schema"] {
  const problem = whyImpossible(value);
  if (problem !== undefined)
    throw new BooError("impossible-schema", `No answer can satisfy agent()'s schema: ${problem}.`);
  try {
    return { value, check: new AnswerSchema(value) };
  } catch (cause) {
    throw new BooError("impossible-schema", "agent()'s schema refers to what it does not hold.", { cause });
  }
}

async function baseOf(run: RunScope): Promise<string> {
  const { worktrees } = run.ports;
  if (worktrees === undefined)
    throw new BooError(
      "no-worktrees",
      'isolation: "worktree" needs a git repository, and there is none here.',
    );
  return worktrees.base(run.signal);
}

function labelOf(prompt: string): string {
  const [line = ""] = prompt.trim().split("\n");
  return line.length > labelLength ? `${line.slice(0, labelLength - 1)}…` : line;
}

/** What determines the answer; label and phase do not. */
function determinantsOf({ spec, base }: AgentWork, options: AgentOptions, run: RunScope): Determinants {
  const hash = (value: unknown): string => run.ports.sha256(canonicalJson(value));
  const { agentType } = spec;
  return {
    prompt: run.ports.sha256(spec.prompt),
    model: spec.model,
    agentType: typeHash(agentType, hash),
    ...(options.schema !== undefined && { schema: hash(options.schema) }),
    ...(spec.effort !== undefined && { effort: spec.effort }),
    ...(options.tools !== undefined && { tools: options.tools.join(" ") }),
    ...(spec.skills.length > 0 && { skills: spec.skills.join(" ") }),
    ...(options.isolation !== undefined && { isolation: options.isolation }),
    ...(base !== undefined && { base }),
  };
}

const typeHashes = new WeakMap<AgentType, string>();

/** A type's name and what defines it: the same for many calls. */
function typeHash(type: AgentType, hash: (value: unknown) => string): string {
  const known = typeHashes.get(type);
  if (known !== undefined) return known;
  const made = `${type.name} ${hash([type.instructions, type.tools ?? null])}`;
  typeHashes.set(type, made);
  return made;
}

function answerOf(
  { outcome, result, error, spent }: StepDone,
  run: RunScope,
): { readonly value: unknown; readonly spent?: NonNullable<StepDone["spent"]> } {
  const cost = spent !== undefined && { spent };
  if (outcome === "done") return { value: result, ...cost };
  if (error !== undefined) throw new SchemaError(error, rawTextOf(result), spent);
  if (outcome === "interrupted") run.signal.throwIfAborted();
  return { value: null, ...cost };
}

function rawTextOf(result: unknown): string | undefined {
  const { rawText } = (result ?? {}) as { readonly rawText?: unknown };
  return typeof rawText === "string" ? rawText : undefined;
}

/** An answer that never fitted, with what the model gave last and what that cost. */
export class SchemaError extends BooError {
  readonly rawText: string | undefined;
  readonly spent: StepDone["spent"];

  constructor(message: string, rawText: string | undefined, spent: StepDone["spent"]) {
    super("schema-unmet", message);
    this.rawText = rawText;
    this.spent = spent;
  }
}
