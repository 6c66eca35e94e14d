import type { VNode } from "preact";
import { formatElapsed } from "#protocol/words.ts";
import { useApp } from "../app.ts";
import { useSecond } from "../own-state.ts";

/** How long something has been going on: " · 12 s", from the first second on. */
export function Elapsed({ since }: { readonly since: number }): VNode | null {
  const { clock } = useApp();
  useSecond();
  const ms = clock.now() - since;
  return ms < 1000 ? null : <span class="figure" aria-hidden="true">{` · ${formatElapsed(ms)}`}</span>;
}
