import type { VNode } from "preact";
import { addSpent } from "#protocol/run.ts";
import type { RunState } from "#protocol/run-state.ts";
import { formatMoney, formatShare, formatShort, formatTokens } from "#protocol/words.ts";

/** What a run has spent, and of what. */
export function RunBudget({ state }: { readonly state: RunState }): VNode {
  const { budget, before } = state;
  const spent = addSpent(before, state.spent);
  const shares = [
    budget.tokens === undefined || budget.tokens === 0 ? undefined : spent.tokens / budget.tokens,
    budget.usd === undefined || budget.usd === 0 ? undefined : spent.usd / budget.usd,
  ].filter((share) => share !== undefined);
  const share = shares.length === 0 ? undefined : Math.max(...shares);
  return (
    <div class="run-budget" data-testid="run-budget">
      {share !== undefined && (
        <div
          class={share >= 0.8 ? "run-bar near" : "run-bar"}
          role="progressbar"
          aria-label="Budget"
          aria-valuemin={0}
          aria-valuemax={100}
          aria-valuenow={Math.min(100, Math.round(share * 100))}
        >
          <span style={{ width: `${Math.min(100, share * 100)}%` }} />
        </div>
      )}
      <p class="figure">
        {budget.tokens === undefined
          ? formatTokens(spent.tokens)
          : `${formatShort(spent.tokens)} of ${formatTokens(budget.tokens)}`}{" "}
        · {formatMoney(spent.usd)}
        {budget.usd !== undefined && ` of ${formatMoney(budget.usd)}`}
        {share !== undefined && ` · ${formatShare(share)} of the budget`}
      </p>
    </div>
  );
}
