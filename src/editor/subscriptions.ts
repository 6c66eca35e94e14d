/** What a view follows: snapshots, then events, at most one message a channel and frame. */
import type { Channel, ChannelLookup } from "#core/channel.ts";
import type { ChannelName, Channels, HostMessage } from "#protocol/protocol.ts";
import type { SessionEvent, SessionState } from "#protocol/session.ts";
import { lastTurns } from "#protocol/session-window.ts";

const frameMs = 16;
// A view that does not take its messages is not worth the memory: it starts again from a snapshot.
const queueLimit = 5_000;

interface Subscription {
  readonly channel: ChannelName;
  readonly key: string;
  readonly source: Channel<ChannelName>;
  readonly stop: () => void;
  seq: number;
  events: Channels[ChannelName]["event"][];
}

/** The subscriptions of one view. */
export class Subscriptions {
  readonly #channel: ChannelLookup;
  readonly #post: (message: HostMessage) => void;
  readonly #all = new Map<string, Subscription>();
  #asleep: readonly (readonly [ChannelName, string])[] = [];
  #timer: ReturnType<typeof setTimeout> | undefined;
  #flushedAt = 0;

  constructor(channel: ChannelLookup, post: (message: HostMessage) => void) {
    this.#channel = channel;
    this.#post = post;
  }

  /** Follows a channel and sends its snapshot, also where it is followed already; false where there is none. */
  add(channel: ChannelName, key: string): boolean {
    const id = `${channel}/${key}`;
    const known = this.#all.get(id);
    const source = this.#channel(channel, key) as Channel<ChannelName> | undefined;
    if (known !== undefined && known.source === source) {
      this.#snapshot(known);
      return true;
    }
    this.remove(channel, key);
    if (source === undefined) return false;
    const stops = [
      source.listen((event) => this.#queue(subscription, event)),
      source.onRenewal(() => this.#snapshot(subscription)),
    ];
    const stop = (): void => {
      for (const one of stops) one();
    };
    const subscription: Subscription = { channel, key, source, stop, seq: known?.seq ?? 0, events: [] };
    this.#all.set(id, subscription);
    this.#snapshot(subscription);
    return true;
  }

  /** Stops following a channel. */
  remove(channel: ChannelName, key: string): void {
    const id = `${channel}/${key}`;
    this.#all.get(id)?.stop();
    this.#all.delete(id);
  }

  /** Tells nothing until somebody follows again. */
  pause(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#all.size > 0)
      this.#asleep = [...this.#all.values()].map(({ channel, key }) => [channel, key] as const);
    for (const { stop } of this.#all.values()) stop();
    this.#all.clear();
  }

  /** Follows again what was followed before the pause, for a page that lived through it. */
  resume(): void {
    for (const [channel, key] of this.#asleep)
      if (!this.#all.has(`${channel}/${key}`)) this.add(channel, key);
    this.#asleep = [];
  }

  #snapshot(subscription: Subscription): void {
    subscription.events = [];
    subscription.seq += 1;
    const { channel, key, seq, source } = subscription;
    const state = channel === "session" ? lastTurns(source.state as SessionState) : source.state;
    // Channel and state belong together by the look-up.
    this.#post({ type: "snapshot", channel, key, seq, state } as HostMessage);
  }

  #queue(subscription: Subscription, event: Channels[ChannelName]["event"]): void {
    append(subscription.events, event);
    if (this.#timer !== undefined) return;
    // The first event after a rest is told at once, the next ones a frame later.
    const waitMs = Math.max(this.#flushedAt + frameMs - performance.now(), 0);
    this.#timer = setTimeout(() => this.#flush(), waitMs);
  }

  #flush(): void {
    this.#timer = undefined;
    this.#flushedAt = performance.now();
    for (const subscription of this.#all.values()) {
      const { channel, key, events } = subscription;
      if (events.length === 0) continue;
      // A workspace event may take a value away, which JSON can not say.
      if (events.length > queueLimit || channel === "workspace") {
        this.#snapshot(subscription);
        continue;
      }
      subscription.events = [];
      subscription.seq += 1;
      this.#post({ type: "events", channel, key, seq: subscription.seq, events } as HostMessage);
    }
  }
}

// Neighbouring deltas of a step are one: a reducer only appends them.
function append(events: Channels[ChannelName]["event"][], event: Channels[ChannelName]["event"]): void {
  const last = events.at(-1) as SessionEvent | undefined;
  if (event.type === "text-delta" || event.type === "reasoning-delta") {
    if (last?.type === event.type && last.step === event.step) {
      events[events.length - 1] = { ...last, text: last.text + event.text };
      return;
    }
  }
  const isSameInput = event.type === "tool-input" && last?.type === "tool-input";
  if (isSameInput && last.step === event.step && last.index === event.index)
    events[events.length - 1] = event;
  else events.push(event);
}
