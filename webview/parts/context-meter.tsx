import { useComputed } from "@preact/signals";
import type { VNode } from "preact";
import { formatShare, formatShort, formatTokens } from "#protocol/words.ts";
import { useApp } from "../app.ts";

/** How much of the model's context the session fills. */
export function ContextMeter(): VNode | null {
  const app = useApp();
  const context = useComputed(() => app.session.value?.context).value;
  if (context === undefined) return null;
  const { usedTokens, windowTokens } = context;
  if (windowTokens === undefined || windowTokens === 0)
    return <span class="context figure">{formatTokens(usedTokens)}</span>;
  const share = usedTokens / windowTokens;
  const level = share >= 0.95 ? "full" : share >= 0.8 ? "high" : "normal";
  const words = `Context: ${formatShort(usedTokens)} of ${formatTokens(windowTokens)}`;
  return (
    <span
      class={`context ${level}`}
      role="meter"
      aria-label={words}
      aria-valuenow={Math.round(share * 100)}
      aria-valuemin={0}
      aria-valuemax={100}
      title={words}
    >
      <span class="bar">
        <span class="bar-fill" style={{ width: `${Math.min(100, share * 100)}%` }} />
      </span>
      <span class="figure">{formatShare(share)}</span>
    </span>
  );
}
