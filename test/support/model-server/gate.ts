/** A place where a scripted answer stops until the test lets it go on. */
export interface Gate {
  /** Resolves when the server stands at the gate (everything scripted before it was handed to the socket). */
  readonly reached: Promise<void>;
  /** Resolves when the test opened it. */
  readonly released: Promise<void>;
  /** Opens the gate for good. */
  release(): void;
  /** Called by the server when it gets here. */
  arrive(): void;
}

/** Makes a closed gate, for `reply.text("…").hold(gate)`. */
export function hold(): Gate {
  const reached = Promise.withResolvers<void>();
  const released = Promise.withResolvers<void>();
  return {
    reached: reached.promise,
    released: released.promise,
    release: () => released.resolve(),
    arrive: () => reached.resolve(),
  };
}
