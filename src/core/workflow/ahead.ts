/** Known answers that a guest is given before it asks, so that going over a journal takes no way back and forth for each. */
import type { AheadAnswer } from "#protocol/guest.ts";
import type { RunEvent, RunEventOf } from "#protocol/run.ts";
import { archetypes, type AgentType } from "./agents/agent-types.ts";
import type { ModelTable } from "./agents/workflow-agents.ts";
import { canonicalJson } from "./canonical.ts";
import type { Rerun } from "./replay.ts";

/** All answers that are given ahead are at most so large (characters of JSON). */
const mostCharacters = 16 * 1024 * 1024;

/** What beside its arguments decides a call's key: while it is the same, equal arguments mean an equal key. */
export function surroundings(
  models: ModelTable,
  agentTypes: readonly AgentType[],
  sha256: (text: string) => string,
): string {
  const types = [...agentTypes, ...archetypes].map(({ name, instructions, tools }) => [
    name,
    instructions,
    tools ?? null,
  ]);
  return sha256(canonicalJson([models, types]));
}

/** The answers of a journal that a guest may be given ahead: those under the same surroundings whose calls depend on nothing else. */
export function answersAhead(
  events: readonly RunEvent[],
  now: string,
  rerun: Rerun | undefined,
): readonly AheadAnswer[] {
  if (rerun !== undefined) return [];
  const answers = new Map<string, AheadAnswer>();
  const moving = new Set<string>();
  let isSame = false;
  let room = mostCharacters;
  for (const event of events) {
    if (event.type === "run-start") isSame = event.surroundings === now;
    // A worktree's base moves by itself.
    if (event.type === "step-start" && event.determinants["base"] !== undefined) moving.add(event.key);
    if (event.type !== "step-end") continue;
    const name = `${event.path} ${event.key} ${event.occurrence}`;
    // An answer that is only told again is still the one before; any other takes its place.
    if (event.cached && answers.has(name)) continue;
    answers.delete(name);
    const answer = isSame && !moving.has(event.key) ? answerOf(event) : undefined;
    if (answer === undefined) continue;
    room -= JSON.stringify(answer.value).length;
    if (room >= 0) answers.set(name, answer);
  }
  return [...answers.values()];
}

function answerOf({ outcome, result, mark, path, spent }: RunEventOf<"step-end">): AheadAnswer | undefined {
  if (outcome !== "done" || result === undefined || mark === undefined) return undefined;
  const cost = spent === undefined ? {} : { spent: [spent.tokens, spent.usd] as const };
  return { path, mark, value: result, ...cost };
}
