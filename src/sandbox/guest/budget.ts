/** `budget`: what the run may spend and has spent. What a script read of it is told, so that a resumed run reads the same. */
import { send } from "./bridge.ts";
import { currentPath } from "./context.ts";
import { create } from "./natives.ts";
import { spentSoFar } from "./spent.ts";

/** Limits of the run; absent where there is none. `reads` are values that an earlier attempt read, by path and kind, in order. */
export interface BudgetStart {
  readonly tokens?: number;
  readonly usd?: number;
  readonly reads: Readonly<Record<string, readonly number[]>>;
}

type Kind = "tokens" | "usd" | "remaining-tokens" | "remaining-usd";

let limits: BudgetStart = { reads: {} };
const counts = create(null) as Record<string, number | undefined>;

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
  return total === undefined ? Infinity : read(`remaining-${kind}`, Math.max(0, total - spentSoFar()[kind]));
}

/** Makes the global. */
export function makeBudget(start: BudgetStart): object {
  limits = start;
  return Object.freeze({
    total: start.tokens ?? null,
    spent: () => read("tokens", spentSoFar().tokens),
    remaining: () => remaining("tokens"),
    totalUsd: start.usd ?? null,
    spentUsd: () => read("usd", spentSoFar().usd),
    remainingUsd: () => remaining("usd"),
  });
}
