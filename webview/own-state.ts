import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";

/**
 * What a component remembers while it is drawn, and how to change it: `useState` without computed beginnings and changes,
 * and with another setter at each drawing. It stands for `useState` because that assigns a function to each component
 * (`shouldComponentUpdate`), and V8 puts a function that is written where it is assigned to a property among the old
 * objects at once: there each keeps the tree of its row alive, long after the row was scrolled away, until the whole
 * heap is collected.
 */
export function useOwnState<T>(initial: T): readonly [value: T, set: (value: T) => void] {
  const state = useSignal(initial);
  return [state.value, (value) => (state.value = value)];
}

/** Ticks once a second while a component that shows a clock is drawn. */
export function useSecond(): void {
  const seconds = useSignal(0);
  void seconds.value;
  useEffect(() => {
    const timer = setInterval(() => seconds.value++, 1000);
    return () => clearInterval(timer);
  }, []);
}
