import type { VNode } from "preact";
import { shareWords } from "../trace/words.ts";

/** A short bar filled as far as the prompt was in the cache, and the percentage, which is never rounded up to 100. */
export function CacheBadge({ share }: { readonly share: number | undefined }): VNode {
  const filled = `${(share ?? 0) * 100}%`;
  const background = `linear-gradient(to right, var(--hit) ${filled}, var(--empty) ${filled})`;
  return (
    <span class="cache-badge" data-testid="cache-badge">
      {share !== undefined && <i class="cache-bar" style={{ background }} />}
      {shareWords(share)}
    </span>
  );
}
