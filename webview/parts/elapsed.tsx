import type { VNode } from "preact";
import { useEffect, useState } from "preact/hooks";
import { formatElapsed } from "#protocol/words.ts";
import { useApp } from "../app.ts";

/** Ticks once a second while a component that shows a clock is drawn. */
export function useSecond(): void {
  const [, setTick] = useState(0);
  useEffect(() => {
    const timer = setInterval(() => setTick((tick) => tick + 1), 1000);
    return () => clearInterval(timer);
  }, []);
}

/** How long something has been going on: " · 12 s", from the first second on. */
export function Elapsed({ since }: { readonly since: number }): VNode | null {
  const { clock } = useApp();
  useSecond();
  const ms = clock.now() - since;
  return ms < 1000 ? null : <span class="figure" aria-hidden="true">{` · ${formatElapsed(ms)}`}</span>;
}
