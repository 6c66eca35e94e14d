import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";

/**
 * What a part of a row remembers while it is drawn, and how to change it, as `useState`; for all that comes and goes as
 * a list is scrolled. `useState` assigns a function to each component (`shouldComponentUpdate`), and V8 puts functions
 * that are assigned to a property among the old objects at once, where each keeps the tree of its row alive until the
 * whole heap is collected.
 */
export function useRowState<T>(initial: T): readonly [value: T, set: (value: T) => void] {
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
