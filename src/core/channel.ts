/** Channels on the host's side: one writer each, any number of listeners. */
import { type ChannelName, type Channels, initialStates, reducers } from "#protocol/protocol.ts";

/** Hears a channel's events in order; `durable` settles when the event is on disk (at once for what is not kept). */
export type ChannelListener<C extends ChannelName> = (
  event: Channels[C]["event"],
  seq: number,
  durable: Promise<unknown>,
) => void;

/** The writing end of one channel: reduces, numbers and tells. */
export class Channel<C extends ChannelName> {
  readonly name: C;
  #state: Channels[C]["state"];
  #seq = 0;
  readonly #listeners = new Set<ChannelListener<C>>();
  readonly #renewals = new Set<() => void>();

  constructor(name: C, state: Channels[C]["state"] = initialStates[name]) {
    this.name = name;
    this.#state = state;
  }

  /** The state after the last event. */
  get state(): Channels[C]["state"] {
    return this.#state;
  }

  /** Counts this channel's events in this window, from 0; not the number of an event in the store. */
  get seq(): number {
    return this.#seq;
  }

  /** True while somebody listens. */
  get hasListeners(): boolean {
    return this.#listeners.size > 0;
  }

  /** True while somebody listens besides the writer itself. */
  get isHeard(): boolean {
    return this.#listeners.size > 1;
  }

  /** Applies an event and tells the listeners. */
  emit(event: Channels[C]["event"], durable: Promise<unknown> = Promise.resolve()): void {
    this.#state = reducers[this.name](this.#state, event);
    this.#seq += 1;
    for (const listener of this.#listeners) listener(event, this.#seq, durable);
  }

  /** Puts another state in place of this one: listeners of `onRenewal` take it as a whole. */
  renew(state: Channels[C]["state"]): void {
    this.#state = state;
    this.#seq += 1;
    for (const listener of this.#renewals) listener();
  }

  /** Adds a listener to `renew`; returns its removal. */
  onRenewal(listener: () => void): () => void {
    this.#renewals.add(listener);
    return () => this.#renewals.delete(listener);
  }

  /** Adds a listener; returns its removal. */
  listen(listener: ChannelListener<C>): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
}

/** Finds the channel of a name and key; undefined where there is none (an unknown session). */
export type ChannelLookup = <C extends ChannelName>(name: C, key: string) => Channel<C> | undefined;
