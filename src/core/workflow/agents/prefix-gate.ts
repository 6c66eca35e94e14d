/** Lets the first of several agents with one header go ahead, so that the others find it in the server's cache. */
import type { Channel } from "../../channel.ts";

/** One door for each model. */
export class PrefixGate {
  readonly #open = new Map<string, Promise<void>>();

  /** Resolves when a prefix may be in the cache; the first to come goes on at once, and the others wait until it is answered, or gone (disposed of). */
  async enter(model: string, channel: Channel<"session">, signal: AbortSignal): Promise<Disposable> {
    const first = this.#open.get(model);
    if (first !== undefined) {
      await Promise.race([first, aborted(signal)]);
      return { [Symbol.dispose]: () => {} };
    }
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#open.set(model, promise);
    const stop = channel.listen((event) => {
      // Its request was read once something comes back; the end of a long answer need not be waited for.
      if (event.type === "text-delta" || event.type === "reasoning-delta" || event.type === "step-end")
        resolve();
    });
    return {
      [Symbol.dispose]: () => {
        stop();
        resolve();
      },
    };
  }
}

/** Resolves when a signal aborts. */
function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => signal.addEventListener("abort", () => resolve(), { once: true }));
}
