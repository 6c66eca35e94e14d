import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { AgentOutcome, AgentSpec } from "#core/workflow/agents/workflow-agents.ts";
import { root } from "./setup.mjs";
import { answered, ScriptedAgents, type WorkflowWorld } from "./workflow-world.ts";

/** Where the scripts lie that are built in. */
export const builtInFolder = join(root, "workflows");

/** The text of one of them. */
export function builtInText(name: string): string {
  return readFileSync(join(builtInFolder, `${name}.js`), "utf8");
}

/** A finding of a script, or a claim. */
interface Told {
  readonly title?: string;
  readonly file?: string;
  readonly claim?: string;
  readonly severity?: string;
  readonly lenses?: readonly string[];
  readonly also?: readonly string[];
  readonly part?: number;
}

/** What the scripts return. */
export interface BuiltInResult {
  readonly report: string;
  readonly findings: readonly Told[];
  readonly unsettled: readonly Told[];
  readonly refuted: readonly Told[];
  readonly missing: readonly string[];
}

/** Answers by phase: texts, objects, or null for an agent that dies. */
export type PhaseAnswers = Readonly<Record<string, (spec: AgentSpec) => unknown>>;

const died: AgentOutcome = { status: "failed", reason: "died", isFinal: true, spent: { tokens: 0, usd: 0 } };

/** Runs one of the scripts with agents that answer so. */
export async function runBuiltIn(
  world: WorkflowWorld,
  name: string,
  answers: PhaseAnswers,
  args: unknown,
): Promise<BuiltInResult & { readonly agents: ScriptedAgents }> {
  const agents = new ScriptedAgents((spec) => {
    const value = answers[spec.phase ?? ""]?.(spec) ?? null;
    if (value === null) return died;
    return answered(typeof value === "string" ? value : JSON.stringify(value), 1_000);
  });
  const { end } = await world.run(builtInText(name), { agents, args });
  assert.equal(end.error, undefined);
  return { ...(end.result as BuiltInResult), agents };
}

/** What findings or claims say. */
export function titlesOf(list: readonly Told[]): readonly unknown[] {
  return list.map(({ title, claim }) => title ?? claim);
}
