/** The structural path of the code that runs now: which workflow, parallel slot, pipeline item and stage. */
import { apply, nativeThen, replaceMethod } from "./natives.ts";

let current = "";

/** The path of the code that runs now; "" at the top of the script. */
export function currentPath(): string {
  return current;
}

/** Puts the path back that code had before it waited, and passes a value through. */
export function resumeWith<T>(path: string, value: T): T {
  current = path;
  return value;
}

/** Puts the path back that code had. */
export function resumeAt(path: string): void {
  current = path;
}

/** Runs a function under a path, up to where it first waits. */
export function runAt<T>(path: string, body: () => T): T {
  const before = current;
  current = path;
  try {
    return body();
  } finally {
    current = before;
  }
}

type Callback = (...given: unknown[]) => unknown;

/** The callback as it must be called later: under the path of now. Anything but a function is left as it is. */
export function bindPath(callback: unknown): unknown {
  if (typeof callback !== "function") return callback;
  const path = current;
  const body = callback as Callback;
  return (...given: unknown[]): unknown => runAt(path, () => apply(body, undefined, given));
}

/** Makes callbacks of `then`, and so of `catch` and `finally`, which go through it, run under the path of who gave them. */
export function carryPathOverThen(): void {
  const then = function (this: Promise<unknown>, onDone: unknown, onFailed: unknown): unknown {
    return apply(nativeThen, this, [bindPath(onDone), bindPath(onFailed)] as never);
  };
  replaceMethod(Promise.prototype, "then", then);
}
