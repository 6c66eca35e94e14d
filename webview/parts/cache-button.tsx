import type { VNode } from "preact";
import type { Usage } from "#protocol/usage.ts";
import { cachedShare } from "#protocol/usage.ts";
import { formatShare } from "#protocol/words.ts";
import { useApp } from "../app.ts";

/** How much of the prompts came from the cache; opens the trace, which says why it was not more, at a turn if one is named. */
export function CacheButton({
  usage,
  turn,
}: {
  readonly usage: Usage | undefined;
  readonly turn?: number;
}): VNode | null {
  const app = useApp();
  const share = usage === undefined ? undefined : cachedShare(usage);
  if (share === undefined) return null;
  const session = app.sessionId.value;
  const words = `${formatShare(share)} cached`;
  const open = () => void app.act("trace.open", { session, ...(turn !== undefined && { turn }) });
  return (
    <button
      type="button"
      class="cache"
      data-testid="cache-badge"
      aria-label={`${words}, show in trace`}
      title={`${formatShare(share)} of all prompt tokens came from the provider's cache. Show in trace`}
      onClick={open}
    >
      <span class="bar" aria-hidden="true">
        <span class="bar-fill" style={{ width: `${Math.min(100, share * 100)}%` }} />
      </span>
      {turn === undefined ? formatShare(share) : words}
    </button>
  );
}
