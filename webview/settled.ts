import { useEffect, useRef } from "preact/hooks";
import { useOwnState } from "./own-state.ts";

/** How long something has to be seen before a click on it counts, in milliseconds. */
const restMs = 400;

/** Whether something has been seen for long enough to be meant. */
export interface Settled {
  readonly isSettled: boolean;
  /** Whether what the user did was done after that. */
  accepts(event: Event): boolean;
}

/** Watches how long something is seen; another key is something else. A click that was on its way when it appeared was meant for what stood there before. */
export function useSettled(key: string): Settled {
  const shown = useRef({ key, at: Infinity });
  if (shown.current.key !== key) shown.current = { key, at: Infinity };
  const now = shown.current;
  const [settled, setSettled] = useOwnState<object | undefined>(undefined);
  useEffect(() => {
    now.at = performance.now();
    const timer = setTimeout(() => setSettled(now), restMs);
    return () => clearTimeout(timer);
  }, [now]);
  return { isSettled: settled === now, accepts: ({ timeStamp }) => timeStamp - now.at >= restMs };
}
