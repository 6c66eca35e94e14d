/** The `Clock` port over the system's clock. */
import { setTimeout as sleep } from "node:timers/promises";
import type { Clock } from "#core/ports.ts";

// The monotonic clock has the fractions but stands still while a machine sleeps.
const driftMs = 50;

/** Makes a clock of wall time with fractions of milliseconds. */
export function createSystemClock(): Clock {
  let origin = performance.timeOrigin;
  return {
    now() {
      if (Math.abs(Date.now() - origin - performance.now()) > driftMs)
        origin = Date.now() - performance.now();
      return origin + performance.now();
    },
    sleep: async (ms, signal) => sleep(ms, undefined, { signal }),
  };
}
