/** `setTimeout` and `clearTimeout`; the time itself passes outside. */
import { send } from "./bridge.ts";
import { bindPath } from "./context.ts";
import { apply, create } from "./natives.ts";

/** Most timers that wait at a time. */
const maxTimers = 1_000;
/** Longest that a timer can wait (ms). */
const maxDelay = 2 ** 31 - 1;

const timers = create(null) as Record<number, (() => void) | undefined>;
let lastTimer = 0;
let count = 0;

/** Calls back after a time; the number it gives stops it. */
export function setTimeout(callback: unknown, delay: unknown, ...given: unknown[]): number {
  if (typeof callback !== "function")
    throw new TypeError("setTimeout() expects a function: code in a string is never run.");
  if (count >= maxTimers) throw new RangeError(`More than ${maxTimers} timers wait at once.`);
  const ms = Math.min(Math.max(Number(delay) || 0, 0), maxDelay);
  const id = ++lastTimer;
  const bound = bindPath(callback) as (...given: unknown[]) => unknown;
  timers[id] = () => void apply(bound, undefined, given);
  count += 1;
  send({ t: "timer", id, ms });
  return id;
}

/** Stops a timer; anything else is ignored. */
export function clearTimeout(id: unknown): void {
  if (typeof id !== "number" || takeTimer(id) === undefined) return;
  send({ t: "untimer", id });
}

function takeTimer(id: number): (() => void) | undefined {
  const timer = timers[id];
  if (timer === undefined) return undefined;
  delete timers[id];
  count -= 1;
  return timer;
}

/** Runs a timer whose time has come. */
export function fireTimer(id: number): void {
  takeTimer(id)?.();
}
