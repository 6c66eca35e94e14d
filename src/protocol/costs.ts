/** What a session's calls came to, by model and key. */
import type { ModelChoice } from "./header.ts";
import type { CostLine } from "./sessions.ts";
import type { Usage } from "./usage.ts";

/** One model call. */
export interface PricedCall {
  readonly choice: ModelChoice;
  readonly key: string;
  readonly usage: Usage;
  readonly costUsd: number | undefined;
}

/** The lines with one call more; a figure that a call does not have adds nothing. */
export function addCost(lines: readonly CostLine[], call: PricedCall): readonly CostLine[] {
  const { provider, model } = call.choice;
  const index = lines.findIndex(
    (line) => line.provider === provider && line.model === model && line.key === call.key,
  );
  const known: CostLine = lines[index] ?? { provider, model, key: call.key, calls: 0 };
  const line = { ...known, calls: known.calls + 1, ...sums(known, call) };
  return index < 0 ? [...lines, line] : lines.with(index, line);
}

function sums(known: CostLine, { usage, costUsd }: PricedCall): Partial<CostLine> {
  const all = {
    hitTokens: plus(known.hitTokens, usage.cacheHitTokens),
    missTokens: plus(known.missTokens, usage.cacheMissTokens),
    outputTokens: plus(known.outputTokens, usage.outputTokens),
    reasoningTokens: plus(known.reasoningTokens, usage.reasoningTokens),
    costUsd: plus(known.costUsd, costUsd),
  };
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined));
}

function plus(a: number | undefined, b: number | undefined): number | undefined {
  return a === undefined && b === undefined ? undefined : (a ?? 0) + (b ?? 0);
}
