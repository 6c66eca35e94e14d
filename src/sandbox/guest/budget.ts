/** `budget`: what the run may spend and has spent. What a script read of it is told, so that a resumed run reads the same. */
import { send } from "./bridge.ts";
import { currentPath } from "./context.ts";
import { create } from "./natives.ts";

/** Limits of the run; absent where there is none. `reads` are values that an earlier attempt read, by path and kind, in order. */
export interface BudgetStart {
  readonly tokens?: number;
  readonly usd?: number;
  readonly reads: Readonly<Record<string, readonly number[]>>;
}

type Kind = "tokens" | "usd" | "remaining-tokens" | "remaining-usd";

let limits: BudgetStart = { reads: {} };
let spent = { tokens: 0, usd: 0 };
const counts = create(null) as Record<string, number | undefined>;

/** Adds what an answer cost. */
export function addSpent(tokens: number, usd: number): void {
  spent = { tokens: spent.tokens + tokens, usd: spent.usd + usd };
}

function read(kind: Kind, now: number): number {
  const key = `${currentPath()} ${kind}`;
  const number = counts[key] ?? 0;
  counts[key] = number + 1;
  const known = Object.hasOwn(limits.reads, key) ? limits.reads[key]?.[number] : undefined;
  if (known !== undefined) return known;
  send({ t: "seen", key, value: now });
  return now;
}

function remaining(kind: "tokens" | "usd"): number {
  const total = limits[kind];
  return total === undefined ? Infinity : read(`remaining-${kind}`, Math.max(0, total - spent[kind]));
}

/** Makes the global. */
export function makeBudget(start: BudgetStart): object {
  limits = start;
  return Object.freeze({
    total: start.tokens ?? null,
    spent: () => read("tokens", spent.tokens),
    remaining: () => remaining("tokens"),
    totalUsd: start.usd ?? null,
    spentUsd: () => read("usd", spent.usd),
    remainingUsd: () => remaining("usd"),
  });
}
