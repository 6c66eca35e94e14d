/** What answers have cost so far, as the script's budget counts it. */

let tokens = 0;
let usd = 0;

/** Adds what an answer cost. */
export function addSpent(moreTokens: number, moreUsd: number): void {
  tokens += moreTokens;
  usd += moreUsd;
}

/** All of it. */
export function spentSoFar(): { readonly tokens: number; readonly usd: number } {
  return { tokens, usd };
}
