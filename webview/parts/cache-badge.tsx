import type { VNode } from "preact";
import { shareWords } from "../trace/words.ts";

/** A short bar filled as far as the prompt was in the cache, and the percentage, which is never rounded up to 100. */
export function CacheBadge({ share }: { readonly share: number | undefined }): VNode {
  return (
    <span class="cache-badge" data-testid="cache-badge">
      {share !== undefined && (
        <span class="bar" aria-hidden="true">
          <span class="bar-fill" style={{ width: `${share * 100}%` }} />
        </span>
      )}
      <span class="cache-share">{shareWords(share)}</span>
    </span>
  );
}
