/** What a run may spend: once it is spent, no agent begins. */
import { addSpent, noSpent, type SpendLimit, type Spent } from "#protocol/run.ts";
import { BooError } from "../errors.ts";

/** The share of a budget at which a run warns. */
const warnAt = 0.8;

/** Counts what a run spends, all its attempts together. */
export class RunBudget {
  readonly limit: SpendLimit;
  /** Spent by earlier attempts. */
  readonly before: Spent;
  #now: Spent = noSpent;
  #hasWarned = false;

  constructor(limit: SpendLimit, before: Spent) {
    this.limit = limit;
    this.before = before;
  }

  /** Spent by this attempt. */
  get now(): Spent {
    return this.#now;
  }

  /** Spent by all. */
  get total(): Spent {
    return addSpent(this.before, this.#now);
  }

  /** Adds; true, once, when most of the budget is gone. */
  add(spent: Spent): boolean {
    this.#now = addSpent(this.#now, spent);
    if (this.#hasWarned || !this.#isOver(warnAt)) return false;
    this.#hasWarned = true;
    return true;
  }

  /** Throws BooError "budget-spent" when nothing is left. */
  check(): void {
    if (!this.#isOver(1)) return;
    throw new BooError(
      "budget-spent",
      `The run's budget is spent: ${describeSpent(this.total)} of ${describeLimit(this.limit)}. ` +
        "Agents under way finish; no other begins. Resume the run with a fresh budget to go on.",
    );
  }

  #isOver(share: number): boolean {
    const { tokens, usd } = this.limit;
    const total = this.total;
    return (
      (tokens !== undefined && total.tokens >= tokens * share) ||
      (usd !== undefined && total.usd >= usd * share)
    );
  }
}

/** "12,345 tokens ($0.0123)". */
function describeSpent({ tokens, usd }: Spent): string {
  return `${tokens.toLocaleString("en-US")} tokens ($${usd.toFixed(4)})`;
}

/** "20,000 tokens and $1". */
function describeLimit({ tokens, usd }: SpendLimit): string {
  const parts = [
    ...(tokens === undefined ? [] : [`${tokens.toLocaleString("en-US")} tokens`]),
    ...(usd === undefined ? [] : [`$${usd}`]),
  ];
  return parts.length === 0 ? "no limit" : parts.join(" and ");
}
